"""Progress by place and day, targets, and the documents that press for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import Scope, ScopedManager, ScopedQuerySet
from census.calendar.models import Campaign
from census.dispatch.pace import Plan
from census.ids import new_id
from census.places import regions
from census.places.models import RegionCodeField


class Snapshot(models.Model):
    """How far one place was on one day by one measure.

    A row tells of *region* as a part of *parent*, one level up. Where both are the same, it tells of what hangs on
    that place itself and on none below it (a city's vehicles), so the rows of a parent always add up to the parent.
    """

    row_scope = RowScope(category=None)

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    parent = RegionCodeField()
    region = RegionCodeField()
    measure = models.CharField(max_length=40, db_collation="C")
    day = models.DateField()
    total = models.IntegerField()
    done = models.IntegerField()
    synthetic = models.BooleanField(default=False)

    objects = ScopedManager()

    class Meta:
        ordering = ["parent", "measure", "day", "region"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "measure", "day", "region"], name="snapshot_once")
        ]
        indexes = [models.Index(fields=["day", "region"])]


class ProgressDelta(models.Model):
    """By how much one statement changed a count, written by the triggers of ``tallies``; folded every five seconds."""

    row_scope = RowScope(category=None, verbs=("SELECT", "DELETE"))

    region = RegionCodeField()  # the township, or what hangs on a higher place itself
    measure = models.CharField(max_length=40, db_collation="C")
    total = models.IntegerField()
    done = models.IntegerField()

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]


class ProgressCount(models.Model):
    """How far a township is by one measure now, all deltas up to the last fold included."""

    row_scope = RowScope(category=None)

    region = RegionCodeField()
    measure = models.CharField(max_length=40, db_collation="C")
    total = models.IntegerField()
    done = models.IntegerField()

    objects = ScopedManager()

    class Meta:
        ordering = ["region", "measure"]
        constraints = [models.UniqueConstraint(fields=["region", "measure"], name="progress_count_once")]


class Rhythm(models.Model):
    """Every day, week or half-month a document of *kind* about *measure* is drafted for the office of *region*."""

    class Every(models.TextChoices):
        DAY = "day", _("Daily")
        WEEK = "week", _("Weekly, on Monday")
        HALF_MONTH = "half", _("Half-monthly, on the 1st and the 16th")

    row_scope = RowScope(category=None)

    region = RegionCodeField()
    kind = models.CharField(max_length=16)  # of Document.Kind
    measure = models.CharField(max_length=40, db_collation="C")
    every = models.CharField(max_length=4, choices=Every.choices)
    last_day = models.DateField(null=True)  # when it was drafted last
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by_name = models.CharField(max_length=60)

    objects = ScopedManager()

    class Meta:
        ordering = ["region", "kind", "measure"]
        constraints = [models.UniqueConstraint(fields=["region", "kind", "measure"], name="rhythm_once")]


class Target(models.Model):
    """What the office of *region* asks of every place below it, by one measure; read from below."""

    row_scope = RowScope(category=None, upward=True)

    region = RegionCodeField()
    measure = models.CharField(max_length=40, db_collation="C")
    starts = models.DateField(_("First day"))
    due = models.DateField(_("Due"))
    percent = models.DecimalField(_("Target (%)"), max_digits=4, decimal_places=1, default=100)
    tolerance = models.DecimalField(
        _("Tolerance (percentage points)"), max_digits=4, decimal_places=1, default=10
    )
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by_name = models.CharField(max_length=60)

    objects = ScopedManager()

    class Meta:
        ordering = ["region", "measure"]
        constraints = [
            models.UniqueConstraint(fields=["region", "measure"], name="target_once"),
            models.CheckConstraint(condition=Q(due__gt=models.F("starts")), name="target_due_after_start"),
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="target_percent"),
        ]

    @property
    def plan(self) -> Plan:
        return Plan(self.starts, self.due, float(self.percent), float(self.tolerance))


class DocumentsAddressed(ScopedQuerySet):
    def visible_to(self, scope: Scope) -> DocumentsAddressed:
        """Documents of offices in the scope, and those addressed to a place in it."""
        low, high = regions.bounds(scope.region)
        addressed = Recipient.objects.visible_to(scope).filter(document=OuterRef("pk"))
        return self.filter(Q(region__gte=low, region__lt=high) | Exists(addressed))


class Document(models.Model):
    """A warning, circular, supervision letter or briefing of one office.

    *figures* are the rows it was written from (see ``drafting.Figures``), kept as they were. The restrictive
    policy ``addressed_only`` (migration 0005) says in the database what ``visible_to`` says here.
    """

    class Kind(models.TextChoices):
        WARNING = "warning", _("Warning notice")
        CIRCULAR = "circular", _("Circular")
        SUPERVISION = "supervision", _("Supervision letter")
        BRIEFING = "briefing", _("Briefing")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")
        CLOSED = "closed", _("Closed")

    row_scope = RowScope(category=None, upward=True)

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    region = RegionCodeField()
    office_name = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(null=True)  # per office and year, given when issued
    title = models.CharField(max_length=200)
    body = models.TextField()
    addressees = models.JSONField(default=list)  # names as printed; each addressee sees only its own row
    deadline = models.DateField(null=True)  # for the replies; None where none is asked for
    measure = models.CharField(max_length=40, blank=True, db_collation="C")
    figures = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    automatic = models.BooleanField(default=False)  # drafted by the nightly run, not by a person
    created_at = models.DateTimeField(default=timezone.now)
    created_by_name = models.CharField(max_length=60)
    issued_at = models.DateTimeField(null=True)
    issued_by_name = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)

    objects = models.Manager.from_queryset(DocumentsAddressed)()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["region", "year", "number"], name="document_number_once")
        ]
        indexes = [models.Index(fields=["region", "state"])]

    def __str__(self) -> str:
        return self.title

    @property
    def code(self) -> str:
        """Year and number as offices cite them (〔2018〕3号); empty for a draft."""
        return f"〔{self.year}〕{self.number}号" if self.number else ""

    @property
    def asks_reply(self) -> bool:
        return self.deadline is not None


class RecipientsHidden(ScopedQuerySet):
    def visible_to(self, scope: Scope) -> RecipientsHidden:
        """Rows of places in the scope; those of a draft only for the office that writes it and those above."""
        low, high = regions.bounds(scope.region)
        own = Q(issuer__gte=low, issuer__lt=high)
        return super().visible_to(scope).filter(~Q(state="draft") | own)


class Recipient(models.Model):
    """One addressee of a document and how far it is with it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Not issued")
        ISSUED = "issued", _("Not received")
        RECEIVED = "received", _("Received")
        REPLIED = "replied", _("Replied")
        CLOSED = "closed", _("Closed")

    row_scope = RowScope(category=None)

    document = models.ForeignKey(Document, models.CASCADE, related_name="recipients")
    issuer = RegionCodeField()  # of the document, repeated: who may see a draft's rows
    deadline = models.DateField(null=True)  # of the document, repeated: what is overdue
    region = RegionCodeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    received_at = models.DateTimeField(null=True)
    received_by_name = models.CharField(max_length=60, blank=True)
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    replied_by_name = models.CharField(max_length=60, blank=True)
    opinion = models.TextField(blank=True)  # the issuer's word on the reply
    closed_at = models.DateTimeField(null=True)

    objects = models.Manager.from_queryset(RecipientsHidden)()

    class Meta:
        ordering = ["region"]
        constraints = [models.UniqueConstraint(fields=["document", "region"], name="recipient_once")]
        indexes = [models.Index(fields=["region", "state"])]

    @property
    def overdue(self) -> bool:
        """Past the deadline without a reply."""
        waiting = self.state in {self.State.ISSUED, self.State.RECEIVED}
        return waiting and self.deadline is not None and self.deadline < timezone.localdate()


class DocumentEvent(models.Model):
    """Append-only life of a document at one addressee: receipts, every reply, every word on a reply."""

    row_scope = RowScope(category=None, verbs=APPEND_ONLY)

    document_id = models.UUIDField()
    region = RegionCodeField()  # of the addressee
    at = models.DateTimeField(default=timezone.now)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=60)
    action = models.CharField(max_length=16)
    text = models.TextField(blank=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["document_id", "region"])]
