"""Quality verification (质量核查): plans, drawn samples, field record sheets, site lists, results.

Every row carries *issuer*, the region of the checking office, and row-level security compares that: a county
never learns from the database which of its objects are to be visited.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import ScopedManager
from census.calendar.models import Campaign
from census.ids import new_id
from census.places.models import RegionCodeField
from review.verification import comparing
from review.verification.protocol import Terms


class Plan(models.Model):
    """One verification by an office: what is checked where, and the draw that anybody can repeat."""

    class Stage(models.TextChoices):
        INVENTORY = "inventory", _("Inventory")
        SURVEY = "survey", _("Household survey and data review")
        SUMMARY = "summary", _("Summary")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being planned")
        DRAWN = "drawn", _("Sample drawn")
        CLOSED = "closed", _("Closed")

    row_scope = RowScope(region="issuer", category=None, verbs=("SELECT", "INSERT", "UPDATE"))

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    issuer = RegionCodeField()
    level = models.PositiveSmallIntegerField()  # 0 nation, 1 province, 2 city
    office_name = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    stage = models.CharField(max_length=12, choices=Stage.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    terms = models.JSONField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="rechecks")
    seed = models.CharField(max_length=64, blank=True)
    frame_hash = models.CharField(max_length=64, blank=True)
    frame_size = models.PositiveIntegerField(default=0)
    # of the draw: {"among": [county], "counties": [county], "districts": {county: [id]},
    # "sizes": {county: {stratum: units}}, "walked": {district or county: {category: units}}}
    drawn = models.JSONField(default=dict)
    drawn_at = models.DateTimeField(null=True)
    drawn_by_name = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=60)
    synthetic = models.BooleanField(default=False)

    objects = ScopedManager()

    class Meta:
        db_table = "review_verification_plan"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["issuer", "state"])]

    def __str__(self) -> str:
        return self.title

    def read_terms(self) -> Terms:
        return Terms.unpack(self.terms)


class Frame(models.Model):
    """The ordered frame a sample was drawn from, compressed (zlib). Written once."""

    row_scope = RowScope(region="issuer", category=None, verbs=APPEND_ONLY)

    plan = models.OneToOneField(Plan, models.PROTECT, primary_key=True, related_name="frame")
    issuer = RegionCodeField()
    data = models.BinaryField()

    objects = ScopedManager()

    class Meta:
        db_table = "review_verification_frame"


class Sheet(models.Model):
    """The field record sheet of one drawn object."""

    class State(models.TextChoices):
        OPEN = "open", _("To be visited")
        SIGNED = "signed", _("Signed")
        REPLACED = "replaced", _("Replaced")

    class Outcome(models.TextChoices):
        PRESENT = "present", _("Found, belongs to the census")
        DUPLICATE = "duplicate", _("Registered twice")
        WRONG = "wrong", _("Does not belong to the census")
        GONE = "gone", _("Rightly deleted")
        OMITTED = "omitted", _("Wrongly deleted")

    class Reason(models.TextChoices):
        UNREACHABLE = "unreachable", _("Cannot be reached (disaster, closed road)")
        ABSENT = "absent", _("Nobody there on repeated visits")
        REFUSED = "refused", _("Refused; reported to the statistics authority")
        CONFLICT = "conflict", _("No verifier is independent of it")
        OTHER = "other", _("Another reason")

    row_scope = RowScope(region="issuer", verbs=("SELECT", "INSERT", "UPDATE"))

    id = models.UUIDField(primary_key=True, default=new_id)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="sheets")
    issuer = RegionCodeField()
    number = models.PositiveIntegerField()
    county = RegionCodeField()
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    stratum = models.CharField(max_length=30)
    rank = models.PositiveIntegerField()
    object_id = models.UUIDField()
    code = models.CharField(max_length=24)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    contact = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replacement")
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)  # why it was replaced
    reason_text = models.CharField(max_length=300, blank=True)
    assigned_to = models.BigIntegerField(null=True)
    assigned_name = models.CharField(max_length=60, blank=True)
    second_name = models.CharField(max_length=60, blank=True)  # the other verifier of the visit
    unit_person = models.CharField(max_length=60, blank=True)  # who signed for the object
    visited_on = models.DateField(null=True)
    remark = models.TextField(blank=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.BigIntegerField(null=True)
    signed_by_name = models.CharField(max_length=60, blank=True)

    objects = ScopedManager()

    class Meta:
        db_table = "review_verification_sheet"
        ordering = ["plan_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="verification_sheet_number"),
            models.UniqueConstraint(fields=["plan", "object_id"], name="verification_sheet_object"),
        ]
        indexes = [models.Index(fields=["assigned_to", "state"])]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def deleted(self) -> bool:
        """True for an object that the register says is deleted: the question is whether rightly."""
        return self.stratum.endswith("/deleted")

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """The outcomes that make sense for it."""
        own = ("gone", "omitted") if self.deleted else ("present", "duplicate", "wrong")
        return [(code, label) for code, label in self.Outcome.choices if code in own]


class SheetItem(models.Model):
    """One checked item: what was reported when the sample was drawn, and what the verifiers found.

    *form* is blank for an item of the register. *reported* null is a blank. *paper* is {} while nobody looked
    at the paper form, else {"value": …} (null for a blank there)."""

    class How(models.TextChoices):
        VALUE = "value", _("Value found")
        NOTHING = "nothing", _("Nothing to report")
        UNABLE = "unable", _("Cannot be verified")

    class Excuse(models.TextChoices):
        RULE = "rule", _("Technical rules or coefficients changed")
        DOCUMENT = "document", _("A document supports the reported value")
        TIME = "time", _("The object changed after the census year")

    row_scope = RowScope(region="issuer", verbs=("SELECT", "INSERT", "UPDATE"))

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="items")
    issuer = RegionCodeField()
    category = models.CharField(max_length=16)
    form = models.CharField(max_length=12, blank=True, db_collation="C")
    page = models.PositiveSmallIntegerField(default=1)  # sheet number of the form
    row = models.CharField(max_length=60, blank=True)  # "table/key"
    indicator = models.CharField(max_length=60)
    kind = models.CharField(max_length=16)  # type of the indicator, or "position"
    key = models.BooleanField()
    reported = models.JSONField(null=True)
    how = models.CharField(max_length=8, choices=How.choices, blank=True)
    verified = models.JSONField(null=True)
    paper = models.JSONField(default=dict)
    verdict = models.CharField(max_length=8, blank=True)
    difference = models.FloatField(null=True)
    excuse = models.CharField(max_length=8, choices=Excuse.choices, blank=True)
    evidence = models.CharField(max_length=300, blank=True)
    earlier = models.JSONField(default=list)  # entries that were changed: [{"how", "verified", "by", "at"}]

    objects = ScopedManager()

    class Meta:
        db_table = "review_verification_item"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "form", "page", "row", "indicator"], name="verification_item_once"
            )
        ]

    @property
    def path(self) -> str:
        """Place in the form, as the entry page understands it."""
        return "/".join(part for part in (self.row, self.indicator) if part)

    @property
    def wrong(self) -> bool:
        """Counts as an error: a fault that no document excuses."""
        return self.verdict in comparing.FAULTS and not self.excuse

    @property
    def entry_wrong(self) -> bool:
        """The electronic form differs from the paper one."""
        return bool(self.paper) and comparing.plain(self.paper["value"]) != comparing.plain(self.reported)


class WalkEntry(models.Model):
    """An object found on the ground by walking a drawn area, and the register entry it matches, if any."""

    row_scope = RowScope(region="issuer", verbs=("SELECT", "INSERT", "DELETE"))

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="walk")
    issuer = RegionCodeField()
    county = RegionCodeField()
    area = models.CharField(max_length=36)  # the census district drawn, or the county where none are drawn
    category = models.CharField(max_length=16)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    object_id = models.UUIDField(null=True)  # null: not on the register
    code = models.CharField(max_length=24, blank=True)
    elsewhere = models.BooleanField(default=False)  # registered, but not in this area
    found_by = models.BigIntegerField(null=True)
    found_by_name = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager()

    class Meta:
        db_table = "review_verification_walk"
        ordering = ["county", "area", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "object_id"],
                name="verification_walk_object",
                condition=models.Q(object_id__isnull=False),
            )
        ]


class Result(models.Model):
    """The outcome of a plan for one county: rates as they stood, what they mean, what the office decided."""

    class Outcome(models.TextChoices):
        PASS = "pass", _("Passed")
        FIX = "fix", _("Fix and re-check")
        FAIL = "fail", _("Failed: redo the stage")

    row_scope = RowScope(region="issuer", category=None, verbs=("SELECT", "INSERT", "UPDATE"))

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="results")
    issuer = RegionCodeField()
    county = RegionCodeField()
    rates = models.JSONField()
    proposed = models.CharField(max_length=4, choices=Outcome.choices)
    outcome = models.CharField(max_length=4, choices=Outcome.choices)
    reason = models.CharField(max_length=600, blank=True)
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=60)
    batch_id = models.UUIDField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "review_verification_result"
        ordering = ["county"]
        constraints = [models.UniqueConstraint(fields=["plan", "county"], name="verification_result_once")]
