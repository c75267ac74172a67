"""What the report on planted errors counts. The hits are made by hand."""

from __future__ import annotations

from review.demo.recall import STATISTICS, Alarm, Hit, Recall, alarms, false_rules, recall
from sources.demo.plant import Planted


def error(object_id: str, item: str, *rules: str, kind: str = "slip", row: str = "") -> Planted:
    return Planted(object_id, "", "enterprise", "G102", 1, row, item, 1, 1000, kind, rules)


def hit(
    object_id: str, rule: str, *items: str, row: str = "", family: str = "logic", form: str = "G102"
) -> Hit:
    return Hit(object_id, rule, family, form, 1, row, items)


KNOWN = [
    error("a", "x", "R1"),
    error("b", "x", "R1"),
    error("c", "y", kind="blank", row="t/2"),
    error("d", "z", kind="blank"),
]
HITS = [
    hit("a", "R1", "x", "w"),  # as expected, and exact
    hit("b", "R2", "w"),  # another rule, another item
    hit("c", "R3", "y", row="t/1"),  # the same item of another row
    hit("c", "R4", "G102.y", form="G101-1", family="cross-form"),  # named from another form
    hit("d", "ST-UNIT", "z", family=STATISTICS),
    hit("x", "R1", "x"),
    hit("y", "R1", "x"),
    hit("y", "R2", "w"),
]


def test_recall_by_class() -> None:
    slip, blank, both = recall(KNOWN, HITS)
    assert slip == Recall("slip", 2, 2, 1, 1, 2, 0, 2)
    assert blank == Recall("blank", 2, 0, 0, 1, 1, 1, 2)
    assert both == Recall("all", 4, 2, 1, 2, 3, 1, 4)


def test_false_alarms() -> None:
    logic, *others = alarms(KNOWN, HITS)
    assert logic == Alarm("logic", 6, 5, 2)
    assert {one.family: one.false for one in others} == {"cross-form": 0, STATISTICS: 0}
    assert false_rules(KNOWN, HITS) == [("R1", 2), ("R2", 1)]


def test_nothing_found() -> None:
    assert recall(KNOWN, [])[-1] == Recall("all", 4, 2, 0, 0, 0, 0, 0)
    assert alarms(KNOWN, []) == []
