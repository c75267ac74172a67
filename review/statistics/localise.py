"""Which item is most probably wrong, where checks fail or a value stands apart from its peers.

Fellegi and Holt (1976): change the fewest items, weighted by how far each can be trusted, so that all edits hold.
Here each candidate is tried: put in the value that would make the check hold (the check's own equation solved for the
item), or the value its peers suggest, and see how many failing checks then hold, how many new ones fail, and how much
more alike to its peers the object becomes. The best candidate is taken, its value put in, and so on for what still
fails: a greedy search, exact for one wrong item, which is by far the most frequent case.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from review.statistics.columns import record_of, with_value
from review.statistics.doubts import Place
from review.statistics.ratios import FAR, Edit, slip_of, suspects
from sources.forms.check_set import Document
from sources.forms.model import NUMERIC, Catalogue, Check
from sources.language import Context, compile_rule
from sources.language.nodes import NUMBER, Node

OF_ITSELF = frozenset({"required", "type", "range", "decimals", "choice"})  # kinds that are about one item
WEIGHTS = {"error": 1.0, "warning": 0.6, "info": 0.2}
ENOUGH = 0.3  # a candidate that mends less is not named
MOST = 6  # items named for one object
GATE_TRUST = 0.5  # a form that is asked for by an explicit answer is rather missing than asked for wrongly
OWN_CHECK, MISSING = 0.2, 0.1  # how much plainer these are than what has to be searched for
CHANGE_COST = 0.05  # per factor of ten a value is moved: of two that mend the same, the smaller change


class Failing(NamedTuple):
    """A failing check at its place."""

    form: str
    sheet: int
    rule: str
    row: str


@dataclass(frozen=True, slots=True)
class Culprit:
    """An item that is probably wrong. *expected*: what it might be (None: unknown); *mends*: checks that then hold;
    *weight*: how much better all fits then. *missing*: the whole form is (``place.item`` is empty then)."""

    place: Place
    value: Any
    expected: Any
    mends: tuple[str, ...]
    weight: float
    missing: bool = False


class Catalog:
    """The checks of a catalogue, compiled once, by the items they are about."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.checks: dict[str, list[tuple[Check, Any]]] = defaultdict(list)
        self.about: dict[tuple[str, str], list[tuple[str, Check, Any]]] = defaultdict(list)
        for code, form in catalogue.forms.items():
            for check in form.checks:
                if check.area:
                    continue
                test = compile_rule(check.node)
                self.checks[code].append((check, test))
                for name in check.indicators:
                    other, _dot, item = name.rpartition(".")
                    self.about[other or code, item].append((code, check, test))

    def check(self, code: str, rule: str) -> Check:
        return next(check for check, _test in self.checks[code] if check.rule == rule)

    def kind(self, failure: Failing) -> str:
        return self.check(failure.form, failure.rule).kind


class Sheets:
    """The forms of one object, with single values exchanged."""

    def __init__(self, documents: Sequence[Document], facts: Mapping[str, Any]) -> None:
        self.values = {(d.form, d.sheet): d.values for d in documents}
        self.facts = facts
        self.siblings: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for (form, _sheet), values in self.values.items():
            self.siblings[form].append(values)

    def with_value(self, place: Place, value: Any) -> Sheets:
        """A copy in which *place* holds *value*."""
        documents = [Document(None, form, sheet, values) for (form, sheet), values in self.values.items()]
        return Sheets(
            [
                with_value(document, place, value) if document[1:3] == place[:2] else document
                for document in documents
            ],
            self.facts,
        )

    def get(self, place: Place) -> Any:
        values = self.values.get((place.form, place.sheet))
        return (record_of(values, place.row) or {}).get(place.item) if values is not None else None

    def contexts(self, form: str, sheet: int, table: str | None) -> Iterator[tuple[str, Context]]:
        """(row, context) for each place where a check of *form* runs."""
        values = self.values[form, sheet]
        if table is None:
            yield "", Context(values, self.siblings, self.facts)
            return
        for row in values.get(table) or ():
            context = Context(values, self.siblings, self.facts)
            context.row = row
            yield f"{table}/{row['_k']}", context

    def failing(self, tests: Iterable[tuple[str, Check, Any]]) -> set[Failing]:
        found = set()
        for form, check, test in tests:
            for code, sheet in self.values:
                if code == form:
                    for row, context in self.contexts(form, sheet, check.section):
                        if test(context) is False:
                            found.add(Failing(form, sheet, check.rule, row))
        return found


