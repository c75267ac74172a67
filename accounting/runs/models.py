"""Accounting runs: run, shard (one county), result line, gap."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.calendar.models import Campaign
from census.ids import new_id
from census.places.models import RegionCodeField

GAP_REASONS = {
    "no_factor": _("No coefficient"),
    "weak_factor": _("Only a coefficient the run may not use"),
    "not_in_force": _("Only a coefficient not in force on the reference date"),
    "no_efficiency": _("No efficiency for the technique"),
    "missing_k": _("Operating rate unknown"),
    "missing_input": _("An item of the form is blank"),
    "unit_mismatch": _("Units do not fit"),
    "out_of_range": _("Parameter outside its range"),
    "unknown_pollutant": _("Pollutant not known"),
    "unknown_plant": _("Receiving plant not found"),
    "negative": _("More removed than generated"),
    "not_valid": _("Monitoring does not count"),
}
MATCH_STEPS = {
    "measured": _("Measured"),
    "balance": _("Material balance"),
    "reported": _("Reported quantity"),
    "exact": _("Same product, material, process, scale"),
    "group": _("Group code or national row"),
    "substitution": _("Declared substitution"),
    "analogue": _("Analogue"),
}
METHODS = {
    "monitoring": _("Monitoring"),
    "coefficient": _("Coefficient"),
    "balance": _("Material balance"),
    "reported": _("Reported quantity"),
}


class Run(models.Model):
    """One accounting of a region with one set of factors. Its lines are never changed once it is done.

    ``region``: 12-digit code, everything below it is accounted. ``stale``: a form changed since.
    ``parameters``: see engine/context.py; with the edition they make the run repeatable. ``predecessor``: the run
    that is brought up to date; rows whose inputs did not change are taken over from it. ``data_cut``: the cut whose
    register and returns are counted; null for those of now. ``engine``: digest of the program that computed, see
    basis.py.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    row_scope = RowScope(category=None, upward=True)

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.BigIntegerField(unique=True)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    region = RegionCodeField()
    categories = models.JSONField(default=list)
    edition = models.CharField(max_length=24)
    parameters = models.JSONField(default=dict)
    confidences = models.JSONField(default=list)
    analogue = models.BooleanField(default=True)
    min_state = models.CharField(max_length=16, default="submitted")
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    stale = models.BooleanField(default=False)
    job_id = models.UUIDField(null=True)
    predecessor = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    data_cut = models.ForeignKey("accounting.Cut", models.PROTECT, null=True, related_name="recomputed")
    engine = models.CharField(max_length=16, blank=True)
    objects_counted = models.BigIntegerField(default=0)
    lines_written = models.BigIntegerField(default=0)
    gaps_written = models.BigIntegerField(default=0)
    created_by = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["region", "-number"])]


