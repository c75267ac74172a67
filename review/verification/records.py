"""Field record sheets: given out, filled in, signed, replaced; and the list of what was found on the ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from census.access.posts import POST_KINDS
from census.access.scope import Scope
from census.audit.services import audit_record
from census.people.models import Post, User
from census.places import regions
from review.verification import comparing
from review.verification.independence import conflicts
from review.verification.items import read_paper, read_value
from review.verification.models import Plan, Result, Sheet, SheetItem, WalkEntry
from review.verification.plans import frame_stored, items_freeze, plan_locked, sheets_add
from review.verification.sampling import Place, frame_units, queues
from sources.objects.models import CensusObject

_FOUND = ("how", "verified", "paper", "verdict", "difference", "excuse", "evidence", "earlier")
_WRITE = """
UPDATE review_verification_item AS item SET how = found.how, verified = found.verified, paper = found.paper,
    verdict = found.verdict, difference = found.difference, excuse = found.excuse, evidence = found.evidence,
    earlier = found.earlier
FROM jsonb_to_recordset(%s::jsonb) AS found (id bigint, how text, verified jsonb, paper jsonb, verdict text,
    difference float8, excuse text, evidence text, earlier jsonb)
WHERE item.id = found.id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the verifiers wrote about one item, as typed. *paper*: what stands on the paper form."""

    how: str = ""
    verified: str = ""
    paper: str = ""
    excuse: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """What is said of the visit as a whole when the sheet is signed."""

    outcome: str
    visited_on: dt.date
    second_name: str
    unit_person: str
    remark: str = ""


def verifiers_of(actor: Scope) -> list[User]:
    """People who may verify for the actor's office."""
    posts = Post.objects.current().filter(
        kind__in=_verifier_kinds(), region=actor.region, user__is_active=True
    )
    return list(User.objects.filter(pk__in=posts.values("user_id")).order_by("name"))


@transaction.atomic
def sheets_assign(
    actor: Scope, *, plan_id: UUID, sheet_ids: Iterable[UUID], user_id: int
) -> tuple[int, dict[str, str]]:
    """Give open sheets to a verifier. Returns how many, and {code: why not} for those the person may not verify."""
    plan = plan_locked(actor, plan_id, Plan.State.DRAWN)
    person = next((one for one in verifiers_of(actor) if one.pk == user_id), None)
    if person is None:
        raise ValidationError(_("Choose a person who holds the post of a verifier at your office."))
    sheets = list(
        Sheet.objects.visible_to(actor)
        .select_for_update()
        .filter(plan=plan, pk__in=list(sheet_ids), state=Sheet.State.OPEN)
    )
    refused = conflicts(person.pk, sheets)
    held = Post.objects.current().filter(user=person, region=actor.region, kind__in=_verifier_kinds())
    covered = {category for post in held for category in post.categories}
    for sheet in sheets:
        if sheet.category not in covered:
            refused[sheet.pk] = _("has no post for this source category")
    given = [sheet.pk for sheet in sheets if sheet.pk not in refused]
    Sheet.objects.filter(pk__in=given).update(assigned_to=person.pk, assigned_name=person.name)
    audit_record(
        actor,
        "verification.assigned",
        subject="verification",
        subject_id=plan.id,
        count=len(given),
        person=person.pk,
    )
    return len(given), {sheet.code: refused[sheet.pk] for sheet in sheets if sheet.pk in refused}


@transaction.atomic
def items_save(actor: Scope, *, sheet_id: UUID, entries: Mapping[int, Entry]) -> dict[int, str]:
    """Write down findings on a sheet. Returns {item: what is wrong}; the other items are saved all the same.

    An entry that is blank throughout leaves its item as it is. A finding that is changed later stays on record.
    """
    sheet = _own_sheet(actor, sheet_id)
    tolerance = sheet.plan.read_terms().tolerance
    faults: dict[int, str] = {}
    changed = []
    for item in sheet.items.select_for_update().filter(pk__in=entries):
        try:
            if _take(actor, item, entries[item.pk], tolerance):
                changed.append(item)
        except ValueError as fault:
            faults[item.pk] = str(fault)
    if changed:
        _items_write(changed)
        audit_record(
            actor,
            "verification.recorded",
            subject="verification_sheet",
            subject_id=sheet.id,
            region=sheet.issuer,
            count=len(changed),
        )
    return faults


