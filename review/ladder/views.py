"""The chain of review as a table: places by states of their forms."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from census.access.guard import requires
from census.access.posts import CATEGORIES
from review.ladder.queries import ladder, total
from sources.returns.states import STATES, STEPS_OF_POST


@requires("return.view")
def review_ladder(request: HttpRequest) -> HttpResponse:
    """How far the forms of each place below the post have climbed; cells lead to the work list."""
    places = ladder(request.scope, request.GET)
    context = {
        "places": places,
        "all": total(places, _("Total")),
        "states": STATES.items(),
        "mine": {step.source for step in STEPS_OF_POST.get(request.scope.post_kind, ())},
        "categories": [
            (code, label) for code, label in CATEGORIES.items() if code in request.scope.categories
        ],
    }
    return render(request, "review/ladder/overview.html", context)
