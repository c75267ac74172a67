"""Pages of the register: list and detail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from census.access.guard import requires
from census.access.posts import CATEGORIES
from census.audit.views import audit_view
from census.saved.views import opening
from census.ui.context import region_name
from census.ui.paging import SIZES as PAGE_SIZES
from census.ui.paging import paginate, size_of
from census.ui.templatetags.ui import local
from sources.objects.forms import GROUPS, picker
from sources.objects.kinds import KINDS, OPERATING, SIZES, STATUSES
from sources.objects.lookups import Lookups
from sources.objects.models import CensusObject, ObjectChange
from sources.objects.panels import panels_of
from sources.objects.queries import SORTS, Filters, object_facets, object_list, plan_for_lists
from sources.objects.rights import may_keep
from sources.objects.shown import Badges, history, in_words, label
from sources.returns.models import Return
from sources.visits.models import Visit

_HISTORY_SHOWN = 30


@require_safe
@requires("register.view")
def register_list(request: HttpRequest) -> HttpResponse:
    """The filtered register. Counts come by themselves after the page (``register_counts``)."""
    if (elsewhere := opening(request, "register_list")) is not None:
        return elsewhere
    scope, filters = request.scope, Filters.read(request.GET)
    plan_for_lists()
    page = paginate(object_list(scope, filters), SORTS[filters.sort], request.GET)
    lookups = Lookups(scope)
    context = {
        "page": page,
        "rows": _rows(page.rows, lookups),
        "filters": filters,
        "more_open": any((filters.industry, filters.operating, filters.scale, filters.district)),
        "kinds": _kinds_by_category(),
        "category": CATEGORIES.get(filters.category),
        "statuses": STATUSES,
        "operating": OPERATING,
        "sizes": SIZES,
        "sorts": _sort_labels(),
        "page_sizes": PAGE_SIZES,
        "page_size": size_of(request.GET),
        # not request.GET.items in the template, which would be the parameter ?items=
        "kept": [(name, value) for name, value in request.GET.items() if name != "at"],
        "may_assign": scope.can("district.manage") and scope.can("register.edit"),
        "short_search": bool(filters.q) and not filters.words,
        "pickers": _filter_pickers(scope.region, filters, lookups),
    }
    return render(request, "sources/objects/list.html", context)


@require_safe
@requires("register.view")
def register_counts(request: HttpRequest) -> HttpResponse:
    """Fragment: how many objects the list has, by kind and by status. ?brief=1: by source category only."""
    filters = Filters.read(request.GET)
    facets = object_facets(request.scope, filters)
    by_kind = facets["kind"]
    if request.GET.get("brief"):
        sums = dict.fromkeys(CATEGORIES, 0)
        for code, number in by_kind.items():
            sums[KINDS[code].category] += number
        shown = [(code, text, sums[code]) for code, text in CATEGORIES.items() if sums[code]]
        context = {"total": sum(sums.values()), "categories": shown}
        return render(request, "sources/objects/_card_counts.html", context)
    context = {
        "filters": filters,
        "total": by_kind.get(filters.kind, 0) if filters.kind else sum(by_kind.values()),
        "kinds": [(kind, by_kind[code]) for code, kind in KINDS.items() if code in by_kind],
        "statuses": [
            (code, text, facets["status"][code])
            for code, text in STATUSES.items()
            if code in facets["status"]
        ],
    }
    return render(request, "sources/objects/_counts.html", context)


@require_safe
@requires("register.view")
def register_detail(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """One object: attributes, forms, visits, history."""
    scope = request.scope
    obj = get_object_or_404(CensusObject.objects.visible_to(scope), pk=object_id)
    lookups = Lookups(scope)
    changes = ObjectChange.objects.visible_to(scope).filter(object_id=obj.pk)
    audit_view(request, "object", obj.pk, region=obj.region)
    context = {
        "obj": obj,
        "keeps": may_keep(scope, obj.region),
        "place": lookups.region_path(obj.region),
        "states": Badges().of(obj),
        "sections": _sections(obj, lookups),
        "forms": _forms(request, obj),
        "visits": Visit.objects.visible_to(scope).filter(object_id=obj.pk)[:3],
        "events": history(changes[:_HISTORY_SHOWN], lookups),
        "more_history": changes.count() > _HISTORY_SHOWN,
        "panels": panels_of(request, obj),
    }
    return render(request, "sources/objects/detail.html", context)


def _rows(objects: list[CensusObject], lookups: Lookups) -> list[dict[str, Any]]:
    """What the table shows of each object, as text: the template of 250 rows should not look things up."""
    lookups.prefetch({obj.region for obj in objects}, {obj.industry for obj in objects})
    badges, kinds = Badges(), {code: str(kind.label) for code, kind in KINDS.items()}
    path = reverse("register_list")
    rows = []
    for obj in objects:
        industry = lookups.industry(obj.industry) if obj.industry else None
        district = lookups.district(obj.district_id) if obj.district_id else None
        rows.append(
            {
                "id": obj.pk,
                "url": f"{path}{obj.pk}/",
                "name": obj.name,
                "code": obj.code,
                "kind": kinds[obj.kind],
                "place": _place(lookups, obj.region),
                "industry": obj.industry,
                "industry_name": local(industry, "name") if industry else "",
                "district": district.name if district else "",
                "states": format_html_join(" ", "{}", ((badge,) for badge in badges.of(obj))),
            }
        )
    return rows


def _forms(request: HttpRequest, obj: CensusObject) -> list[Return]:
    if not request.scope.can("return.view"):
        return []
    rows = Return.objects.visible_to(request.scope).filter(object_id=obj.pk, active=True)
    return list(rows.defer("values", "pending"))


def _sections(obj: CensusObject, lookups: Lookups) -> list[tuple[Any, list[tuple[str, str, str]]]]:
    """Headed groups of (label, text, field)."""
    sections = [
        (title, [(label(name), in_words(name, getattr(obj, name), lookups), name) for name in names])
        for title, names in GROUPS
    ]
    if obj.attributes:
        answers = [
            (label(name), in_words(name, value, lookups), name) for name, value in obj.attributes.items()
        ]
        sections.append((_("Facts that decide which forms are filled"), answers))
    return sections


def _place(lookups: Lookups, region: str) -> str:
    """Names below the viewer's own region; the last two are enough at a glance."""
    names = lookups.region_path(region)
    return " ".join(names[lookups.scope.level :][-2:]) or (names[-1] if names else region)


def _kinds_by_category() -> list[tuple[Any, list[Any]]]:
    return [
        (text, [kind for kind in KINDS.values() if kind.category == code])
        for code, text in CATEGORIES.items()
    ]


def _sort_labels() -> list[tuple[str, str]]:
    return [("region", _("Region")), ("name", _("Name")), ("code", _("Code")), ("updated", _("Last changed"))]


def _filter_pickers(within: str, filters: Filters, lookups: Lookups) -> dict[str, str]:
    """Type-ahead fields of the filter bar, rendered."""
    region = picker("regions_json", region_name, within=within)
    region.placeholder = _("Region")
    industry = picker("industries_json", lambda code: in_words("industry", code, lookups))
    industry.placeholder = _("Industry")
    district = picker("districts_json", lambda code: in_words("district_id", code, lookups), within=within)
    district.placeholder = _("Census district")
    return {
        "region": region.render("region", filters.region, {"id": "filter-region"}),
        "industry": industry.render("industry", filters.industry, {"id": "filter-industry"}),
        "district": district.render(
            "district", "" if filters.district == "none" else filters.district, {"id": "filter-district"}
        ),
    }
