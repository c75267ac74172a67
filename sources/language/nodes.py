"""The tree of a rule: one immutable node type, readable as JSON.

The parser builds *unbound* trees (names are only names); the binder turns them into *bound* trees in which
every leaf says where its value is read and of what type it is. Only bound trees are evaluated. The table of
bound operators is in README.md; the three evaluators (record.py, columns.py, static/js/rules.js) follow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NUMBER = "number"
TEXT = "text"
BOOL = "bool"
DATE = "date"
DMS = "dms"  # degrees, minutes, seconds
MULTI = "multi"  # several codes of one choice list
LIST = "list"
VALUES = "values"  # the values of an indicator over an area


@dataclass(frozen=True, slots=True)
class Node:
    """One operator with its arguments: nodes, constants, or tuples of these."""

    op: str
    args: tuple = ()
    type: str = ""
    at: int = 0  # position in the rule text, for faults

    def to_json(self) -> list:
        """The tree as nested lists ``[op, *args]``; what the browser evaluates."""
        return [self.op, *(_plain(arg) for arg in self.args)]

    def walk(self):
        """This node and all below it."""
        yield self
        for arg in self.args:
            yield from _walk(arg)


@dataclass(frozen=True, slots=True)
class RuleFault:
    """What is wrong with a rule text and where (character position, 0-based)."""

    code: str
    message: str
    at: int = 0


class RuleError(ValueError):
    """A rule that cannot be used; carries all its faults."""

    def __init__(self, faults: list[RuleFault]):
        super().__init__("; ".join(f"{fault.message} (at {fault.at})" for fault in faults))
        self.faults = tuple(faults)


def key_match(test: Node) -> tuple[Node, Node] | None:
    """(item of the row added up, item outside) when a sum's condition is only their equality as texts."""
    if test.op != "cmp" or test.args[:2] != ("==", TEXT):
        return None
    left, right = test.args[3:]
    if right.op == "each":
        left, right = right, left
    return (left, right) if left.op == "each" and right.op in ("own", "row") else None


def tolerance(node: Node) -> float:
    """Half a unit of the least precise declared item of a number expression; see README, "Equality"."""
    match node.op:
        case "own" | "row" | "each" | "other":
            decimals = node.args[-1]
            return 0.0 if decimals is None else 0.5 * 10.0**-decimals
        case "add":
            return max(tolerance(part) for part in node.args[0])
        case "sub" | "min" | "max" | "neg" | "abs":
            return max(tolerance(arg) for arg in node.args)
        case "sum":
            return tolerance(node.args[2])
        case "mul" | "div":
            left, right = node.args
            if right.op == "lit" and right.args[0]:
                scale = abs(right.args[0])
                return tolerance(left) * scale if node.op == "mul" else tolerance(left) / scale
            if node.op == "mul" and left.op == "lit":
                return tolerance(right) * abs(left.args[0])
    return 0.0


def _plain(arg: Any) -> Any:
    if isinstance(arg, Node):
        return arg.to_json()
    if isinstance(arg, tuple):
        return [_plain(item) for item in arg]
    return arg


def _walk(arg: Any):
    if isinstance(arg, Node):
        yield from arg.walk()
    elif isinstance(arg, tuple):
        for item in arg:
            yield from _walk(item)
