"""Changes of the register. Each writes the object's own history and the audit log in one transaction.

Events (inside the transaction): ``object.created``, ``object.changed``, ``object.removed``, ``object.restored``
with ``actor, obj`` (and ``before, after`` of what changed), and ``objects.assigned`` with ``actor, ids``. Many at
once, from a spreadsheet: ``bulk``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs import events
from census.places import regions
from sources.objects import store
from sources.objects.checks import FIELDS, Flaw, check_object
from sources.objects.kinds import KINDS, OPERATING, Kind
from sources.objects.lookups import Lookups
from sources.objects.models import CensusObject, ObjectChange
from sources.objects.names import initials
from sources.objects.rights import require_keep

REMOVAL_REASONS = ("duplicate", "out_of_scope", "absent", "mistake")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a stale page: what is stored now and what the page wanted to store.

    touched: the page's value is not the one it was opened with (False: only the other person changed it).
    """

    field: str
    theirs: Any
    yours: Any
    touched: bool = True


class StaleObject(Exception):
    """The object was changed since the page was opened. Nothing was saved; both values are here."""

    def __init__(self, current: CensusObject, differences: list[Difference]) -> None:
        super().__init__(f"revision is {current.revision}")
        self.current, self.differences = current, differences


@transaction.atomic
def object_create(
    actor: Scope,
    *,
    kind: str,
    values: Mapping[str, Any],
    reason: str = "",
) -> CensusObject:
    """Register a new object and give it an identification code.

    *values* are named as in ``checks.FIELDS``. Raises ValidationError (field → texts) for bad ones,
    PermissionDenied outside the actor's rights and scope.
    """
    actor.require("register.edit")
    if kind not in KINDS:
        raise ValidationError({"kind": _("There is no kind of object “%(kind)s”.") % {"kind": kind}})
    if KINDS[kind].category not in actor.categories or actor.object_id is not None:
        raise PermissionDenied(f"{actor.post_kind} may not register objects of kind {kind}")
    campaign = store.campaign_running()
    checked = check_object(kind, values, Lookups(actor))
    raise_flaws(checked.errors)
    clean = checked.values
    _refuse_second_unit(KINDS[kind], clean["region"])
    obj = CensusObject(
        campaign=campaign,
        kind=kind,
        category=KINDS[kind].category,
        code=_code(KINDS[kind], clean["region"], clean["uscc"]),
        initials=initials(clean["name"]),
        synthetic=campaign.synthetic,
        created_by=actor.user_id,
        updated_by=actor.user_id,
        **clean,
    )
    CensusObject.objects.bulk_create([obj])
    _record(
        actor,
        obj,
        "created",
        {},
        {"kind": kind, "code": obj.code} | store.plain(clean, drop_blank=True),
        reason,
    )
    events.emit("object.created", actor=actor, obj=obj)
    return obj


@transaction.atomic
def object_edit(
    actor: Scope,
    *,
    object_id: UUID,
    revision: int,
    values: Mapping[str, Any],
    reason: str = "",
) -> CensusObject:
    """Change the fields in *values* (any of ``checks.FIELDS``) of an object last seen at *revision*.

    Raises StaleObject when it was changed since, unless what is stored equals what is wanted; ValidationError
    for bad values; DoesNotExist outside the scope.
    """
    actor.require("register.edit")
    obj = _lock(actor, object_id)
    _refuse_removed(obj)
    wanted = {name: getattr(obj, name) for name in FIELDS} | {k: v for k, v in values.items() if k in FIELDS}
    checked = check_object(obj.kind, wanted, Lookups(actor))
    after = store.differing(obj, checked.values)
    if not after:
        return obj
    _refuse_stale(obj, revision, after)
    raise_flaws(checked.errors)
    if "uscc" in after or ("region" in after and not obj.uscc):
        if "region" in after:
            _refuse_second_unit(KINDS[obj.kind], after["region"], but=obj.id)
        after["code"] = _code(KINDS[obj.kind], checked.values["region"], checked.values["uscc"], own=obj.code)
    if "name" in after:
        after["initials"] = initials(after["name"])
    _apply(actor, obj, after, "edited", reason)
    return obj


