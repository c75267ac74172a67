"""The items of an object that are checked: key ones by the protocol, and some more drawn by the plan's seed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.verification.comparing import POSITION
from review.verification.models import Plan, SheetItem
from review.verification.protocol import protocol
from review.verification.sampling import rank_key
from sources.entry.answers import local
from sources.entry.page import in_words
from sources.forms.catalogue import load
from sources.forms.values import MESSAGES, RejectedError, clean_value
from sources.objects.kinds import OPERATING
from sources.objects.models import CensusObject
from sources.returns.models import Return

# items of the register: what they are called and of what type they are
REGISTER: dict[str, tuple[Any, str]] = {
    "name": (gettext_lazy("Name"), "text"),
    "code": (gettext_lazy("Unified social credit code"), "uscc"),
    "region": (gettext_lazy("Region code"), "region_code"),
    POSITION: (gettext_lazy("Position (longitude, latitude)"), POSITION),
    "industry": (gettext_lazy("Industry code"), "industry_code"),
    "operating": (gettext_lazy("Operating status"), "choice"),
}
# drawn beside the key items are figures and choices, not names, telephones or positions
DRAWN_TYPES = frozenset({"integer", "decimal", "choice", "multichoice", "boolean", "industry_code"})
BLANK_ON_PAPER = frozenset({"-", "–", "—", "/", "空"})


@dataclass(frozen=True, slots=True)
class Place:
    """One item of a form: *row* is "table/key" or blank."""

    form: str
    page: int
    row: str
    indicator: str

    def __str__(self) -> str:
        """The name that the draw of further items ranks: never change it, or old draws cannot be repeated."""
        return f"{self.form}:{self.page}:{self.row}:{self.indicator}"


def items_of(plan: Plan, obj: CensusObject, returns: Iterable[Return]) -> Iterator[dict[str, Any]]:
    """Fields of the SheetItem rows of one object: place, kind, key, reported."""
    for name in protocol()["register"]:
        yield {
            "form": "",
            "page": 1,
            "row": "",
            "indicator": name,
            "kind": REGISTER[name][1],
            "key": True,
            "reported": _registered(obj, name),
        }
    if plan.stage != Plan.Stage.SURVEY:
        return
    order = list(load().forms)
    forms = [ret for ret in returns if ret.form in load().forms]
    found = [
        (place, value, place.indicator in protocol()["items"].get(ret.form, ()))
        for ret in sorted(forms, key=lambda ret: (order.index(ret.form), ret.sheet))
        for place, value in _places(plan, obj.code, ret)
    ]
    others = [p for p, value, key in found if not key and value is not None and _kind(p) in DRAWN_TYPES]
    others.sort(key=lambda place: rank_key(plan.seed, f"{obj.code}:{place}"))
    extra = set(others[: plan.read_terms().extra_items])
    for place, value, key in found:
        if key or place in extra:
            yield _row(place, value, key=key)


def _registered(obj: CensusObject, name: str) -> Any:
    if name == POSITION:
        return None if obj.lon is None or obj.lat is None else [obj.lon, obj.lat]
    return getattr(obj, "uscc" if name == "code" else name) or None


def _places(plan: Plan, code: str, ret: Return) -> Iterator[tuple[Place, Any]]:
    """Items of a form with what was reported; of a table some rows, drawn by the seed."""
    for section in load().forms[ret.form].sections:
        if not section.repeat:
            for item in section.indicators:
                yield Place(ret.form, ret.sheet, "", item.id), ret.values.get(item.id)
            continue
        rows: list[Mapping[str, Any]] = sorted(
            ret.values.get(section.id) or (),
            key=lambda row: rank_key(plan.seed, f"{code}:{ret.form}:{ret.sheet}:{section.id}/{row['_k']}"),
        )
        for row in rows[: protocol()["rows"]]:
            for item in section.indicators:
                yield Place(ret.form, ret.sheet, f"{section.id}/{row['_k']}", item.id), row.get(item.id)


def _kind(place: Place) -> str:
    return load().forms[place.form].indicators[place.indicator].type


def _row(place: Place, value: Any, *, key: bool) -> dict[str, Any]:
    return {
        "form": place.form,
        "page": place.page,
        "row": place.row,
        "indicator": place.indicator,
        "kind": _kind(place),
        "key": key,
        "reported": value,
    }


# -- words -------------------------------------------------------------------------------------------
def label_of(item: SheetItem, lang: str) -> str:
    """The item in words, with its number and, in a table, its row."""
    if not item.form:
        return str(REGISTER[item.indicator][0])
    form = load().forms.get(item.form)
    indicator = form.indicators.get(item.indicator) if form else None
    if indicator is None:
        return item.path
    return f"{indicator.code} {form.label(item.path, lang)}".strip()


def unit_of(item: SheetItem, lang: str) -> str:
    """Unit of the item, blank where it has none."""
    form = load().forms.get(item.form)
    indicator = form.indicators.get(item.indicator) if form else None
    return indicator.unit.get(lang) if indicator and indicator.unit else ""


def value_words(item: SheetItem, value: Any) -> str:
    """A value as people read it; blank for a blank."""
    if value is None:
        return ""
    if item.kind == POSITION:
        return f"{value[0]:.5f}, {value[1]:.5f}"
    if not item.form:
        return str(OPERATING.get(value, value)) if item.indicator == "operating" else str(value)
    form = load().forms.get(item.form)
    indicator = form.indicators.get(item.indicator) if form else None
    return in_words(indicator, value) if indicator else str(value)


def value_typed(item: SheetItem, value: Any) -> str:
    """A value as it is typed into a field."""
    if value is None:
        return ""
    if item.kind == POSITION:
        return f"{value[0]}, {value[1]}"
    if isinstance(value, bool):
        return "1" if value else "2"
    if isinstance(value, list):
        return ",".join(map(str, value))
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def choices_of(item: SheetItem) -> list[tuple[str, str]]:
    """(code, words) of an item that is chosen from a short list; empty for others."""
    if not item.form:
        return list(OPERATING.items()) if item.indicator == "operating" else []
    if item.kind == "boolean":
        return [("1", _("Yes")), ("2", _("No"))]
    form = load().forms.get(item.form)
    indicator = form.indicators.get(item.indicator) if form else None
    if indicator is None or item.kind != "choice" or len(indicator.choices) > 60:
        return []
    return [(choice.code, f"{choice.code} {local(choice)}") for choice in indicator.choices]


def read_value(item: SheetItem, text: str) -> Any:
    """A typed value of the item; None for a blank. Raises ValueError with a text for the user."""
    text = text.strip()
    if not text:
        return None
    if item.kind == POSITION:
        return _position(text)
    if not item.form:
        return _register_value(item, text)
    indicator = load().forms[item.form].indicators[item.indicator]
    try:
        value = clean_value(indicator, text)
    except RejectedError as fault:
        raise ValueError(local(MESSAGES[fault.args[0]])) from fault
    if item.kind == "choice" and indicator.choices and value not in {c.code for c in indicator.choices}:
        raise ValueError(_("“%(text)s” is not the code of a choice.") % {"text": text[:40]})
    return value


def read_paper(item: SheetItem, text: str) -> dict[str, Any]:
    """What stands on the paper form: {} for not looked at, a dash for a blank there. Raises ValueError."""
    text = text.strip()
    if not text:
        return {}
    return {"value": None if text in BLANK_ON_PAPER else read_value(item, text)}


def _position(text: str) -> list[float]:
    parts = re.split(r"[,，;；\s]+", text)
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError as error:
        raise ValueError(
            _("Write longitude and latitude in degrees, such as 118.87360, 28.94123.")
        ) from error
    if not (70 <= lon <= 140 and 0 <= lat <= 60):
        raise ValueError(_("The position lies outside China: longitude first, then latitude."))
    return [lon, lat]


def _register_value(item: SheetItem, text: str) -> str:
    if item.indicator == "operating" and text not in OPERATING:
        raise ValueError(_("“%(text)s” is not the code of a choice.") % {"text": text[:40]})
    if item.indicator == "region" and not re.fullmatch(r"\d{12}", text):
        raise ValueError(_("A region code has 12 digits."))
    if len(text) > 200:
        raise ValueError(_("The text is too long (at most 200 characters)."))
    return text
