"""A joint review from the invitation to the signed minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.calendar.models import Campaign
from census.people.models import Office
from census.places.models import Region
from review.problems.batches import HandRow, batch_add_rows, batch_create, batch_issue
from review.problems.models import Batch
from review.sessions.models import AgendaItem, Opinion, Session
from sources.objects.models import CensusObject

MAX_TEXT = 4000
MAX_ITEMS = 500
DEPARTMENTS = 40


def session_plan(actor: Scope, **terms: Any) -> Session:
    """Plan a meeting of the actor's office. *terms*: see :func:`session_edit`."""
    actor.require("session.run")
    campaign = Campaign.objects.filter(active=True).order_by("-reference_date").first()
    if campaign is None:
        raise ValidationError(_("There is no active census. Ask the data administrator to set one up."))
    session = Session(
        campaign=campaign,
        region=actor.region,
        office_name=_office_name(actor.region),
        made_by_name=actor.user_name,
        synthetic=campaign.synthetic,
        **_checked(actor, **terms),
    )
    session.save(force_insert=True)
    _record(actor, session, "created")
    return session


def session_edit(actor: Scope, *, session_id: UUID, **terms: Any) -> Session:
    """Change title, starts, place, chair, departments ([{"name", "people"}]) and categories until the minutes are
    signed. ValidationError with the field for what is missing."""
    session = _own(actor, session_id, Session.State.PLANNED, Session.State.OPEN)
    for name, value in _checked(actor, **terms).items():
        setattr(session, name, value)
    if session.items.exclude(category__in=session.categories).exists():
        raise ValidationError(
            {
                "categories": _(
                    "There are objects of another source category on the agenda. Take them off first."
                )
            }
        )
    session.save()
    _record(actor, session, "changed")
    return session


@transaction.atomic
def agenda_add(
    actor: Scope, *, session_id: UUID, rows: Sequence[Mapping[str, str]], origin: str
) -> tuple[int, list[str]]:
    """Put objects on the agenda. *rows*: ``code`` of the object, ``subject`` (what is to be talked about), and where
    known ``form`` and ``indicator``. Returns how many, and what was left out with the reason.

    Left out are objects outside the scope or the meeting's categories, and those on the agenda already.
    """
    session = _own(actor, session_id, Session.State.PLANNED, Session.State.OPEN)
    codes = [row["code"] for row in rows]
    known = {obj.code: obj for obj in CensusObject.objects.visible_to(actor).filter(code__in=codes)}
    held = set(session.items.values_list("object_id", flat=True))
    number = session.items.aggregate(n=Max("number"))["n"] or 0
    made, left = [], []
    for row in rows:
        obj = known.get(row["code"])
        if fault := _row_fault(session, obj, row, held):
            left.append(fault)
            continue
        number += 1
        held.add(obj.id)
        made.append(
            AgendaItem(
                session=session,
                issuer=session.region,
                number=number,
                object=obj,
                region=obj.region,
                category=obj.category,
                origin=origin,
                subject=row["subject"].strip()[:600],
                form=row.get("form", ""),
                indicator=row.get("indicator", ""),
            )
        )
    if len(held) > MAX_ITEMS:
        raise ValidationError(_("A meeting takes at most %(n)d objects.") % {"n": MAX_ITEMS})
    AgendaItem.objects.bulk_create(made)
    if made:
        _record(actor, session, "rows_added", rows=len(made))
    return len(made), left


def agenda_remove(actor: Scope, *, session_id: UUID, ids: Iterable[int]) -> int:
    """Take undecided objects, about which nobody has given an opinion, off the agenda."""
    session = _own(actor, session_id, Session.State.PLANNED, Session.State.OPEN)
    gone = session.items.filter(pk__in=list(ids), decision="", opinions__isnull=True).delete()[0]
    if gone:
        _record(actor, session, "rows_removed", rows=gone)
    return gone


