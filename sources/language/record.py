"""The record evaluator: a bound tree compiled once to nested closures.

A compiled rule takes a `Context` and returns True, False or None (unknown); inner closures return a float,
str, bool, list, or None for blank. Documents are clean (see sources/forms/values.py): a blank is an absent
key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sources.language import record_tables, scalars
from sources.language.context import BUILD, Compiled, compile_rule
from sources.language.nodes import DATE, NUMBER, Node

__all__ = ["compile_rule"]


def _literal(node: Node) -> Compiled:
    value = float(node.args[0]) if node.type == NUMBER else node.args[0]
    return lambda c: value


def _loader(slot: str) -> Callable[[Node], Compiled]:
    def build(node: Node) -> Compiled:
        key = node.args[0]
        if node.type == NUMBER:

            def number(c):
                value = getattr(c, slot).get(key)
                return None if value is None else float(value)

            return number
        return lambda c: getattr(c, slot).get(key)

    return build


def _other(node: Node) -> Compiled:
    form, key = node.args[:2]
    numeric = node.type == NUMBER

    def load(c):
        sheets = c.siblings.get(form)
        if not sheets or len(sheets) != 1:
            return None
        value = sheets[0].get(key)
        return float(value) if numeric and value is not None else value

    return load


def _filled(node: Node) -> Compiled:
    item = compile_rule(node.args[0])
    return lambda c: item(c) is not None


def _empty(node: Node) -> Compiled:
    item = compile_rule(node.args[0])
    return lambda c: item(c) is None


def _and(node: Node) -> Compiled:
    parts = [compile_rule(arg) for arg in node.args]

    def conjunction(c):
        result = True
        for part in parts:
            value = part(c)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return conjunction


def _or(node: Node) -> Compiled:
    parts = [compile_rule(arg) for arg in node.args]

    def disjunction(c):
        result = False
        for part in parts:
            value = part(c)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return disjunction


def _not(node: Node) -> Compiled:
    arg = compile_rule(node.args[0])

    def negation(c):
        value = arg(c)
        return None if value is None else not value

    return negation


_EXACT = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _near(op: str, slack: float) -> Callable[[float, float], bool]:
    noise = scalars.NOISE
    return {
        "==": lambda a, b: abs(a - b) <= slack + noise * max(abs(a), abs(b)),
        "!=": lambda a, b: abs(a - b) > slack + noise * max(abs(a), abs(b)),
        "<=": lambda a, b: a - b <= slack + noise * max(abs(a), abs(b)),
        ">=": lambda a, b: b - a <= slack + noise * max(abs(a), abs(b)),
    }.get(op, _EXACT[op])


def _compare(node: Node) -> Compiled:
    op, kind, slack, left_node, right_node = node.args
    left, right = compile_rule(left_node), compile_rule(right_node)
    test = _near(op, slack) if kind == NUMBER else _EXACT[op]
    if kind == DATE:

        def dates(c):
            a, b = left(c), right(c)
            if a is None or b is None:
                return None
            length = min(len(a), len(b))  # a month is compared with a day by month
            return test(a[:length], b[:length])

        return dates

    def compare(c):
        a = left(c)
        if a is None:
            return None
        b = right(c)
        return None if b is None else test(a, b)

    return compare


def _add(node: Node) -> Compiled:
    parts = [(compile_rule(part), skippable) for part, skippable in zip(*node.args, strict=True)]

    def add(c):
        total, found = 0.0, False
        for part, skippable in parts:
            value = part(c)
            if value is not None:
                total += value
                found = True
            elif not skippable:
                return None
        return total if found else None

    return add


def _binary(apply: Callable[[float, float], float | None]) -> Callable[[Node], Compiled]:
    def build(node: Node) -> Compiled:
        left, right = compile_rule(node.args[0]), compile_rule(node.args[1])

        def arithmetic(c):
            a, b = left(c), right(c)
            return None if a is None or b is None else apply(a, b)

        return arithmetic

    return build


def _unary(apply: Callable[[Any], Any]) -> Callable[[Node], Compiled]:
    def build(node: Node) -> Compiled:
        arg = compile_rule(node.args[0])

        def function(c):
            value = arg(c)
            return None if value is None else apply(value)

        return function

    return build


def _extreme(choose: Callable) -> Callable[[Node], Compiled]:
    def build(node: Node) -> Compiled:
        parts = [compile_rule(arg) for arg in node.args]

        def extreme(c):
            values = [value for part in parts if (value := part(c)) is not None]
            return choose(values) if values else None

        return extreme

    return build


def _member(node: Node) -> Compiled:
    item, options = compile_rule(node.args[0]), frozenset(node.args[1])

    def member(c):
        value = item(c)
        return None if value is None else value in options

    return member


def _has(node: Node) -> Compiled:
    item, code = compile_rule(node.args[0]), node.args[1]

    def has(c):
        value = item(c)
        return None if value is None else code in value

    return has


def _all_in(node: Node) -> Compiled:
    item, options = compile_rule(node.args[0]), frozenset(node.args[1])

    def all_in(c):
        value = item(c)
        return None if value is None else options.issuperset(value)

    return all_in


def _startswith(node: Node) -> Compiled:
    left, right = compile_rule(node.args[0]), compile_rule(node.args[1])

    def startswith(c):
        a, b = left(c), right(c)
        return None if a is None or b is None else a.startswith(b)

    return startswith


def _any_of(apply: Callable[[str, tuple], bool]) -> Callable[[Node], Compiled]:
    def build(node: Node) -> Compiled:
        items, options = [compile_rule(item) for item in node.args[0]], node.args[1]

        def any_of(c):
            values = [value for item in items if (value := item(c)) is not None]
            return any(apply(value, options) for value in values) if values else None

        return any_of

    return build


def _between(node: Node) -> Compiled:
    item, (low, high) = compile_rule(node.args[0]), node.args[1:]

    def between(c):
        value = item(c)
        if value is None:
            return None
        return (low is None or value >= low) and (high is None or value <= high)

    return between


def _with_constant(apply: Callable[[Any, Any], bool]) -> Callable[[Node], Compiled]:
    def build(node: Node) -> Compiled:
        item, constant = compile_rule(node.args[0]), node.args[1]

        def test(c):
            value = item(c)
            return None if value is None else apply(value, constant)

        return test

    return build


BUILD |= record_tables.OPERATORS
BUILD |= {
    "lit": _literal,
    "own": _loader("own"),
    "row": _loader("row"),
    "each": _loader("each"),
    "object": _loader("object"),
    "other": _other,
    "filled": _filled,
    "empty": _empty,
    "and": _and,
    "or": _or,
    "not": _not,
    "cmp": _compare,
    "add": _add,
    "sub": _binary(lambda a, b: a - b),
    "mul": _binary(lambda a, b: a * b),
    "div": _binary(lambda a, b: a / b if b else None),
    "neg": _unary(lambda a: -a),
    "abs": _unary(abs),
    "min": _extreme(min),
    "max": _extreme(max),
    "in": _member,
    "has": _has,
    "all_in": _all_in,
    "startswith": _startswith,
    "any_in": _any_of(lambda value, options: value in options),
    "any_prefix": _any_of(lambda value, options: value.startswith(options)),
    "year": _unary(scalars.year),
    "seconds": _unary(scalars.seconds),
    "degrees": _unary(scalars.degrees),
    "max_decimals": _unary(scalars.max_decimals),
    "between": _between,
    "fits": _with_constant(scalars.fits),
    "well_formed": _with_constant(scalars.well_formed),
}
