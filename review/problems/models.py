"""Problem batches (问题清单), their rows, and what happened to each."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import Scope, ScopedManager, ScopedQuerySet
from census.calendar.models import Campaign
from census.ids import new_id
from census.places import regions
from census.places.models import RegionCodeField
from review.problems import states
from review.problems.settings import days_before, days_late


class DraftsHidden(ScopedQuerySet):
    """A draft belongs to the issuing office (and those above it) until it is issued.

    The restrictive policy ``draft_hidden`` (migration 0002) says the same in the database.
    """

    issuer = "issuer"

    def visible_to(self, scope: Scope) -> DraftsHidden:
        low, high = regions.bounds(scope.region)
        own = models.Q(**{f"{self.issuer}__gte": low, f"{self.issuer}__lt": high})
        return super().visible_to(scope).filter(~models.Q(state="draft") | own)


class BatchesHidden(DraftsHidden):
    issuer = "region"


class Batch(models.Model):
    """A numbered list issued by an office. *region* is the office's; recipients read it from below."""

    class Kind(models.TextChoices):
        AUDIT = "audit", _("Audit")
        JOINT = "joint", _("Joint review")
        VERIFICATION = "verification", _("Verification")
        DEPARTMENT = "department", _("Department review")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")
        CLOSED = "closed", _("Closed")

    row_scope = RowScope(category=None, upward=True, verbs=("SELECT", "INSERT", "UPDATE"))

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    region = RegionCodeField()
    level = models.PositiveSmallIntegerField()  # 0 nation, 1 province, 2 city, 3 county
    office_name = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.AUDIT)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(null=True)  # per office and year, given when issued
    title = models.CharField(max_length=200)
    instructions = models.TextField(blank=True)
    deadline = models.DateField()
    # days before and since the deadline on which offices and assignees are reminded
    remind_before = ArrayField(models.PositiveSmallIntegerField(), default=days_before)
    remind_late = ArrayField(models.PositiveSmallIntegerField(), default=days_late)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    rows = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=60)
    issued_at = models.DateTimeField(null=True)
    issued_by_name = models.CharField(max_length=60, blank=True)
    synthetic = models.BooleanField(default=False)

    objects = models.Manager.from_queryset(BatchesHidden)()

    class Meta:
        ordering = ["-issued_at", "-created_at"]
        constraints = [models.UniqueConstraint(fields=["region", "year", "number"], name="batch_number_once")]
        indexes = [models.Index(fields=["region", "state"])]

    def __str__(self) -> str:
        return self.title

    @property
    def code(self) -> str:
        """Year and number as offices cite it, such as ``2018-07``; empty for a draft."""
        return f"{self.year}-{self.number:02d}" if self.number else ""

    @property
    def late(self) -> bool:
        """True when the deadline of an issued list has passed."""
        return self.state == self.State.ISSUED and self.deadline < timezone.localdate()


