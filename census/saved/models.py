"""Saved views of lists."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.ids import new_id
from census.places.models import RegionCodeField


class SavedView(models.Model):
    """The address query of a list page under a name. *region*: of the owner's post; shared views are seen by
    every post of exactly that region, the others by their owner alone."""

    row_scope = RowScope(category=None)

    id = models.UUIDField(primary_key=True, default=new_id)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=60)
    region = RegionCodeField()
    page = models.CharField(max_length=40)  # name of the page's address
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True)
    shared = models.BooleanField(default=False)
    opens = models.BooleanField(default=False)  # the page opens with it for its owner
    updated_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user_id", "region", "page", "name"], name="saved_view_once"),
            models.UniqueConstraint(
                fields=["user_id", "region", "page"],
                condition=models.Q(opens=True),
                name="saved_view_one_opens",
            ),
        ]
        indexes = [models.Index(fields=["region", "page"])]

    def __str__(self) -> str:
        return self.name