def _items_write(items: Sequence[SheetItem]) -> None:
    """Write what was found on *items*, in one statement that is planned once whatever their number."""
    rows = [{"id": item.pk} | {name: getattr(item, name) for name in _FOUND} for item in items]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [orjson.dumps(rows).decode()])


def _take(actor: Scope, item: SheetItem, entry: Entry, tolerance: comparing.Tolerance) -> bool:
    """Put *entry* into *item*; False when it says nothing new. Raises ValueError with a text for the user."""
    how = entry.how or ("value" if entry.verified.strip() else "")
    evidence, paper = entry.evidence.strip()[:300], read_paper(item, entry.paper)
    if not how and not paper and not evidence:
        return False
    before = (item.how, item.verified)
    if how:
        if how not in comparing.HOWS:
            raise ValueError(_("“%(text)s” is none of the ways to verify.") % {"text": how[:40]})
        value = read_value(item, entry.verified) if how == comparing.VALUE else None
        if how == comparing.VALUE and value is None:
            raise ValueError(_("Enter the value found, or say that there is nothing to report."))
        if how == comparing.UNABLE and not evidence:
            raise ValueError(_("Say under evidence why it cannot be verified."))
        verdict = comparing.compare(item.kind, item.reported, how, value, tolerance)
        excuse = entry.excuse if verdict.code in comparing.FAULTS else ""
        if excuse and excuse not in SheetItem.Excuse.values:
            raise ValueError(_("“%(text)s” is none of the excuses.") % {"text": excuse[:40]})
        if excuse and not evidence:
            raise ValueError(_("An excuse needs a document: name it under evidence."))
        if item.how and before != (how, value):
            item.earlier = [
                *item.earlier,
                {
                    "how": item.how,
                    "verified": item.verified,
                    "by": actor.user_name,
                    "at": timezone.now().isoformat(timespec="seconds"),
                },
            ]
        item.how, item.verified, item.excuse = how, value, excuse
        item.verdict, item.difference = verdict.code, verdict.difference
    item.paper, item.evidence = paper, evidence
    return True


@transaction.atomic
def sheet_sign(actor: Scope, *, sheet_id: UUID, signature: Signature) -> Sheet:
    """Sign: the sheet is complete, two verifiers and the unit stand for it, and nothing on it changes any more."""
    sheet = _own_sheet(actor, sheet_id)
    if signature.outcome not in dict(sheet.outcomes):
        raise ValidationError({"outcome": _("Choose what was found at the place.")})
    if signature.visited_on > timezone.localdate():
        raise ValidationError({"visited_on": _("The visit lies in the future.")})
    second = signature.second_name.strip()
    if not second or second == actor.user_name:
        raise ValidationError({"second_name": _("At least two verifiers visit: name the other one.")})
    if not signature.unit_person.strip() and not signature.remark.strip():
        raise ValidationError(
            {"unit_person": _("Name who signed for the object, or say under remarks why nobody did.")}
        )
    if signature.outcome == Sheet.Outcome.PRESENT:
        left = sheet.items.filter(how="").count()
        if left:
            raise ValidationError(
                ngettext(
                    "%(n)d item is not verified yet. Enter what was found, or that it cannot be verified.",
                    "%(n)d items are not verified yet. Enter what was found, or that it cannot be verified.",
                    left,
                )
                % {"n": left}
            )
    sheet.outcome, sheet.visited_on = signature.outcome, signature.visited_on
    sheet.second_name, sheet.unit_person = second[:60], signature.unit_person.strip()[:60]
    sheet.remark, sheet.state = signature.remark.strip(), Sheet.State.SIGNED
    sheet.signed_at, sheet.signed_by, sheet.signed_by_name = timezone.now(), actor.user_id, actor.user_name
    sheet.save()
    audit_record(
        actor, "verification.signed", subject="verification_sheet", subject_id=sheet.id, region=sheet.issuer
    )
    return sheet