class Problem(models.Model):
    """One row of a batch: an issued finding or doubt about one object, with its life."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Not issued")
        ISSUED = "issued", _("Issued")
        RECEIVED = "received", _("Received")
        ASSIGNED = "assigned", _("Assigned")
        ANSWERED = "answered", _("Answered")
        COUNTY_CHECKED = "county_checked", _("Checked by county")
        CITY_CHECKED = "city_checked", _("Checked by city")
        CLOSED = "closed", _("Closed")

    class Answer(models.TextChoices):
        CORRECTED = "corrected", _("Corrected")
        EXPLAINED = "explained", _("Confirmed correct, explained")
        FALSE_ALARM = "false_alarm", _("False alarm")
        REMOVED = "removed", _("Object removed")

    row_scope = RowScope(
        district="district_id", object="object_id", verbs=("SELECT", "INSERT", "UPDATE", "DELETE")
    )

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="problems")
    # of the batch, repeated here: who may see a draft, which ladder it climbs, when it is overdue
    issuer = RegionCodeField()
    level = models.PositiveSmallIntegerField()
    deadline = models.DateField()
    serial = models.PositiveIntegerField()
    object_id = models.UUIDField()
    object_code = models.CharField(max_length=24)
    object_name = models.CharField(max_length=200)
    return_id = models.UUIDField(null=True)
    finding_id = models.BigIntegerField(null=True)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    form = models.CharField(max_length=12, blank=True, db_collation="C")
    sheet = models.PositiveSmallIntegerField(default=1)
    row = models.CharField(max_length=60, blank=True)
    indicator = models.CharField(max_length=60, blank=True)
    rule = models.CharField(max_length=60, blank=True)
    severity = models.CharField(max_length=8)
    description = models.CharField(max_length=600)
    value_at_issue = models.CharField(max_length=200, blank=True)
    version_at_issue = models.PositiveIntegerField(null=True)
    value_after = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    round = models.PositiveSmallIntegerField(default=1)
    assigned_to = models.BigIntegerField(null=True)
    assigned_name = models.CharField(max_length=60, blank=True)
    answer = models.CharField(max_length=12, choices=Answer.choices, blank=True)
    reason = models.CharField(max_length=32, blank=True, default="", db_default="")  # a code of reasons.yaml
    explanation = models.TextField(blank=True)
    answered_by = models.BigIntegerField(null=True)
    answered_by_name = models.CharField(max_length=60, blank=True)
    answered_for = models.BigIntegerField(null=True)  # the absent person in whose name it was answered
    answered_at = models.DateTimeField(null=True)
    answered_version = models.PositiveIntegerField(null=True)
    rule_passes = models.BooleanField(null=True)  # the rule's newest verdict; null for rows without a rule
    mark = models.CharField(max_length=40, blank=True)  # object_removed, value_changed_before_issue …
    county_opinion = models.CharField(max_length=600, blank=True)
    city_opinion = models.CharField(max_length=600, blank=True)
    issuer_opinion = models.CharField(max_length=600, blank=True)
    closed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)
    revision = models.PositiveIntegerField(default=1)

    objects = models.Manager.from_queryset(DraftsHidden)()

    class Meta:
        ordering = ["batch_id", "serial"]
        constraints = [
            # checked at the end of the statement: issuing numbers all rows anew
            models.UniqueConstraint(
                fields=["batch", "serial"],
                name="problem_serial_once",
                deferrable=models.Deferrable.IMMEDIATE,
            )
        ]
        indexes = [
            models.Index(fields=["region", "id"]),
            models.Index(
                fields=["region", "id"],
                name="problem_open",
                condition=models.Q(state__in=["issued", "received", "assigned"]),
            ),
            models.Index(
                fields=["region", "id"],
                name="problem_waiting",
                condition=models.Q(state__in=["answered", "county_checked", "city_checked"]),
            ),
            models.Index(fields=["state", "region", "id"]),
            models.Index(fields=["batch", "region", "state"]),
            models.Index(fields=["object_id"]),
            models.Index(fields=["finding_id"]),
            models.Index(fields=["assigned_to", "state"]),
            models.Index(fields=["rule", "answer"]),
            # the orders of the desk besides place and time
            models.Index(fields=["deadline", "id"], name="problem_deadline"),
            models.Index(fields=["object_code", "id"], name="problem_object"),
            models.Index(fields=["region", "id"], name="problem_marked", condition=~models.Q(mark="")),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.serial}"

    @property
    def path(self) -> str:
        """Place of the questioned item in its form, as the entry page understands it."""
        return "/".join(part for part in (self.row, self.indicator) if part)

    @property
    def open(self) -> bool:
        return self.state in states.OPEN

    @property
    def overdue(self) -> bool:
        """Not answered and past the deadline."""
        return self.open and self.deadline < timezone.localdate()


class ProblemEvent(models.Model):
    """Append-only life of a problem row."""

    row_scope = RowScope(district="district_id", object="object_id", verbs=APPEND_ONLY)

    problem_id = models.BigIntegerField()
    object_id = models.UUIDField()
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=60)
    post_kind = models.CharField(max_length=24)
    action = models.CharField(max_length=24)
    source = models.CharField(max_length=16)
    target = models.CharField(max_length=16)
    round = models.PositiveSmallIntegerField(default=1)
    note = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["problem_id", "id"]),
            BrinIndex(fields=["at"], name="problemevent_day"),  # written in order of time: work per day
        ]
