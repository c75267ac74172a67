"""Returns (filled forms) and their tamper-evident versions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import ScopedManager
from census.calendar.models import Campaign
from census.ids import new_id
from census.places.models import RegionCodeField
from sources.objects.models import CensusObject
from sources.returns.states import STATES


class Return(models.Model):
    """One filled form (sheet) of one object. *values* is the record of truth (see forms/README for its shape).

    *pending* keeps what was typed but is not a value yet (text in a number …): path → text as typed.
    *form_version* is the content hash of the definition the values were last checked against.
    """

    row_scope = RowScope(district="district_id", object="object_id", verbs=("SELECT", "INSERT", "UPDATE"))

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    object = models.ForeignKey(CensusObject, models.PROTECT, related_name="returns")
    form = models.CharField(max_length=12, db_collation="C")
    sheet = models.PositiveSmallIntegerField(default=1)
    sheet_label = models.CharField(max_length=100, blank=True)
    form_version = models.CharField(max_length=16)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    state = models.CharField(max_length=16, choices=list(STATES.items()), default="draft")
    values = models.JSONField(default=dict)
    pending = models.JSONField(default=dict)
    version_no = models.PositiveIntegerField(default=0)
    head_hash = models.BinaryField(max_length=32, null=True)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=dict)  # warning key (see checks.key_of) -> why the value is right
    active = models.BooleanField(default=True)  # False: not asked for (any more), or the sheet was taken away
    # while sent back: {"reason", "text", "rules", "paths", "proposed", "values", "by", "by_id", "post", "at", "source"}
    returned = models.JSONField(null=True)
    filled_by = models.BigIntegerField(null=True)  # who changed the values last: may not approve them
    filled_for = models.BigIntegerField(null=True)  # the absent person for whom that was done: may not either
    updated_by_name = models.CharField(max_length=60, blank=True)
    submitted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager()

    class Meta:
        ordering = ["object_id", "form", "sheet"]
        constraints = [models.UniqueConstraint(fields=["object", "form", "sheet"], name="return_once")]
        indexes = [
            models.Index(fields=["form", "region"]),
            models.Index(fields=["region", "state"]),
            models.Index(fields=["state", "region", "id"]),
            models.Index(
                fields=["region", "id"], condition=Q(returned__isnull=False), name="return_sent_back"
            ),
        ]


class ReturnVersion(models.Model):
    """An accepted change: immutable, chained by hash. *body* is the exact canonical JSON that was hashed."""

    row_scope = RowScope(district="district_id", object="object_id", verbs=APPEND_ONLY)

    return_id = models.UUIDField()
    no = models.PositiveIntegerField()
    object_id = models.UUIDField()
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=60)
    post_kind = models.CharField(max_length=24)
    action = models.CharField(max_length=24)  # see states.ACTIONS
    state = models.CharField(max_length=16)
    body = models.TextField()
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    objects = ScopedManager()

    class Meta:
        ordering = ["return_id", "no"]
        constraints = [models.UniqueConstraint(fields=["return_id", "no"], name="return_version_once")]
        indexes = [models.Index(fields=["object_id", "at"])]


class HistorySeal(models.Model):
    """Daily signed root over all chain heads, so that a chain rewritten as a whole shows too."""

    web_verbs = ("SELECT", "INSERT")

    at = models.DateTimeField(default=timezone.now)
    last_version_id = models.BigIntegerField()
    versions = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["id"]