@transaction.atomic
def sheet_reopen(actor: Scope, *, sheet_id: UUID, reason: str) -> Sheet:
    """The office hands a signed sheet back to its verifier, as long as the county's outcome is not decided."""
    sheet = _office_sheet(actor, sheet_id, Sheet.State.SIGNED)
    if not reason.strip():
        raise ValidationError(_("Say why the sheet is opened again."))
    sheet.state = Sheet.State.OPEN
    line = _("Opened again by %(who)s: %(why)s") % {"who": actor.user_name, "why": reason.strip()[:300]}
    sheet.remark = "\n".join(part for part in (sheet.remark, line) if part)
    sheet.save(update_fields=["state", "remark"])
    audit_record(
        actor, "verification.reopened", subject="verification_sheet", subject_id=sheet.id, region=sheet.issuer
    )
    return sheet


@transaction.atomic
def sheet_replace(actor: Scope, *, sheet_id: UUID, reason: str, text: str = "") -> Sheet:
    """Take the next object of the same county and stratum instead, with a reason. Returns its sheet."""
    old = _office_sheet(actor, sheet_id, Sheet.State.OPEN)
    if reason not in Sheet.Reason.values:
        raise ValidationError(_("Choose why the object is replaced."))
    if reason == Sheet.Reason.OTHER and not text.strip():
        raise ValidationError(_("Say in words why the object is replaced."))
    plan = old.plan
    place = _next_in_queue(plan, old)
    old.state, old.reason, old.reason_text = Sheet.State.REPLACED, reason, text.strip()[:300]
    old.save(update_fields=["state", "reason", "reason_text"])
    last = plan.sheets.order_by("-number").values_list("number", flat=True)[0]
    (new,) = sheets_add(actor, plan, [place], first=last + 1, replaces=old)
    items_freeze(actor, plan, [new])
    audit_record(
        actor,
        "verification.replaced",
        subject="verification_sheet",
        subject_id=old.id,
        region=old.issuer,
        reason=reason,
    )
    return new


def _next_in_queue(plan: Plan, old: Sheet) -> Place:
    """The first object of the old one's queue that has no sheet yet."""
    without = set(plan.read_terms().without)
    units = (
        unit
        for unit in frame_units(frame_stored(plan))
        if (unit.county, unit.stratum) == (old.county, old.stratum) and unit.code not in without
    )
    queue = queues(plan.seed, units, plan.drawn["districts"]).get((old.county, old.stratum), [])
    used = set(plan.sheets.filter(county=old.county, stratum=old.stratum).values_list("code", flat=True))
    for rank, unit in enumerate(queue, start=1):
        if unit.code not in used:
            return Place(unit, rank)
    raise ValidationError(_("The stratum has no object left that could take its place."))


# -- what was found on the ground --------------------------------------------------------------------
@transaction.atomic
def walk_add(
    actor: Scope, *, plan_id: UUID, area: str, category: str, name: str, address: str = "", code: str = ""
) -> WalkEntry:
    """Note an object found in a drawn area; with its *code* when it is on the register."""
    plan = _walked_plan(actor, plan_id)
    county = next((c for c, areas in areas_of(plan).items() if area in areas), None)
    if county is None:
        raise ValidationError({"area": _("Choose one of the drawn census districts.")})
    if category not in actor.categories:
        raise ValidationError({"category": _("Choose a source category of your post.")})
    _independent_in(actor, plan, county, category)
    obj = None
    if code := code.strip():
        obj = CensusObject.objects.visible_to(actor).filter(code=code).exclude(status="removed").first()
        if obj is None or not regions.contains(county, obj.region):
            raise ValidationError(
                {"code": _("No object of this county has this code. Leave it blank if it is not registered.")}
            )
        if plan.walk.filter(object_id=obj.id).exists():
            raise ValidationError({"code": _("This object is on the list already.")})
    name = " ".join(name.split())[:200] or (obj.name if obj else "")
    if not name:
        raise ValidationError({"name": _("Say what was found.")})
    home = str(obj.district_id or "") if obj and plan.drawn["districts"] else county
    entry = WalkEntry.objects.create(
        plan=plan,
        issuer=plan.issuer,
        county=county,
        area=area,
        category=obj.category if obj else category,
        name=name,
        address=" ".join(address.split())[:300],
        object_id=obj.id if obj else None,
        code=obj.code if obj else "",
        elsewhere=bool(obj) and home != area,
        found_by=actor.user_id,
        found_by_name=actor.user_name,
    )
    audit_record(
        actor, "verification.walk_added", subject="verification", subject_id=plan.id, region=plan.issuer
    )
    return entry


