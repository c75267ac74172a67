"""How well the statistics do against errors that are known: recall and false alarms, items named, the curve."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import orjson

from review.selective.loads import POLLUTANTS, Loads, errors, loads
from review.selective.reading import Area
from review.selective.services import catalog
from review.selective.survey import Scored, Survey
from review.statistics.columns import with_value
from review.statistics.doubts import Place
from review.statistics.localise import Culprit
from sources.demo import slips
from sources.demo.draw import Draw
from sources.demo.plant import Planted
from sources.forms.check_set import Document, check_set
from sources.objects.estimates import Estimator, estimate

SHARES = (0.005, 0.01, 0.05, 0.10)
MISSING = "missing_form"


@dataclass(frozen=True, slots=True)
class ClassResult:
    """One class of planted errors: how many, found by failing rules, by statistics, by either, item named first."""

    kind: str
    count: int
    by_rules: int
    by_statistics: int
    found: int
    named: int


def by_class(errors_known: Sequence[Planted], area: Area, found: Survey) -> list[ClassResult]:
    """Results per class of planted errors; where there are several, then those in figures that carry emissions
    together, and all."""
    doubted = {str(doubt.object_id) for doubt in found.doubts}
    failing = {str(object_id) for object_id in area.failing}
    first = {str(one.object_id): one.culprits[0] for one in found.scored if one.culprits}
    groups: dict[str, list[Planted]] = defaultdict(list)
    for error in errors_known:
        groups[error.error].append(error)
    if carried := [error for error in errors_known if error.error.startswith(slips.PREFIX)]:
        groups[f"{slips.PREFIX}*"] = carried
    groups["all"] = list(errors_known)
    return [
        ClassResult(
            kind,
            len(held),
            sum(e.object_id in failing for e in held),
            sum(e.object_id in doubted for e in held),
            sum(e.object_id in failing or e.object_id in doubted for e in held),
            sum(_names(first.get(e.object_id), e) for e in held),
        )
        for kind, held in groups.items()
    ]


def _names(culprit: Culprit | None, error: Planted) -> bool:
    """Is it the planted item? Of two that stand in each other's place, either is right."""
    if culprit is None:
        return False
    if error.error == MISSING:
        return culprit.missing and culprit.place.form == error.item
    place = culprit.place
    here = (place.form, place.sheet, place.row) == (error.form, error.sheet, error.row)
    return here and place.item in dict(error.repairs)


def by_detector(errors_known: Sequence[Planted], found: Survey) -> list[tuple[str, int, int, Counter[str]]]:
    """(detector, objects with a planted error, objects without one, classes hit) for each rule ``ST-…``."""
    known = {error.object_id: error.error for error in errors_known}
    objects: dict[str, set[str]] = defaultdict(set)
    for doubt in found.doubts:
        objects[doubt.rule].add(str(doubt.object_id))
    return [
        (
            rule,
            sum(i in known for i in held),
            sum(i not in known for i in held),
            Counter(known[i] for i in held if i in known),
        )
        for rule, held in sorted(objects.items())
    ]


def planted_again(
    area: Area, *, wanted: int, seed: int, taken: Collection[str]
) -> tuple[Area, list[Planted]]:
    """*area* with *wanted* slips planted in copies of its forms, as the demo load plants them, with another draw.

    None on the objects in *taken*. The rules are run over the copies, so that ``failing`` is theirs.
    """
    copies = [
        document._replace(values=orjson.loads(orjson.dumps(document.values)))
        if document.form in slips.carriers()
        else document
        for document in area.documents
    ]
    sheets = [slips.Sheet(str(d.object_id), "", "", d.form, d.sheet, d.values) for d in copies]
    known = slips.slip(sheets, taken, Draw(seed, "slips in memory"), wanted)
    verdicts = check_set(copies, area.objects, catalogue=catalog().catalogue).verdicts()
    failing = {copies[place].object_id for place, _verdict in verdicts}
    return replace(area, documents=copies, failing=failing), known


def true_errors(known: Sequence[Planted], area: Area, *, estimator: Estimator = estimate) -> Loads:
    """How far the known errors move the totals (kg). A form that was made to be missing is not among the forms any
    more, so what it would have added is not counted."""
    by_object: dict[str, list[Planted]] = defaultdict(list)
    for error in known:
        if error.error != MISSING:
            by_object[error.object_id].append(error)
    changed: dict[Any, list[Document]] = defaultdict(list)
    for document in area.documents:
        wrong = by_object.get(str(document.object_id), ())
        for error in wrong:
            if (document.form, document.sheet) == (error.form, error.sheet):
                for item, right in error.repairs:
                    document = with_value(document, Place(error.form, error.sheet, error.row, item), right)
        if wrong:
            changed[document.object_id].append(document)
    books = loads(area.documents, area.objects, estimator)
    return errors(books, area.documents, changed, area.objects, estimator)


@dataclass(frozen=True, slots=True)
class Ordering:
    """An order of the objects and, by pollutant, what share of the planted error its first parts hold."""

    name: str
    shares: Mapping[str, tuple[float | None, ...]]


def orderings(area: Area, found: Survey, truth: Loads, *, seed: int) -> list[Ordering]:
    """By score, by size alone (the object's own load), and at random."""
    order = [one.object_id for one in found.scored]
    placed = set(order)
    rest = [object_id for object_id in area.objects if object_id not in placed]
    by_size = sorted(found.scored, key=_size(found.scored), reverse=True)
    ids = list(area.objects)
    random = [ids[number] for number in np.random.default_rng(seed).permutation(len(ids)).tolist()]
    return [
        Ordering("score", _shares([*order, *rest], truth)),
        Ordering("size", _shares([*(one.object_id for one in by_size), *rest], truth)),
        Ordering("random", _shares(random, truth)),
    ]


def _size(scored: Iterable[Scored]) -> Callable[[Scored], float]:
    """Weight of an object by its own load: its shares of the totals, added up."""
    totals: Counter[str] = Counter()
    for one in scored:
        totals.update(one.own)
    return lambda one: sum(one.own[p] / totals[p] for p in POLLUTANTS if totals[p])


def _shares(order: Sequence[Any], truth: Loads) -> dict[str, tuple[float | None, ...]]:
    """By pollutant: share of the true error among the first parts (``SHARES``) of *order*; None: no error.

    ``errors`` counts the objects whose error moves a total, however little.
    """
    wrong = {object_id for (object_id, _name), kg in truth.items() if kg > 0}
    found: dict[str, tuple[float | None, ...]] = {
        "errors": tuple(
            len(wrong.intersection(order[: round(share * len(order))])) / len(wrong) if wrong else None
            for share in SHARES
        )
    }
    for pollutant in POLLUTANTS:
        whole = sum(kg for (_object, name), kg in truth.items() if name == pollutant)
        found[pollutant] = tuple(
            sum(truth.get((object_id, pollutant), 0.0) for object_id in order[: round(share * len(order))])
            / whole
            if whole
            else None
            for share in SHARES
        )
    return found
