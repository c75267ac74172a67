"""Fields of the register as people read them: labels, values in words, history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from census.ui.templatetags.ui import local
from sources.forms.catalogue import load
from sources.objects.checks import attribute_names
from sources.objects.kinds import KINDS, OPERATING, SIZES, STATUSES
from sources.objects.lookups import Lookups
from sources.objects.models import CensusObject, ObjectChange

_WORDS: dict[str, Mapping[str, Any]] = {
    "kind": {code: kind.label for code, kind in KINDS.items()},
    "status": STATUSES,
    "operating": OPERATING,
    "size": SIZES,
}
_YES_NO = {True: _("Yes"), False: _("No")}
ACTIONS = {
    "created": _("Registered"),
    "edited": _("Edited"),
    "imported": _("Imported from a spreadsheet"),
    "closed": _("Stopped or closed"),
    "reopened": _("Running again"),
    "removed": _("Removed"),
    "restored": _("Restored"),
    "assigned": _("Given to a census district"),
}
CAUSES = {
    "duplicate": _("Registered twice"),
    "out_of_scope": _("Does not belong to the census"),
    "absent": _("Does not exist at this place"),
    "mistake": _("Registered by mistake"),
}
_OTHER_LABELS = {"closed_reason": _("Reason"), "closed_on": _("Stopped or closed on"), "cause": _("Cause")}


def label(field: str) -> str:
    """What a field is called; yes/no attributes by their name in the form sets."""
    if field in _OTHER_LABELS:
        return str(_OTHER_LABELS[field])
    if field in attribute_names():
        text = load().attributes[field]
        return local({"zh": text.zh, "en": text.en})
    return str(CensusObject._meta.get_field(field).verbose_name)


def in_words(field: str, value: Any, lookups: Lookups) -> str:
    """The value of a field as text; a blank shows as a dash."""
    if value is None or value == "":
        return "–"
    if field in _WORDS:
        return str(_WORDS[field].get(value, value))
    if field == "region":
        return " ".join(lookups.region_path(value)) or value
    if field == "industry":
        row = lookups.industry(value)
        return f"{value} {local(row, 'name')}" if row else value
    if field == "district_id":
        row = lookups.district(value)
        return f"{row.name} ({row.code})" if row else str(value)
    if field == "cause":
        return str(CAUSES.get(value, value))
    return str(_YES_NO[value]) if isinstance(value, bool) else str(value)


_BADGES = {
    ("status", "removed"): ("bad", "trash"),
    ("status", "out_of_scope"): ("", "circle-off"),
    ("status", "pending"): ("warn", "help-circle"),
    ("operating", "1"): ("good", "player-play"),
    ("operating", "2"): ("warn", "player-pause"),
    ("operating", "3"): ("bad", "lock"),
}


class Badges:
    """What there is to know of an object at a glance. Made once a page: the same few badges serve all rows."""

    def __init__(self) -> None:
        self._made = {
            (field, code): format_html(
                '<span class="state{}"><i class="ti ti-{}" aria-hidden="true"></i>{}</span>',
                f" state-{kind}" if kind else "",
                symbol,
                _WORDS[field][code],
            )
            for (field, code), (kind, symbol) in _BADGES.items()
        }

    def of(self, obj: CensusObject) -> list[SafeString]:
        """One word for an ordinary running object; an object outside the census has no operating status."""
        fields = [("status", obj.status)]
        if obj.status not in {"removed", "out_of_scope"}:
            fields.append(("operating", obj.operating))
        return [self._made[field] for field in fields if field in self._made]


@dataclass(frozen=True, slots=True)
class Line:
    """One changed field of a change."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Event:
    """One change of the object, in words."""

    change: ObjectChange
    action: str
    lines: list[Line]


def history(changes: Iterable[ObjectChange], lookups: Lookups) -> list[Event]:
    """Changes in words; those of yes/no attributes one by one."""
    events = []
    for change in changes:
        before, after = (_flat(values) for values in (change.before, change.after))
        lines = [
            Line(label(name), in_words(name, before.get(name), lookups), in_words(name, new, lookups))
            for name, new in after.items()
            if before.get(name) != new and name != "kind"
        ]
        lines += [
            Line(label(name), in_words(name, old, lookups), "–")
            for name, old in before.items()
            if name not in after
        ]
        events.append(Event(change, str(ACTIONS.get(change.action, change.action)), lines))
    return events


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if k != "attributes"} | dict(values.get("attributes") or {})
