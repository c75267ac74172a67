"""Progress of filling and approving forms, for the board of dispatch."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from census.dispatch.measures import Measure
from census.dispatch.tallies import Tally, register_tally
from sources.returns.models import Return
from sources.returns.states import ORDER

BEGUN = "survey.begun"
# measure → the state a form must have reached
REACHED = {
    "survey.submitted": "submitted",
    "review.instructor": "instructor_ok",
    "review.county": "county_ok",
    "review.city": "city_ok",
    "review.province": "province_ok",
}


def reaching(state: str) -> list[str]:
    """*state* and every state beyond it."""
    return [one for one, rank in ORDER.items() if rank >= ORDER[state]]


def _at_least(state: str) -> str:
    beyond = ", ".join(f"'{one}'" for one in reaching(state))
    return f"state IN ({beyond})"


# forms asked for; begun: something was saved in it; the others: the form stands at that step or further
FORMS = Tally(
    Return, "active", {BEGUN: "version_no > 0"} | {code: _at_least(state) for code, state in REACHED.items()}
)
count = FORMS.count


def register() -> None:
    """Called once when the app is ready."""
    forms = _("forms")
    register_tally(
        FORMS,
        Measure(BEGUN, _("Forms begun"), forms, "入户填报", "张", 20),
        Measure("survey.submitted", _("Forms submitted"), forms, "普查表提交", "张", 30),
        Measure("review.instructor", _("Checked by instructor"), forms, "普查指导员审核", "张", 40),
        Measure("review.county", _("Approved by county"), forms, "县级审核", "张", 50),
        Measure("review.city", _("Approved by city"), forms, "市级审核", "张", 60),
        Measure("review.province", _("Approved by province"), forms, "省级审核", "张", 70),
    )
