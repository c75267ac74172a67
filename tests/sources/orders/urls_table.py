"""Addresses of unlock orders."""

import datetime as dt

from sources.orders.services import unlock_ask
from sources.returns.drafts import return_open
from sources.returns.models import Return
from tests.factories import COUNTY, make_scope
from tests.sources.returns.world import make_object

URLS = {
    "unlock_list": "return.reopen",
    "unlock_ask": "return.reopen",
    "unlock_detail": "return.reopen",
    "unlock_decide": "return.unlock",
}


def arguments():
    actor = make_scope("county_officer", COUNTY)
    (ret,) = return_open(actor, obj=make_object(kind="petrol_station", region=COUNTY))
    Return.objects.filter(pk=ret.pk).update(state="frozen")
    until = dt.date(2999, 1, 1)
    order = unlock_ask(actor, return_ids=[ret.pk], reason="Synthetic", until=until)
    return {name: {"order_id": order.pk} for name in ("unlock_detail", "unlock_decide")}
