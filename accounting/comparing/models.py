"""Two accounts side by side: two runs, or the library as it is beside the library with a proposed change."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounting.changes.models import Change
from accounting.runs.models import Run
from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.ids import new_id
from census.places.models import RegionCodeField

MEASURES = {
    "environment": _("Enters the environment"),
    "generated": _("Generated"),
    "discharged": _("Discharged by the objects"),
}
"""What is compared; see differences.AMOUNTS."""
CAUSES = {
    "new": _("New objects"),
    "removed": _("Removed objects"),
    "moved": _("Moved between counties"),
    "activity": _("Changed activity"),
    "factor": _("Changed factors"),
    "treatment": _("Changed treatment"),
    "method": _("Changed method or conditions"),
    "plants": _("Receiving plants"),
}


class Comparison(models.Model):
    """A comparison of one region. Either ``second`` (another run) or ``change`` (a dry run of it) is set.

    ``first``: the earlier run, or the run whose settings the dry run takes. ``change_digest``: the content of the
    change when it was tried, ``library``: the newest factor id then, and ``technologies`` the same for techniques.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    row_scope = RowScope(category=None, upward=True)

    id = models.UUIDField(primary_key=True, default=new_id)
    region = RegionCodeField()
    first = models.ForeignKey(Run, models.PROTECT, related_name="+")
    second = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+")
    change = models.ForeignKey(Change, models.PROTECT, null=True, related_name="trials")
    change_digest = models.CharField(max_length=64, blank=True)
    library = models.BigIntegerField(default=0)
    technologies = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RUNNING)
    job_id = models.UUIDField(null=True)
    created_by = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["first", "second"], name="comparison_runs")]


class Portion(models.Model):
    """The part of a comparison that is one county or a city itself.

    ``before``, ``after``: "measure/medium/pollutant" -> total as a decimal text, kg (m3 for volumes). ``touched``:
    something differs. after - before is the sum of the differences, to the last digit.
    """

    row_scope = RowScope(category=None)

    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="portions")
    region = RegionCodeField()
    done = models.BooleanField(default=False)
    touched = models.BooleanField(default=False)
    objects_differing = models.IntegerField(default=0)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    objects = ScopedManager()

    class Meta:
        ordering = ["region"]
        constraints = [models.UniqueConstraint(fields=["comparison", "region"], name="portion_once")]


class Difference(models.Model):
    """How much an object's amount of one pollutant differs by one measure, and why. kg; m3 for volumes.

    Amounts of lines are rounded to 1e-9 before they are subtracted, so sums are exact.
    """

    row_scope = RowScope(object="object_id")

    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="+", db_index=False)
    measure = models.CharField(max_length=12, choices=list(MEASURES.items()), default="environment")
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    object_id = models.UUIDField()
    kind = models.CharField(max_length=24)
    industry = models.CharField(max_length=4, blank=True)
    medium = models.CharField(max_length=8)
    pollutant = models.CharField(max_length=40)
    cause = models.CharField(max_length=12, choices=list(CAUSES.items()))
    amount = models.DecimalField(max_digits=30, decimal_places=9)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["comparison", "region"], name="difference_region")]
