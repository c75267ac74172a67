"""Divisions, industries, code lists, census districts."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.ids import new_id
from census.places import regions


class RegionCodeField(models.CharField):
    """A 12-digit division code in C collation, so that a prefix is an index range."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("max_length", 12)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)


class Region(models.Model):
    """An administrative division of 2017 (nation to village)."""

    code = RegionCodeField(primary_key=True)
    parent = RegionCodeField(db_index=True, blank=True)
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    name_pinyin = models.CharField(max_length=120, blank=True)
    initials = models.CharField(max_length=60, blank=True, db_collation="C")  # of the pinyin, for the search

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["level", "code"]), models.Index(fields=["initials"])]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        return regions.prefix(self.code)


class Industry(models.Model):
    """GB/T 4754-2017: section (A), division (2 digits), group (3), class (4)."""

    code = models.CharField(max_length=4, primary_key=True, db_collation="C")
    parent = models.CharField(max_length=4, blank=True, db_index=True)
    level = models.PositiveSmallIntegerField()
    section = models.CharField(max_length=1)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["code"]


class CodeItem(models.Model):
    """One entry of a reference code list that is not part of the form definitions (basins, pollutants …)."""

    list = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    position = models.PositiveIntegerField(default=0)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=400, blank=True)
    confidence = models.CharField(max_length=20, blank=True)
    extra = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["list", "position"]
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="code_item_once")]


class ReferenceFile(models.Model):
    """Which edition of a reference file the tables hold; ``load_reference`` skips what has not changed."""

    name = models.CharField(max_length=60, primary_key=True)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]


class CensusDistrict(models.Model):
    """普查小区: the work area of an enumerator team, inside one village, township or county."""

    row_scope = RowScope(category=None, district="id")

    id = models.UUIDField(primary_key=True, default=new_id)
    region = RegionCodeField(db_index=True)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    active = models.BooleanField(default=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
