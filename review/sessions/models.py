"""Joint review (会审): a meeting of departments over census objects, what it decided, and the problems it issued."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.posts import CATEGORIES
from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import ScopedManager
from census.calendar.models import Campaign
from census.ids import new_id
from census.places.models import RegionCodeField
from review.problems.models import Batch
from sources.objects.models import CensusObject


class Session(models.Model):
    """A meeting of the office of *region*. *departments*: [{"name", "people", "categories": [...]}]."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("In session")
        CLOSED = "closed", _("Minutes signed")

    row_scope = RowScope(category=None, verbs=("SELECT", "INSERT", "UPDATE"))

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    region = RegionCodeField()
    office_name = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    starts = models.DateTimeField()
    place = models.CharField(max_length=200)
    chair = models.CharField(max_length=60)
    departments = models.JSONField(default=list)
    categories = ArrayField(models.CharField(max_length=16, choices=list(CATEGORIES.items())))
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    summary = models.TextField(blank=True)  # what was said in general, for the minutes
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    made_by_name = models.CharField(max_length=60)
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.CharField(max_length=60, blank=True)
    synthetic = models.BooleanField(default=False)

    objects = ScopedManager()

    class Meta:
        ordering = ["-starts"]
        indexes = [models.Index(fields=["region", "-starts"])]


class AgendaItem(models.Model):
    """One object on the agenda. Scoped by the office that meets (*issuer*) and the object's category, so that a
    department sees its own sources only and the counties do not see the talk about them."""

    class Origin(models.TextChoices):
        FINDINGS = "findings", _("Findings")
        RANKING = "ranking", _("Ranking of doubt")
        REGISTER = "register", _("Register")

    class Decision(models.TextChoices):
        OPEN = "", _("Not decided")
        CONFIRMED = "confirmed", _("Data confirmed")
        PROBLEM = "problem", _("Issue as a problem")
        VISIT = "visit", _("Check on site")
        LATER = "later", _("Postponed")

    row_scope = RowScope(region="issuer")

    session = models.ForeignKey(Session, models.PROTECT, related_name="items")
    issuer = RegionCodeField()
    number = models.PositiveIntegerField()
    object = models.ForeignKey(CensusObject, models.PROTECT, related_name="+")
    region = RegionCodeField()  # of the object, when it was put on the agenda
    category = models.CharField(max_length=16)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    subject = models.CharField(max_length=600)  # what is to be talked about
    form = models.CharField(max_length=12, blank=True, db_collation="C")
    indicator = models.CharField(max_length=80, blank=True, db_collation="C")
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.OPEN, blank=True)
    conclusion = models.TextField(blank=True)
    responsible = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=60, blank=True)
    issued = models.BooleanField(default=False)  # is a row of the session's batch

    objects = ScopedManager()

    class Meta:
        ordering = ["session", "number"]
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="agenda_number_once")]


class Opinion(models.Model):
    """What a department says of an object on the agenda. Never changed; the newest of a department counts."""

    class View(models.TextChoices):
        AGREE = "agree", _("Data agree with ours")
        DOUBT = "doubt", _("Data differ from ours")
        NONE = "none", _("No data of our own")

    row_scope = RowScope(region="issuer", verbs=APPEND_ONLY)

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="opinions")
    issuer = RegionCodeField()
    category = models.CharField(max_length=16)
    view = models.CharField(max_length=6, choices=View.choices)
    text = models.TextField(blank=True)
    department = models.CharField(max_length=100)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
