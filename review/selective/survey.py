"""One look over an area: doubts of all detectors, the item most probably wrong, and the score of each object. Pure.

Score (De Waal, Pannekoek and Scholtus 2011, ch. 6; Lawrence and McKenzie 2000): the expected error of an object in a
pollutant is the chance that something is wrong times how far its load would move if the suspect items had their
expected values. It weighs by the published totals: a cell is a county × industry division × pollutant, and counts by
Bankier's power allocation (1988) with exponent ``POWER``: at 1 only the total of the area matters, at 0 each cell
matters alike. The global score adds the pollutants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from review.selective.loads import POLLUTANTS, Books, Loads, errors, loads, states_tonnes
from review.statistics import digits, duplicates, pairs, places, ratios
from review.statistics.columns import Columns
from review.statistics.digits import DigitTest
from review.statistics.doubts import Doubt
from review.statistics.imputing import Imputer, as_typed
from review.statistics.localise import Catalog, Culprit, corrected, localise
from review.statistics.places import Rings
from sources.forms.check_set import Document
from sources.objects.estimates import Estimator

POWER = 0.75  # of Bankier's allocation
UNSURE = 0.5  # weight of a culprit at which the chance of an error is one half
BASE = 1e-3  # of an object's own weight: among objects without a doubt the larger come first


@dataclass(slots=True)
class Scored:
    """An object with its doubts. *errors*: pollutant → expected error in kg a year; *own*: its load, likewise."""

    object_id: Any
    score: float
    chance: float
    errors: dict[str, float]
    own: dict[str, float]
    culprits: list[Culprit]
    doubts: list[Doubt]


@dataclass(slots=True)
class Survey:
    """The answer of :func:`survey`; *scored*: all objects that have a load or a doubt, highest score first."""

    scored: list[Scored]
    doubts: list[Doubt]
    tests: list[DigitTest] = field(default_factory=list)

    @property
    def doubtful(self) -> list[Scored]:
        return [one for one in self.scored if one.culprits]


def survey(
    documents: Sequence[Document],
    objects: Mapping[Any, Mapping[str, Any]],
    *,
    catalog: Catalog,
    failing: Collection[Any],
    estimator: Estimator | None = None,
    rings: Mapping[str, Rings] | None = None,
    enumerators: Mapping[Any, str] | None = None,
) -> Survey:
    """Look over *documents* of *objects* (peers are found among them: give a county at least).

    *failing*: objects with failing rules; *rings*: see places.detect; *enumerators*: object → who filled it.
    """
    columns = Columns(documents, objects)
    failed = {columns.number[object_id] for object_id in failing if object_id in columns.number}
    held = ratios.compared(columns)
    edits = ratios.edits(columns, failed, held)
    imputer = Imputer(columns, held)
    doubts = [
        *ratios.detect(columns, edits),
        *pairs.detect(columns),
        *places.detect(columns, rings),
        *duplicates.detect(columns),
    ]
    tests = digits.detect(columns, [(enumerators or {}).get(i, "") for i in columns.ids])
    by_object: dict[Any, list[Doubt]] = defaultdict(list)
    for doubt in doubts:
        by_object[doubt.object_id].append(doubt)
    culprits: dict[Any, list[Culprit]] = {}
    for number in sorted(failed | edits.keys() | {columns.number[i] for i in by_object}):
        object_id = columns.ids[number]
        sheets = columns.by_object.get(number, [])
        found = []
        if number in failed or any(edit.fails for edit in edits.get(number, ())):
            found = localise(sheets, columns.facts[number], catalog, edits.get(number, ()))
        culprits[object_id] = [
            _with_value(one, number, imputer) for one in merged(found, by_object[object_id])
        ]
    books = loads(documents, objects, estimator)
    expected = _expected_errors(columns, culprits, documents, objects, books, estimator)
    return Survey(_scored(objects, culprits, by_object, books.larger(), expected), doubts, tests)


def _with_value(culprit: Culprit, number: int, imputer: Imputer) -> Culprit:
    """*culprit* with an expected value where one can be said, in the decimals of the form."""
    if not culprit.place.item:
        return culprit
    if culprit.expected is None:
        return replace(culprit, expected=imputer.expected(number, culprit.place))
    if isinstance(culprit.expected, float):
        return replace(culprit, expected=as_typed(culprit.place, culprit.expected))
    return culprit


def merged(culprits: Sequence[Culprit], doubts: Iterable[Doubt]) -> list[Culprit]:
    """*culprits* and the places of *doubts*, most probable first. A doubt about a culprit's place speaks for it."""
    found = {culprit.place: culprit for culprit in culprits}
    for doubt in doubts:
        if doubt.rule in (ratios.UNIT, ratios.INTENSITY):
            continue  # what these say is in the culprits already
        known = found.get(doubt.place)
        if known and known in culprits:
            found[doubt.place] = replace(known, weight=round(known.weight + doubt.chance, 4))
            continue
        weight = round(UNSURE * doubt.chance / (1 - doubt.chance), 4)
        if known is None or known.weight < weight:
            found[doubt.place] = Culprit(doubt.place, doubt.value, doubt.expected, (doubt.rule,), weight)
    return sorted(found.values(), key=lambda one: -one.weight)


