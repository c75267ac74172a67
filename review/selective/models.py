"""Scores of doubtful objects, and tests of digits."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.places.models import RegionCodeField


class Score(models.Model):
    """A doubtful object and what its error may be worth in the published totals (see survey.py).

    *place_*: the item most probably wrong. *errors*, *own*: pollutant → kg a year, expected error and load.
    *culprits*: [{form, sheet, row, item, value, expected, mends, weight}], the first one is the place.
    *reasons*: [{rule, form, sheet, row, item, zh, en, value, expected, chance, peers, others}].
    """

    row_scope = RowScope(district="district_id", object="object_id")

    object_id = models.UUIDField(unique=True)
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    score = models.FloatField()
    chance = models.FloatField()
    form = models.CharField(max_length=12, db_collation="C", blank=True)
    sheet = models.PositiveSmallIntegerField(default=1)
    row = models.CharField(max_length=60, blank=True)
    indicator = models.CharField(max_length=60, blank=True)
    errors = models.JSONField(default=dict)
    own = models.JSONField(default=dict)
    culprits = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    scored_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager()

    class Meta:
        ordering = ["-score", "-id"]
        indexes = [
            models.Index(fields=["region", "-score", "-id"]),
            models.Index(fields=["-score", "-id"]),
        ]


class DigitTest(models.Model):
    """A test of the digits of one enumerator's or one county's figures (see review/statistics/digits.py)."""

    class Kind(models.TextChoices):
        BENFORD = "benford", _("First digits (Benford)")
        HEAPING = "heaping", _("Last digits (heaping on 0 and 5)")

    class By(models.TextChoices):
        ENUMERATOR = "enumerator", _("Enumerator")
        COUNTY = "county", _("County")

    row_scope = RowScope(category=None)

    region = RegionCodeField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    by = models.CharField(max_length=12, choices=By.choices)
    group = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    count = models.PositiveIntegerField()
    measure = models.FloatField()
    expected = models.FloatField()
    p = models.FloatField()
    q = models.FloatField()
    doubtful = models.BooleanField()
    digits = models.JSONField(default=list)
    tested_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager()

    class Meta:
        ordering = ["-doubtful", "q", "id"]
        indexes = [models.Index(fields=["region", "-doubtful", "q"])]
