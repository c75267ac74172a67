"""Factor changes: a set of added, changed and retired factors that is tried, approved by another person, published."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.ids import new_id
from census.places.models import RegionCodeField
from census.places.regions import NATION

ACTIONS = {"add": _("Added"), "change": _("Changed"), "retire": _("Retired")}


class Change(models.Model):
    """One proposal. ``digest``: SHA-256 (hex) of its rows; a dry run and an approval hold for one content only.

    ``report``: faults and warnings of the last file that was read (see sources/sheets/report.py). ``published_from``
    and ``published_to``: factor ids before and after publishing.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    row_scope = RowScope(category=None, upward=True, verbs=("SELECT", "INSERT", "UPDATE"))

    id = models.UUIDField(primary_key=True, default=new_id)
    region = RegionCodeField(default=NATION)
    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200)
    reason = models.TextField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    digest = models.CharField(max_length=64, blank=True)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=60)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.BigIntegerField(null=True)
    submitted_by_name = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.BigIntegerField(null=True)
    approved_by_name = models.CharField(max_length=60, blank=True)
    published_at = models.DateTimeField(null=True)
    published_by_name = models.CharField(max_length=60, blank=True)
    published_from = models.BigIntegerField(null=True)
    published_to = models.BigIntegerField(null=True)
    sent_back = models.CharField(max_length=300, blank=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return self.title


class ChangeRow(models.Model):
    """One proposed revision. ``code``: the factor's key. ``base_id``: the revision it replaces, none for a new key.

    ``content``: the fields of a FactorRow without id and code. ``line``: row of the uploaded file.
    """

    row_scope = RowScope(category=None, upward=True)

    region = RegionCodeField(default=NATION)
    change = models.ForeignKey(Change, models.CASCADE, related_name="rows")
    action = models.CharField(max_length=8, choices=list(ACTIONS.items()))
    code = models.CharField(max_length=16, db_collation="C")
    base_id = models.BigIntegerField(null=True)
    content = models.JSONField()
    line = models.PositiveIntegerField(null=True)
    added_at = models.DateTimeField(default=timezone.now)
    added_by_name = models.CharField(max_length=60)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["change", "code"], name="change_row_once")]
