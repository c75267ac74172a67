"""Figures that others counted: yearbooks, the first census, environmental statistics, permits, manifests."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.places.models import RegionCodeField
from sources.sheets.statements import Statement


class ReferenceFigure(Statement):
    """One outside figure. *object_code*: register code of the object it is about; empty for a total of the region."""

    class Kind(models.TextChoices):
        YEARBOOK = "yearbook", _("Statistical yearbook")
        FIRST_CENSUS = "first_census", _("First pollution census")
        ENVIRONMENT = "environment", _("Environmental statistics")
        DEPARTMENT = "department", _("Statistics of a department")
        PERMIT = "permit", _("Permit or manifest record")

    row_scope = RowScope(category=None, upward=True, verbs=("SELECT", "INSERT", "UPDATE"))

    region = RegionCodeField()
    object_code = models.CharField(max_length=24, blank=True, db_collation="C")
    indicator = models.CharField(max_length=40, db_collation="C")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    value = models.FloatField()
    unit = models.CharField(max_length=20)

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
