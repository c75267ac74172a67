"""Rules and conditions of the definitions, bound to the catalogue; the built-in checks of every item.

The built-in checks (required, range, decimals, choices, form of codes) are rule trees like the official
rules, so that all evaluators get them for nothing and agree on them."""

from __future__ import annotations

from dataclasses import dataclass

from sources.forms.model import (
    LANGUAGE_TYPES,
    NUMERIC,
    Check,
    DefinitionFault,
    FormEntry,
    Indicator,
    Kind,
    Section,
    Text,
)
from sources.forms.reading import RawForm, Reading, text_of
from sources.language import Bound, Item, Node, RuleError, bind
from sources.language.nodes import BOOL, DMS, NUMBER

BOUNDS = {
    "longitude_dms": (73.0, 136.0),
    "latitude_dms": (3.0, 54.0),
}  # decimal degrees, the territory of China
_FORMATS = {
    "uscc": (
        "error",
        Text(
            "18位统一社会信用代码有误或校验不通过",
            "is not a valid unified social credit code of 18 characters",
        ),
    ),
    "region_code": ("error", Text("应为12位数字", "must have 12 digits")),
    "industry_code": ("error", Text("应为4位数字", "must have 4 digits")),
    "phone": (
        "warning",
        Text("格式有误，应为手机号或带区号的固定电话", "is not a mobile number or a landline with area code"),
    ),
}
_REQUIRED = Text("应填写", "must be filled")
_ACCOUNTED = Text("尚未填写，可由核算结果填入", "is blank; it can be filled from the accounting results")
_RULE_KEYS = {"id", "rule", "severity", "message"}


class FormScope:
    """The names a rule of one form may use (see sources.language.Scope)."""

    def __init__(self, reading: Reading, form: str | None, kinds: dict[str, set[str]], many: set[str]):
        self.reading = reading
        self.form = form
        self.kinds = kinds  # form -> kinds of objects that may fill it
        self.many = many
        self.names = {code.replace("-", "_"): code for code in reading.forms}

    def form_code(self, name: str) -> str | None:
        return self.names.get(name)

    def item(self, form: str, name: str) -> Item | None:
        raw = self.reading.forms[form]
        found = raw.indicators.get(name)
        if found is None:
            return None
        table = next((s.id for s in raw.sections if s.id == found.section and s.repeat), None)
        codes = frozenset(choice.code for choice in found.choices) or None
        return Item(name, LANGUAGE_TYPES[found.type], found.decimals, table, codes)

    def is_table(self, form: str, section: str) -> bool:
        return any(s.id == section and s.repeat for s in self.reading.forms[form].sections)

    def same_object(self, form: str) -> bool:
        return self.form is None or bool(self.kinds.get(form, set()) & self.kinds.get(self.form, set()))

    def several_sheets(self, form: str) -> bool:
        return form in self.many

    def object_type(self, key: str) -> str | None:
        attribute = self.reading.attributes.get(key)
        return LANGUAGE_TYPES[attribute["type"]] if attribute else None

    def group(self, name: str) -> tuple[str, ...]:
        fuel = self.reading.codelists.get("fuel")
        return tuple(choice.code for choice in fuel.items if choice.group == name) if fuel else ()


