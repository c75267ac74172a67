"""Tables prepared for publication: one pollutant of industry, region × industry division, with cells hidden."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounting.cuts.models import Cut
from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.ids import new_id
from census.places.models import RegionCodeField


class Publication(models.Model):
    """One table of a cut under disclosure control.

    ``rules``: the parameters, see disclosure/rules.py. ``content``: the table with every cell's state and
    interval, see tables.py; null until the job is done. Only one table a cut, medium and pollutant may be released: two
    that hide different cells would give each other away.
    """

    row_scope = RowScope(category=None)

    id = models.UUIDField(primary_key=True, default=new_id)
    cut = models.ForeignKey(Cut, models.PROTECT, related_name="publications")
    region = RegionCodeField()
    medium = models.CharField(max_length=8)
    pollutant = models.CharField(max_length=40)
    rules = models.JSONField()
    job_id = models.UUIDField(null=True)
    content = models.JSONField(null=True)
    primary = models.PositiveIntegerField(default=0)
    secondary = models.PositiveIntegerField(default=0)
    exposed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    created_by_name = models.CharField(max_length=60)
    released_at = models.DateTimeField(null=True)
    released_by_name = models.CharField(max_length=60, blank=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["cut", "medium", "pollutant"],
                condition=Q(released_at__isnull=False),
                name="publication_released_once",
            )
        ]
