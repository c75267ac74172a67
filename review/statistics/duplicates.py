"""One unit counted twice, and forms copied from one unit to another.

By credit code, by name (normalised) in one place, by nearness within one trade, and by copied values: forms of two
objects whose numbers are all the same. Blocking keeps it linear: only rows that share a key are compared (Fellegi
and Sunter 1969; Christen, Data Matching, 2012, ch. 4).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from review.statistics.columns import Columns
from review.statistics.doubts import Doubt, Place

CODE, NAME, NEAR, COPIED = "ST-DUP-CODE", "ST-DUP-NAME", "ST-DUP-NEAR", "ST-COPIED"
NEAR_DEG = 0.0003  # about 30 m: the cell in which units of one trade are compared
LEAST_NUMBERS = 8  # a form with fewer different numbers may agree by chance
MANY = 40  # more in one cell is an estate or a market hall, not a duplicate
_IGNORED = re.compile(r"[\s()（）·,，.。、\-]|有限责任公司|股份有限公司|有限公司|公司|厂")


def detect(columns: Columns) -> Iterator[Doubt]:
    """Doubts about duplicates and copies, one for each object concerned."""
    yield from _by_code(columns)
    yield from _by_name(columns)
    yield from _near(columns)
    yield from _copied(columns)


def normal_name(text: str) -> str:
    """A name without width, spaces, brackets and the words every firm has."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text)).lower()


def _by_code(columns: Columns) -> Iterator[Doubt]:
    """The credit code on a survey form is not the register's: another unit's, or a slip."""
    owners: dict[str, list[int]] = defaultdict(list)
    for number, facts in enumerate(columns.facts):
        if facts.get("uscc"):
            owners[str(facts["uscc"])].append(number)
    for form in columns.forms:
        if form.startswith("INV"):
            continue
        table = columns.table(form)
        for position, record in enumerate(table.records):
            number, code = int(table.owner[position]), record.get("uscc")
            own = columns.facts[number].get("uscc")
            if not code or not own or code == own:
                continue
            other = next((n for n in owners.get(code, ()) if n != number), None)
            if other is None:
                zh, en = "表上信用代码与名录不一致", "The credit code on the form is not the register's"
                chance = 0.8
            else:
                name = columns.facts[other].get("name", "")
                zh = f"信用代码与另一普查对象相同：{name}"
                en = f"The credit code is that of another object: {name}"
                chance = 0.95
            yield Doubt(columns.ids[number], CODE, table.place(position, "uscc"), chance, zh, en, code)


def _by_name(columns: Columns) -> Iterator[Doubt]:
    blocks: dict[Hashable, list[int]] = defaultdict(list)
    for number, facts in enumerate(columns.facts):
        if name := normal_name(str(facts.get("name") or "")):
            blocks[name, facts.get("kind"), str(facts.get("region"))[:9]].append(number)
    for numbers in blocks.values():
        if len(numbers) < 2:
            continue
        for number in numbers:
            twin = columns.facts[next(n for n in numbers if n != number)].get("code", "")
            zh, en = f"同乡镇同名对象：{twin}", f"Another object of this name in the township: {twin}"
            yield Doubt(columns.ids[number], NAME, _home(columns, number), 0.5, zh, en)


def _near(columns: Columns) -> Iterator[Doubt]:
    """Units of one trade with one person or name within a cell of 30 m, on two grids shifted by half a cell."""
    told: set[int] = set()
    for shift in (0.0, 0.5):
        cells: dict[Hashable, list[int]] = defaultdict(list)
        for number, facts in enumerate(columns.facts):
            if None not in (facts.get("lon"), facts.get("lat")) and facts.get("industry"):
                cell = (
                    int(float(facts["lon"]) / NEAR_DEG + shift),
                    int(float(facts["lat"]) / NEAR_DEG + shift),
                )
                cells[cell, facts["industry"]].append(number)
        for numbers in cells.values():
            if not 2 <= len(numbers) <= MANY:
                continue
            for number in numbers:
                twin = next((n for n in numbers if n != number and _alike(columns, n, number)), None)
                if twin is None or number in told:
                    continue
                told.add(number)
                name = columns.facts[twin].get("name", "")
                zh = f"30 米内有同行业、联系人或名称相同的对象：{name}"
                en = f"A unit of the same trade with the same person or name within 30 m: {name}"
                yield Doubt(columns.ids[number], NEAR, _home(columns, number), 0.4, zh, en)


def _alike(columns: Columns, one: int, other: int) -> bool:
    """One telephone or person in charge, or nine tenths of the shorter name's pairs of characters in the other."""
    facts = columns.facts[one], columns.facts[other]
    if any(facts[0].get(n) and facts[0].get(n) == facts[1].get(n) for n in ("phone", "legal_person", "uscc")):
        return True
    names = [normal_name(str(columns.facts[n].get("name") or "")) for n in (one, other)]
    pairs = [{name[i : i + 2] for i in range(len(name) - 1)} for name in names]
    return bool(pairs[0] and pairs[1]) and len(pairs[0] & pairs[1]) >= 0.9 * min(map(len, pairs))


def _copied(columns: Columns) -> Iterator[Doubt]:
    for form in columns.forms:
        if form.startswith("INV"):
            continue
        alike: dict[Hashable, list[int]] = defaultdict(list)
        table = columns.table(form)
        for position, record in enumerate(table.records):
            numbers = tuple(sorted(_numbers(record)))
            if len({value for _name, value in numbers}) >= LEAST_NUMBERS:
                alike[numbers].append(position)
        for positions in alike.values():
            owners = {int(table.owner[position]) for position in positions}
            if len(owners) < 2:
                continue
            for position in positions:
                zh = f"{len(owners)} 个对象该表数值完全相同，疑似复制填报"
                en = f"{len(owners)} objects have the very same numbers on this form: copied?"
                number = int(table.owner[position])
                yield Doubt(columns.ids[number], COPIED, table.place(position, ""), 0.6, zh, en)


def _numbers(record: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, float]]:
    for name, value in record.items():
        if type(value) in (int, float) and value and name != "_k":
            yield path + name, float(value)
        elif isinstance(value, list):
            for row in value:
                if isinstance(row, dict):
                    yield from _numbers(row, f"{name}/{row.get('_k')}/")


def _home(columns: Columns, number: int) -> Place:
    """Where a doubt about the object itself is shown: its first survey form."""
    return Place(columns.first_form[number], 1, "", "")
