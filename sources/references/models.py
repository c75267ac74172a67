"""Figures that others counted: yearbooks, the first census, environmental statistics, permits, manifests."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.places.models import RegionCodeField


class ReferenceFigure(models.Model):
    """One outside figure. *object_code*: register code of the object it is about; empty for a total of the region.

    A figure is never overwritten: loading another value makes a new row, and *current* leaves the old one.
    """

    class Kind(models.TextChoices):
        YEARBOOK = "yearbook", _("Statistical yearbook")
        FIRST_CENSUS = "first_census", _("First pollution census")
        ENVIRONMENT = "environment", _("Environmental statistics")
        DEPARTMENT = "department", _("Statistics of a department")
        PERMIT = "permit", _("Permit or manifest record")

    class Confidence(models.TextChoices):
        VERIFIED = "verified", _("Verified")
        SECONDARY = "secondary", _("Secondary")
        RECALLED = "recalled", _("Recalled")

    row_scope = RowScope(category=None, upward=True, verbs=("SELECT", "INSERT", "UPDATE"))

    region = RegionCodeField()
    object_code = models.CharField(max_length=24, blank=True, db_collation="C")
    indicator = models.CharField(max_length=40, db_collation="C")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    value = models.FloatField()
    unit = models.CharField(max_length=20)
    source = models.CharField(max_length=300)
    confidence = models.CharField(max_length=12, choices=Confidence.choices)
    current = models.BooleanField(default=True)
    loaded_at = models.DateTimeField(default=timezone.now)
    loaded_by = models.BigIntegerField(null=True)
    loaded_by_name = models.CharField(max_length=60)
    file = models.CharField(max_length=200)

    objects = ScopedManager()

    class Meta:
        ordering = ["region", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "object_code", "indicator", "year", "kind"],
                condition=models.Q(current=True),
                name="reference_figure_once",
            )
        ]
