"""Definition files to frozen values, collecting every fault on the way instead of stopping at the first.

Two passes: `read_folder` reads shapes (keys, types, ids, lists); binding.py then reads the rules, which may
name any other form."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sources.forms.model import (
    CATEGORIES,
    LANGUAGE_TYPES,
    NUMERIC,
    REPORTING_UNITS,
    Choice,
    Codelist,
    DefinitionFault,
    Indicator,
    Section,
    Text,
)

SEMANTICS = 1  # raised when the meaning of the rule language changes, so that form versions change with it

_ID = re.compile(r"[a-z][a-z0-9_]*")
_FORM_CODE = re.compile(r"[A-Z]+-?\d+(-\d+)?")
_FORM_KEYS = (
    "code",
    "title",
    "category",
    "reporting_unit",
    "phase",
    "layout",
    "sections",
    "audit",
    "provenance",
)
_STATUSES = ("verified", "partly_verified", "reconstructed")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # the C reader is ten times faster
    """Safe YAML in which a key given twice is an error, not a silent loss."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key.value!r} twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


@dataclass(slots=True)
class RawForm:
    """A form whose shape has been read and whose rules have not."""

    file: str
    data: dict
    sections: tuple[Section, ...]
    indicators: dict[str, Indicator]


@dataclass(slots=True)
class Reading:
    """All that was read from a folder."""

    faults: list[DefinitionFault] = field(default_factory=list)
    codelists: dict[str, Codelist] = field(default_factory=dict)
    blocks: dict[str, Any] = field(default_factory=dict)
    forms: dict[str, RawForm] = field(default_factory=dict)
    attributes: dict[str, dict] = field(default_factory=dict)
    kinds: dict[str, dict] = field(default_factory=dict)


def read_folder(folder: Path) -> Reading:
    reading = Reading()
    for path in sorted((folder / "codelists").glob("*.yaml")):
        _File(reading, f"codelists/{path.name}").codelist(path)
    blocks = folder / "blocks" / "standard_blocks.yaml"
    if blocks.exists():
        reading.blocks = _File(reading, "blocks/standard_blocks.yaml").load(blocks) or {}
    signoff = _File(reading, "blocks/standard_blocks.yaml").signoff()
    for path in sorted(folder.glob("*.yaml")):
        if path.name != "form_sets.yaml":
            _File(reading, path.name).form(path, signoff)
    _File(reading, "form_sets.yaml").form_sets(folder / "form_sets.yaml")
    return reading


def text_of(raw: Any) -> Text | None:
    """A text in both languages, or None when it is not just that."""
    if not isinstance(raw, dict) or set(raw) != set(Text._fields):
        return None
    return Text(**raw) if all(isinstance(value, str) and value for value in raw.values()) else None


