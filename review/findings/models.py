"""Findings: hits of rules. One row for one fault of one object for ever, across runs and batches."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.places.models import RegionCodeField


class Finding(models.Model):
    """A failing rule at a place in an object's forms. Identity: object, rule, form, sheet, row, indicator."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        EXPLAINED = "explained", _("Explained")
        CLEARED = "cleared", _("Cleared")

    row_scope = RowScope(district="district_id", object="object_id")

    object_id = models.UUIDField()
    return_id = models.UUIDField(null=True)
    rule = models.CharField(max_length=60, db_collation="C")
    severity = models.CharField(max_length=8)  # error, warning, info
    kind = models.CharField(max_length=16)
    form = models.CharField(max_length=12, db_collation="C")
    sheet = models.PositiveSmallIntegerField(default=1)
    row = models.CharField(max_length=60, blank=True)  # "section/key", or empty
    indicator = models.CharField(max_length=60, blank=True)
    indicators = models.JSONField(default=list)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    zh = models.CharField(max_length=400)
    en = models.CharField(max_length=400)
    value = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    note = models.TextField(blank=True)
    first_seen = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    cleared_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["object_id", "rule", "form", "sheet", "row", "indicator"], name="finding_once"
            )
        ]
        indexes = [
            models.Index(fields=["region", "state", "rule"]),
            models.Index(fields=["return_id"]),
            models.Index(fields=["rule", "region"]),
        ]
