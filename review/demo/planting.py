"""Errors planted in memory in items that carry emissions, to measure how selective editing orders objects.

The demo's own planted errors (sources/demo/plant.py) test rules; few of them move COD, NH3-N, SO2 or NOx. Here copies
of forms get errors of known size in the items that do. The choice is by a seeded draw over forms, rows and items,
and knows nothing of the detectors; these never see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from review.statistics.doubts import Place
from sources.forms.check_set import Document

# (form, table or '', items): what a person types that stated tonnes or the accounting depend on
CARRIERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("G102", "outlets", ("discharge_m3", "cod_generation_t", "cod_discharge_t", "nh3n_discharge_t")),
    ("G103-1", "units", ("fuel1_consumption", "so2_emission_t", "nox_emission_t", "nox_generation_t")),
    ("G103-2", "units", ("fuel1_consumption", "product_output", "so2_emission_t", "nox_emission_t")),
    ("G106-1", "rows", ("product_output", "material_use", "generation", "discharge")),
    ("G106-2", "points", ("outlet_water_m3", "cod_out_mgl", "nh3n_out_mgl")),
    ("N101-2", "stages", ("stage_stock",)),
    (
        "N101-2",
        "",
        ("pig_slaughter", "dairy_stock", "beef_slaughter", "layer_stock", "broiler_slaughter"),
    ),
    ("S103", "boilers", ("gas_use_wm3", "biomass_use_t", "so2_emission_t", "nox_emission_t")),
)
WRONG: tuple[tuple[str, float], ...] = (
    ("×10", 10),
    ("×100", 100),
    ("×1000", 1000),
    ("÷10", 0.1),
    ("÷1000", 0.001),
    ("×2", 2),
)


@dataclass(frozen=True, slots=True)
class Slip:
    """One error planted in memory."""

    object_id: Any
    place: Place
    kind: str
    right: float
    wrong: float


def planted(documents: Sequence[Document], *, errors: int, seed: int) -> tuple[list[Document], list[Slip]]:
    """*documents* with *errors* slips, one an object at most, in copies of the forms; and the list of slips."""
    rng = np.random.default_rng(seed)
    carriers: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for form, table, items in CARRIERS:
        carriers.setdefault(form, []).append((table, items))
    owners: dict[Any, list[int]] = {}
    for position, document in enumerate(documents):
        if document.form in carriers:
            owners.setdefault(document.object_id, []).append(position)
    found, out = [], list(documents)
    ids = list(owners)
    for number in rng.permutation(len(ids)).tolist():
        if len(found) == errors:
            break
        position = owners[ids[number]][int(rng.integers(len(owners[ids[number]])))]
        places = list(_places(documents[position], carriers[documents[position].form]))
        if not places:
            continue
        place, right = places[int(rng.integers(len(places)))]
        kind, times = WRONG[int(rng.integers(len(WRONG)))]
        wrong = float(f"{right * times:.10g}")
        out[position] = with_value(documents[position], place, wrong)
        found.append(Slip(ids[number], place, kind, right, wrong))
    return out, found


def _places(document: Document, tables: list[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[Place, float]]:
    for table, items in tables:
        records = (document.values.get(table) or ()) if table else (document.values,)
        for record in records:
            for item in items:
                value = record.get(item)
                if type(value) in (int, float) and value > 0:
                    row = f"{table}/{record['_k']}" if table else ""
                    yield Place(document.form, document.sheet, row, item), value


def with_value(document: Document, place: Place, value: Any) -> Document:
    """A copy of *document* that holds *value* at *place*."""
    if not place.row:
        return document._replace(values={**document.values, place.item: value})
    table, key = place.row.split("/")
    rows = [
        {**row, place.item: value} if str(row.get("_k")) == key else row for row in document.values[table]
    ]
    return document._replace(values={**document.values, table: rows})
