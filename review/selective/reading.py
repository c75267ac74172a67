"""Reading an area for a survey: objects, accepted forms, who filled them, and which objects have failing rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from census.people.models import User
from census.places import regions
from census.places.boundaries import layer
from review.statistics.places import Rings, rings_of
from sources.forms.check_set import Document

_OBJECTS = """
SELECT id, kind, category, region, district_id, industry, size, operating, name, code, uscc, legal_person, phone, lon,
       lat, attributes FROM sources_censusobject
WHERE region >= %s AND region < %s AND status <> 'removed' ORDER BY region, id
"""
_NAMES = (
    *("kind", "category", "region", "district_id", "industry", "size", "operating_status", "name", "code"),
    *("uscc", "legal_person", "phone", "lon", "lat"),
)
_DOCUMENTS = """
SELECT id, object_id, form, sheet, filled_by, "values" FROM sources_return
WHERE active AND version_no > 0 AND region >= %s AND region < %s ORDER BY object_id, form, sheet
"""
_FAILING = """
SELECT DISTINCT object_id FROM review_finding
WHERE state = 'open' AND kind NOT IN ('outlier', 'accounting', 'macro') AND region >= %s AND region < %s
"""


@dataclass(frozen=True, slots=True)
class Area:
    """An area as the survey needs it. *returns*: (object, form, sheet) → id; *names*: enumerator → name."""

    objects: dict[Any, dict[str, Any]]
    documents: list[Document]
    returns: dict[tuple[Any, str, int], UUID]
    failing: set[Any]
    enumerators: dict[Any, str]
    names: dict[str, str]
    rings: dict[str, Rings]


def area_read(region: str) -> Area:
    """Everything of *region* that the running scope lets through. Rules must have run for *failing* to be full."""
    bounds = list(regions.bounds(region))
    with connection.cursor() as cursor:
        cursor.execute(_OBJECTS, bounds)
        objects = {row[0]: _facts(row) for row in cursor.fetchall()}
        cursor.execute(_FAILING, bounds)
        failing = {object_id for (object_id,) in cursor.fetchall()}
        cursor.execute(_DOCUMENTS, bounds)
        documents: list[Document] = []
        returns, enumerators = {}, {}
        for return_id, object_id, form, sheet, person, values in cursor.fetchall():
            if object_id not in objects:
                continue
            documents.append(Document(object_id, form, sheet, orjson.loads(values)))
            returns[object_id, form, sheet] = return_id
            if person is not None and not form.startswith("INV"):
                enumerators.setdefault(object_id, str(person))
    people = User.objects.filter(pk__in=set(enumerators.values())).values_list("pk", "name")
    names = {str(person): name for person, name in people}
    rings = rings_of(layer("counties", region)["features"])
    return Area(objects, documents, returns, failing, enumerators, names, rings)


def _facts(row: tuple[Any, ...]) -> dict[str, Any]:
    own = dict(zip(_NAMES, row[1:], strict=False))
    attributes = orjson.loads(row[-1]) if isinstance(row[-1], str) else row[-1] or {}
    facts = {**attributes, **own, "id": str(row[0])}
    return {name: value for name, value in facts.items() if value not in (None, "")}