def chance_of(culprits: Sequence[Culprit]) -> float:
    """How probable it is that the object has an error: rises with the weight of its first culprit."""
    weight = culprits[0].weight if culprits else 0.0
    return weight / (weight + UNSURE)


def _expected_errors(
    columns: Columns,
    culprits: Mapping[Any, Sequence[Culprit]],
    documents: Sequence[Document],
    objects: Mapping[Any, Mapping[str, Any]],
    books: Books,
    estimator: Estimator | None,
) -> Loads:
    changed = {
        object_id: corrected(columns.by_object[columns.number[object_id]], found)
        for object_id, found in culprits.items()
        if any(one.expected is not None and one.place.item for one in found)
    }
    moved = errors(books, documents, changed, objects, estimator)
    usual: dict[tuple[str, str], Loads] = {}
    for object_id, found in culprits.items():
        for one in found:
            if not one.missing or not states_tonnes(one.place.form):
                continue
            trade = str(objects[object_id].get("industry") or "")[:2]
            key = one.place.form, trade
            if key not in usual:
                usual[key] = _usual_load(columns, one.place.form, trade, books.stated)
            for (_form, pollutant), kilograms in usual[key].items():
                place = object_id, pollutant
                moved[place] = max(moved.get(place, 0.0), kilograms)
    return {
        (object_id, pollutant): kilograms * chance_of(culprits[object_id])
        for (object_id, pollutant), kilograms in moved.items()
    }


def _usual_load(columns: Columns, form: str, trade: str, stated: Loads) -> Loads:
    """What units of the same industry division state on a form: the median of each pollutant."""
    owners = {document.object_id for document in columns.documents(form)}
    alike = [
        i for i in owners if str(columns.facts[columns.number[i]].get("industry") or "").startswith(trade)
    ]
    return {
        (form, pollutant): median(stated.get((i, pollutant), 0.0) for i in alike)
        for pollutant in POLLUTANTS
        if alike
    }


def _scored(
    objects: Mapping[Any, Mapping[str, Any]],
    culprits: Mapping[Any, list[Culprit]],
    doubts: Mapping[Any, list[Doubt]],
    own: Loads,
    expected: Loads,
) -> list[Scored]:
    cells: dict[tuple[str, str, str], float] = defaultdict(float)
    for (object_id, pollutant), kilograms in own.items():
        cells[*_cell(objects[object_id]), pollutant] += kilograms
    scale = {
        p: sum(total**POWER for (*_cell_, name), total in cells.items() if name == p) for p in POLLUTANTS
    }

    def weight(object_id: Any, pollutant: str, kilograms: float) -> float:
        """Share of the published figures that *kilograms* of this object stand for."""
        if kilograms <= 0:
            return 0.0
        total = max(cells[*_cell(objects[object_id]), pollutant], kilograms)
        return kilograms * total ** (POWER - 1) / max(scale[pollutant], total**POWER)

    found = []
    for object_id in dict.fromkeys([*culprits, *(key[0] for key in own)]):
        loads_now = {p: own.get((object_id, p), 0.0) for p in POLLUTANTS}
        wrong = {p: expected.get((object_id, p), 0.0) for p in POLLUTANTS}
        found_culprits = culprits.get(object_id, [])
        base = sum(weight(object_id, p, kg) for p, kg in loads_now.items())
        score = sum(weight(object_id, p, kg) for p, kg in wrong.items()) + BASE * base
        chance = round(chance_of(found_culprits), 3)
        found.append(
            Scored(
                object_id, score, chance, wrong, loads_now, found_culprits, list(doubts.get(object_id, ()))
            )
        )
    return sorted(found, key=lambda one: (-one.score, -one.chance, str(one.object_id)))


def _cell(facts: Mapping[str, Any]) -> tuple[str, str]:
    trade = str(facts.get("industry") or "")[:2] or str(facts.get("category") or "")
    return str(facts.get("region") or "")[:6], trade
