"""What a shard rests on: its objects with their forms, plants elsewhere, the answers of the library, the program.

Kept with a done shard (model Basis), so that the next run computes only what changed. Versions of forms are
immutable, so a form's version number stands for its values. The digests are taken before the forms are read: a change
in between makes the next run compute once more, never once too little.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas
from django.db import connection

from accounting.factors import matching
from accounting.methods import registry
from accounting.runs import engine
from accounting.runs.models import Run
from accounting.runs.reading import TOWN_KIND, forms_of, is_city_own, states_from
from census.places import regions
from sources.forms import catalogue
from sources.objects.models import CensusObject
from sources.returns.models import Return

DIGEST = 16
"""Bytes of an object's digest."""
_ID = 16


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a shard. ``objects``: id -> digest. ``shared``: ids whose figures other objects are credited with.

    ``credited``: digest of the plants of other shards (a city's own shard), else blank. ``counted``: objects of the
    run's categories (0 when unpacked).
    """

    objects: Mapping[str, bytes]
    shared: frozenset[str]
    credited: str = ""
    counted: int = 0

    def pack(self) -> bytes:
        """The objects as bytes: id, digest, and whether it is shared, one after the other."""
        return b"".join(
            bytes.fromhex(one.replace("-", "")) + digest + (b"\1" if one in self.shared else b"\0")
            for one, digest in self.objects.items()
        )

    @classmethod
    def unpack(cls, packed: bytes, credited: str) -> Inputs:
        """The inverse of :meth:`pack`."""
        packed, objects, shared = bytes(packed), {}, []
        for start in range(0, len(packed), _ID + DIGEST + 1):
            text = packed[start : start + _ID].hex()
            one = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
            objects[one] = packed[start + _ID : start + _ID + DIGEST]
            if packed[start + _ID + DIGEST]:
                shared.append(one)
        return cls(objects, frozenset(shared), credited)


@dataclass(frozen=True, slots=True)
class Changed:
    """What differs between two inputs: ids to compute ``anew``, ids that are ``gone``; ``all``: nothing can be kept."""

    anew: frozenset[str]
    gone: frozenset[str]
    all: bool

    @property
    def nothing(self) -> bool:
        return not (self.all or self.anew or self.gone)


def compare(before: Inputs, after: Inputs) -> Changed:
    """Compare the inputs of a shard. A plant or town that changed concerns every object: then all is computed."""
    anew = frozenset(one for one, digest in after.objects.items() if before.objects.get(one) != digest)
    gone = frozenset(before.objects.keys() - after.objects.keys())
    touched = anew | gone
    shared = bool(touched & (before.shared | after.shared)) or before.credited != after.credited
    return Changed(anew, gone, shared)


def inputs_read(*, run: Run, region: str) -> Inputs:
    """The inputs of a shard as they stand now, without reading the forms themselves."""
    low, high = region[:6] + "000000", region[:6] + "~"
    categories = sorted({*run.categories, "centralized"})
    rows = _digests(run, low, high, forms_of(run.categories), "o.category = ANY(%s)", [categories])
    objects = {one: bytes(digest) for one, _kind, _category, digest in rows}
    shared = frozenset(
        one for one, kind, category, _ in rows if category == "centralized" or kind == TOWN_KIND
    )
    counted = sum(category in run.categories for _, _, category, _ in rows)
    return Inputs(objects, shared, _credited(run, region) if is_city_own(region) else "", counted)


def _credited(run: Run, region: str) -> str:
    """Digest of all sewage plants and town objects of the city's counties."""
    low, high = regions.bounds(region)
    kinds = ["wastewater_plant", TOWN_KIND]
    rows = _digests(run, low, high, list(engine.PLANT_FORMS), "o.kind = ANY(%s)", [kinds])
    digest = hashlib.md5(usedforsecurity=False)
    for one, kind, _category, content in rows:
        digest.update(f"{one}{kind}".encode() + bytes(content))
    return digest.hexdigest()


def _digests(
    run: Run, low: str, high: str, forms: list[str], condition: str, values: list[object]
) -> list[tuple[str, str, str, bytes]]:
    """(id, kind, category, digest) of the objects between two codes, in order of the id."""
    sql = f"""
        SELECT o.id::text, o.kind, o.category,
               decode(md5(concat_ws('|', o.kind, o.category, o.region, o.industry, o.name, r.forms)), 'hex')
        FROM {CensusObject._meta.db_table} o LEFT JOIN (
            SELECT object_id,
                   string_agg(concat_ws(':', form, sheet, id, version_no), ';' ORDER BY form, sheet, id) AS forms
            FROM {Return._meta.db_table}
            WHERE campaign_id = %s AND region >= %s AND region < %s AND form = ANY(%s) AND active AND state = ANY(%s)
            GROUP BY object_id) r ON r.object_id = o.id
        WHERE o.campaign_id = %s AND o.status = 'in_scope' AND o.region >= %s AND o.region < %s AND {condition}
        ORDER BY o.id
    """
    states = states_from(run.min_state)
    with connection.cursor() as cursor:
        cursor.execute(sql, [run.campaign_id, low, high, forms, states, run.campaign_id, low, high, *values])
        return cursor.fetchall()


@cache
def engine_digest() -> str:
    """Digest of the program that computes: formulas, engine, matching, forms, the data they read, numpy and pandas."""
    roots = [Path(module.__file__).parent for module in (engine, registry, matching, catalogue)]
    digest = hashlib.sha256(f"{np.__version__} {pandas.__version__}".encode())
    for path in sorted(_files(roots)):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _files(roots: Iterable[Path]) -> Iterable[Path]:
    pages = {"views.py", "urls.py", "forms.py", "models.py", "services.py"}
    for root in roots:
        for path in root.rglob("*"):
            if path.suffix in {".py", ".yaml"} and "examples" not in path.parts and path.name not in pages:
                yield path
