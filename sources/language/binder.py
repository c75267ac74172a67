"""Unbound tree to bound tree: names are looked up, types are checked, the level of the rule is found.

All faults of a rule are collected, not only the first. What the rule is about (`Facts`) is found on the way:
row-level or form-level, the forms and items it reads, whether it must know the area around the object.
"""

from __future__ import annotations

from dataclasses import dataclass

from sources.language.nodes import (
    BOOL,
    DATE,
    DMS,
    LIST,
    MULTI,
    NUMBER,
    TEXT,
    VALUES,
    Node,
    RuleError,
    RuleFault,
    tolerance,
)
from sources.language.parser import parse
from sources.language.scope import Facts, Item, Scope

UNSURE = "?"  # type of a part that already has a fault: nothing more is said about it

# name -> (types of the arguments, type of the result)
_PLAIN = {
    "startswith": ((TEXT, TEXT), BOOL),
    "year": ((DATE,), NUMBER),
    "seconds": ((DMS,), NUMBER),
    "degrees": ((DMS,), NUMBER),
    "max_decimals": ((NUMBER,), NUMBER),
    "abs": ((NUMBER,), NUMBER),
    "county_of": ((DMS, DMS), TEXT),
}
_ARITHMETIC = {"add", "sub", "mul", "div", "neg"}


@dataclass(frozen=True, slots=True)
class Bound:
    node: Node
    facts: Facts


def bind(text: str, scope: Scope, section: str | None = None) -> Bound:
    """`text` as a bound rule. Raises RuleError with every fault found.

    `section`: the table the rule stands in (conditions of its items may name row items)."""
    binder = _Binder(scope, section)
    node = binder.truth(parse(text))
    if binder.faults:
        raise RuleError(binder.faults)
    return Bound(node, binder.facts())


@dataclass(slots=True)
class _Inside:
    """Inside sum_where: the table being added up."""

    form: str | None  # None = own form
    section: str | None


