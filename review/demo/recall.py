"""Rules and statistics held against errors that are known: found of planted by class, false alarms by kind of rule.

Pure. A hit is *exact* when it names the planted item at its place; *on the object* when anything fails there. A false
alarm is a hit on an object in which nothing was planted: the demo's other values are drawn clean, so it is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sources.demo.plant import Planted

ALL = "all"


class Hit(NamedTuple):
    """A failing rule or a doubt of the statistics. *family*: the kind of rule, ``statistics`` for doubts."""

    object_id: str
    rule: str
    family: str
    form: str
    sheet: int
    row: str
    items: tuple[str, ...]


STATISTICS = "statistics"


@dataclass(frozen=True, slots=True)
class Recall:
    """A class of planted errors. *rule*: those for which a rule was named that must fire, and how many did fire.
    *exact* and *on_object*: found by rules; *doubted*: by statistics; *either*: by one of them on the object."""

    error: str
    planted: int
    expected: int
    fired: int
    exact: int
    on_object: int
    doubted: int
    either: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """A kind of rule: its hits, the objects hit, and how many of these have nothing planted."""

    family: str
    hits: int
    objects: int
    false: int


def recall(known: Sequence[Planted], hits: Iterable[Hit]) -> list[Recall]:
    """By class, all of them together last."""
    rules: dict[str, list[Hit]] = defaultdict(list)
    doubted: set[str] = set()
    for hit in hits:
        if hit.family == STATISTICS:
            doubted.add(hit.object_id)
        else:
            rules[hit.object_id].append(hit)
    groups: dict[str, list[Planted]] = defaultdict(list)
    for error in known:
        groups[error.error].append(error)
    groups[ALL] = list(known)
    return [_recall(name, held, rules, doubted) for name, held in groups.items()]


def _recall(name: str, held: list[Planted], rules: dict[str, list[Hit]], doubted: set[str]) -> Recall:
    named = [error for error in held if error.rules]
    return Recall(
        name,
        len(held),
        len(named),
        sum(any(hit.rule in e.rules for hit in rules.get(e.object_id, ())) for e in named),
        sum(any(_exact(hit, e) for hit in rules.get(e.object_id, ())) for e in held),
        sum(e.object_id in rules for e in held),
        sum(e.object_id in doubted for e in held),
        sum(e.object_id in rules or e.object_id in doubted for e in held),
    )


def _exact(hit: Hit, error: Planted) -> bool:
    """Does the hit name the planted item? A rule of the whole sheet may name items of a table without the row."""
    own = (hit.form, hit.sheet) == (error.form, error.sheet) and hit.row in ("", error.row)
    return (own and error.item in hit.items) or f"{error.form}.{error.item}" in hit.items


def alarms(known: Sequence[Planted], hits: Iterable[Hit]) -> list[Alarm]:
    """By kind of rule, most hits first."""
    planted = {error.object_id for error in known}
    counts: dict[str, int] = defaultdict(int)
    objects: dict[str, set[str]] = defaultdict(set)
    for hit in hits:
        counts[hit.family] += 1
        objects[hit.family].add(hit.object_id)
    found = [
        Alarm(family, count, len(objects[family]), len(objects[family] - planted))
        for family, count in counts.items()
    ]
    return sorted(found, key=lambda one: -one.hits)


def false_rules(known: Sequence[Planted], hits: Iterable[Hit], limit: int = 10) -> list[tuple[str, int]]:
    """The rules with most objects hit in which nothing was planted: (rule, objects)."""
    planted = {error.object_id for error in known}
    objects: dict[str, set[str]] = defaultdict(set)
    for hit in hits:
        if hit.object_id not in planted:
            objects[hit.rule].add(hit.object_id)
    return sorted(((rule, len(held)) for rule, held in objects.items()), key=lambda one: (-one[1], one[0]))[
        :limit
    ]
