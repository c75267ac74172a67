"""The panel beside a form: what the object emits by what is saved now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounting.analysis.labels import RATINGS
from accounting.methods import pollutants
from accounting.preview.queries import offered, preview
from accounting.runs.models import GAP_REASONS, METHODS
from census.access.guard import requires
from sources.objects.models import CensusObject
from sources.returns.models import Return


def panel_of(request: HttpRequest, ret: Return) -> Mapping[str, Any] | None:
    """The panel of one form, which loads the rest by itself; None where nothing is accounted from it."""
    if not request.scope.can("return.view") or not offered(ret.form):
        return None
    return {"object": ret.object}


@requires("return.view")
@require_safe
def preview_panel(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """The body of the panel: amounts by pollutant, and what is missing. Reads only."""
    one = get_object_or_404(
        CensusObject.objects.visible_to(request.scope).select_related("campaign"), pk=object_id
    )
    language = get_language() or "zh"
    context = {
        "object": one,
        "preview": preview(one, request.scope),
        "methods": METHODS,
        "ratings": RATINGS,
        "reasons": GAP_REASONS,
        "pollutants": {code: entry.label(language) for code, entry in pollutants.table().items()},
    }
    return render(request, "accounting/preview/body.html", context)
