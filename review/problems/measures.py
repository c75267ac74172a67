"""Progress of problem lists, for the board of dispatch."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from census.dispatch.measures import Measure
from census.dispatch.tallies import Tally, register_tally
from review.problems import states
from review.problems.models import Problem

# issued problem rows, those with an answer, and those accepted by the issuer
ROWS = Tally(
    Problem,
    "state <> 'draft'",
    {
        "problems.answered": "state IN ({})".format(
            ", ".join(f"'{state}'" for state in sorted(states.ANSWERED))
        ),
        "problems.closed": "state = 'closed'",
    },
)
count = ROWS.count


def register() -> None:
    """Called once when the app is ready."""
    problems = _("problems")
    register_tally(
        ROWS,
        Measure("problems.answered", _("Problems answered"), problems, "问题整改", "个", 80),
        Measure("problems.closed", _("Problems closed"), problems, "问题销号", "个", 90),
    )
