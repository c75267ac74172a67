"""The names in a rule: items, forms and choices looked up in the scope, and what is found out about the rule on the
way. Base of the binder (binder.py)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from sources.language.nodes import BOOL, LIST, NUMBER, Node, RuleFault
from sources.language.scope import Facts, Item, Scope

UNSURE = "?"  # type of a part that already has a fault: nothing more is said about it


@dataclass(slots=True)
class Inside:
    """Inside sum_where: the table being added up."""

    form: str | None  # None = own form
    section: str | None


class Names(ABC):
    """Looks up names and collects faults; a subclass binds the nodes between them."""

    def __init__(self, scope: Scope, section: str | None):
        self.scope = scope
        self.section = section
        self.inside: Inside | None = None
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

    @abstractmethod
    def node(self, raw: Node) -> Node:
        """The bound node of an unbound one."""

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

    # -- choices ---------------------------------------------------------------------------------------------

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


def _load(op: str, address: tuple, item: Item, raw: Node) -> Node:
    decimals = item.decimals if item.type == NUMBER else None
    return Node(op, (*address, item.type, decimals), item.type, raw.at)
