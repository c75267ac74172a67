"""Methods side by side: what another method gives where one was chosen, and the words said about a large gap."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounting.runs.models import Run
from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import ScopedManager
from census.places.models import RegionCodeField

WAYS = {
    "monitoring": _("Monitoring"),
    "declared": _("Coefficient (G106-1)"),
    "derived": _("Coefficient (own forms)"),
    "balance": _("Material balance"),
}
"""Ways to a figure in the order in which one is chosen."""


class MethodGap(models.Model):
    """One other method beside the chosen one, for what both cover of one pollutant of one object, in one run.

    ``place``: number of the part of the object (outlet, boiler) within object, medium and pollutant. Amounts are
    discharged at the outlet of the object, kg (m3 for volumes). ``ratio``: other ÷ chosen; NULL where 0 was chosen.
    """

    SUBJECT = ("object_id", "medium", "pollutant", "place", "way")

    row_scope = RowScope(object="object_id")

    run = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    object_id = models.UUIDField()
    industry = models.CharField(max_length=4, blank=True)
    medium = models.CharField(max_length=8)
    pollutant = models.CharField(max_length=40)
    place = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=200, blank=True)
    chosen_way = models.CharField(max_length=12)
    chosen_kg = models.FloatField()
    way = models.CharField(max_length=12)
    other_kg = models.FloatField()
    ratio = models.FloatField(null=True)
    difference_kg = models.FloatField()

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["run", "pollutant", "-difference_kg"], name="method_gap_size"),
            models.Index(fields=["object_id", "run"], name="method_gap_object"),
        ]

    @property
    def subject(self) -> tuple:
        """What words about the gap are tied to, over runs."""
        return tuple(getattr(self, name) for name in self.SUBJECT)

    @property
    def percent(self) -> float | None:
        """Other less chosen in percent of chosen; None where nothing was chosen."""
        return None if self.ratio is None else 100 * (self.ratio - 1)


class MethodExplanation(models.Model):
    """What was said about a gap between two methods, or that an office sent it back. Rows are only added.

    The newest row of an object, medium, pollutant, place and way stands. It holds while the ratio stays near the
    one it was given for (settings.yaml). ``reason``: code of settings.yaml.
    """

    class Act(models.TextChoices):
        GIVEN = "given", _("Explained")
        RETURNED = "returned", _("Sent back")

    row_scope = RowScope(object="object_id", verbs=APPEND_ONLY)

    region = RegionCodeField()
    category = models.CharField(max_length=16)
    object_id = models.UUIDField()
    medium = models.CharField(max_length=8)
    pollutant = models.CharField(max_length=40)
    place = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=12)
    act = models.CharField(max_length=10, choices=Act.choices, default=Act.GIVEN)
    reason = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    run_number = models.BigIntegerField()
    chosen_kg = models.FloatField()
    other_kg = models.FloatField()
    ratio = models.FloatField(null=True)
    by = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_id", "pollutant"], name="method_explained")]

    @property
    def subject(self) -> tuple:
        """The gap it speaks of."""
        return tuple(getattr(self, name) for name in MethodGap.SUBJECT)
