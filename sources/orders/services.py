"""Asking for frozen forms to be opened, granting it with a numbered order, refusing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs import events
from census.people.models import Office
from census.places.models import Region
from sources.orders.models import UnlockItem, UnlockOrder
from sources.returns import store
from sources.returns.bulk import returns_send_back_bulk
from sources.returns.store import Move

MAX_TEXT = 2000
MAX_FORMS = 500


@transaction.atomic
def unlock_ask(actor: Scope, *, return_ids: Iterable[UUID], reason: str, until: dt.date) -> UnlockOrder:
    """Ask the national office to open frozen forms, which shall be corrected and frozen again *until* a day.

    ValidationError without forms, for forms that are not frozen or are asked for already, without a reason, or
    with a day that has passed.
    """
    actor.require("return.reopen")
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why the forms have to be opened.")})
    if until < timezone.localdate():
        raise ValidationError({"until": _("The day has passed. Choose today or a later day.")})
    rows = store.lock(actor, list(return_ids)[: MAX_FORMS + 1])
    if not rows or len(rows) > MAX_FORMS:
        raise ValidationError(_("Choose between one and %(n)d forms.") % {"n": MAX_FORMS})
    if open_ := [row.form for row in rows if row.state != "frozen" or not row.active]:
        raise ValidationError(_("Not frozen: %(forms)s.") % {"forms": ", ".join(sorted(set(open_)))})
    waiting = UnlockItem.objects.filter(
        return_id__in=[row.id for row in rows], order__state=UnlockOrder.State.ASKED
    )
    if waiting.exists():
        raise ValidationError(_("Unlocking was asked for already; the national office has not decided yet."))
    order = UnlockOrder.objects.create(
        region=actor.region,
        office_name=_office_name(actor.region),
        year=timezone.localdate().year,
        reason=reason[:MAX_TEXT],
        until=until,
        rows=len(rows),
        asked_by=actor.user_id,
        asked_for=actor.behalf_of,
        asked_by_name=actor.user_name,
    )
    UnlockItem.objects.bulk_create(
        UnlockItem(
            order=order,
            return_id=row.id,
            object_id=row.object_id,
            form=row.form,
            sheet=row.sheet,
            region=row.region,
            category=row.category,
            district_id=row.district_id,
            version_no=row.version_no,
        )
        for row in rows
    )
    _record(actor, order, "asked")
    return order


@transaction.atomic
def unlock_grant(actor: Scope, *, order_id: UUID, opinion: str = "", send_back: bool = True) -> UnlockOrder:
    """Give the next number of the year and open the forms: they lie at the nation's desk again, or with
    *send_back* as drafts at their fillers, with the order as the reason. All or none.

    Whoever asked does not grant. A form that is frozen no more (another order was quicker) is left as it is.
    """
    order = _waiting(actor, order_id)
    if not actor.persons.isdisjoint({order.asked_by, order.asked_for}):
        raise ValidationError(_("You asked for it yourself; another officer has to decide."))
    year = timezone.localdate().year
    with connection.cursor() as cursor:  # numbers of one year are given one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"unlock:{year}"])
    last = UnlockOrder.objects.filter(year=year).aggregate(n=Max("number"))["n"] or 0
    order.year, order.number = year, last + 1
    items = list(order.items.all())
    rows = [row for row in store.lock(actor, [item.return_id for item in items]) if row.state == "frozen"]
    if not rows:
        raise ValidationError(_("None of the forms is frozen any more."))
    text = _("Unlock order %(code)s: %(reason)s") % {"code": order.code, "reason": order.reason}
    moves = []
    for row in rows:
        row.state = "nation_ok"
        moves.append(Move(row, "unlocked", reason={"text": text[:MAX_TEXT], "order": order.id}))
    store.write(actor, moves, at=timezone.now(), values_changed=False)
    ids = [row.id for row in rows]
    order.items.filter(return_id__in=ids).update(unlocked=True)
    for row in rows:
        events.emit("return.unlocked", actor=actor, ret=row)
    if send_back:
        decided = returns_send_back_bulk(actor, ids=ids, reason="wrong_value", text=text, target="draft")
        if decided.refused:
            raise ValidationError(decided.refused[0].text)
    _decide(actor, order, UnlockOrder.State.GRANTED, opinion)
    _record(actor, order, "granted", number=order.code)
    return order


def unlock_refuse(actor: Scope, *, order_id: UUID, opinion: str) -> UnlockOrder:
    """Refuse, with the reason."""
    order = _waiting(actor, order_id)
    if not opinion.strip():
        raise ValidationError({"opinion": _("Say why it is refused.")})
    _decide(actor, order, UnlockOrder.State.REFUSED, opinion)
    _record(actor, order, "refused")
    return order


def _waiting(actor: Scope, order_id: UUID) -> UnlockOrder:
    actor.require("return.unlock")
    order = UnlockOrder.objects.visible_to(actor).select_for_update().filter(pk=order_id).first()
    if order is None:
        raise PermissionDenied("not an order within the scope")
    if order.state != UnlockOrder.State.ASKED:
        raise ValidationError(
            _("This order is “%(state)s” by now. Reload the page.") % {"state": order.get_state_display()}
        )
    return order


def _decide(actor: Scope, order: UnlockOrder, state: str, opinion: str) -> None:
    order.state, order.opinion = state, opinion.strip()[:MAX_TEXT]
    order.decided_at, order.decided_by_name = timezone.now(), actor.user_name
    order.save(update_fields=["state", "opinion", "year", "number", "decided_at", "decided_by_name"])


def _office_name(region: str) -> str:
    name = Office.objects.filter(region=region).values_list("name", flat=True).first()
    return name or Region.objects.filter(code=region).values_list("name", flat=True).first() or region


def _record(actor: Scope, order: UnlockOrder, verb: str, **detail: object) -> None:
    audit_record(
        actor,
        f"unlock.{verb}",
        subject="unlock",
        subject_id=order.id,
        region=order.region,
        rows=order.rows,
        **detail,
    )