class Shard(models.Model):
    """The part of a run that is one county, or the objects of the city itself (code + '00').

    ``used``: factor id -> [lines, objects] for every factor the shard asked for; [0, 0] for one that is only a
    parameter of lines (mileage, removal rate) and not their factor.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Mode(models.TextChoices):
        FULL = "full", _("Computed")
        PARTIAL = "partial", _("Changed objects computed")
        COPIED = "copied", _("Taken over unchanged")

    row_scope = RowScope(category=None)

    run = models.ForeignKey(Run, models.CASCADE, related_name="shards")
    region = RegionCodeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.FULL)
    objects_counted = models.IntegerField(default=0)
    objects_computed = models.IntegerField(default=0)
    lines_written = models.IntegerField(default=0)
    gaps_written = models.IntegerField(default=0)
    read_seconds = models.FloatField(default=0)
    compute_seconds = models.FloatField(default=0)
    write_seconds = models.FloatField(default=0)
    used = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["region"]
        constraints = [models.UniqueConstraint(fields=["run", "region"], name="shard_once")]


class Basis(models.Model):
    """What a done shard rested on, so that the next run can tell what changed. See basis.py for the bytes.

    ``inputs``: a digest of each object with its forms. ``credited``: digest of the plants of other shards.
    ``asked``: the questions put to the factor library. ``answers``: digest of its answers.
    """

    row_scope = RowScope(category=None)

    shard = models.OneToOneField(Shard, models.CASCADE, related_name="basis")
    region = RegionCodeField()
    inputs = models.BinaryField()
    credited = models.CharField(max_length=32, blank=True)
    asked = models.BinaryField()
    answers = models.CharField(max_length=32)

    objects = ScopedManager()


class Line(models.Model):
    """One result: one pollutant of one accounting unit of one object by one method.

    Amounts in kg; in m3 for waste_water_volume and exhaust_gas_volume. NULL is unknown, never zero.
    ``discharged_kg`` leaves the object; ``environment_kg`` is what of it enters the environment: after the
    receiving plant for indirect discharge, 0 for a plant's own throughput, NULL where unknown. Totals sum
    ``environment_kg`` over ``chosen`` lines. Lines that are not chosen are other methods kept for comparison.
    ``factor_value`` is the coefficient as used, in ``factor_unit``. ``subject``: animal (pig, dairy, beef, layer,
    broiler) or vehicle type of the form; blank elsewhere. ``place``: number of the part of the object (within
    medium and pollutant) that several methods tell of; 0 where there is only one.

    The database checks no key to the run: rows are written only beside a shard of the run, which is checked; a check
    for every row was a fifth of what PostgreSQL does in a run.
    """

    row_scope = RowScope(object="object_id", verbs=("SELECT", "INSERT", "DELETE"))

    run = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    object_id = models.UUIDField()
    kind = models.CharField(max_length=24)
    source = models.CharField(max_length=24)
    subject = models.CharField(max_length=24, blank=True)
    industry = models.CharField(max_length=4, blank=True)
    form = models.CharField(max_length=12)
    sheet = models.PositiveSmallIntegerField()
    row_key = models.IntegerField(null=True)
    section = models.CharField(max_length=40, blank=True)
    unit = models.CharField(max_length=200, blank=True)
    medium = models.CharField(max_length=8)
    pollutant = models.CharField(max_length=40)
    method = models.CharField(max_length=12)
    formula = models.CharField(max_length=40)
    chosen = models.BooleanField(default=True)
    activity = models.FloatField(null=True)
    activity_unit = models.CharField(max_length=40, blank=True)
    factor_id = models.BigIntegerField(null=True)
    factor_value = models.FloatField(null=True)
    factor_unit = models.CharField(max_length=80, blank=True)
    eta = models.FloatField(null=True)
    k = models.FloatField(null=True)
    generated_kg = models.FloatField(null=True)
    removed_kg = models.FloatField(null=True)
    discharged_kg = models.FloatField(null=True)
    environment_kg = models.FloatField(null=True)
    destination = models.CharField(max_length=8, blank=True)
    match_step = models.CharField(max_length=12)
    confidence = models.CharField(max_length=12)
    place = models.PositiveSmallIntegerField(default=0)
    inputs = models.JSONField(default=dict)
    version_no = models.IntegerField()

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["run", "region"], name="line_run_region"),
            models.Index(fields=["object_id", "run"], name="line_object_run"),
        ]


class Gap(models.Model):
    """Work to do: an amount that could not be computed, or not to the end, and why. ``size``: activity."""

    row_scope = RowScope(object="object_id", verbs=("SELECT", "INSERT", "DELETE"))

    run = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    object_id = models.UUIDField()
    kind = models.CharField(max_length=24)
    source = models.CharField(max_length=24)
    industry = models.CharField(max_length=4, blank=True)
    form = models.CharField(max_length=12)
    sheet = models.PositiveSmallIntegerField()
    row_key = models.IntegerField(null=True)
    section = models.CharField(max_length=40, blank=True)
    pollutant = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=20, choices=list(GAP_REASONS.items()))
    key = models.CharField(max_length=400)
    size = models.FloatField(null=True)
    size_unit = models.CharField(max_length=40, blank=True)
    version_no = models.IntegerField()

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "region"], name="gap_run_region")]