@transaction.atomic
def object_close(
    actor: Scope, *, object_id: UUID, revision: int, operating: str, on: dt.date, reason: str
) -> CensusObject:
    """Set the operating status (1 running again, 2 stopped all year, 3 closed) with a date and a reason."""
    actor.require("register.close")
    obj = _lock(actor, object_id)
    _refuse_removed(obj)
    if operating not in OPERATING:
        raise ValidationError({"operating": _("Choose the operating status.")})
    if on > timezone.localdate():
        raise ValidationError({"on": _("The date lies in the future.")})
    after = store.differing(
        obj,
        {
            "operating": operating,
            "closed_on": None if operating == "1" else on,
            "closed_reason": "" if operating == "1" else _reason(reason),
        },
    )
    _refuse_stale(obj, revision, after)
    if after:
        _apply(actor, obj, after, "closed" if operating != "1" else "reopened", _reason(reason))
    return obj


@transaction.atomic
def object_remove(
    actor: Scope, *, object_id: UUID, revision: int, cause: str, reason: str, evidence: str
) -> CensusObject:
    """Take an object out of the census. The row, its forms and its history stay.

    *cause* is one of REMOVAL_REASONS, *evidence* names the document or file that proves it.
    """
    actor.require("register.close")
    obj = _lock(actor, object_id)
    _refuse_removed(obj)
    if cause not in REMOVAL_REASONS:
        raise ValidationError({"cause": _("Choose why the object is removed.")})
    if not evidence.strip():
        raise ValidationError({"evidence": _("Name the evidence: a document, a photograph, a visit.")})
    after = {"status": "removed"}
    _refuse_stale(obj, revision, after)
    why = f"{_reason(reason)} [{evidence.strip()}]"
    _apply(actor, obj, after, "removed", why[: store.LONGEST_REASON], facts={"cause": cause})
    return obj


@transaction.atomic
def object_restore(actor: Scope, *, object_id: UUID, revision: int, reason: str) -> CensusObject:
    """Bring a removed object back, to be checked."""
    actor.require("register.close")
    obj = _lock(actor, object_id)
    if obj.status != "removed":
        raise ValidationError(_("The object is not removed."))
    after = {"status": "pending"}
    _refuse_stale(obj, revision, after)
    _apply(actor, obj, after, "restored", _reason(reason))
    return obj


@transaction.atomic
def object_assign_district(actor: Scope, *, object_ids: Sequence[UUID], district_id: UUID | None) -> int:
    """Give the objects to a census district (None: to none). All of them or, on any fault, none.

    Raises ValidationError when the district is not in the scope, is closed, or lies in another county than
    one of the objects. Returns how many changed.
    """
    actor.require("district.manage")
    actor.require("register.edit")
    district = Lookups(actor).district(district_id) if district_id else None
    if district_id and (district is None or not district.active):
        raise ValidationError(_("There is no such census district, or it is closed."))
    rows = list(
        CensusObject.objects.visible_to(actor)
        .filter(pk__in=object_ids)
        .exclude(district_id=district_id)
        .exclude(status="removed")
        .select_for_update()
        .order_by("pk")
    )
    for region in {row.region for row in rows}:
        require_keep(actor, region)
    if district_id is None:
        rows = [row for row in rows if row.district_id is not None]
    elsewhere = [
        row
        for row in rows
        if district and regions.at_level(row.region, 3) != regions.at_level(district.region, 3)
    ]
    if elsewhere:
        raise ValidationError(
            _("%(count)s objects lie in another county than the district, the first is %(name)s.")
            % {"count": len(elsewhere), "name": elsewhere[0].name}
        )
    history = [
        store.change_row(
            actor, row, "assigned", {"district_id": row.district_id}, {"district_id": district_id}, ""
        )
        for row in rows
    ]
    ids = [row.pk for row in rows]
    now = timezone.now()
    for row in rows:
        row.district_id, row.revision = district_id, row.revision + 1
        row.updated_at, row.updated_by = now, actor.user_id
    store.rows_update(rows, ["district_id", "revision", "updated_at", "updated_by"])
    for change in history:
        change.district_id = district_id
    ObjectChange.objects.bulk_create(history)
    audit_record(actor, "object.assigned", subject="district", subject_id=district_id or "", rows=len(ids))
    events.emit("objects.assigned", actor=actor, ids=ids)
    return len(ids)


