"""Many entries of the register at once, by the same rules as one by one (``services``), in a few statements.

Events (inside the transaction): ``objects.imported`` with ``actor, objects`` (all that are new or changed), after
``objects.assigned`` with ``actor, ids`` of those whose region or district changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs import events
from sources.objects import store
from sources.objects.kinds import KINDS
from sources.objects.models import CensusObject, ObjectChange
from sources.objects.names import initials
from sources.objects.rights import may_keep

_ROWS = 500  # in one INSERT


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row is to become. *values* are those of a ``Checker`` without errors, for this actor.

    target: the object it changes, as it was read; None for a new one of *kind*.
    """

    line: int
    kind: str
    values: Mapping[str, Any]
    target: CensusObject | None = None


@dataclass(slots=True)
class Written:
    """What became of the entries; those refused with the reason."""

    new: list[CensusObject] = field(default_factory=list)
    changed: list[CensusObject] = field(default_factory=list)
    refused: list[tuple[Entry, str]] = field(default_factory=list)


_Change = tuple[Entry, CensusObject, dict[str, Any]]  # with what differs from the stored row


@transaction.atomic
def objects_import(actor: Scope, *, entries: Sequence[Entry], source: str) -> Written:
    """Register and change objects. An entry that cannot be written is refused with a text; the others are written.

    *source* names in the audit log where they come from. PermissionDenied without the right to register.
    """
    actor.require("register.edit")
    written = Written()
    allowed = list(_allowed(actor, entries, written))
    _create(actor, [entry for entry in allowed if entry.target is None], written)
    moved = _change(actor, [entry for entry in allowed if entry.target is not None], written)
    if not written.new and not written.changed:
        return written
    audit_record(
        actor,
        "object.imported",
        subject="register",
        subject_id=source,
        new=len(written.new),
        changed=len(written.changed),
    )
    if moved:
        events.emit("objects.assigned", actor=actor, ids=moved)
    events.emit("objects.imported", actor=actor, objects=written.new + written.changed)
    return written


def _allowed(actor: Scope, entries: Iterable[Entry], written: Written) -> Iterator[Entry]:
    for entry in entries:
        mine = actor.object_id is None and actor.covers(entry.values["region"], KINDS[entry.kind].category)
        if mine and may_keep(actor, entry.values["region"]):
            yield entry
        else:
            written.refused.append((entry, _("The object lies outside your rights.")))


def _create(actor: Scope, entries: Sequence[Entry], written: Written) -> None:
    if not entries:
        return
    campaign = store.campaign_running()
    entries = list(_once(entries, written))
    wanted = [(KINDS[e.kind], e.values["region"], e.values["uscc"], "") for e in entries]
    history = []
    for entry, code in zip(entries, store.codes_next(wanted), strict=True):
        if not code:
            written.refused.append((entry, _said(store.code_refusal(entry.values["uscc"]))))
            continue
        obj = CensusObject(
            campaign=campaign,
            kind=entry.kind,
            category=KINDS[entry.kind].category,
            code=code,
            initials=initials(entry.values["name"]),
            synthetic=campaign.synthetic,
            created_by=actor.user_id,
            updated_by=actor.user_id,
            **entry.values,
        )
        written.new.append(obj)
        after = {"kind": entry.kind, "code": code} | store.plain(entry.values, drop_blank=True)
        history.append(store.change_row(actor, obj, "imported", {}, after))
    CensusObject.objects.bulk_create(written.new, batch_size=_ROWS)
    ObjectChange.objects.bulk_create(history, batch_size=_ROWS)


def _once(entries: Sequence[Entry], written: Written) -> Iterator[Entry]:
    """Leave out what is registered already as a unit of its region, or comes twice."""
    held = store.units_held((entry.kind, entry.values["region"]) for entry in entries)
    seen = set()
    for entry in entries:
        unit = entry.kind, entry.values["region"]
        if unit in held:
            written.refused.append((entry, _said(store.unit_refusal(held[unit]))))
        elif unit in seen:
            written.refused.append((entry, _("An earlier row registers the same unit of this region.")))
        else:
            if KINDS[entry.kind].level is not None or entry.kind == "village":
                seen.add(unit)
            yield entry


def _change(actor: Scope, entries: Sequence[Entry], written: Written) -> list[Any]:
    """Change objects; returns the ids of those that moved to another region or district."""
    rows = CensusObject.objects.visible_to(actor).filter(pk__in=[entry.target.pk for entry in entries])
    stored = {row.pk: row for row in rows.select_for_update().order_by("pk")} if entries else {}
    wanted: list[_Change] = []
    for entry in entries:
        obj = stored.get(entry.target.pk)
        if obj is None or obj.revision != entry.target.revision or obj.status == "removed":
            written.refused.append((entry, _("Somebody changed the object meanwhile.")))
        elif not may_keep(actor, obj.region):
            written.refused.append((entry, _("The object lies outside your rights.")))
        elif after := store.differing(obj, entry.values):
            if "name" in after:
                after["initials"] = initials(after["name"])
            wanted.append((entry, obj, after))
    wanted = list(_placed(wanted, written))
    _recode(wanted, written)
    history, moved, fields = [], [], {"revision", "updated_at", "updated_by"}
    for _entry, obj, after in wanted:
        before = {name: getattr(obj, name) for name in after}
        for name, value in after.items():
            setattr(obj, name, value)
        obj.revision += 1
        obj.updated_at, obj.updated_by = timezone.now(), actor.user_id
        fields |= after.keys()
        if "region" in after or "district_id" in after:
            moved.append(obj.pk)
        shown = after.keys() - {"initials"}
        history.append(
            store.change_row(
                actor,
                obj,
                "imported",
                {name: before[name] for name in shown},
                {name: after[name] for name in shown},
            )
        )
        written.changed.append(obj)
    store.rows_update(written.changed, fields)
    ObjectChange.objects.bulk_create(history, batch_size=_ROWS)
    return moved


def _placed(wanted: Sequence[_Change], written: Written) -> Iterator[_Change]:
    """Leave out what would become a second unit of its new region."""
    held = store.units_held((obj.kind, after["region"]) for _e, obj, after in wanted if "region" in after)
    for entry, obj, after in wanted:
        other = held.get((obj.kind, after.get("region", "")))
        if other is None or other.pk == obj.pk:
            yield entry, obj, after
        else:
            written.refused.append((entry, _said(store.unit_refusal(other))))


def _recode(wanted: list[_Change], written: Written) -> None:
    """Codes follow the credit code, or the region where there is none. What gets none is taken out of *wanted*."""
    recoded = [row for row in wanted if "uscc" in row[2] or ("region" in row[2] and not row[1].uscc)]
    given = store.codes_next(
        [(KINDS[o.kind], e.values["region"], e.values["uscc"], o.code) for e, o, _after in recoded]
    )
    for row, code in zip(recoded, given, strict=True):
        entry, obj, after = row
        if not code:
            wanted.remove(row)
            written.refused.append((entry, _said(store.code_refusal(entry.values["uscc"]))))
        elif code != obj.code:
            after["code"] = code


def _said(error: ValidationError) -> str:
    return " ".join(error.messages)
