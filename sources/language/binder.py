"""Unbound tree to bound tree: names are looked up, types are checked, the level of the rule is found.

All faults of a rule are collected, not only the first. What the rule is about (`Facts`) is found on the way:
row-level or form-level, the forms and items it reads, whether it must know the area around the object.
"""

from __future__ import annotations

from dataclasses import dataclass

from sources.language.functions import Functions
from sources.language.names import UNSURE
from sources.language.nodes import (
    BOOL,
    DATE,
    LIST,
    MULTI,
    NUMBER,
    TEXT,
    VALUES,
    Node,
    RuleError,
    tolerance,
)
from sources.language.parser import parse
from sources.language.scope import Facts, Scope

_ARITHMETIC = {"add", "sub", "mul", "div", "neg"}


@dataclass(frozen=True, slots=True)
class Bound:
    node: Node
    facts: Facts


def bind(text: str, scope: Scope, section: str | None = None, kind: str = BOOL) -> Bound:
    """`text` as a bound rule. Raises RuleError with every fault found.

    `section`: the table the rule stands in (conditions of its items may name row items). `kind`: NUMBER for an
    expression that is a number."""
    binder = _Binder(scope, section)
    raw = parse(text)
    node = binder.truth(raw) if kind == BOOL else binder.expect(binder.node(raw), kind)
    if binder.faults:
        raise RuleError(binder.faults)
    return Bound(node, binder.facts())


class _Binder(Functions):
    """Binds operators."""

    def node(self, raw: Node) -> Node:
        match raw.op:
            case "lit":
                return raw
            case "name":
                return self.own(raw)
            case "attr":
                return self.qualified(raw)
            case "list":
                return Node("list", (tuple(self.node(item) for item in raw.args),), LIST, raw.at)
            case "and" | "or" | "not":
                return Node(raw.op, tuple(self.truth(arg) for arg in raw.args), BOOL, raw.at)
            case "cmp":
                return self.compare(raw)
            case "in":
                return self.member(raw)
            case "call":
                return self.call(raw)
        args = tuple(self.expect(self.node(arg), NUMBER) for arg in raw.args)
        if raw.op == "add":
            return Node("add", (args, tuple(arg.op not in _ARITHMETIC for arg in args)), NUMBER, raw.at)
        return Node(raw.op, args, NUMBER, raw.at)

    def compare(self, raw: Node) -> Node:
        op, left, right = raw.args[0], self.node(raw.args[1]), self.node(raw.args[2])
        if UNSURE in (left.type, right.type):
            return Node("lit", (None,), UNSURE, raw.at)
        left, right = self.as_date(left, right), self.as_date(right, left)
        if left.type != right.type:
            return self.fault("type", f"{left.type} is compared with {right.type}", raw)
        if left.type not in (NUMBER, TEXT, BOOL, DATE):
            return self.fault("type", f"{left.type} cannot be compared with {op}", raw)
        if left.type in (TEXT, BOOL) and op not in ("==", "!="):
            return self.fault("type", f"{left.type} has no order: only == and !=", raw)
        self.check_codes(left, [right])
        self.check_codes(right, [left])
        slack = max(tolerance(left), tolerance(right)) if left.type == NUMBER else 0.0
        return Node("cmp", (op, left.type, slack, left, right), BOOL, raw.at)

    def as_date(self, node: Node, other: Node) -> Node:
        if node.op == "lit" and node.type == TEXT and other.type == DATE:
            return Node("lit", node.args, DATE, node.at)
        return node

    def member(self, raw: Node) -> Node:
        item, group = self.node(raw.args[0]), self.node(raw.args[1])
        if UNSURE in (item.type, group.type):
            return Node("lit", (None,), UNSURE, raw.at)
        if group.type == MULTI:
            if item.op != "lit" or item.type != TEXT:
                return self.fault(
                    "type", "only a code in quotes can be looked for in a multiple choice", item
                )
            self.check_codes(group, [item])
            return Node("has", (group, item.args[0]), BOOL, raw.at)
        if group.type == VALUES:
            if item.type != TEXT:
                return self.fault("type", f"values() are texts, not {item.type}", item)
            return Node("in_values", (item, *group.args), BOOL, raw.at)
        if group.type != LIST:
            return self.fault("type", "a list is expected after 'in'", group)
        if item.type not in (TEXT, NUMBER):
            return self.fault("type", f"{item.type} cannot be looked for in a list", item)
        options = self.literals(group, item.type)
        self.check_codes(item, group.args[0])
        return Node("in", (item, options), BOOL, raw.at)
