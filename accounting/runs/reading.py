"""Reading a shard: its objects and the accepted values of their forms, one query each, into a Context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import orjson
from django.db import connection

from accounting.runs.engine import FORMS, PLANT_FORMS, Context, Documents
from accounting.runs.engine.plants import plant_table
from accounting.runs.engine.table import Table
from accounting.runs.models import Run
from census.places import regions
from sources.objects.models import CensusObject
from sources.returns.models import Return
from sources.returns.states import ORDER

_OBJECT_COLUMNS = ["id", "kind", "category", "region", "industry", "name"]
TOWN_KIND = "county_domestic"


def states_from(min_state: str) -> list[str]:
    """The states of a return that count: ``min_state`` and every later one."""
    return [state for state, rank in ORDER.items() if rank >= ORDER[min_state]]


def forms_of(categories: Iterable[str]) -> list[str]:
    """Forms a run reads. Plants are read always: towns and enterprises are credited with what they remove."""
    wanted = dict.fromkeys(PLANT_FORMS)
    for category in categories:
        wanted.update(dict.fromkeys(FORMS[category]))
    return list(wanted)


def is_city_own(region: str) -> bool:
    """True for the shard that holds the objects of a city as such (code of the city)."""
    return region.endswith("00000000")


def context_read(*, run: Run, region: str, only: Iterable[str] | None = None) -> Context:
    """The context of one shard (``region``: 12-digit code of a county, or of a city for its own objects).

    *only*: ids of the objects wanted; the others are left out, but for centralized facilities, whose figures the
    wanted ones are credited with. Runs inside the entered scope; rows outside it are not there. Order is fixed, so
    results repeat to the bit.
    """
    code = region[:6]
    wanted = None if only is None else list(only)
    objects = _objects(run, code + "000000", code + "~", wanted)
    documents = _documents(run, code + "000000", code + "~", forms_of(run.categories), objects, wanted)
    dropped = set(objects["category"]) - set(run.categories) - {"centralized"}
    if dropped:
        raise AssertionError(f"objects of categories outside the run: {dropped}")
    credited = None
    if is_city_own(region):
        credited = _credited_to_city(run, region)
    elif TOWN_KIND not in set(objects["kind"]):
        credited = plant_table({}, np.array([], dtype=object))
    return Context(objects, documents, run.parameters, credited)


def _objects(run: Run, low: str, high: str, only: list[str] | None) -> Table:
    # The conditions are those of CensusObject.objects.visible_to(scope); row-level security holds them.
    sql = f"""
        SELECT id::text, kind, category, region, industry, name FROM {CensusObject._meta.db_table}
        WHERE campaign_id = %s AND status = 'in_scope' AND region >= %s AND region < %s AND category = ANY(%s)
          AND (%s OR category = 'centralized' OR id = ANY(%s::uuid[]))
        ORDER BY region, id
    """
    categories = sorted({*run.categories, "centralized"})
    with connection.cursor() as cursor:
        cursor.execute(sql, [run.campaign_id, low, high, categories, only is None, only or []])
        return Table.from_rows(cursor.fetchall(), _OBJECT_COLUMNS)


def _documents(
    run: Run, low: str, high: str, forms: list[str], objects: Table, only: list[str] | None = None
) -> Mapping[str, Documents]:
    position = {object_id: number for number, object_id in enumerate(objects["id"])}
    narrowed = "" if only is None else "AND object_id = ANY(%s::uuid[])"
    sql = f"""
        SELECT form, object_id::text, sheet, version_no, values::text FROM {Return._meta.db_table}
        WHERE campaign_id = %s AND region >= %s AND region < %s AND form = ANY(%s) AND active AND state = ANY(%s)
          {narrowed}
    """
    values = [run.campaign_id, low, high, forms, states_from(run.min_state)]
    found: dict[str, list[tuple[int, int, int, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, values if only is None else [*values, list(position)])
        for form, one, *rest in cursor.fetchall():
            if one in position:
                found.setdefault(form, []).append((position[one], *rest))
    return {form: _parsed(form, sorted(found[form])) for form in sorted(found)}


def _parsed(form: str, rows: list[tuple[int, int, int, str]]) -> Documents:
    """The sheets of a form; their texts are parsed in one call."""
    objects, sheets, versions, texts = zip(*rows, strict=True)
    return Documents(form, objects, sheets, versions, orjson.loads(f"[{','.join(texts)}]"))


def _credited_to_city(run: Run, city: str) -> Table:
    """Plants of the city's counties that have no town object: their sewage is in the city's own figures."""
    low, high = regions.bounds(city)
    # NOT IN is asked once for all plants; NOT EXISTS is asked for each where statistics are old, 40 s in a city.
    sql = f"""
        SELECT id::text, kind, category, region, industry, name FROM {CensusObject._meta.db_table}
        WHERE campaign_id = %s AND status = 'in_scope' AND kind = 'wastewater_plant' AND region >= %s AND region < %s
          AND left(region, 6) NOT IN (
            SELECT left(region, 6) FROM {CensusObject._meta.db_table}
            WHERE campaign_id = %s AND status = 'in_scope' AND kind = %s AND region >= %s AND region < %s)
        ORDER BY region, id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [run.campaign_id, low, high, run.campaign_id, TOWN_KIND, low, high])
        plants = Table.from_rows(cursor.fetchall(), _OBJECT_COLUMNS)
    documents = _documents(run, low, high, list(PLANT_FORMS), plants)
    return plant_table(documents, plants["name"])