class _Binder:
    def __init__(self, scope: Scope, section: str | None):
        self.scope = scope
        self.section = section
        self.inside: _Inside | None = None
        self.faults: list[RuleFault] = []
        self.indicators: dict[str, None] = {}
        self.elsewhere: dict[tuple[str, str], None] = {}
        self.forms: dict[str, None] = {}
        self.sections: dict[str, None] = {}
        self.area = False

    def facts(self) -> Facts:
        return Facts(
            self.section,
            tuple(self.indicators),
            tuple(self.elsewhere),
            tuple(self.forms),
            tuple(self.sections),
            self.area,
        )

    def fault(self, code: str, message: str, node: Node) -> Node:
        self.faults.append(RuleFault(code, message, node.at))
        return Node("lit", (None,), UNSURE, node.at)

    def truth(self, raw: Node) -> Node:
        return self.expect(self.node(raw), BOOL)

    def expect(self, node: Node, *types: str) -> Node:
        if node.type != UNSURE and node.type not in types:
            return self.fault("type", f"{' or '.join(types)} expected, not {node.type}", node)
        return node

    # -- operators -------------------------------------------------------------------------------------------

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

    def literals(self, group: Node, kind: str) -> tuple:
        if group.type == UNSURE:
            return ()
        if group.type != LIST:
            self.fault("type", f"a list is expected, not {group.type}", group)
            return ()
        for option in group.args[0]:
            if option.op != "lit" or option.type != kind:
                self.fault("type", f"only {kind} constants can stand in this list", option)
        return tuple(option.args[0] for option in group.args[0] if option.op == "lit")

    def check_codes(self, node: Node, others) -> None:
        codes = self.codes_of(node)
        for other in others if codes else ():
            if other.op == "lit" and other.args[0] not in codes:
                self.fault("unknown-choice", f"{other.args[0]!r} is not among the choices", other)

    def codes_of(self, node: Node) -> frozenset[str] | None:
        if node.op in ("own", "row", "each"):
            form = self.scope.form
            if node.op == "each" and self.inside and self.inside.form:
                form = self.inside.form
            item = self.scope.item(form, node.args[0])
        elif node.op == "other":
            item = self.scope.item(node.args[0], node.args[1])
        else:
            item = None
        return item.codes if item else None

    # -- items -----------------------------------------------------------------------------------------------

    def own(self, raw: Node) -> Node:
        name = raw.args[0]
        item = self.scope.form and self.scope.item(self.scope.form, name)
        if not item:
            return self.fault("unknown-item", f"{name} is not an item of this form", raw)
        self.indicators[name] = None
        if item.section is None:
            return _load("own", (name,), item, raw)
        if self.inside and self.inside.form is None:
            if item.section != self.inside.section:
                return self.fault("two-tables", f"{name} belongs to another table than the one added up", raw)
            return _load("each", (name,), item, raw)
        if self.section not in (None, item.section):
            return self.fault(
                "two-tables", f"{name} belongs to table {item.section}, not {self.section}", raw
            )
        self.section = item.section
        return _load("row", (name,), item, raw)

    def qualified(self, raw: Node) -> Node:
        form_name, name = raw.args
        if form_name == "OBJECT":
            kind = self.scope.object_type(name)
            if kind is None:
                return self.fault("unknown-item", f"OBJECT has no attribute {name}", raw)
            return Node("object", (name, kind), kind, raw.at)
        form, item = self.elsewhere_item(raw)
        if item is None:
            return Node("lit", (None,), UNSURE, raw.at)
        if self.inside and self.inside.form == form:
            if item.section != self.inside.section:
                return self.fault("two-tables", f"{form_name}.{name} is not in the table added up", raw)
            return _load("each", (name,), item, raw)
        if item.section is not None:
            return self.fault(
                "needs-sum", f"{form_name}.{name} has many rows: use sum, sum_where or count", raw
            )
        if self.scope.several_sheets(form):
            return self.fault(
                "needs-sum", f"{form_name} may have several sheets: use sum, sum_where or count", raw
            )
        return _load("other", (form, name), item, raw)

    def elsewhere_item(self, raw: Node, area: bool = False) -> tuple[str, Item | None]:
        form_name, name = raw.args
        form = self.other_form(form_name, raw, area)
        if form is None:
            return form_name, None
        item = self.scope.item(form, name)
        if item is None:
            self.fault("unknown-item", f"{form_name}.{name} does not exist", raw)
        else:
            self.elsewhere[form, name] = None
        return form, item

    def other_form(self, name: str, raw: Node, area: bool = False) -> str | None:
        form = self.scope.form_code(name)
        if form is None:
            self.fault("unknown-form", f"{name} is not a form", raw)
            return None
        if form == self.scope.form and not area:
            self.fault("own-form", f"items of the own form are written without {name}.", raw)
            return None
        if not area and not self.scope.same_object(form):
            self.fault("other-object", f"{name} is never filled by the same object as this form", raw)
            return None
        if form != self.scope.form:
            self.forms[form] = None
        return form

    # -- functions -------------------------------------------------------------------------------------------

    def call(self, raw: Node) -> Node:
        name, args = raw.args
        method = getattr(self, f"call_{name}", None)
        if method:
            return method(raw, args)
        if name in ("min", "max"):
            if len(args) < 2:
                return self.fault("arity", f"{name} takes two or more arguments", raw)
            return Node(name, tuple(self.expect(self.node(arg), NUMBER) for arg in args), NUMBER, raw.at)
        if name not in _PLAIN:
            return self.fault("unknown-function", f"{name} is not a function", raw)
        types, result = _PLAIN[name]
        if len(args) != len(types):
            return self.fault("arity", f"{name} takes {len(types)} argument(s), not {len(args)}", raw)
        bound = tuple(self.expect(self.node(arg), kind) for arg, kind in zip(args, types, strict=True))
        self.area = self.area or name == "county_of"
        return Node(name, bound, result, raw.at)

    def one(self, raw: Node, args: tuple) -> Node | None:
        if len(args) != 1:
            self.fault("arity", f"{raw.args[0]} takes one argument, not {len(args)}", raw)
            return None
        return args[0]

    def call_empty(self, raw: Node, args: tuple) -> Node:
        arg = self.one(raw, args)
        if arg is None or arg.op not in ("name", "attr"):
            return self.fault("arity", f"{raw.args[0]} takes one item", raw)
        return Node(raw.args[0], (self.node(arg),), BOOL, raw.at)

    call_filled = call_empty

    def call_exists(self, raw: Node, args: tuple) -> Node:
        arg = self.one(raw, args)
        if arg is None or arg.op != "name":
            return self.fault("arity", "exists takes the name of a form", raw)
        form = self.scope.form_code(arg.args[0])
        if form is None:
            return self.fault("unknown-form", f"{arg.args[0]} is not a form", arg)
        self.forms[form] = None
        if self.scope.same_object(form):
            return Node("exists", (form,), BOOL, raw.at)
        self.area = True
        return Node("exists_area", (form,), BOOL, raw.at)

    def call_count(self, raw: Node, args: tuple) -> Node:
        arg = self.one(raw, args)
        if arg is not None and arg.op == "name" and self.scope.form:
            section = arg.args[0]
            if self.scope.is_table(self.scope.form, section):
                self.sections[section] = None
                return Node("count", (None, section), NUMBER, raw.at)
        elif arg is not None and arg.op == "attr":
            form = self.other_form(arg.args[0], arg)
            if form is None:
                return Node("lit", (None,), UNSURE, raw.at)
            if self.scope.is_table(form, arg.args[1]):
                return Node("count", (form, arg.args[1]), NUMBER, raw.at)
        return self.fault("unknown-table", "count takes the id of a table", arg or raw)

    def call_sum(self, raw: Node, args: tuple) -> Node:
        arg = self.one(raw, args)
        return self.total(raw, arg, None) if arg else Node("lit", (None,), UNSURE, raw.at)

    def call_sum_where(self, raw: Node, args: tuple) -> Node:
        if len(args) != 2:
            return self.fault("arity", f"sum_where takes two arguments, not {len(args)}", raw)
        return self.total(raw, *args)

    def total(self, raw: Node, what: Node, condition: Node | None) -> Node:
        """sum and sum_where: ``[op, form, section, x, condition, correlated]``."""
        if self.inside:
            return self.fault("nested-sum", "a sum inside a sum", raw)
        if what.op == "name" and self.scope.form:
            form, item = None, self.scope.item(self.scope.form, what.args[0])
            if item and item.section is None:
                return self.fault(
                    "not-a-table", f"{what.args[0]} is not in a table: there is nothing to add up", what
                )
            if item:
                self.sections[item.section] = None
        elif what.op == "attr":
            form, item = self.elsewhere_item(what)
            if item and item.section is None and not self.scope.several_sheets(form):
                return self.fault(
                    "not-a-table", f"{what.args[1]} is not in a table: there is nothing to add up", what
                )
        else:
            return self.fault("arity", f"{raw.args[0]} takes an item", raw)
        if item is None:
            return self.node(what) if form is None else Node("lit", (None,), UNSURE, raw.at)
        self.inside = _Inside(form, item.section)
        x = self.expect(self.node(what), NUMBER)
        test = self.truth(condition) if condition is not None else Node("lit", (True,), BOOL, raw.at)
        self.inside = None
        moving = form is not None and any(node.op in ("row", "own") for node in test.walk())
        return Node("sum", (form, item.section, x, test, moving), NUMBER, raw.at)

    def call_unique(self, raw: Node, args: tuple) -> Node:
        items = [self.node(arg) for arg in args]
        if UNSURE in [item.type for item in items]:
            return Node("lit", (None,), UNSURE, raw.at)
        if not items or self.inside or any(item.op != "row" or item.type == MULTI for item in items):
            return self.fault("not-a-table", "unique takes items of one table", raw)
        self.sections[self.section] = None
        return Node("unique", (self.section, tuple(items)), BOOL, raw.at)

    def call_unique_in_region(self, raw: Node, args: tuple) -> Node:
        arg = self.one(raw, args)
        item = self.node(arg) if arg else None
        if item is None or item.type == UNSURE:
            return Node("lit", (None,), UNSURE, raw.at)
        if item.op != "own" or item.type != TEXT:
            return self.fault("not-a-table", "unique_in_region takes a text item outside tables", raw)
        self.area = True
        return Node("unique_in_region", (self.scope.form, item), BOOL, raw.at)

    def call_values(self, raw: Node, args: tuple) -> Node:
        arg = self.one(raw, args)
        if arg is None or arg.op != "attr":
            return self.fault("arity", "values takes an item of another form", raw)
        form, item = self.elsewhere_item(arg, area=True)
        if item is None:
            return Node("lit", (None,), UNSURE, raw.at)
        if item.section is not None or item.type != TEXT:
            return self.fault("type", "values takes a text item outside tables", arg)
        self.area = True
        return Node("values", (form, item.id), VALUES, raw.at)

    def in_group(self, raw: Node, args: tuple) -> Node:
        arg = self.one(raw, args)
        if arg is None:
            return Node("lit", (None,), UNSURE, raw.at)
        codes = self.scope.group(raw.args[0].removeprefix("is_"))
        return Node("in", (self.expect(self.node(arg), TEXT), codes), BOOL, raw.at)

    call_is_coal = in_group
    call_is_gas = in_group

    def any_of(self, raw: Node, args: tuple) -> Node:
        if len(args) != 2:
            return self.fault("arity", f"{raw.args[0]} takes two lists", raw)
        group = self.expect(self.node(args[0]), LIST)
        options = self.literals(self.node(args[1]), TEXT)
        if group.type == UNSURE:
            return group
        items = tuple(self.expect(item, TEXT) for item in group.args[0])
        return Node(raw.args[0], (items, options), BOOL, raw.at)

    call_any_in = any_of
    call_any_prefix = any_of


def _load(op: str, address: tuple, item: Item, raw: Node) -> Node:
    decimals = item.decimals if item.type == NUMBER else None
    return Node(op, (*address, item.type, decimals), item.type, raw.at)