@dataclass(slots=True)
class Binder:
    """Binds all rules of a reading; faults are added to the reading."""

    reading: Reading
    kinds: dict[str, set[str]]
    many: set[str]

    @classmethod
    def of(cls, reading: Reading) -> Binder:
        kinds: dict[str, set[str]] = {}
        many: set[str] = set()
        for kind, spec in reading.kinds.items():
            for entry in spec["forms"]:
                kinds.setdefault(entry["form"], set()).add(kind)
                if entry.get("many"):
                    many.add(entry["form"])
        return cls(reading, kinds, many)

    def fault(self, file: str, path: str, code: str, message: str) -> None:
        self.reading.faults.append(DefinitionFault(file, path, code, message))

    def bind(
        self, file: str, path: str, text: object, form: str | None, section: str | None = None
    ) -> Bound | None:
        """The bound rule, or None after noting its faults."""
        if not isinstance(text, str):
            self.fault(file, path, "syntax", f"{text!r} is not a text")
            return None
        try:
            return bind(text, FormScope(self.reading, form, self.kinds, self.many), section)
        except RuleError as error:
            for fault in error.faults:
                self.fault(file, f"{path} at {fault.at}", fault.code, f"{fault.message}: {text}")
            return None

    # -- form sets -------------------------------------------------------------------------------------------

    def all_kinds(self) -> dict[str, Kind]:
        found = {
            code: Kind(
                code,
                Text(**spec["title"]),
                spec["category"],
                tuple(self.entry(f"kinds.{code}.forms[{i}]", raw) for i, raw in enumerate(spec["forms"])),
            )
            for code, spec in self.reading.kinds.items()
        }
        for code, raw in self.reading.forms.items():
            if code not in self.kinds:
                self.fault(raw.file, "", "no-kind", "no kind of object fills this form (form_sets.yaml)")
        return found

    def entry(self, path: str, raw: dict) -> FormEntry:
        bound = self.bind("form_sets.yaml", path, raw["when"], None) if "when" in raw else None
        many = raw.get("many") is True
        return FormEntry(
            raw["form"], bound.node if bound else None, many, Text(**raw["sheet"]) if many else None
        )

    # -- forms -----------------------------------------------------------------------------------------------

    def applies(self, code: str, raw: RawForm) -> dict[str, Node]:
        """When the sections apply that have a condition."""
        return {
            section.id: node
            for section in raw.sections
            if section.applies_when is not None
            and (node := self.condition(raw, f"{section.id}.applies_when", section.applies_when, code, None))
        }

    def required_when(self, code: str, raw: RawForm) -> dict[str, Node]:
        """When the items are required that have a condition."""
        return {
            item.id: node
            for section in raw.sections
            for item in section.indicators
            if isinstance(item.required, str)
            and (
                node := self.condition(
                    raw,
                    f"{section.id}.{item.id}.required",
                    item.required,
                    code,
                    section.id if section.repeat else None,
                )
            )
        }

    def condition(self, raw: RawForm, path: str, text: object, code: str, table: str | None) -> Node | None:
        """A condition of a section or item; items of a table may name the items of their row."""
        bound = self.bind(raw.file, path, text, code, table)
        if bound and bound.facts.section != table:
            self.fault(raw.file, path, "row-condition", "the condition names items of a table")
            return None
        return bound.node if bound else None

    def checks(
        self, code: str, raw: RawForm, applies: dict[str, Node], required_when: dict[str, Node]
    ) -> tuple[Check, ...]:
        """Built-in checks in the order of the form, then its rules."""
        found: list[Check] = []
        for section in raw.sections:
            if section.repeat:
                found += row_limits(code, section, applies.get(section.id))
            for item in section.indicators:
                conditions = filter(None, (applies.get(section.id), required_when.get(item.id)))
                found += of_item(code, section, item, list(conditions))
        for index, rule in enumerate(raw.data.get("audit") or []):
            check = self.rule(code, raw, rule, f"audit[{index}]")
            if check:
                found.append(check)
        seen: dict[object, str] = {}
        for check in found:
            if check.rule in seen:
                self.fault(raw.file, check.rule, "duplicate-rule", f"rule id {check.rule} appears twice")
            seen[check.rule] = check.rule
            same = seen.setdefault(_meaning(check.node), check.rule)
            if same != check.rule:
                self.fault(raw.file, check.rule, "same-rule", f"says the same as {same}")
        return tuple(found)

    def rule(self, code: str, raw: RawForm, rule: dict, path: str) -> Check | None:
        if not isinstance(rule, dict) or set(rule) != _RULE_KEYS:
            self.fault(raw.file, path, "shape", "a rule has the keys id, rule, severity, message")
            return None
        path = str(rule["id"])
        if not path.startswith(f"{code}-R"):
            self.fault(raw.file, path, "rule-id", f"the id of a rule begins with {code}-R")
        if rule["severity"] not in ("error", "warning", "info"):
            self.fault(
                raw.file, path, "bad-value", f"severity {rule['severity']!r} is not error, warning or info"
            )
        text = text_of(rule["message"])
        if text is None:
            self.fault(raw.file, path, "translation", "the message needs a zh and an en text")
            return None
        bound = self.bind(raw.file, path, rule["rule"], code)
        if bound is None:
            return None
        facts = bound.facts
        elsewhere = tuple(f"{form}.{item}" for form, item in facts.elsewhere)
        kind = "cross" if facts.forms or facts.area else "logic"
        names = facts.indicators + elsewhere
        return Check(path, rule["severity"], kind, facts.section, names, text, bound.node, facts.area)


def _meaning(part) -> object:
    """A tree without the order of `and` and `or`, to find rules that say the same."""
    if isinstance(part, Node):
        args = [_meaning(arg) for arg in part.args]
        return (part.op, *(sorted(args, key=repr) if part.op in ("and", "or") else args))
    return tuple(map(_meaning, part)) if isinstance(part, tuple) else part


