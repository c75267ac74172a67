"""The objects of a city with their forms and accounts out of the database, and what its counties know of each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounting.runs.models import Gap, Line, Run
from census.access.posts import CATEGORIES
from census.places import regions
from sources.objects.models import CensusObject
from sources.returns.models import Return
from sources.returns.states import ORDER
from tests.accounting.plain.compare import (
    AMOUNTS,
    GAP,
    LINE,
    SIZE,
    Said,
    differences,
    gaps_of,
    lines_of,
    stored,
)
from tests.accounting.plain.facts import Account, Around, Subject
from tests.accounting.plain.plants import passing, removed

PLANT, TOWN = "wastewater_plant", "county_domestic"


@dataclass(frozen=True)
class World:
    """Objects by id, and for each county (and the city's own, code + 00) what is around."""

    subjects: Mapping[str, Subject]
    around: Mapping[str, Around]

    def around_of(self, subject: Subject) -> Around:
        """What the object must know of others."""
        return self.around[subject.region[:6]]


def world(run: Run, city: str) -> World:
    """Everything of a run in a city (or a part of it), in the entered scope.

    Raises ValueError for runs that leave out categories or count a data cut: there the comparison would say nothing.
    """
    if set(run.categories) != set(CATEGORIES) or run.data_cut_id:
        raise ValueError("Only runs of all categories over the forms as they are can be compared.")
    low, high = regions.bounds(city)
    within = {"campaign": run.campaign_id, "region__gte": low, "region__lt": high}
    forms: dict[str, dict[str, list]] = {}
    states = [state for state, rank in ORDER.items() if rank >= ORDER[run.min_state]]
    sheets = Return.objects.filter(active=True, state__in=states, **within).order_by(
        "object_id", "form", "sheet"
    )
    for one, form, sheet, values in sheets.values_list("object_id", "form", "sheet", "values"):
        forms.setdefault(str(one), {}).setdefault(form, []).append((sheet, values))
    objects = CensusObject.objects.filter(status="in_scope", category__in=CATEGORIES, **within)
    columns = ("id", "kind", "region", "industry", "name")
    subjects = {
        str(one): Subject(*rest, forms.get(str(one), {}))
        for one, *rest in objects.order_by("region", "id").values_list(*columns)
    }
    return World(subjects, _around(subjects.values(), run.parameters))


def _around(subjects: Iterable[Subject], parameters: Mapping) -> dict[str, Around]:
    """By county: its plants, and what they take off its towns; off the city's where the county has none."""
    counties: dict[str, list[Subject]] = {}
    for one in subjects:
        counties.setdefault(one.region[:6], []).append(one)
    plants = {code: [one for one in here if one.kind == PLANT] for code, here in counties.items()}
    with_towns = {code for code, here in counties.items() if any(one.kind == TOWN for one in here)}
    for_city = [one for code, here in plants.items() if code not in with_towns for one in here]
    around = {}
    for code, here in plants.items():
        credited = here if code in with_towns else for_city if code.endswith("00") else []
        around[code] = Around(passing(here), removed(credited), parameters)
    return around


def compared(
    run: Run, city: str, subjects: Mapping[str, Subject], accounts: Mapping[str, Account]
) -> list[str]:
    """Where the stored rows of the run and the accounts differ, each with the kind and name of its object."""
    low, high = regions.bounds(city)
    found = []
    for model, names, numbers, said in ((Line, LINE, AMOUNTS, lines_of), (Gap, GAP, SIZE, gaps_of)):
        rows: dict[str, list[tuple]] = {}
        for one, *row in model.objects.filter(run=run, region__gte=low, region__lt=high).values_list(
            "object_id", *names, *numbers
        ):
            rows.setdefault(str(one), []).append(tuple(row))
        if strangers := rows.keys() - accounts.keys():
            found.append(f"{len(strangers)} objects of the run are not in the register as it is")
        for one, account in accounts.items():
            engine: list[Said] = stored(rows.get(one, []), len(names))
            told = f"{subjects[one].kind} {subjects[one].name}"
            found += [f"{told}: {text}" for text in differences(engine, said(account))]
    return found
