"""An independent oracle: rules of the catalogue as VTL 2.1 (SDMX), run by ``vtlengine`` on the same documents.

One dataset of sheets a form (identifier ``obj``), one of rows a table (``obj``, ``k``); each rule becomes a dataset
with the Boolean measure ``truth``. Where VTL means something else by a blank, the difference is written out:

- ``a + b`` is null in VTL if either part is; ours takes a blank item for zero beside a filled one: ``nvl``, and a
  guard for all blank;
- ``=`` is exact in VTL; ours allows the tolerance of the declared decimals: ``abs(a - b) <= …``;
- division by zero is an error in VTL; ours is blank: the divisor is null where it is zero;
- ``if`` takes its else-branch where the condition is unknown, so conditions ask ``isnull`` before they compare;
- an aggregate over no rows has no row in VTL: a sum comes out of the join as null, as ours; a count by ``nvl`` as 0.

Kleene's ``and``, ``or``, ``not``, comparisons with a blank, and a sum that passes over blank rows mean the same in
both. Each ``if`` is a ``calc`` of its own: vtlengine 1.9.6 loses values where one stands inside an expression (the
branches come back in another order of rows than the rest is in).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sources.forms.check_set import Document
from sources.forms.model import LANGUAGE_TYPES, Check, Form
from sources.language import Node
from sources.language.nodes import BOOL, DATE, NUMBER, TEXT
from sources.language.scalars import NOISE

TYPES = {NUMBER: "Number", BOOL: "Boolean"}  # everything else is a String
_SIGNS = {"==": "=", "!=": "<>"}
_BINARY = {"sub": "-", "mul": "*", "and": "and", "or": "or"}


class NotInVtlError(ValueError):
    """The rule uses something that is not translated."""


@dataclass
class Script:
    """Statements that end in dataset *result*, and the measures they read: dataset -> items."""

    result: str
    statements: list[str] = field(default_factory=list)
    reads: dict[str, dict[str, None]] = field(default_factory=dict)


def sheets_of(form: str) -> str:
    return "S_" + form.replace("-", "_")


def rows_of(form: str, table: str) -> str:
    return f"R_{form.replace('-', '_')}_{table}"


def measure(form: str, item: str) -> str:
    """The name of an item; unlike in all forms, so that joins are never ambiguous."""
    return f"{form.replace('-', '_')}_{item}"


def translate(form: str, check: Check, number: int) -> Script:
    """The rule as statements for dataset ``D<number>``. Raises NotInVtlError."""
    return _Translation(form, check.section, number).script(check.node)


class _Translation:
    def __init__(self, form: str, section: str | None, number: int) -> None:
        self.form, self.section, self.number = form, section, number
        self.main = rows_of(form, section) if section else sheets_of(form)
        self.out = Script(f"D{number}")
        self.joined: dict[str, None] = {}
        self.steps: list[str] = []  # calc clauses before the last, of the dataset at hand
        self.named = 0
        self.inside: tuple[str, str] | None = None  # (form, dataset) being added up

    def script(self, node: Node) -> Script:
        self.out.reads.setdefault(self.main, {})
        truth = self.text(node)
        source = self.kept(self.main)
        if self.joined:
            parts = ", ".join([source, *(self.kept(name) for name in self.joined)])
            source = f"left_join({parts} using obj)" if self.section else f"left_join({parts})"
        steps = "".join(self.steps)
        self.out.statements.append(
            f"{self.out.result} <- {source}{steps}[calc truth := {truth}][keep truth];"
        )
        return self.out

    def kept(self, dataset: str) -> str:
        items = self.out.reads.get(dataset)
        return f"{dataset}[keep {', '.join(items)}]" if items else dataset

    def read(self, dataset: str, form: str, item: str) -> str:
        name = measure(form, item)
        self.out.reads.setdefault(dataset, {})[name] = None
        if dataset != self.main and self.inside is None:
            self.joined[dataset] = None
        return name

    def text(self, node: Node) -> str:
        translated = getattr(self, f"op_{node.op}", None)
        if translated is None:
            raise NotInVtlError(node.op)
        return translated(node, *node.args)

    def name(self, expression: str) -> str:
        """A name for an expression that is used more than once, or is an ``if``."""
        if expression.isidentifier() and expression not in ("null", "true", "false"):
            return expression
        self.named += 1
        self.steps.append(f"[calc h{self.named} := {expression}]")
        return f"h{self.named}"

    def choice(self, condition: str, then: str, otherwise: str) -> str:
        return self.name(f"if {condition} then {then} else {otherwise}")

    def number_text(self, value: float) -> str:
        return f"{value:.12f}".rstrip("0") + "0" if isinstance(value, float) else str(value)

    # -- leaves ----------------------------------------------------------------------------------------------

    def op_lit(self, node: Node, value: Any) -> str:
        if node.type == BOOL:
            return "true" if value else "false"
        return self.number_text(value) if node.type == NUMBER else f'"{value}"'

    def op_own(self, node: Node, item: str, *_: Any) -> str:
        if self.inside is not None:
            raise NotInVtlError("an item of the sheet inside a sum")
        return self.read(sheets_of(self.form), self.form, item)

    def op_row(self, node: Node, item: str, *_: Any) -> str:
        return self.read(self.main, self.form, item)

    def op_each(self, node: Node, item: str, *_: Any) -> str:
        assert self.inside is not None
        form, dataset = self.inside
        return self.read(dataset, form, item)

    def op_other(self, node: Node, form: str, item: str, *_: Any) -> str:
        return self.read(sheets_of(form), form, item)

    # -- truth -----------------------------------------------------------------------------------------------

    def op_filled(self, node: Node, item: Node) -> str:
        return f"not isnull({self.text(item)})"

    def op_empty(self, node: Node, item: Node) -> str:
        return f"isnull({self.text(item)})"

    def op_not(self, node: Node, arg: Node) -> str:
        return f"not ({self.text(arg)})"

    def many(self, node: Node, *args: Node) -> str:
        return "(" + f" {_BINARY[node.op]} ".join(f"({self.text(arg)})" for arg in args) + ")"

    op_and = op_or = op_sub = op_mul = many

    def both(self, *nodes: Node) -> list[tuple[Node, str]]:
        return [(node, self.text(node)) for node in nodes]

    def op_cmp(self, node: Node, op: str, kind: str, slack: float, left: Node, right: Node) -> str:
        a, b = (one if node.op == "lit" else self.name(one) for node, one in self.both(left, right))
        sign = _SIGNS.get(op, op)
        if kind == DATE:  # a month is compared with a day by month
            whole = f"length({a}) = 10 and length({b}) = 10"
            return self.choice(whole, f"{a} {sign} {b}", f"substr({a}, 1, 7) {sign} substr({b}, 1, 7)")
        if kind != NUMBER or op in ("<", ">"):
            return f"({a}) {sign} ({b})"
        larger = self.choice(f"nvl(abs({a}), 0) > nvl(abs({b}), 0)", f"abs({a})", f"abs({b})")
        reach = f"{self.number_text(slack)} + {self.number_text(NOISE)} * {larger}"
        difference = {"<=": f"({a}) - ({b})", ">=": f"({b}) - ({a})"}.get(op, f"abs(({a}) - ({b}))")
        return f"{difference} {'>' if op == '!=' else '<='} {reach}"

    def op_in(self, node: Node, item: Node, options: Sequence) -> str:
        listed = ", ".join(f'"{o}"' if item.type == TEXT else self.number_text(o) for o in options)
        return f"({self.text(item)}) in {{{listed}}}"

    def op_startswith(self, node: Node, text: Node, prefix: Node) -> str:
        if prefix.op != "lit":
            raise NotInVtlError("startswith an item")
        return f"substr({self.text(text)}, 1, {len(prefix.args[0])}) = {self.text(prefix)}"

    # -- numbers ---------------------------------------------------------------------------------------------

    def op_add(self, node: Node, parts: Sequence[Node], skippable: Sequence[bool]) -> str:
        texts = [self.name(self.text(part)) for part in parts]
        blank = " and ".join(f"isnull({text})" for text in texts)
        firm = [f"isnull({text})" for text, skip in zip(texts, skippable, strict=True) if not skip]
        total = " + ".join(f"nvl({text}, 0)" for text in texts)
        return self.choice(" or ".join([f"({blank})", *firm]), "null", total)

    def op_div(self, node: Node, left: Node, right: Node) -> str:
        left_text, divisor = self.text(left), self.text(right)
        if right.op != "lit":
            divisor = self.choice(f"nvl({self.name(divisor)}, 0) = 0", "null", self.name(divisor))
        return f"(({left_text}) / {divisor})"

    def op_neg(self, node: Node, arg: Node) -> str:
        return f"(-({self.text(arg)}))"

    def op_abs(self, node: Node, arg: Node) -> str:
        return f"abs({self.text(arg)})"

    def extreme(self, node: Node, *args: Node) -> str:
        sign = "<=" if node.op == "min" else ">="
        best = self.name(self.text(args[0]))
        for arg in args[1:]:
            other = self.name(self.text(arg))
            lesser = self.choice(f"{best} {sign} {other}", best, other)
            best = self.choice(f"isnull({other})", best, self.choice(f"isnull({best})", other, lesser))
        return best

    op_min = op_max = extreme

    # -- tables ----------------------------------------------------------------------------------------------

    def joined_to(self, source: str) -> str:
        """A dataset of one measure by object, in which ``#`` stands for its name; the measure, joined to the rule."""
        name = f"t{self.number}_{len(self.out.statements)}"
        self.out.statements.append(f"{name} := {source.replace('#', name + '_v')};")
        self.joined[name] = None
        return f"{name}_v"

    def op_sum(
        self, node: Node, form: str | None, section: str | None, x: Node, test: Node, moving: bool
    ) -> str:
        if moving:
            raise NotInVtlError("a sum that depends on the row")
        form = form or self.form
        dataset = rows_of(form, section) if section else sheets_of(form)
        outer, self.steps, self.inside = self.steps, [], (form, dataset)
        value, where = self.text(x), self.text(test)
        steps, self.steps, self.inside = "".join(self.steps), outer, None
        chosen = "" if test.op == "lit" else f"[filter {where}]"
        return self.joined_to(f"{dataset}{steps}[calc v := {value}]{chosen}[aggr # := sum(v) group by obj]")

    def op_count(self, node: Node, form: str | None, section: str) -> str:
        dataset = rows_of(form or self.form, section)
        self.out.reads.setdefault(dataset, {})
        return f"nvl({self.joined_to(f'{dataset}[aggr # := count() group by obj]')}, 0)"

    def op_exists(self, node: Node, form: str) -> str:
        self.out.reads.setdefault(sheets_of(form), {})
        return f"nvl({self.joined_to(f'{sheets_of(form)}[calc # := true][keep #]')}, false)"


