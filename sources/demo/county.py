"""One county of the demo world, filled: every object of the register and every form it hands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sources.demo import centralized, city_units, county_units, domestic, industrial, livestock, mobile, names
from sources.demo.columns import Sheets
from sources.demo.places import County
from sources.demo.register import Batch, World, register
from sources.forms.catalogue import load


@dataclass(slots=True)
class Filled:
    """A filled sheet and whose it is: *row* of *batch*."""

    batch: Batch
    row: int
    form: str
    sheet: int
    label: str
    values: dict[str, Any]
    pending: dict[str, str] = field(default_factory=dict)  # typed, but not a value


MAKERS = (
    ("wastewater_plant", centralized.wastewater_plants),  # first: others name the town plants
    ("waste_site", centralized.waste_sites),
    ("hazardous_plant", centralized.hazardous_plants),
    ("enterprise", industrial.fill),
    ("park", industrial.park_forms),
    ("farm", livestock.fill),
    ("village", domestic.villages),
    ("boiler_unit", domestic.boiler_units),
    ("outfall", domestic.outfalls),
    ("petrol_station", mobile.petrol_stations),
    ("oil_depot", mobile.oil_depots),
    ("oil_carrier", mobile.oil_carriers),
)


def county_world(
    county: County, wanted: Mapping[str, int], seed: int, city_villages: int
) -> tuple[World, list[Filled]]:
    """The objects of *county* (*wanted*: number of each kind) and their filled sheets, object by object."""
    world = register(county, wanted, seed)
    made: list[tuple[str, list[Sheets]]] = [
        (kind, make(world)) for kind, make in MAKERS if kind in world.batches
    ]
    made += county_units.fill(world) + city_units.fill(world, city_villages)
    return world, [one for kind, forms in made for one in _by_object(world.batches[kind], forms)]


def _by_object(batch: Batch, forms: list[Sheets]) -> Iterator[Filled]:
    owner = np.concatenate([form.owner for form in forms])
    flat = [
        (form.form, document, number, form.label)
        for form in forms
        for document, number in zip(
            form.documents,
            form.number.tolist() if form.number is not None else [1] * len(form.owner),
            strict=True,
        )
    ]
    signed = _sign_off(batch)
    for position in np.argsort(owner, kind="stable").tolist():
        code, document, number, label = flat[position]
        row = int(owner[position])
        if "sign_filled_by" in load().forms[code].indicators:
            document |= signed[row]
        yield Filled(batch, row, code, number, label, document)


def _sign_off(batch: Batch) -> list[dict[str, str]]:
    """Who signed the survey forms of each object, and when (autumn 2018)."""
    size = len(batch)
    reviewers = names.people(batch.draw, size)
    months, days = batch.draw.whole(size, 9, 11), batch.draw.whole(size, 1, 28)
    return [
        {
            "sign_unit_head": head,
            "sign_statistics_head": reviewer,
            "sign_filled_by": filler,
            "sign_phone": phone,
            "sign_reported_on": f"2018-{month:02d}-{day:02d}",
        }
        for head, reviewer, filler, phone, month, day in zip(
            batch.legal_person.tolist(),
            reviewers.tolist(),
            batch.contact.tolist(),
            batch.phone.tolist(),
            months.tolist(),
            days.tolist(),
            strict=True,
        )
    ]