def session_open(actor: Scope, *, session_id: UUID) -> Session:
    """Begin the meeting: from now on decisions are recorded. ValidationError with an empty agenda."""
    session = _own(actor, session_id, Session.State.PLANNED)
    if not session.items.exists():
        raise ValidationError(_("The agenda is empty. Put objects on it first."))
    session.state = Session.State.OPEN
    session.save(update_fields=["state"])
    _record(actor, session, "started")
    return session


def opinion_give(actor: Scope, *, item_id: int, view: str, text: str, department: str) -> Opinion:
    """A department's opinion on an object of its own source category, before or during the meeting."""
    actor.require("session.opine")
    item = AgendaItem.objects.visible_to(actor).select_related("session").filter(pk=item_id).first()
    if item is None:
        raise PermissionDenied("not an object of the actor's categories")
    if item.session.state == Session.State.CLOSED:
        raise ValidationError(_("The minutes are signed; nothing can be added."))
    if view not in Opinion.View.values:
        raise ValidationError({"view": _("Choose an opinion from the list.")})
    text, department = text.strip(), " ".join(department.split())
    if view == Opinion.View.DOUBT and not text:
        raise ValidationError({"text": _("Say what differs, with your own figures.")})
    if not department:
        raise ValidationError({"department": _("Name your department.")})
    opinion = Opinion(
        item=item,
        issuer=item.issuer,
        category=item.category,
        view=view,
        text=text[:MAX_TEXT],
        department=department[:100],
        user_id=actor.user_id,
        user_name=actor.user_name,
    )
    opinion.save(force_insert=True)
    _record(actor, item.session, "opined")
    return opinion


def item_decide(
    actor: Scope, *, item_id: int, decision: str, conclusion: str, responsible: str = ""
) -> AgendaItem:
    """Record what the meeting decided about an object. What was issued as a problem stays decided."""
    actor.require("session.run")
    rows = AgendaItem.objects.visible_to(actor).select_related("session").select_for_update(of=("self",))
    item = rows.filter(pk=item_id, issuer=actor.region).first()
    if item is None:
        raise PermissionDenied("not on the agenda of the actor's office")
    if item.session.state != Session.State.OPEN:
        raise ValidationError(_("Decisions are recorded while the meeting is in session."))
    if item.issued:
        raise ValidationError(_("This object was issued as a problem already."))
    if decision not in AgendaItem.Decision.values or not decision:
        raise ValidationError({"decision": _("Choose a decision from the list.")})
    if decision == AgendaItem.Decision.PROBLEM and not conclusion.strip():
        raise ValidationError({"conclusion": _("Say what the problem is: the county reads this sentence.")})
    item.decision, item.conclusion = decision, conclusion.strip()[:MAX_TEXT]
    item.responsible = responsible.strip()[:100]
    item.decided_at, item.decided_by_name = timezone.now(), actor.user_name
    item.save(update_fields=["decision", "conclusion", "responsible", "decided_at", "decided_by_name"])
    _record(actor, item.session, "decided")
    return item


@transaction.atomic
def session_issue(actor: Scope, *, session_id: UUID, deadline: dt.date) -> Batch:
    """Issue the objects decided as problems as one numbered joint-review batch, all or none."""
    session = _own(actor, session_id, Session.State.OPEN)
    actor.require("problem.issue")
    decided = session.items.filter(decision=AgendaItem.Decision.PROBLEM, issued=False)
    items = list(decided.select_related("object"))
    if not items:
        raise ValidationError(_("No object has been decided to be issued as a problem."))
    batch = batch_create(
        actor,
        title=_("Joint review: %(title)s") % {"title": session.title[:150]},
        deadline=deadline,
        instructions=_("Decided by the joint review of %(day)s, chaired by %(chair)s.")
        % {"day": timezone.localtime(session.starts).strftime("%Y-%m-%d"), "chair": session.chair},
        kind=Batch.Kind.JOINT,
    )
    rows = [
        HandRow(code=item.object.code, text=item.conclusion, form=item.form, indicator=item.indicator)
        for item in items
    ]
    _added, faults = batch_add_rows(actor, batch_id=batch.id, rows=rows, by="session")
    if faults:
        raise ValidationError([f"{items[at].object.name}: {fault}" for at, fault in faults.items()])
    issued = batch_issue(actor, batch_id=batch.id)
    AgendaItem.objects.filter(pk__in=[item.pk for item in items]).update(issued=True)
    session.batch = issued
    session.save(update_fields=["batch"])
    _record(actor, session, "issued", number=issued.code, rows=len(items))
    return issued


