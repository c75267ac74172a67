"""The functions of the rule language, bound one by one: ``call_<name>``. Part of the binder (binder.py)."""

from __future__ import annotations

from sources.language.names import UNSURE, Inside, Names
from sources.language.nodes import BOOL, DATE, DMS, LIST, MULTI, NUMBER, TEXT, VALUES, Node

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


class Functions(Names):
    """Binds calls."""

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
        self.inside = Inside(form, item.section)
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
