"""The forms and objects of a county, as runs and trials of rules read them."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Collection, Iterator
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from django.db import connection

from census.places import regions
from sources.forms.check_set import area_digits
from sources.forms.model import Catalogue

COUNTY = 3

_SHARDS = """
SELECT DISTINCT rpad(left(region, CASE WHEN right(region, 8) = '00000000' THEN 4 ELSE 6 END), 12, '0')
FROM sources_return WHERE active AND version_no > 0 AND region >= %s AND region < %s ORDER BY 1
"""
# ids as texts: a million UUID objects less; documents as texts, which orjson reads
_OBJECTS = """
SELECT id::text, kind, region, industry, operating, attributes::text FROM sources_censusobject
WHERE region >= %s AND region < %s AND status <> 'removed'
"""
_DOCUMENTS = """
SELECT id::text, object_id::text, form, sheet, region, category, district_id::text, "values"::text FROM sources_return
WHERE active AND version_no > 0 AND region >= %(low)s AND region < %(high)s {more}
"""


class Sheet(NamedTuple):
    """A document (see ``check_set.Document``) and where it comes from. Ids are texts."""

    return_id: str
    object_id: str
    form: str
    sheet: int
    region: str
    category: str
    district_id: str | None
    values: dict[str, Any]


@contextlib.contextmanager
def unswept() -> Iterator[None]:
    """No garbage collection inside: a county is millions of objects without a cycle, walked through in vain."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def shards_of(region: str) -> list[str]:
    """The counties of *region* that have forms, and the cities that have some of their own."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARDS, regions.bounds(region))
        return [shard for (shard,) in cursor.fetchall()]


def read_shard(
    shard: str, *, city_forms: Collection[str] = (), forms: Collection[str] | None = None
) -> tuple[list[Sheet], dict[str, dict[str, Any]], range | set[int]]:
    """Documents in the order of object, form and sheet, objects, and which documents are the shard's own.

    A city's own documents come with those of its counties on *city_forms*. *forms*: only these forms.
    """
    low, high = regions.bounds(shard)
    county = regions.level(shard) == COUNTY
    more = "" if county else "AND (region = %(shard)s OR form = ANY (%(city)s))"
    if forms is not None:
        more += " AND form = ANY (%(forms)s)"
    params = {"low": low, "high": high, "shard": shard, "city": sorted(city_forms)}
    with connection.cursor() as wrapped:
        cursor = wrapped.cursor
        cursor.execute(_OBJECTS, [low, high])
        objects = {row[0]: _facts(*row) for row in cursor.fetchall()}
        cursor.execute(_DOCUMENTS.format(more=more), params | {"forms": sorted(forms or ())})
        rows = cursor.fetchall()
    rows.sort(key=itemgetter(1, 2, 3))
    sheets = [
        Sheet(*row[:7], orjson.loads(row[7]))
        for row in rows
        if row[1] in objects  # a removed object's forms are checked no more
    ]
    own = range(len(sheets)) if county else {at for at, s in enumerate(sheets) if s.region == shard}
    return sheets, objects, own


def witnesses(catalogue: Catalogue) -> set[str]:
    """Forms that the area rules of city forms look at."""
    forms = catalogue.forms
    city = [form for form in forms.values() if area_digits(form) == 4]
    nodes = (node for form in city for check in form.checks if check.area for node in check.node.walk())
    return {arg for node in nodes for arg in node.args if isinstance(arg, str) and arg in forms}


def _facts(object_id: str, kind: str, region: str, industry: str, operating: str, attributes: str) -> dict:
    facts = {
        "kind": kind,
        "region": region,
        "industry": industry,
        "operating_status": operating,
        **(orjson.loads(attributes) if attributes else {}),
    }
    return {"id": object_id, **{key: value for key, value in facts.items() if value not in (None, "")}}
