"""Field visits (入户) and evidence files."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import ScopedManager
from census.ids import new_id
from census.places.models import RegionCodeField


class Visit(models.Model):
    """One visit: who went, when, where they stood, and what came of it."""

    class Outcome(models.TextChoices):
        FILLED = "filled", _("Form filled")
        PARTLY = "partly", _("Partly filled")
        ABSENT = "absent", _("Nobody there")
        REFUSED = "refused", _("Refused")
        CLOSED = "closed", _("Closed down")

    row_scope = RowScope(district="district_id", object="object_id", verbs=("SELECT", "INSERT", "UPDATE"))

    id = models.UUIDField(primary_key=True, default=new_id)
    object_id = models.UUIDField(db_index=True)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    people = ArrayField(models.BigIntegerField())
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    note = models.TextField(blank=True)
    synthetic = models.BooleanField(default=False)

    objects = ScopedManager()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["region", "at"])]


class Attachment(models.Model):
    """An evidence file with its hash. The file itself lies under MEDIA_ROOT by hash."""

    row_scope = RowScope(district="district_id", object="object_id", verbs=APPEND_ONLY)

    id = models.UUIDField(primary_key=True, default=new_id)
    object_id = models.UUIDField(db_index=True)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    subject = models.CharField(max_length=24)  # problem, return, visit, object
    subject_id = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.BigIntegerField(null=True)
    uploaded_by_name = models.CharField(max_length=60)

    objects = ScopedManager()

    class Meta:
        ordering = ["uploaded_at"]
        indexes = [models.Index(fields=["subject", "subject_id"])]