def of_item(code: str, section: Section, item: Indicator, conditions: list[Node]) -> list[Check]:
    """The built-in checks of an item, required under all of `conditions`."""
    table = section.id if section.repeat else None
    kind = LANGUAGE_TYPES[item.type]
    load = Node("row" if table else "own", (item.id, kind, item.decimals), kind)
    found = []
    if item.required:
        filled = Node("filled", (load,), BOOL)
        doubts = (Node("not", (condition,), BOOL) for condition in conditions)
        node = Node("or", (*doubts, filled), BOOL) if conditions else filled
        severity, text = ("info", _ACCOUNTED) if item.accounted else ("error", _REQUIRED)
        found.append(_built_in(code, "REQ", "required", severity, table, item, node, text))
    return found + of_value(code, table, item, load)


def of_value(code: str, table: str | None, item: Indicator, load: Node) -> list[Check]:
    """Checks of a single filled value: choices, form of codes, decimals, range."""
    found = []
    if item.choices:
        codes = tuple(choice.code for choice in item.choices)
        node = Node("all_in" if item.type == "multichoice" else "in", (load, codes), BOOL)
        found.append(
            _built_in(
                code,
                "CHC",
                "choice",
                "error",
                table,
                item,
                node,
                Text("的代码不在选项中", "is not among the choices"),
            )
        )
    if item.type in _FORMATS:
        severity, text = _FORMATS[item.type]
        node = Node("well_formed", (load, item.type), BOOL)
        found.append(_built_in(code, "FMT", "type", severity, table, item, node, text))
    if item.type in NUMERIC:
        severity = "error" if item.type == "integer" else "warning"
        text = Text("应为整数", "must be a whole number")
        if item.decimals:
            text = Text(f"最多保留{item.decimals}位小数", f"takes at most {item.decimals} decimals")
        node = Node("fits", (load, item.decimals), BOOL)
        found.append(_built_in(code, "DEC", "decimals", severity, table, item, node, text))
    low, high = BOUNDS.get(item.type, item.range)
    if low is not None or high is not None:
        number = Node("degrees", (load,), NUMBER) if load.type == DMS else load
        node = Node("between", (number, low, high), BOOL)
        found.append(
            _built_in(code, "RNG", "range", "error", table, item, node, _range_text(low, high, item.unit))
        )
    return found


def row_limits(code: str, section: Section, applies: Node | None) -> list[Check]:
    """At least min_rows where the section applies, at most max_rows."""
    count = Node("count", (None, section.id), NUMBER)
    found = []
    if section.min_rows:
        node = Node("between", (count, section.min_rows, None), BOOL)
        if applies:
            node = Node("or", (Node("not", (applies,), BOOL), node), BOOL)
        text = Text(
            f"“{section.title.zh}”至少应填{section.min_rows}行",
            f'"{section.title.en}" needs at least {section.min_rows} row(s)',
        )
        found.append(
            Check(f"{code}-MIN-{section.id}", "error", "required", None, (section.id,), text, node, False)
        )
    if section.max_rows is not None:
        node = Node("between", (count, None, section.max_rows), BOOL)
        text = Text(
            f"“{section.title.zh}”最多填{section.max_rows}行",
            f'"{section.title.en}" takes at most {section.max_rows} row(s)',
        )
        found.append(
            Check(f"{code}-MAX-{section.id}", "error", "range", None, (section.id,), text, node, False)
        )
    return found


def _built_in(
    code: str, tag: str, kind: str, severity: str, table: str | None, item: Indicator, node: Node, text: Text
) -> Check:
    number = f"{item.code} " if item.code else ""
    message = Text(f"“{number}{item.label.zh}”{text.zh}", f'"{number}{item.label.en}" {text.en}')
    return Check(f"{code}-{tag}-{item.id}", severity, kind, table, (item.id,), message, node, False)


def _range_text(low: float | None, high: float | None, unit: Text | None) -> Text:
    zh, en = (unit.zh, f" {unit.en}") if unit else ("", "")
    if high is None:
        return Text(f"不得小于{low:g}{zh}", f"must not be less than {low:g}{en}")
    if low is None:
        return Text(f"不得大于{high:g}{zh}", f"must not exceed {high:g}{en}")
    return Text(f"应在{low:g}至{high:g}{zh}之间", f"must lie between {low:g} and {high:g}{en}")
