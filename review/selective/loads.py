"""What each object adds to the published totals, in two books: as stated on its forms, and as accounted. Pure.

The two may differ: an enterprise states the tonnes that its outlet discharges, the accounting works from activity and
coefficients. An error in either book reaches a published table, so both count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from census import declarations
from review.statistics.ratios import parts_of
from sources.forms.check_set import Document
from sources.objects.estimates import Estimator

POLLUTANTS = ("COD", "NH3_N", "SO2", "NOx")
Loads = dict[tuple[Any, str], float]  # (object id, pollutant) → kg a year
PLANT_FORMS = ("J101-1", "J101-2", "J101-3")  # what enters a sewage plant is credited with its removal
TOWN_FORMS = ("S201", "S202")  # what the towns of a county discharge, less what its plants remove


class Books(NamedTuple):
    """The two books of an area."""

    stated: Loads
    accounted: Loads

    def larger(self) -> Loads:
        """For each object and pollutant the larger of the two."""
        keys = self.stated.keys() | self.accounted.keys()
        return {key: max(self.stated.get(key, 0.0), self.accounted.get(key, 0.0)) for key in keys}


@cache
def _items() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Form → (table, item, pollutant) of the items that state tonnes."""
    rows = declarations.read(Path(__file__).parent / "loads.yaml")
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for pollutant, paths in rows.items():
        for form, table, item in map(parts_of, paths):
            found[form].append((table, item, pollutant))
    return {form: tuple(items) for form, items in found.items()}


def states_tonnes(form: str) -> bool:
    """Whether *form* has items that state what is discharged."""
    return form in _items()


def stated(documents: Iterable[Document]) -> Loads:
    """The stated book: tonnes on the forms, added up by object, in kg."""
    found: Loads = defaultdict(float)
    for document in documents:
        for table, item, pollutant in _items().get(document.form, ()):
            records = (document.values.get(table) or ()) if table else (document.values,)
            for record in records:
                value = record.get(item)
                if type(value) in (int, float):
                    found[document.object_id, pollutant] += value * 1000
    return dict(found)


def accounted(
    documents: Sequence[Document], objects: Mapping[Any, Mapping[str, Any]], estimator: Estimator
) -> Loads:
    """The accounted book, county by county, for the published pollutants."""
    counties: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        if document.object_id in objects:
            counties[str(objects[document.object_id].get("region"))[:6]].append(document)
    found: Loads = {}
    for sheets in counties.values():
        own = {document.object_id: objects[document.object_id] for document in sheets}
        for key, kilograms in estimator(own, sheets).items():
            if key[1] in POLLUTANTS:
                found[key] = found.get(key, 0.0) + kilograms
    return found


def loads(
    documents: Sequence[Document], objects: Mapping[Any, Mapping[str, Any]], estimator: Estimator | None
) -> Books:
    """Both books; the accounted one is empty without an *estimator*."""
    return Books(stated(documents), accounted(documents, objects, estimator) if estimator else {})


def errors(
    now: Books,
    documents: Sequence[Document],
    changed: Mapping[Any, Sequence[Document]],
    objects: Mapping[Any, Mapping[str, Any]],
    estimator: Estimator | None,
) -> Loads:
    """How far each changed object moves the totals with its documents in *changed* (kg, the larger of the two books).

    *now*: the books of *documents*. Only the changed objects are accounted again, among the plants of their county; a
    changed sewage plant moves what its county's towns discharge.
    """
    fresh = [document for sheets in changed.values() for document in sheets]
    plants = [d for d in documents if d.form in PLANT_FORMS and d.object_id not in changed]
    then = loads([*fresh, *plants], objects, estimator)
    credited = _credits(documents, changed, objects, estimator) if estimator else {}
    return {
        (object_id, pollutant): max(
            credited.get((object_id, pollutant), 0.0),
            *(
                abs(before.get((object_id, pollutant), 0.0) - after.get((object_id, pollutant), 0.0))
                for before, after in ((now.stated, then.stated), (now.accounted, then.accounted))
            ),
        )
        for object_id in changed
        for pollutant in POLLUTANTS
    }


def _credits(
    documents: Sequence[Document],
    changed: Mapping[Any, Sequence[Document]],
    objects: Mapping[Any, Mapping[str, Any]],
    estimator: Estimator,
) -> Loads:
    """How far each changed sewage plant, alone, moves what the towns of its county discharge (kg)."""
    towns, plants = defaultdict(list), defaultdict(list)
    for document in documents:
        county = str(objects[document.object_id].get("region"))[:6]
        if document.form in TOWN_FORMS:
            towns[county].append(document)
        elif document.form in PLANT_FORMS:
            plants[county].append(document)
    found: Loads = {}
    for county, homes in towns.items():
        own = {document.object_id for document in plants[county]}
        if not own.intersection(changed):
            continue
        before = _of_towns(homes, plants[county], objects, estimator)
        for object_id in own.intersection(changed):
            others = [d for d in plants[county] if d.object_id != object_id]
            after = _of_towns(homes, [*others, *changed[object_id]], objects, estimator)
            for pollutant in POLLUTANTS:
                found[object_id, pollutant] = abs(before[pollutant] - after[pollutant])
    return found


def _of_towns(
    homes: Sequence[Document],
    plants: Sequence[Document],
    objects: Mapping[Any, Mapping[str, Any]],
    estimator: Estimator,
) -> Counter[str]:
    """What the towns of *homes* discharge beside *plants*, by pollutant."""
    own = {document.object_id for document in homes}
    total: Counter[str] = Counter()
    for (object_id, pollutant), kilograms in accounted([*homes, *plants], objects, estimator).items():
        if object_id in own:
            total[pollutant] += kilograms
    return total
