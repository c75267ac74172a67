"""Talk about an item of a form: threads, kept with the return, open or resolved."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import ScopedManager
from census.ids import new_id
from census.places.models import RegionCodeField
from sources.comments.desks import DESKS
from sources.objects.models import CensusObject


class Thread(models.Model):
    """One question about one item of one return (*path* as in forms; empty: about the form as a whole).

    *value* is what stood in the item when the thread was begun. *asked* names the desks that were addressed and
    have not said anything since.
    """

    row_scope = RowScope(district="district_id", object="object_id", verbs=("SELECT", "INSERT", "UPDATE"))

    id = models.UUIDField(primary_key=True, default=new_id)
    return_id = models.UUIDField(db_index=True)
    object = models.ForeignKey(CensusObject, models.PROTECT, related_name="+")
    form = models.CharField(max_length=12, db_collation="C")
    sheet = models.PositiveSmallIntegerField(default=1)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    path = models.CharField(max_length=160, blank=True)
    value = models.JSONField(null=True)
    version_no = models.PositiveIntegerField()
    resolved = models.BooleanField(default=False)
    asked = ArrayField(models.CharField(max_length=12), default=list)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.BigIntegerField(null=True)
    opened_by_name = models.CharField(max_length=60)
    opened_desk = models.CharField(max_length=12, choices=list(DESKS.items()))
    last_at = models.DateTimeField(default=timezone.now)
    last_by_name = models.CharField(max_length=60)
    comments = models.PositiveIntegerField(default=0)

    objects = ScopedManager()

    class Meta:
        ordering = ["-last_at"]
        indexes = [
            models.Index(fields=["-last_at", "id"], condition=models.Q(resolved=False), name="thread_open")
        ]


class Comment(models.Model):
    """What one person said in a thread, or did with it. Never changed."""

    row_scope = RowScope(district="district_id", object="object_id", verbs=APPEND_ONLY)

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="said")
    object_id = models.UUIDField(db_index=True)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=60)
    post_kind = models.CharField(max_length=24)
    action = models.CharField(max_length=10, default="said")  # said, resolved, reopened
    text = models.TextField(blank=True)
    asked = ArrayField(models.CharField(max_length=12), default=list)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