def session_close(actor: Scope, *, session_id: UUID, summary: str) -> Session:
    """Sign the minutes: every object has a decision, and what was decided as a problem is issued. For good."""
    session = _own(actor, session_id, Session.State.OPEN)
    open_ = session.items.filter(decision="").count()
    if open_:
        raise ValidationError(_("%(n)d objects have no decision yet; postpone them at least.") % {"n": open_})
    if session.items.filter(decision=AgendaItem.Decision.PROBLEM, issued=False).exists():
        raise ValidationError(_("Issue the problems first."))
    session.state, session.summary = Session.State.CLOSED, summary.strip()[:MAX_TEXT]
    session.closed_at, session.closed_by_name = timezone.now(), actor.user_name
    session.save(update_fields=["state", "summary", "closed_at", "closed_by_name"])
    _record(actor, session, "closed")
    return session


# -- small parts -----------------------------------------------------------------------------------
def _checked(
    actor: Scope,
    *,
    title: str,
    starts: dt.datetime,
    place: str,
    chair: str,
    departments: Sequence[Mapping[str, str]],
    categories: Iterable[str],
) -> dict[str, Any]:
    faults: dict[str, str] = {}
    texts = {"title": title, "place": place, "chair": chair}
    for name, label in (("title", _("Title")), ("place", _("Meeting place")), ("chair", _("Chair"))):
        texts[name] = " ".join(texts[name].split())
        if not texts[name]:
            faults[name] = _("%(field)s is missing.") % {"field": label}
    categories = sorted(set(categories))
    if not categories:
        faults["categories"] = _("Choose at least one source category.")
    elif not set(categories) <= actor.categories:
        raise PermissionDenied("source categories outside the actor's own")
    kept = [
        {"name": " ".join(one["name"].split())[:100], "people": " ".join(one.get("people", "").split())[:200]}
        for one in departments
        if one["name"].strip()
    ]
    if not kept or len(kept) > DEPARTMENTS:
        faults["departments"] = _("Name between one and %(n)d departments, one a line.") % {"n": DEPARTMENTS}
    if faults:
        raise ValidationError(faults)
    return {**texts, "starts": starts, "departments": kept, "categories": categories}


def _row_fault(session: Session, obj: CensusObject | None, row: Mapping[str, str], held: set[UUID]) -> str:
    """Why a row does not get on the agenda; empty when it does."""
    if obj is None:
        return _("There is no census object with the code “%(code)s” in your region.") % {"code": row["code"]}
    if obj.category not in session.categories:
        return _("%(name)s is of a source category the meeting does not deal with.") % {"name": obj.name}
    if obj.id in held:
        return _("%(name)s is on the agenda already.") % {"name": obj.name}
    return "" if row["subject"].strip() else _("Say what is to be talked about.")


def _own(actor: Scope, session_id: UUID, *states: str) -> Session:
    """The office's own session in one of *states*, locked."""
    actor.require("session.run")
    rows = Session.objects.visible_to(actor).select_for_update(of=("self",))
    session = rows.filter(pk=session_id, region=actor.region).first()
    if session is None:
        raise PermissionDenied("not a session of the actor's office")
    if session.state not in states:
        raise ValidationError(
            _("This session is “%(state)s” by now. Reload the page.") % {"state": session.get_state_display()}
        )
    return session


def _office_name(region: str) -> str:
    name = Office.objects.filter(region=region).values_list("name", flat=True).first()
    return name or Region.objects.filter(code=region).values_list("name", flat=True).first() or region


def _record(actor: Scope, session: Session, verb: str, **detail: Any) -> None:
    audit_record(
        actor, f"session.{verb}", subject="session", subject_id=session.pk, region=session.region, **detail
    )
