"""Delegation: a colleague does the work of a post while its holder is away."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import RowScope
from census.people.models import Post, User
from census.places.models import RegionCodeField


class DelegationQuerySet(models.QuerySet):
    def current(self) -> DelegationQuerySet:
        """In force today. The posts and accounts behind them are looked at where they are used."""
        today = timezone.localdate()
        return self.filter(starts__lte=today, ends__gte=today, ended_at__isnull=True)


class Delegation(models.Model):
    """*colleague* acts through *post* from *starts* to *ends*. Read at sign-in, before there is a scope."""

    class Reason(models.TextChoices):
        LEAVE = "leave", _("On leave")
        TRAVEL = "travel", _("Travelling on duty")
        TRAINING = "training", _("In training")
        LOAD = "load", _("Too much work for one")
        OTHER = "other", _("Another reason")

    row_scope = RowScope(category=None, read_all=True, verbs=("SELECT", "INSERT", "UPDATE"))

    post = models.ForeignKey(Post, models.PROTECT, related_name="delegations")
    colleague = models.ForeignKey(User, models.PROTECT, related_name="+")
    region = RegionCodeField()
    starts = models.DateField()
    ends = models.DateField()
    reason = models.CharField(max_length=10, choices=Reason.choices)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.BigIntegerField(null=True)
    made_by_name = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=60, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["-starts", "-id"]
        constraints = [models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="delegation_days")]
        indexes = [models.Index(fields=["colleague", "ends"])]