@transaction.atomic
def walk_remove(actor: Scope, *, plan_id: UUID, entry_id: int) -> None:
    """Take one's own entry off the list."""
    plan = _walked_plan(actor, plan_id)
    entry = plan.walk.filter(pk=entry_id, found_by=actor.user_id).first()
    if entry is None:
        raise PermissionDenied("not an entry of this person")
    _undecided(plan, entry.county)
    entry.delete()
    audit_record(
        actor, "verification.walk_removed", subject="verification", subject_id=plan.id, region=plan.issuer
    )


def areas_of(plan: Plan) -> dict[str, list[str]]:
    """The areas that are walked, by county: the drawn census districts, or the county itself."""
    districts: Mapping[str, list[str]] = plan.drawn.get("districts") or {}
    return {county: list(districts.get(county, ())) or [county] for county in plan.drawn.get("counties", ())}


def _walked_plan(actor: Scope, plan_id: UUID) -> Plan:
    actor.require("verification.record")
    plan = Plan.objects.visible_to(actor).filter(pk=plan_id, issuer=actor.region).first()
    if plan is None:
        raise PermissionDenied("not a plan of this office")
    if plan.state != Plan.State.DRAWN:
        raise ValidationError(
            _("The plan is at another step: %(state)s.") % {"state": plan.get_state_display()}
        )
    return plan


def _independent_in(actor: Scope, plan: Plan, county: str, category: str) -> None:
    """Who reviewed this source in this county does not list what is missing there either."""
    _undecided(plan, county)
    probe = Sheet(plan=plan, region=county, category=category)
    if reason := conflicts(actor.user_id, [probe]).get(probe.id):
        raise PermissionDenied(reason)


def _undecided(plan: Plan, county: str) -> None:
    if Result.objects.filter(plan=plan, county=county).exists():
        raise ValidationError(_("The outcome for this county has been decided; nothing changes any more."))


# -- small parts -------------------------------------------------------------------------------------
def _verifier_kinds() -> list[str]:
    return [code for code, kind in POST_KINDS.items() if "verification.record" in kind.capabilities]


def _own_sheet(actor: Scope, sheet_id: UUID) -> Sheet:
    """The verifier's own open sheet, locked. PermissionDenied for another person's, or without independence."""
    actor.require("verification.record")
    sheet = _locked(actor, sheet_id)
    if sheet is None or sheet.assigned_to is None or sheet.assigned_to != actor.user_id:
        raise PermissionDenied("not a sheet of this person")
    if sheet.state != Sheet.State.OPEN:
        raise ValidationError(
            _("The sheet is at another step: %(state)s.") % {"state": sheet.get_state_display()}
        )
    _undecided(sheet.plan, sheet.county)
    if reason := conflicts(actor.user_id, [sheet]).get(sheet.id):
        raise PermissionDenied(reason)
    return sheet


def _office_sheet(actor: Scope, sheet_id: UUID, state: Any) -> Sheet:
    """A sheet of the office's own plan, locked, in *state*."""
    actor.require("verification.run")
    sheet = _locked(actor, sheet_id)
    if sheet is None or sheet.issuer != actor.region:
        raise PermissionDenied("not a sheet of this office")
    if sheet.state != state:
        raise ValidationError(
            _("The sheet is at another step: %(state)s.") % {"state": sheet.get_state_display()}
        )
    _undecided(sheet.plan, sheet.county)
    return sheet


def _locked(actor: Scope, sheet_id: UUID) -> Sheet | None:
    rows = Sheet.objects.visible_to(actor).select_for_update(of=("self",)).select_related("plan")
    return rows.filter(pk=sheet_id).first()
