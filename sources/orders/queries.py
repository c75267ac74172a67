"""Reading unlock orders and how far the work on them is."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from census.access.scope import Scope
from sources.orders.models import UnlockItem, UnlockOrder
from sources.returns.models import Return

BOXES = ("all", *UnlockOrder.State.values)


def orders(scope: Scope, params: Mapping[str, str]) -> QuerySet[UnlockOrder]:
    """Orders asked for by offices in the scope, of one state if ``box`` names it."""
    found = UnlockOrder.objects.visible_to(scope)
    box = params.get("box")
    return found.filter(state=box) if box in UnlockOrder.State.values else found


def waiting(scope: Scope) -> int:
    """How many orders wait for the post's decision; none for posts that do not decide."""
    if not scope.can("return.unlock"):
        return 0
    return UnlockOrder.objects.visible_to(scope).filter(state=UnlockOrder.State.ASKED).count()


def items_of(scope: Scope, order: UnlockOrder) -> list[UnlockItem]:
    """The forms of an order in sight, each with ``ret`` as it is now and ``late``: opened and, past the day, not
    frozen again."""
    items = list(UnlockItem.objects.visible_to(scope).filter(order=order).select_related("object"))
    rows = Return.objects.visible_to(scope).in_bulk([item.return_id for item in items])
    past = order.until < timezone.localdate()
    for item in items:
        item.ret = rows.get(item.return_id)
        item.late = past and item.unlocked and item.ret is not None and item.ret.state != "frozen"
    return items


def may_ask(scope: Scope, ret: Return) -> bool:
    """True when the post may ask for this form to be opened and nobody has asked yet."""
    return ret.state == "frozen" and scope.can("return.reopen") and asked_for(scope, ret.pk) is None


def asked_for(scope: Scope, return_id: UUID) -> UnlockOrder | None:
    """The order that waits for a decision on this form."""
    item = UnlockItem.objects.visible_to(scope).filter(
        return_id=return_id, order__state=UnlockOrder.State.ASKED
    )
    return UnlockOrder.objects.filter(items__in=item).first()
