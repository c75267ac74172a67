"""Bindings: from what a layout declares to words in both languages, each with the number behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounting.analysis.concentration import concentration
from accounting.bulletin import wording
from accounting.bulletin.cells import Cells, Missing, cell_at
from accounting.bulletin.control import Control, Free
from accounting.bulletin.layout import ReportLayout
from accounting.bulletin.wording import HIDDEN, LANGUAGES
from accounting.methods import pollutants

BLANK = {"zh": "–", "en": "–"}
Text = Mapping[str, str]


@dataclass(frozen=True)
class Words:
    """What stands for a binding. *blank*: there is no number."""

    zh: str
    en: str
    blank: bool = False


@dataclass
class Sources:
    """Everything a report may be bound to. *english*: a region's English name by code; *tables*: "" and "before".

    *amounts*: what every object discharges of a pollutant, given to internal reports only.
    """

    layout: ReportLayout
    level: str
    tables: Mapping[str, Cells]
    control: Control | Free
    figures: Mapping[str, float | None]
    english: Callable[[str], str]
    amounts: Callable[[str], Sequence[float]] = lambda pollutant: ()
    used: list[dict[str, Any]] = field(default_factory=list)

    def cells(self, name: str = "") -> Cells:
        if name not in self.tables:
            raise Missing("there is no other cut to compare with")
        return self.tables[name]

    def words(self, section: str, name: str, binding: Mapping[str, Any]) -> Words:
        """The words of a binding; what it rests on is noted in ``used``. Raises Missing."""
        kind = next(one for one in READERS if one in binding)
        return READERS[kind](self, f"{section}.{name}", binding)

    def note(self, name: str, address: str, value: float | None, words: Words, state: str = "free") -> Words:
        self.used.append(
            {"name": name, "address": address, "value": value, "state": state, "zh": words.zh, "en": words.en}
        )
        return words

    def value(self, address: str, of: str = "") -> tuple[float | None, str]:
        """Number and state of a cell."""
        cells = self.cells(of)
        cell = cell_at(cells, address)
        code, by, row_key, column_id = address.split("/")
        return cell.value, self.control.state(cells, code, by, row_key, column_id)

    def amount(self, value: float, form: str) -> dict[str, str]:
        return {
            one: wording.amount(value, self.layout.format(form, self.level, one), one) for one in LANGUAGES
        }


def _cell(sources: Sources, name: str, binding: Mapping[str, Any]) -> Words:
    address = binding["cell"]
    value, state = sources.value(address, binding.get("of", ""))
    if value is None:
        words = Words(**BLANK, blank=True)
    elif state == "hidden":
        words = Words(**HIDDEN)
    else:
        words = Words(**sources.amount(value, binding["as"]))
    return sources.note(name, address, value, words, state)


def _ratio(sources: Sources, name: str, binding: Mapping[str, Any]) -> Words:
    kind = "share" if "share" in binding else "change"
    first, second = (_address(one) for one in binding[kind])
    (a, state_a), (b, state_b) = (sources.value(*one) for one in (first, second))
    address = f"{kind} {first[0]} {second[0]}"
    if a is None or not b:
        return sources.note(name, address, None, Words(**BLANK, blank=True))
    if "hidden" in {state_a, state_b}:
        return sources.note(name, address, None, Words(**HIDDEN), "hidden")
    value = 100 * (a if kind == "share" else a - b) / b
    state = "uncleared" if "uncleared" in {state_a, state_b} else "free"
    if kind == "change":
        words = Words(*(wording.change(value, one) for one in LANGUAGES))
    else:
        words = Words(**sources.amount(value, binding.get("as", "percent")))
    return sources.note(name, address, value, words, state)


def _address(one: str | Mapping[str, str]) -> tuple[str, str]:
    """An address, or {cell, of}."""
    return (one, "") if isinstance(one, str) else (one["cell"], one.get("of", ""))


def _list(sources: Sources, name: str, binding: Mapping[str, Any]) -> Words:
    parts = []
    for entry in binding["list"]:
        item = {"item": entry} if isinstance(entry, str) else entry
        address = item.get("cell") or binding["cells"].replace("{}", item["item"])
        inner = {"cell": address, "as": item.get("as", binding.get("as")), "of": binding.get("of", "")}
        words = _cell(sources, f"{name}.{item.get('item') or address.rpartition('/')[2]}", inner)
        if not words.blank:
            label = item.get("name") or label_of(item["item"])
            parts.append((label["zh"] + words.zh, f"{small(label['en'])} {words.en}"))
    if not parts:
        return Words(**BLANK, blank=True)
    zh, en = zip(*parts, strict=True)
    return Words(wording.clauses(zh, "zh"), wording.clauses(en, "en"))


def label_of(pollutant: str) -> Text:
    """Names of a pollutant."""
    entry = pollutants.table()[pollutant]
    return {"zh": entry.zh, "en": entry.en}


def small(label: str) -> str:
    """A label within a sentence: a small first letter unless the word is an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _leaders(sources: Sources, name: str, binding: Mapping[str, Any]) -> Words:
    address, top = binding["leaders"], wording.of_level(binding["top"], sources.level)
    cells = sources.cells(binding.get("of", ""))
    found = cells.leaders(address, top)
    if found is None:
        return sources.note(name, f"{address}@{top}", None, Words(**BLANK, blank=True))
    code, by, column = address.split("/")
    state = sources.control.leaders(cells, code, by, column, top)
    if state == "hidden":
        return sources.note(name, f"{address}@{top}", None, Words(**HIDDEN, blank=True), state)
    labels, share = found
    if binding.get("percent"):
        words = Words(**sources.amount(share, "percent"))
    else:
        words = Words(
            wording.listed([plain(label["zh"]) for label in labels], "zh"),
            wording.listed([english(sources, label) for label in labels], "en"),
        )
    return sources.note(name, f"{address}@{top}", share, words, state)