def datasets(
    sheets: Mapping[str, Sequence[Document]], forms: Mapping[str, Form], scripts: Sequence[Script]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(data structures, DataFrames) of what *scripts* read; one sheet a form and object."""
    import pandas as pd

    reads: dict[str, dict[str, None]] = {}
    for script in scripts:
        for name, items in script.reads.items():
            reads.setdefault(name, {}).update(items)
    structures, frames = [], {}
    for code, form in forms.items():
        for table in (None, *form.tables):
            name = rows_of(code, table) if table else sheets_of(code)
            if name not in reads:
                continue
            kinds = {
                measure(code, item.id): (item.id, LANGUAGE_TYPES[item.type])
                for item in form.indicators.values()
                if measure(code, item.id) in reads[name]
            }
            records = list(_records(sheets.get(code, ()), table))
            columns: dict[str, Any] = {"obj": pd.array([one[0] for one in records], "Int64")}
            parts = [_component("obj", "Integer", "Identifier")]
            if table:
                columns["k"] = pd.array([one[1]["_k"] for one in records], "Int64")
                parts.append(_component("k", "Integer", "Identifier"))
            for shown, (item, kind) in kinds.items():
                dtype = {NUMBER: "Float64", BOOL: "boolean"}.get(kind, "string")
                columns[shown] = pd.array([one[1].get(item) for one in records], dtype)
                parts.append(_component(shown, TYPES.get(kind, "String"), "Measure"))
            if len(parts) == 1 + bool(table):  # VTL wants a measure
                columns["there"] = pd.array([True] * len(records), "boolean")
                parts.append(_component("there", "Boolean", "Measure"))
            structures.append({"name": name, "DataStructure": parts})
            frames[name] = pd.DataFrame(columns)
    return {"datasets": structures}, frames


def _records(sheets: Sequence[Document], table: str | None) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    for one in sheets:
        for record in (one.values.get(table) or ()) if table else (one.values,):
            yield one.object_id, record


def _component(name: str, kind: str, role: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "role": role, "nullable": role == "Measure"}
