"""Unlock orders: who asked for frozen forms to be opened, why, and what the national office decided."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.ids import new_id
from census.places.models import RegionCodeField
from sources.objects.models import CensusObject


class UnlockOrder(models.Model):
    """A request of the office of *region* to open frozen forms; with the grant it is an order with a number."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked for")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Not granted")

    row_scope = RowScope(category=None, verbs=("SELECT", "INSERT", "UPDATE"))

    id = models.UUIDField(primary_key=True, default=new_id)
    region = RegionCodeField()
    office_name = models.CharField(max_length=100)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(null=True)  # per year, given with the grant
    reason = models.TextField()
    until = models.DateField()  # until when the forms shall have been corrected and frozen again
    rows = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.BigIntegerField(null=True)
    asked_for = models.BigIntegerField(null=True)  # the absent person whose post it was done through
    asked_by_name = models.CharField(max_length=60)
    opinion = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=60, blank=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [models.UniqueConstraint(fields=["year", "number"], name="unlock_number_once")]
        indexes = [models.Index(fields=["region", "state"])]

    @property
    def code(self) -> str:
        """Year and number as it is cited (〔2018〕3号); empty before the grant."""
        return f"〔{self.year}〕{self.number}号" if self.number else ""


class UnlockItem(models.Model):
    """One form of an order. *version_no* is the frozen version the order spoke of."""

    row_scope = RowScope(district="district_id", object="object_id", verbs=("SELECT", "INSERT", "UPDATE"))

    order = models.ForeignKey(UnlockOrder, models.PROTECT, related_name="items")
    return_id = models.UUIDField()
    object = models.ForeignKey(CensusObject, models.PROTECT, related_name="+")
    form = models.CharField(max_length=12, db_collation="C")
    sheet = models.PositiveSmallIntegerField(default=1)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    version_no = models.PositiveIntegerField()
    unlocked = models.BooleanField(default=False)

    objects = ScopedManager()

    class Meta:
        ordering = ["form", "sheet"]
        constraints = [models.UniqueConstraint(fields=["order", "return_id"], name="unlock_item_once")]
        indexes = [models.Index(fields=["return_id"])]
