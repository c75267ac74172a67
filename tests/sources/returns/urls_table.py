"""Addresses of filling, reading and deciding on forms: name -> capability; and arguments that lead to rows."""

from sources.entry.rules import packed
from sources.forms.catalogue import load
from sources.returns.drafts import return_open
from tests.factories import COUNTY, make_scope
from tests.sources.returns.world import make_object

URLS = {
    "work_list": "return.view",
    "work_decide": "return.approve",
    "object_forms": "return.view",
    "object_forms_open": "return.fill",
    "sheet_add": "return.fill",
    "sheet_remove": "return.fill",
    "entry_form": "return.view",
    "entry_rules": "return.view",
    "entry_save": "return.fill",
    "entry_submit": "return.submit",
    "entry_decide": "return.approve",
    "entry_print": "return.view",
    "entry_print_blank": "home",
    "return_history": "return.view",
    "return_diff": "return.view",
}
ANYWHERE = {"entry_print_blank", "entry_rules"}
ROW_DECIDES = {"entry_submit", "entry_decide"}


def arguments():
    obj = make_object(kind="petrol_station", region=COUNTY)
    (ret,) = return_open(make_scope("county_officer", COUNTY), obj=obj)
    one, sheet = {"return_id": ret.id}, {"object_id": obj.id, "form": ret.form, "sheet": ret.sheet}
    return {
        "object_forms": {"object_id": obj.id},
        "object_forms_open": {"object_id": obj.id},
        "sheet_add": {"object_id": obj.id, "form": ret.form},
        "entry_form": sheet,
        "entry_rules": {"form": ret.form, "digest": packed(load().forms[ret.form]).digest},
        "entry_print": sheet,
        "entry_print_blank": {"form": ret.form},
        "return_diff": {**one, "old": 0, "new": 0},
        **dict.fromkeys(
            ("sheet_remove", "entry_save", "entry_submit", "entry_decide", "return_history"),
            one,
        ),
    }
