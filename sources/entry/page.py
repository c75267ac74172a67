"""The page of a form as plain views of its sections, rows and fields, for the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from sources.entry.answers import local
from sources.forms.catalogue import Form, Indicator, Section
from sources.returns.merge import typed_over

RADIO_LIMIT = 5  # choices shown side by side
SELECT_LIMIT = 12  # longer lists are searched by typing
GRID_LIMIT = 8  # wider tables are filled record by record
NEW = "__k__"  # stands for the key of a row not yet added


@dataclass(slots=True)
class Field:
    """One field. *value* is what was filled in, or the text that was typed and is no value."""

    path: str
    item: Indicator
    control: str
    value: Any
    shown: str  # the value in words, for reading
    fault: str = ""
    remark: str = ""  # what a reviewer said about it
    sent_back: str = ""  # the value the remark was about
    proposed: str = ""  # the value a reviewer holds for right, as typed
    editable: bool = True

    @property
    def id(self) -> str:
        return "f-" + self.path.replace("/", "-")

    @property
    def text(self) -> str:
        """What stands in an input."""
        if self.value is None:
            return ""
        return f"{self.value:.15g}" if isinstance(self.value, float) else str(self.value)

    @property
    def label(self) -> str:
        return local(self.item.label)

    @property
    def unit(self) -> str:
        return local(self.item.unit) if self.item.unit else ""

    @property
    def help(self) -> str:
        return local(self.item.help) if self.item.help else ""

    @property
    def lookup(self) -> str:
        """Address that suggests codes for the field."""
        return reverse("regions_json" if self.control == "region" else "industries_json")

    @property
    def chosen(self) -> set[str]:
        return set(self.value) if isinstance(self.value, list) else set()


@dataclass(slots=True)
class RowView:
    """One row of a table; key NEW for the pattern of new rows."""

    key: str
    number: int
    fields: list[Field]

    @property
    def title(self) -> str:
        """What the row is called: its first filled text or choice."""
        return next((f.shown for f in self.fields if f.shown), "")


@dataclass(slots=True)
class SectionView:
    section: Section
    fields: list[Field]
    rows: list[RowView]
    pattern: RowView | None

    @property
    def title(self) -> str:
        return local(self.section.title)

    @property
    def grid(self) -> bool:
        """Narrow tables are grids, wide ones records."""
        return len(self.section.indicators) <= GRID_LIMIT


@dataclass(frozen=True, slots=True)
class Filled:
    """A document to show: values, pending texts and why they are none, a reviewer's remarks."""

    values: Mapping[str, Any]
    pending: Mapping[str, str]
    faults: Mapping[str, str]
    returned: Mapping[str, Any] | None


def sections_of(form: Form, filled: Filled, *, editable: bool) -> list[SectionView]:
    """All sections of *form* with what is filled in."""
    values = typed_over(filled.values, filled.pending)
    build = _Builder(form, filled, editable)
    return [build.section(section, values) for section in form.sections]


def codelists_of(form: Form) -> dict[str, Indicator]:
    """The long lists a page needs once: name -> an item that uses it."""
    return {
        list_name(item): item
        for item in form.indicators.values()
        if item.type == "choice" and len(item.choices) > SELECT_LIMIT
    }


def list_name(item: Indicator) -> str:
    return item.codelist or item.id


def in_words(item: Indicator, value: Any) -> str:
    """A value as a person reads it; empty for a blank."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if item.choices:
        names = {choice.code: local(choice) for choice in item.choices}
        codes = value if isinstance(value, list) else [value]
        return "；".join(f"{code} {names[code]}" if code in names else str(code) for code in codes)
    if isinstance(value, list):
        return "；".join(map(str, value))
    if isinstance(value, float):
        return format(value, f".{item.decimals}f") if item.decimals is not None else f"{value:.15g}"
    return str(value)


class _Builder:
    def __init__(self, form: Form, filled: Filled, editable: bool) -> None:
        self.form, self.filled, self.editable = form, filled, editable
        self.remarks = (filled.returned or {}).get("paths") or {}
        self.proposed = (filled.returned or {}).get("proposed") or {}
        self.before = (filled.returned or {}).get("values") or {}

    def section(self, section: Section, values: Mapping[str, Any]) -> SectionView:
        if not section.repeat:
            fields = [self.field(item, item.id, values.get(item.id)) for item in section.indicators]
            return SectionView(section, fields, [], None)
        rows = [
            RowView(
                str(row["_k"]),
                number,
                [
                    self.field(i, f"{section.id}/{row['_k']}/{i.id}", row.get(i.id))
                    for i in section.indicators
                ],
            )
            for number, row in enumerate(values.get(section.id) or (), 1)
        ]
        pattern = [self.field(item, f"{section.id}/{NEW}/{item.id}", None) for item in section.indicators]
        return SectionView(section, [], rows, RowView(NEW, 0, pattern) if self.editable else None)

    def field(self, item: Indicator, path: str, value: Any) -> Field:
        remark = self.remarks.get(path, "")
        return Field(
            path,
            item,
            _control(item),
            value,
            in_words(item, value),
            fault=self.filled.faults.get(path, ""),
            remark=remark,
            proposed=self.proposed.get(path, ""),
            sent_back=in_words(item, self.before.get(path)) if path in self.before else "",
            editable=self.editable,
        )


def _control(item: Indicator) -> str:
    if item.type == "choice":
        if len(item.choices) <= RADIO_LIMIT:
            return "radio"
        return "select" if len(item.choices) <= SELECT_LIMIT else "search"
    if item.type == "text" and ("remark" in item.id or "explanation" in item.id):
        return "long"
    return {
        "integer": "number",
        "decimal": "number",
        "multichoice": "multi",
        "boolean": "yesno",
        "longitude_dms": "dms",
        "latitude_dms": "dms",
        "region_code": "region",
        "industry_code": "industry",
    }.get(item.type, "text" if item.type != "date" else "date")
