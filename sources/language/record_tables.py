"""Closures of the operators over tables, other forms and the area; see record.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from sources.language import scalars
from sources.language.context import Compiled, Context, compile_rule
from sources.language.nodes import Node, key_match


def _sheets(form: str | None) -> Callable[[Context], Sequence[Mapping]]:
    if form is None:
        return lambda c: (c.own,)
    return lambda c: c.siblings.get(form) or ()


def _count(node: Node) -> Compiled:
    form, section = node.args
    sheets = _sheets(form)
    return lambda c: float(sum(len(sheet.get(section) or ()) for sheet in sheets(c)))


def _sum(node: Node) -> Compiled:
    form, section, x_node, test_node, moving = node.args
    sheets, x, test = _sheets(form), compile_rule(x_node), compile_rule(test_node)

    def total(c):
        outer, result, found = c.each, 0.0, False
        for sheet in sheets(c):
            for row in (sheet,) if section is None else sheet.get(section) or ():
                c.each = row
                value = x(c)
                if value is not None and test(c) is True:
                    result += value
                    found = True
        c.each = outer
        return result if found else None

    if moving:
        match = key_match(test_node)
        return _keyed_sum(node, match) if match else total
    key = id(node)  # nodes live as long as their closures

    def once(c):
        if key not in c.memo:
            c.memo[key] = total(c)
        return c.memo[key]

    return once


def _keyed_sum(node: Node, match: tuple[Node, Node]) -> Compiled:
    """Sums by key, made once per document: many rows here times many rows there would take too long."""
    form, section, x_node = node.args[:3]
    sheets, x, (inner, outer), memo_key = (
        _sheets(form),
        compile_rule(x_node),
        map(compile_rule, match),
        id(node),
    )

    def totals(c):
        before, found = c.each, {}
        for sheet in sheets(c):
            for row in (sheet,) if section is None else sheet.get(section) or ():
                c.each = row
                key, value = inner(c), x(c)
                if key is not None and value is not None:
                    found[key] = found.get(key, 0.0) + value
        c.each = before
        return found

    def keyed(c):
        key = outer(c)
        if key is None:
            return None
        if memo_key not in c.memo:
            c.memo[memo_key] = totals(c)
        return c.memo[memo_key].get(key)

    return keyed


def _unique(node: Node) -> Compiled:
    section, items = node.args
    keys, memo_key = [item.args[0] for item in items], id(node)

    def key_of(row):
        return tuple(map(row.get, keys))

    def unique(c):
        counts = c.memo.get(memo_key)
        if counts is None:
            counts = c.memo[memo_key] = Counter(map(key_of, c.own.get(section) or ()))
        key = key_of(c.row)
        return None if None in key else counts[key] == 1

    return unique


def _exists(node: Node) -> Compiled:
    form = node.args[0]
    return lambda c: bool(c.siblings.get(form))


def _exists_area(node: Node) -> Compiled:
    form = node.args[0]
    return lambda c: None if c.area is None else c.area.exists(form)


def _in_values(node: Node) -> Compiled:
    item, form, key = compile_rule(node.args[0]), *node.args[1:]

    def in_values(c):
        value = item(c)
        known = None if value is None or c.area is None else c.area.values(form, key)
        return None if known is None else value in known

    return in_values


def _unique_in_region(node: Node) -> Compiled:
    form, item = node.args[0], compile_rule(node.args[1])
    key = node.args[1].args[0]

    def unique(c):
        value = item(c)
        if value is None or c.area is None:
            return None
        others = c.area.count_other(form, key, value, c.object.get("id"))
        return None if others is None else others == 0

    return unique


def _county_of(node: Node) -> Compiled:
    longitude, latitude = compile_rule(node.args[0]), compile_rule(node.args[1])

    def county(c):
        x, y = longitude(c), latitude(c)
        if x is None or y is None or c.area is None:
            return None
        x, y = scalars.degrees(x), scalars.degrees(y)
        return None if x is None or y is None else c.area.county_of(x, y)

    return county


OPERATORS: dict[str, Callable[[Node], Compiled]] = {
    "in_values": _in_values,
    "exists": _exists,
    "exists_area": _exists_area,
    "count": _count,
    "sum": _sum,
    "unique": _unique,
    "unique_in_region": _unique_in_region,
    "county_of": _county_of,
}
