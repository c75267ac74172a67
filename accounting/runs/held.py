"""A run over a data cut: for its reads, register and returns are what the cut holds and not what they are now.

A cut names objects by revision and returns by version; both histories are append-only, so the rows of that moment can
be made again. They are put into temporary tables named like the real ones, which PostgreSQL finds first: everything
that reads a county (accounting, digests of inputs, facts of tables) reads the cut without knowing of it. Nothing that
writes to the register or to returns may run inside.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from accounting.cuts.models import Cut, Part
from accounting.runs.engine import PLANT_FORMS
from accounting.runs.models import Run
from accounting.runs.reading import TOWN_KIND
from census.places import regions

CITY = 2
CREDITED = ("wastewater_plant", TOWN_KIND)
"""Kinds that a city's own objects are credited with."""

# Every revision has one row of history (see sources/objects/services.py), so the values before the changes made since
# are those of the revision; of several changes of one field the oldest tells.
_OBJECTS = """
INSERT INTO pg_temp.sources_censusobject
SELECT made.*
FROM unnest(%(ids)s::uuid[], %(revisions)s::int[]) AS held (id, revision)
JOIN public.sources_censusobject o ON o.id = held.id AND (%(kinds)s::text[] IS NULL OR o.kind = ANY(%(kinds)s))
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(field.key, field.value ORDER BY change.id DESC) AS fields
    FROM (SELECT id, before FROM sources_objectchange WHERE object_id = o.id
          ORDER BY id DESC LIMIT o.revision - held.revision) change, jsonb_each(change.before) field
) back ON o.revision > held.revision
CROSS JOIN LATERAL
    jsonb_populate_record(o, COALESCE(back.fields, '{}') || jsonb_build_object('revision', held.revision)) made
"""
_RETURNS = """
INSERT INTO pg_temp.sources_return
SELECT made.*
FROM unnest(%(ids)s::uuid[], %(numbers)s::int[]) AS held (id, no)
JOIN public.sources_return r ON r.id = held.id AND (%(forms)s::text[] IS NULL OR r.form = ANY(%(forms)s))
JOIN pg_temp.sources_censusobject o ON o.id = r.object_id
JOIN sources_returnversion version ON version.return_id = held.id AND version.no = held.no
CROSS JOIN LATERAL jsonb_populate_record(r, version.body::jsonb || jsonb_build_object(
    'region', o.region, 'category', o.category, 'state', version.state, 'version_no', version.no,
    'updated_at', version.at, 'head_hash', NULL)) made
"""


@contextlib.contextmanager
def as_held(run: Run | None, region: str) -> Iterator[None]:
    """Inside the block (one transaction) register and returns of *region*, a county or a city's own, are those of the
    run's cut; of a city's own also the sewage plants and town objects of its counties. Without a cut nothing changes.

    Raises ValidationError when the cut holds objects that the entered scope does not see any more.
    """
    if run is None or run.data_cut_id is None:
        yield
        return
    with _in_front():
        _fill(run.data_cut_id, region)
        if regions.level(region) == CITY:
            low, high = regions.bounds(region)
            below = Part.objects.filter(
                cut_id=run.data_cut_id, region__gt=region, region__gte=low, region__lt=high
            )
            for county in below.order_by("region").values_list("region", flat=True):
                _fill(run.data_cut_id, county, [*CREDITED], [*PLANT_FORMS])
        _ready()
        yield


@contextlib.contextmanager
def cut_held(cut: Cut, forms: Iterable[str]) -> Iterator[None]:
    """Inside the block (one transaction) the register, and of the returns those of *forms*, are what the cut holds.

    Raises ValidationError as :func:`as_held`.
    """
    wanted = sorted(forms)
    with _in_front():
        for region in Part.objects.filter(cut=cut).order_by("region").values_list("region", flat=True):
            _fill(cut.pk, region, forms=wanted)
        _ready()
        yield


def held_regions(run: Run) -> list[str]:
    """Codes of the counties (and cities' own rows) that the run's cut holds objects of, inside the run's region."""
    low, high = regions.bounds(run.region)
    parts = Part.objects.filter(cut_id=run.data_cut_id, region__gte=low, region__lt=high, objects_held__gt=0)
    return list(parts.order_by("region").values_list("region", flat=True))


@contextlib.contextmanager
def _in_front() -> Iterator[None]:
    with connection.cursor() as cursor:
        for table in ("sources_censusobject", "sources_return"):
            cursor.execute(
                f"CREATE TEMP TABLE {table} (LIKE public.{table} INCLUDING DEFAULTS) ON COMMIT DROP"
            )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE pg_temp.sources_censusobject, pg_temp.sources_return")


def _ready() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON pg_temp.sources_return (object_id)")
        cursor.execute("ANALYZE pg_temp.sources_censusobject, pg_temp.sources_return")


def _fill(cut_id: UUID, region: str, kinds: list[str] | None = None, forms: list[str] | None = None) -> None:
    """Add what the cut holds of one part; *kinds* and *forms* narrow it."""
    objects: list[tuple[str, int]] = []
    returns: list[tuple[str, int]] = []
    part = Part.objects.filter(cut_id=cut_id, region=region).first()
    for line in part.lines() if part else ():
        match line.split(" "):
            case ["object", one, revision]:
                objects.append((one, int(revision)))
            case ["return", one, _object, number, _hash]:
                returns.append((one, int(number)))
    with connection.cursor() as cursor:
        cursor.execute(_OBJECTS, {**_columns("ids", "revisions", objects), "kinds": kinds})
        if kinds is None and cursor.rowcount != len(objects):
            raise ValidationError(
                _(
                    "%(count)s objects of the data cut lie outside your office's region now; let the office above run."
                )
                % {"count": len(objects) - cursor.rowcount}
            )
        cursor.execute(_RETURNS, {**_columns("ids", "numbers", returns), "forms": forms})


def _columns(ids: str, numbers: str, rows: list[tuple[str, int]]) -> dict[str, list[str] | list[int]]:
    return {ids: [one for one, _number in rows], numbers: [number for _one, number in rows]}