def version_of(raw: RawForm, reading: Reading) -> str:
    """Hash of the definition, of the code lists it uses and of the block added to it: 64 hex digits."""
    used = sorted({item.codelist for item in raw.indicators.values() if item.codelist})
    lists = [reading.codelists[name] for name in used if name in reading.codelists]
    content = [
        SEMANTICS,
        raw.data,
        reading.blocks.get("signoff"),
        [(codes.id, [tuple(item) for item in codes.items]) for codes in lists],
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class _File:
    """Reads one file; every fault carries its name."""

    def __init__(self, reading: Reading, name: str):
        self.reading = reading
        self.name = name

    def fault(self, path: str, code: str, message: str) -> None:
        self.reading.faults.append(DefinitionFault(self.name, path, code, message))

    def load(self, path: Path) -> dict | None:
        try:
            data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader)
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
            self.fault("", "not-yaml", f"cannot be read as YAML: {error}")
            return None
        if not isinstance(data, dict):
            self.fault("", "not-yaml", "must be a mapping")
            return None
        return data

    def keys(self, data: Any, path: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict:
        if not isinstance(data, dict):
            self.fault(path, "shape", "must be a mapping")
            return {}
        for key in required:
            if data.get(key) is None:
                self.fault(path, "missing-key", f"{key} is missing")
        for key in data:
            if key not in required and key not in optional:
                self.fault(path, "unknown-key", f"{key} is not a known key")
        return data

    def text(self, value: Any, path: str) -> Text:
        text = text_of(value)
        if text is None:
            self.fault(path, "translation", "needs a zh and an en text and nothing else")
        return text or Text(path, path)

    def one_of(self, value: Any, allowed, path: str) -> None:
        if value is not None and value not in tuple(allowed):
            self.fault(path, "bad-value", f"{value!r} is none of {', '.join(map(str, allowed))}")

    def items(self, value: Any, path: str) -> list:
        if value is not None and not isinstance(value, list):
            self.fault(path, "shape", "must be a list")
            return []
        return value or []

    def identifier(self, value: Any, path: str) -> str:
        if not isinstance(value, str) or not _ID.fullmatch(value):
            self.fault(path, "bad-id", f"{value!r} is not a lower-case identifier")
        return str(value)

    # -- code lists and blocks -------------------------------------------------------------------------------

    def codelist(self, path: Path) -> None:
        data = self.load(path)
        if data is None:
            return
        data = self.keys(data, "", ("id", "title", "status", "items"), ("notes", "second_source"))
        self.one_of(data.get("status"), _STATUSES, "status")
        if data.get("id") != path.stem:
            self.fault("id", "file-name", f"id {data.get('id')!r} differs from the file name")
        self.reading.codelists[path.stem] = Codelist(
            path.stem,
            self.text(data.get("title"), "title"),
            str(data.get("status")),
            str(data.get("notes", "")),
            self.choices(data.get("items"), "items"),
        )

    def choices(self, value: Any, path: str) -> tuple[Choice, ...]:
        found: dict[str, Choice] = {}
        for index, item in enumerate(self.items(value, path)):
            here = f"{path}[{index}]"
            item = self.keys(item, here, ("code", "zh", "en"), ("unit", "group", "note"))
            code = item.get("code")
            if not isinstance(code, str) or code != code.upper():
                self.fault(here, "bad-choice", f"code {code!r} must be a text in quotes, in capitals")
            if str(code) in found:
                self.fault(here, "duplicate-choice", f"code {code!r} appears twice")
            found[str(code)] = Choice(str(code), str(item.get("zh")), str(item.get("en")), item.get("group"))
        return tuple(found.values())

    def signoff(self) -> Section | None:
        if "signoff" not in self.reading.blocks:
            return None
        block = self.keys(self.reading.blocks["signoff"], "signoff", ("applies_to", "indicators"))
        raw = {"id": "signoff", "title": {"zh": "签章", "en": "Sign-off"}, "repeat": False}
        return self.section({**raw, "indicators": block.get("indicators")}, "signoff", {})

    def form_sets(self, path: Path) -> None:
        """The shape of form_sets.yaml; its conditions are read by binding.py."""
        data = self.keys(self.load(path) or {}, "", ("attributes", "kinds"), ("provenance",))
        for key, raw in self.mapping(data.get("attributes"), "attributes").items():
            spec = self.keys(raw, f"attributes.{key}", ("type", "zh", "en"))
            self.one_of(spec.get("type"), LANGUAGE_TYPES, f"attributes.{key}.type")
            self.reading.attributes[key] = spec
        for kind, raw in self.mapping(data.get("kinds"), "kinds").items():
            spec = self.keys(raw, f"kinds.{kind}", ("title", "category", "forms"))
            self.text(spec.get("title"), f"kinds.{kind}.title")
            forms = self.items(spec.get("forms"), f"kinds.{kind}.forms")
            entries = [self.entry(entry, f"kinds.{kind}.forms[{i}]") for i, entry in enumerate(forms)]
            self.reading.kinds[kind] = {**spec, "forms": entries}

    def entry(self, raw: Any, path: str) -> dict:
        entry = self.keys(raw, path, ("form",), ("when", "many", "sheet"))
        self.one_of(entry.get("many"), (True, False), f"{path}.many")
        if entry and str(entry.get("form")) not in self.reading.forms:
            self.fault(path, "unknown-form", f"{entry.get('form')!r} is not a form")
        if (entry.get("many") is True) != ("sheet" in entry):
            self.fault(
                path, "sheet-label", "a form with many sheets, and only such, needs a label of the sheet"
            )
        if "sheet" in entry:
            self.text(entry["sheet"], f"{path}.sheet")
        return entry

    def mapping(self, value: Any, path: str) -> dict:
        if value is not None and not isinstance(value, dict):
            self.fault(path, "shape", "must be a mapping")
            return {}
        return value or {}

    # -- forms -----------------------------------------------------------------------------------------------

    def form(self, path: Path, signoff: Section | None) -> None:
        data = self.load(path)
        if data is None:
            return
        data = self.keys(data, "", _FORM_KEYS, ("applies_to",))
        code = str(data.get("code"))
        if not _FORM_CODE.fullmatch(code) or code != path.stem:
            self.fault("code", "file-name", f"code {code!r} is no form code or differs from the file name")
        self.text(data.get("title"), "title")
        self.one_of(data.get("category"), CATEGORIES, "category")
        self.one_of(data.get("reporting_unit"), REPORTING_UNITS, "reporting_unit")
        self.one_of(data.get("phase"), ("inventory", "survey"), "phase")
        self.one_of(data.get("layout"), ("sheet", "table", "mixed"), "layout")
        provenance = self.keys(data.get("provenance") or {}, "provenance", ("status", "sources"), ("notes",))
        self.one_of(provenance.get("status"), _STATUSES, "provenance.status")
        self.items(data.get("audit"), "audit")
        indicators: dict[str, Indicator] = {}
        sections = [
            self.section(section, f"sections[{index}]", indicators)
            for index, section in enumerate(self.items(data.get("sections"), "sections"))
        ]
        if signoff and data.get("phase") == "survey":
            sections.append(signoff)
            indicators |= {item.id: item for item in signoff.indicators}
        seen: set[str] = set()
        for section in sections:
            if section.id in seen or section.id in indicators:
                self.fault(
                    section.id, "duplicate-id", f"section {section.id} has the id of another section or item"
                )
            seen.add(section.id)
        self.reading.forms[code] = RawForm(self.name, data, tuple(sections), indicators)

    def section(self, raw: Any, path: str, indicators: dict[str, Indicator]) -> Section:
        raw = self.keys(
            raw, path, ("id", "title", "repeat", "indicators"), ("min_rows", "max_rows", "applies_when")
        )
        section_id = self.identifier(raw.get("id"), f"{path}.id")
        repeat = raw.get("repeat") is True
        low, high = raw.get("min_rows", 0), raw.get("max_rows")
        if not repeat and ("min_rows" in raw or "max_rows" in raw):
            self.fault(path, "row-limits", "row limits stand in a section that is no table")
        elif not isinstance(low, int) or not (
            high is None or (isinstance(high, int) and high >= max(low, 1))
        ):
            self.fault(path, "row-limits", f"row limits {low!r} to {high!r} are not whole and rising")
            low, high = 0, None
        items = []
        for index, item in enumerate(self.items(raw.get("indicators"), f"{path}.indicators")):
            indicator = self.indicator(item, f"{section_id}.indicators[{index}]", section_id)
            if indicator.id in indicators:
                self.fault(
                    f"{section_id}.{indicator.id}", "duplicate-id", f"item {indicator.id} appears twice"
                )
            indicators[indicator.id] = indicator
            items.append(indicator)
        title = self.text(raw.get("title"), f"{path}.title")
        return Section(section_id, title, repeat, low, high, raw.get("applies_when"), tuple(items))

    def indicator(self, raw: Any, path: str, section: str) -> Indicator:
        raw = self.keys(
            raw,
            path,
            ("code", "id", "label", "type", "required"),
            ("unit", "decimals", "choices", "codelist", "range", "help", "filled_by"),
        )
        self.one_of(raw.get("filled_by"), ("accounting",), path)
        item_id = self.identifier(raw.get("id"), f"{path}.id")
        path = f"{section}.{item_id}"
        kind = str(raw.get("type"))
        self.one_of(kind, LANGUAGE_TYPES, f"{path}.type")
        unit, tip = raw.get("unit"), raw.get("help")
        return Indicator(
            code=str(raw.get("code")),
            id=item_id,
            label=self.text(raw.get("label"), f"{path}.label"),
            type=kind,
            section=section,
            unit=self.text(unit, f"{path}.unit") if unit else None,
            decimals=self.decimals(raw.get("decimals"), kind, path),
            required=self.required(raw.get("required"), path),
            accounted=raw.get("filled_by") == "accounting",
            choices=self.options(raw, kind, path),
            codelist=raw.get("codelist"),
            range=self.range(raw.get("range"), kind, path),
            help=self.text(tip, f"{path}.help") if tip else None,
        )

    def decimals(self, value: Any, kind: str, path: str) -> int | None:
        expected = kind in NUMERIC
        good = type(value) is int and 0 <= value <= 9 and not (kind == "integer" and value)
        if expected and not good:
            self.fault(path, "decimals", f"{kind} needs its number of decimals (0 to 9, 0 for integers)")
        elif not expected and value is not None:
            self.fault(path, "decimals", f"{kind} has no decimals")
        return value if expected and good else 0 if expected else None

    def required(self, value: Any, path: str) -> bool | str:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.startswith("when "):
            return value.removeprefix("when ")
        if value is not None:
            self.fault(
                path, "bad-required", f"required must be true, false or 'when <condition>', not {value!r}"
            )
        return False

    def options(self, raw: dict, kind: str, path: str) -> tuple[Choice, ...]:
        own, shared = raw.get("choices"), raw.get("codelist")
        wanted = kind in ("choice", "multichoice")
        if wanted == (own is None and shared is None) or (own is not None and shared is not None):
            self.fault(path, "choices", "a choice takes choices or a codelist, other types neither")
        if shared is None:
            return self.choices(own, f"{path}.choices")
        if str(shared) not in self.reading.codelists:
            self.fault(path, "unknown-codelist", f"there is no code list {shared!r}")
            return ()
        return self.reading.codelists[str(shared)].items

    def range(self, value: Any, kind: str, path: str) -> tuple[float | None, float | None]:
        if value is None:
            return (None, None)
        ends = value if isinstance(value, list) and len(value) == 2 else ["?", "?"]
        numeric = all(end is None or (type(end) in (int, float) and math.isfinite(end)) for end in ends)
        if kind not in NUMERIC or not numeric or (None not in ends and ends[0] > ends[1]):
            self.fault(path, "range", f"{value!r} is not a range [min, max] of a number")
            return (None, None)
        return (ends[0], ends[1])