def localise(
    documents: Sequence[Document],
    facts: Mapping[str, Any],
    catalog: Catalog,
    edits: Sequence[Edit] = (),
) -> list[Culprit]:
    """The items of one object that are probably wrong, most probable first. *edits*: its ratios to peers."""
    sheets = Sheets(documents, facts)
    failing = sheets.failing(
        (code, check, test) for code in {f for f, _s in sheets.values} for check, test in catalog.checks[code]
    )
    alone = _alone(sheets, failing, catalog)
    failing = {failure for failure in failing if catalog.kind(failure) not in OF_ITSELF}
    found: list[Culprit] = []
    moved: dict[Place, float] = {}
    while len(found) < MOST:
        known = {culprit.place for culprit in found}
        candidates = [c for c in _candidates(sheets, failing, catalog, edits, moved) if c[0] not in known]
        tried = [_tried(sheets, failing, catalog, edits, moved, place, new) for place, new in candidates]
        best = max(tried, key=lambda one: (one[0].weight, one[0].place), default=None)
        if best is None or best[0].weight < ENOUGH:
            break
        culprit, failing = best
        found.append(culprit)
        if isinstance(culprit.expected, (int, float)) and isinstance(culprit.value, (int, float)):
            sheets = sheets.with_value(culprit.place, culprit.expected)
            if culprit.value > 0 and culprit.expected > 0:
                moved[culprit.place] = math.log10(culprit.expected / culprit.value)
    return sorted(_joined([*found, *alone]), key=lambda one: -one.weight)


def _joined(culprits: Iterable[Culprit]) -> list[Culprit]:
    """Culprits of one place as one: what was searched for says the expected value, the weights add up."""
    found: dict[Place, Culprit] = {}
    for one in culprits:
        if first := found.get(one.place):
            mends = tuple(sorted({*first.mends, *one.mends}))
            one = replace(first, mends=mends, weight=round(first.weight + one.weight, 4))
        found[one.place] = one
    return list(found.values())


def _alone(sheets: Sheets, failing: set[Failing], catalog: Catalog) -> list[Culprit]:
    """The items whose own checks fail (blank, no such code, out of range): there is nothing to choose."""
    by_place: dict[Place, set[Failing]] = defaultdict(set)
    for failure in sorted(failing):
        if catalog.kind(failure) in OF_ITSELF:
            for place in _places(catalog.check(failure.form, failure.rule), failure, sheets, catalog):
                by_place[place].add(failure)
    return [
        _culprit(place, value, _rounded(place, value, gone, catalog), gone, catalog, OWN_CHECK)
        for place, gone in by_place.items()
        for value in (sheets.get(place),)
    ]


def _rounded(place: Place, value: Any, gone: set[Failing], catalog: Catalog) -> float | None:
    """A number that only has too many decimals, with those the form takes; None for any other fault."""
    if {catalog.kind(failure) for failure in gone} != {"decimals"}:
        return None
    return round(value, catalog.catalogue.forms[place.form].indicators[place.item].decimals or 0)


def _candidates(
    sheets: Sheets,
    failing: set[Failing],
    catalog: Catalog,
    edits: Sequence[Edit],
    moved: Mapping[Place, float],
) -> list[tuple[Place, Any]]:
    """(place, value to try) pairs; the value is None where only the place can be named."""
    found: dict[tuple[Place, Any], None] = {}
    for failure in sorted(failing):
        check = catalog.check(failure.form, failure.rule)
        for form in _missing_forms(check.node, sheets):
            found[Place(form, 1, "", ""), None] = None
        for place in _places(check, failure, sheets, catalog):
            if not _is_number(catalog, place):
                found[place, None] = None
                continue
            for value in _solutions(check, failure, sheets, place):
                found[place, value] = None
    if not moved:
        for suspect in suspects(edits):
            value = sheets.get(suspect.place)
            slip = slip_of(suspect)
            shift = suspect.shift if slip is None else slip
            found[suspect.place, float(f"{value / 10**shift:.6g}")] = None
            if slip is None and abs(round(suspect.shift)) >= 1:
                found[suspect.place, value / 10 ** round(suspect.shift)] = None
    return list(found)


def _places(check: Check, failure: Failing, sheets: Sheets, catalog: Catalog) -> Iterator[Place]:
    for name in check.indicators:
        form, _dot, item = name.rpartition(".")
        code = form or failure.form
        indicator = catalog.catalogue.forms[code].indicators.get(item)
        if indicator is None:
            continue
        tables = catalog.catalogue.forms[code].tables
        for own, sheet in sheets.values:
            if own != code or (not form and sheet != failure.sheet):
                continue
            if indicator.section not in tables:
                yield Place(code, sheet, "", item)
            elif not form and failure.row.startswith(indicator.section + "/"):
                yield Place(code, sheet, failure.row, item)
            else:
                for row in sheets.values[code, sheet].get(indicator.section) or ():
                    yield Place(code, sheet, f"{indicator.section}/{row['_k']}", item)


def _missing_forms(node: Node, sheets: Sheets) -> Iterator[str]:
    for part in node.walk():
        if part.op == "exists" and part.args[0] not in sheets.siblings:
            yield part.args[0]


def _is_number(catalog: Catalog, place: Place) -> bool:
    return catalog.catalogue.forms[place.form].indicators[place.item].type in NUMERIC