def plain(label: str) -> str:
    """A label without the code an industry carries in tables."""
    code, _blank, rest = label.partition(" ")
    return wording.short_place(rest if rest and code.isdigit() else label)


def english(sources: Sources, label: Text) -> str:
    """The English label; tables have none of regions, so theirs is made of the Chinese name."""
    return plain(label["en"]) if label["en"].isascii() else sources.english(label["zh"])


def _needed(sources: Sources, name: str, binding: Mapping[str, Any]) -> Words:
    found = concentration(sources.amounts(binding["needed"]))
    value = found and float(found.needed[float(binding["percent"])])
    words = Words(**sources.amount(value, binding["as"])) if value else Words(**BLANK, blank=True)
    return sources.note(name, f"{binding['needed']}@{binding['percent']}%", value, words)


def _figure(sources: Sources, name: str, binding: Mapping[str, Any]) -> Words:
    address = binding["figure"]
    if address not in sources.figures:
        raise Missing(f"{address}: nobody provides this figure")
    value = sources.figures[address]
    words = Words(**BLANK, blank=True) if value is None else Words(**sources.amount(value, binding["as"]))
    return sources.note(name, address, value, words)


READERS: dict[str, Callable[[Sources, str, Mapping[str, Any]], Words]] = {
    "cell": _cell,
    "share": _ratio,
    "change": _ratio,
    "list": _list,
    "leaders": _leaders,
    "needed": _needed,
    "figure": _figure,
}


def changed(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Bindings whose number or state differs between two drawings: {"name", "before", "after"} in words (zh)."""
    old, new = ({one["name"]: one for one in side} for side in (before, after))
    for name in {**old, **new}:
        one, other = old.get(name), new.get(name)
        if one is None or other is None or (one["value"], one["state"]) != (other["value"], other["state"]):
            yield {"name": name, "before": one and one["zh"], "after": other and other["zh"]}
