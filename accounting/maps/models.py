"""The points of the map, one row a county and category."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.places.models import RegionCodeField

AMOUNTS = (
    ("water", "COD"),
    ("water", "NH3_N"),
    ("water", "TN"),
    ("water", "TP"),
    ("air", "SO2"),
    ("air", "NOx"),
    ("air", "PM"),
    ("air", "VOCs"),
)


class PointSet(models.Model):
    """The objects in scope of one county (or of a city itself) and category that have a position.

    ``places``: see points.py; ``ids``: 16 bytes of each object's id; ``amounts``: kg a year into the environment as
    float32, all points of the first of AMOUNTS, then of the second …, NaN for none, by the run ``run_number`` (null:
    no run yet). All three in the same order. ``kinds``: the kind codes that the numbers in ``places`` mean.
    Derived: can be made again from register and run at any time.
    """

    row_scope = RowScope()

    region = RegionCodeField()
    category = models.CharField(max_length=16)
    revision = models.PositiveIntegerField(default=1)
    kinds = models.JSONField(default=list)
    points = models.PositiveIntegerField(default=0)
    unplaced = models.PositiveIntegerField(default=0)
    places = models.BinaryField(default=b"")
    ids = models.BinaryField(default=b"")
    amounts = models.BinaryField(default=b"")
    run_number = models.BigIntegerField(null=True)
    built_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager()

    class Meta:
        ordering = ["region", "category"]
        constraints = [models.UniqueConstraint(fields=["region", "category"], name="point_set_once")]
