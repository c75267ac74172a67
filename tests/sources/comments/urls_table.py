"""Addresses of comments."""

from sources.comments.services import thread_begin
from sources.returns.drafts import return_open
from tests.factories import COUNTY, make_scope
from tests.sources.returns.world import make_object

URLS = {"comment_list": "return.view", "comment_begin": "return.comment", "comment_say": "return.comment"}


def arguments():
    actor = make_scope("county_officer", COUNTY)
    (ret,) = return_open(actor, obj=make_object(kind="petrol_station", region=COUNTY))
    thread = thread_begin(actor, return_id=ret.pk, path="", text="Synthetic")
    return {"comment_begin": {"return_id": ret.pk}, "comment_say": {"thread_id": thread.pk}}
