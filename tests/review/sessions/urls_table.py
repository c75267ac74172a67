"""Addresses of joint review sessions: the lists of a city, with an object of the first county."""

import datetime as dt

from review.sessions import services
from review.sessions.models import AgendaItem
from tests.factories import COUNTY, make_scope
from tests.sources.returns.world import make_object

URLS = {
    "session_list": "session.view",
    "session_new": "session.run",
    "session_detail": "session.view",
    "session_edit": "session.run",
    "session_act": "session.run",
    "session_minutes": "session.view",
    "session_decide": "session.run",
    "session_opine": "session.opine",
}
# the meeting of an office is run by that office; those above read it
ROW_DECIDES = {"session_act", "session_decide", "session_edit"}


def arguments():
    actor = make_scope("county_officer", COUNTY)
    obj = make_object(kind="petrol_station", region=COUNTY)
    session = services.session_plan(
        actor,
        title="Synthetic",
        starts=dt.datetime(2018, 9, 5, tzinfo=dt.UTC),
        place="-",
        chair="-",
        departments=[{"name": "-", "people": ""}],
        categories=["mobile"],
    )
    rows = [{"code": obj.code, "subject": "Synthetic"}]
    services.agenda_add(actor, session_id=session.pk, rows=rows, origin="register")
    one, item = {"session_id": session.pk}, {"item_id": AgendaItem.objects.get(session=session).pk}
    return {
        "session_detail": one,
        "session_edit": one,
        "session_act": {**one, "act": "open"},
        "session_minutes": {**one, "form": "docx"},
        "session_decide": item,
        "session_opine": item,
    }
