"""Reports of an office: bulletin, comparison analysis, work summary; each bound to a data cut, with release states."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounting.cuts.models import Cut
from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import Scope, ScopedManager, ScopedQuerySet
from census.calendar.models import Campaign
from census.ids import new_id
from census.places import regions
from census.places.models import RegionCodeField


class ReportsPublished(ScopedQuerySet):
    def visible_to(self, scope: Scope) -> ReportsPublished:
        """Reports of offices in the scope, and the published bulletins of the offices above."""
        low, high = regions.bounds(scope.region)
        return (
            super()
            .visible_to(scope)
            .filter(Q(region__gte=low, region__lt=high) | Q(state="published", kind="bulletin"))
        )


class Report(models.Model):
    """One report of an office's region, numbered per office and kind.

    ``content``: {"zh": paper, "en": paper, "figures": […]} as drawn (see drawing.py); ``digest``: SHA-256 (hex) of
    it. ``remarks``: the office's own words, {section: {"zh": …, "en": …}}. The restrictive policy
    ``published_only`` (migration 0007) says in the database what ``visible_to`` says here.
    """

    class Kind(models.TextChoices):
        BULLETIN = "bulletin", _("Bulletin")
        COMPARISON = "comparison", _("Comparison analysis")
        SUMMARY = "summary", _("Work summary")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CHECKED = "checked", _("Checked")
        APPROVED = "approved", _("Approved by the office above")
        PUBLISHED = "published", _("Published")

    row_scope = RowScope(category=None, upward=True)

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    region = RegionCodeField()
    number = models.PositiveIntegerField()
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    cut = models.ForeignKey(Cut, models.PROTECT, related_name="+")
    before = models.ForeignKey(
        Cut, models.PROTECT, null=True, related_name="+"
    )  # of a comparison: the other cut
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    remarks = models.JSONField(default=dict)
    drawn_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=60)
    checked_by = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)

    objects = models.Manager.from_queryset(ReportsPublished)()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["region", "kind", "number"], name="report_number_once"),
            models.UniqueConstraint(
                fields=["cut", "kind"], condition=Q(state="published"), name="report_published_once"
            ),
        ]


class ReportFile(models.Model):
    """A published report as it was issued: the bytes, and their SHA-256 (hex)."""

    row_scope = RowScope(category=None, upward=True, verbs=APPEND_ONLY)

    report = models.ForeignKey(Report, models.PROTECT, related_name="files")
    region = RegionCodeField()
    language = models.CharField(max_length=2)
    form = models.CharField(max_length=4)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)

    objects = ScopedManager()

    class Meta:
        ordering = ["report", "-language", "form"]
        constraints = [
            models.UniqueConstraint(fields=["report", "language", "form"], name="report_file_once")
        ]


class ReportEvent(models.Model):
    """Append-only life of a report: who did what when, with the reason or the cells that changed."""

    row_scope = RowScope(category=None, verbs=APPEND_ONLY)

    report_id = models.UUIDField()
    region = RegionCodeField()
    at = models.DateTimeField(default=timezone.now)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=60)
    action = models.CharField(max_length=16)
    text = models.TextField(blank=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["report_id"])]
