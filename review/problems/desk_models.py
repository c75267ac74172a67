"""What accompanies problem rows: telephone calls about an object, and reminders of deadlines."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import ScopedManager
from census.places.models import RegionCodeField
from review.problems.models import Batch


class Call(models.Model):
    """A call to a census object: who was called, by whom, when, and what came of it. Append-only."""

    class Result(models.TextChoices):
        ANSWERED = "answered", _("Answered the question")
        PROMISED = "promised", _("Will look and call back")
        NOBODY = "nobody", _("Nobody answered")
        WRONG = "wrong", _("Wrong number")
        REFUSED = "refused", _("Refused to answer")

    row_scope = RowScope(district="district_id", object="object_id", verbs=APPEND_ONLY)

    object_id = models.UUIDField()
    problem_id = models.BigIntegerField(null=True)  # the row it was about, if one
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=60)
    person = models.CharField(max_length=60)
    phone = models.CharField(max_length=40, blank=True)
    result = models.CharField(max_length=12, choices=Result.choices)
    note = models.CharField(max_length=600, blank=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["object_id", "at"])]


class Reminder(models.Model):
    """A deadline told once: to an office (*user_id* null) or to the person rows are assigned to.

    *region*: of the office, or of the person's post. *days*: the step of the batch that it belongs to, days
    before the deadline (kind ``before``) or since (kind ``late``).
    """

    class Kind(models.TextChoices):
        BEFORE = "before", _("Deadline near")
        LATE = "late", _("Overdue")

    row_scope = RowScope(category=None, verbs=("SELECT", "INSERT", "UPDATE"))

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="reminders")
    region = RegionCodeField()
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    days = models.PositiveSmallIntegerField()
    rows = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    read_by_name = models.CharField(max_length=60, blank=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "region", "user_id", "kind", "days"],
                name="reminder_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["region", "read_at"]),
            models.Index(fields=["user_id", "read_at"]),
        ]