# -- inside ----------------------------------------------------------------------------------------
def raise_flaws(flaws: Iterable[Flaw]) -> None:
    """Raise ValidationError with the texts of all *flaws* by field; nothing when there are none."""
    texts: dict[str, list[str]] = {}
    for flaw in flaws:
        texts.setdefault(flaw.field, []).append(f"{flaw.message} {flaw.hint}".strip())
    if texts:
        raise ValidationError(texts)


def _lock(actor: Scope, object_id: UUID) -> CensusObject:
    obj = CensusObject.objects.visible_to(actor).select_for_update().get(pk=object_id)
    require_keep(actor, obj.region)
    return obj


def _refuse_removed(obj: CensusObject) -> None:
    if obj.status == "removed":
        raise ValidationError(_("The object was removed. Restore it first."))


def _refuse_stale(obj: CensusObject, revision: int, after: Mapping[str, Any]) -> None:
    if revision == obj.revision:
        return
    # every revision has one row of history, so going back over them gives what the page was opened with
    later = ObjectChange.objects.filter(object_id=obj.pk).order_by("-id")[: max(obj.revision - revision, 0)]
    opened = {name: old for change in later for name, old in change.before.items()}
    raise StaleObject(
        obj,
        [
            Difference(
                name, getattr(obj, name), new, name not in opened or store.plain({0: new})[0] != opened[name]
            )
            for name, new in after.items()
        ],
    )


def _refuse_second_unit(kind: Kind, region: str, but: UUID | None = None) -> None:
    """A county or city as a whole, and a village, is registered once."""
    other = store.units_held([(kind.code, region)]).get((kind.code, region))
    if other is not None and other.pk != but:
        raise store.unit_refusal(other)


def _code(kind: Kind, region: str, uscc: str, own: str = "") -> str:
    (code,) = store.codes_next([(kind, region, uscc, own)])
    if not code:
        raise store.code_refusal(uscc)
    return code


def _reason(text: str) -> str:
    if not text.strip():
        raise ValidationError({"reason": _("Give the reason.")})
    return text.strip()[: store.LONGEST_REASON]


def _apply(
    actor: Scope,
    obj: CensusObject,
    after: dict[str, Any],
    action: str,
    reason: str,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Store *after*, raise the revision, write the history, tell what happened."""
    before = {name: getattr(obj, name) for name in after}
    for name, value in after.items():
        setattr(obj, name, value)
    obj.revision += 1
    obj.updated_at, obj.updated_by = timezone.now(), actor.user_id
    obj.save(update_fields=[*after, "revision", "updated_at", "updated_by"])
    shown = {name for name in after if name != "initials"}
    _record(
        actor,
        obj,
        action,
        store.plain({name: before[name] for name in shown}),
        store.plain({name: after[name] for name in shown}) | dict(facts or {}),
        reason,
    )
    event = {"removed": "object.removed", "restored": "object.restored"}.get(action, "object.changed")
    events.emit(event, actor=actor, obj=obj, before=before, after=after)


def _record(
    actor: Scope, obj: CensusObject, action: str, before: dict[str, Any], after: dict[str, Any], reason: str
) -> None:
    ObjectChange.objects.bulk_create([store.change_row(actor, obj, action, before, after, reason)])
    audit_record(
        actor,
        f"object.{action}",
        subject="object",
        subject_id=obj.id,
        region=obj.region,
        fields=sorted(after),
    )
