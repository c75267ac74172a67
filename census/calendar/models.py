"""The campaign and its phases."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Campaign(models.Model):
    """One census (普查) with its reference date; flows are counted over the year of that date."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    reference_date = models.DateField()
    active = models.BooleanField(default=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["reference_date"]

    def __str__(self) -> str:
        return self.name_zh


class Phase(models.Model):
    """A phase of a campaign with its dates."""

    class Kind(models.TextChoices):
        INVENTORY = "inventory", _("Inventory")
        SURVEY = "survey", _("Household survey")
        REVIEW = "review", _("Review and problem lists")
        ACCOUNTING = "accounting", _("Accounting")
        PUBLICATION = "publication", _("Summary and publication")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="phases")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    starts = models.DateField()
    ends = models.DateField()

    class Meta:
        ordering = ["starts"]
        constraints = [models.UniqueConstraint(fields=["campaign", "kind"], name="phase_once")]