@lru_cache(maxsize=4096)
def _equations(node: Node) -> tuple[tuple[Any, Any], ...]:
    """Pairs of compiled sides that a comparison in *node* sets against each other."""
    pairs = []
    for part in node.walk():
        if part.op == "cmp" and part.args[1] == NUMBER:
            pairs.append((compile_rule(part.args[3]), compile_rule(part.args[4])))
        elif part.op == "sub" and part.type == NUMBER:
            pairs.append((compile_rule(part.args[0]), compile_rule(part.args[1])))
    return tuple(pairs)


def _solutions(check: Check, failure: Failing, sheets: Sheets, place: Place) -> Iterator[float]:
    """Values of *place* at which the two sides of a comparison of the check are equal (taken as linear)."""
    value = sheets.get(place)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return
    step = max(1.0, abs(value) / 8)
    here = _sides(check, failure, sheets)
    there = _sides(check, failure, sheets.with_value(place, value + step))
    for one, two in zip(here, there, strict=True):
        if one is None or two is None or one == two:
            continue
        solved = value - one * step / (two - one)
        if solved >= 0 and math.isfinite(solved):
            yield float(f"{solved:.9g}")


def _sides(check: Check, failure: Failing, sheets: Sheets) -> list[float | None]:
    for row, context in sheets.contexts(failure.form, failure.sheet, check.section):
        if row == failure.row:
            found = []
            for left, right in _equations(check.node):
                try:
                    a, b = left(context), right(context)
                except TypeError:  # a side inside a sum reads rows that are not under test here
                    a = b = None
                found.append(None if a is None or b is None else a - b)
            return found
    return []


def _tried(
    sheets: Sheets,
    failing: set[Failing],
    catalog: Catalog,
    edits: Sequence[Edit],
    moved: Mapping[Place, float],
    place: Place,
    new: Any,
) -> tuple[Culprit, set[Failing]]:
    """What putting *new* at *place* would do, and what would fail then."""
    if not place.item:
        gone = {f for f in failing if place.form in _exists(catalog.check(f.form, f.rule).node)}
        return _culprit(place, None, None, gone, catalog, MISSING), failing - gone
    value = sheets.get(place)
    about = catalog.about[place.form, place.item]
    if new is None:
        gone = {f for f in failing if any(check.rule == f.rule for _form, check, _test in about)}
        trust = -GATE_TRUST * len(gone)
        return _culprit(place, value, None, gone, catalog, trust), failing - gone
    tests = [entry for entry in about if any(code == entry[0] for code, _sheet in sheets.values)]
    rules = {(code, check.rule) for code, check, _test in tests}
    after = sheets.with_value(place, new).failing(tests)
    before = {f for f in failing if (f.form, f.rule) in rules}
    gone = before - after
    extra = -sum(_weight(catalog, f) for f in after - before)
    shift = math.log10(new / value) if new > 0 and value else None
    extra += _gain(edits, moved, place, shift) - CHANGE_COST * min(abs(shift if shift is not None else 1), 4)
    return _culprit(place, value, new, gone, catalog, extra), (failing - before) | after


def _exists(node: Node) -> set[str]:
    return {part.args[0] for part in node.walk() if part.op == "exists"}


def _weight(catalog: Catalog, failure: Failing) -> float:
    return WEIGHTS.get(catalog.check(failure.form, failure.rule).severity, 0.2)


def _culprit(
    place: Place, value: Any, new: Any, gone: set[Failing], catalog: Catalog, extra: float
) -> Culprit:
    weight = sum(_weight(catalog, failure) for failure in gone) + extra
    rules = tuple(sorted({f.rule for f in gone}))
    return Culprit(place, value, new, rules, round(weight, 4), missing=not place.item)


def _gain(edits: Sequence[Edit], moved: Mapping[Place, float], place: Place, shift: float | None) -> float:
    """How much nearer to its peers the object comes when *place* moves by *shift* (log10; None: to zero).

    Each ratio counts at most one: (z / FAR)², cut off where the edit fails.
    """
    total = 0.0
    for edit in edits:
        if place not in (edit.of, edit.by):
            continue
        now = edit.deviation + moved.get(edit.of, 0.0) - moved.get(edit.by, 0.0)
        if shift is None:
            total += _loss(now, edit) - 0.25
            continue
        total += _loss(now, edit) - _loss(now + (shift if place == edit.of else -shift), edit)
    return total


def _loss(deviation: float, edit: Edit) -> float:
    return min((deviation / edit.spread / FAR) ** 2, 1.0)


def corrected(documents: Sequence[Document], culprits: Sequence[Culprit]) -> list[Document]:
    """The documents with the expected values of *culprits* put in, where there are any."""
    sheets = {(d.form, d.sheet): d for d in documents}
    for culprit in culprits:
        if culprit.expected is None or not culprit.place.item:
            continue
        place = culprit.place
        document = sheets[place.form, place.sheet]
        sheets[place.form, place.sheet] = with_value(document, place, culprit.expected)
    return list(sheets.values())
