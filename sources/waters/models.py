"""The list of water bodies: what a code, a name or a place says about the basin."""

from __future__ import annotations

from django.db import models

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.places.models import RegionCodeField
from sources.sheets.statements import Statement


class WaterBody(Statement):
    """One statement about a basin (a code of the list ``basins``). Everybody reads it; an office writes for its area.

    With *code*: water of this code (``?`` one character, ``*`` at the end any more). With *name*: water of this name
    within *area*. With neither: what lies in *area* and names no listed water drains there. *key*: what it is
    about, see :func:`key_of`.
    """

    row_scope = RowScope(region="area", category=None, read_all=True, verbs=("SELECT", "INSERT", "UPDATE"))

    key = models.CharField(max_length=100, db_collation="C")
    area = RegionCodeField()
    code = models.CharField(max_length=20, blank=True, db_collation="C")
    name = models.CharField(max_length=60, blank=True)
    basin = models.CharField(max_length=20, db_collation="C")
    flows_into = models.CharField(max_length=60, blank=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["basin", "code", "name", "area", "id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(current=True), name="water_body_once")
        ]
        indexes = [models.Index(fields=["name"], condition=models.Q(current=True), name="water_body_name")]


def key_of(code: str, name: str, area: str) -> str:
    """What a statement is about: a code wherever it is used, a name within an area, or the area itself."""
    if code:
        return f"{'pattern' if set(code) & set('?*') else 'code'} {code}"
    return f"name {name} {area}" if name else f"area {area}"
