"""Analysis of one pollutant: where it comes from, how few objects make up how much, what the numbers rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounting.analysis import queries
from accounting.analysis.balance import balance
from accounting.analysis.beside import published_beside
from accounting.analysis.concentration import THRESHOLDS, Concentration, concentration
from accounting.analysis.labels import structure_by
from accounting.analysis.workbook import analysis_book
from accounting.runs.models import Run
from accounting.runs.queries import runs_counting
from accounting.tables.making import imprint_of, newest_run
from accounting.tables.views import XLSX, asked_region
from census.access.guard import requires
from census.access.posts import CATEGORIES
from census.audit.services import audit_record
from census.places import regions
from census.places.models import Industry, Region
from sources.objects.kinds import KINDS

ROWS = 100  # parts in the table on the page; the workbook has all
BARS = 15  # more are in the table below and in the workbook
COUNTY = 3  # level of division
BY = {
    "region": gettext_lazy("By region"),
    "industry": gettext_lazy("By industry"),
    "basin": gettext_lazy("By basin"),
    "water": gettext_lazy("By receiving water"),
}
HEADS = {
    "region": gettext_lazy("Region"),
    "industry": gettext_lazy("Industry"),
    "basin": gettext_lazy("Basin"),
    "water": gettext_lazy("Receiving water"),
}
DIMENSIONS = ("region", "industry", "basin", "water")


@dataclass(frozen=True)
class Asked:
    """What the address asks for. ?region= ?pollutant=water-COD ?industry=(division) ?category= ?by= ?run="""

    region: str
    choice: queries.Choice
    only: queries.Only
    by: str
    run: Run | None

    @property
    def selection(self) -> tuple[Run | None, str, queries.Choice, queries.Only]:
        """Run, region, pollutant and narrowing, as the queries take them after the scope."""
        return self.run, self.region, self.choice, self.only


def _asked(request: HttpRequest) -> Asked:
    region = asked_region(request)
    choice = queries.choices().get(request.GET.get("pollutant") or "water-COD")
    industry, category = request.GET.get("industry", ""), request.GET.get("category", "")
    by = request.GET.get("by") or DIMENSIONS[0]
    if choice is None or by not in DIMENSIONS or not (industry == "" or industry.isalnum()):
        raise Http404(request.get_full_path())
    if category not in ("", *CATEGORIES):
        raise Http404(request.get_full_path())
    if by not in _dimensions(choice):  # the pollutant was changed to one of the air
        by = DIMENSIONS[0]
    only = queries.Only(industry, category)
    return Asked(region, choice, only, by, newest_run(request.scope, region, request.GET.get("run")))


def _dimensions(choice: queries.Choice) -> tuple[str, ...]:
    """What the origin of a pollutant can be told by: basin and water only for what goes to the water."""
    return DIMENSIONS if choice.medium == "water" else DIMENSIONS[:2]


def _common(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    chain = [code for code in regions.ancestors(asked.region) if request.scope.covers(code)]
    named = Region.objects.in_bulk(chain)
    return {
        "asked": asked,
        "run": asked.run,
        "region": asked.region,
        "unit": asked.choice.unit_en if _english() else asked.choice.unit_zh,
        "crumbs": [named[code] for code in chain if code in named],
        "choices": queries.choices().values(),
        "categories": CATEGORIES,
        "industries": Industry.objects.filter(code__regex=r"^\d\d$").order_by("code"),
        "runs": runs_counting(request.scope, asked.region)[:20],
    }


def _english() -> bool:
    return get_language() == "en"


@require_safe
@requires("table.view")
def analysis_page(request: HttpRequest) -> HttpResponse:
    """Concentration, origin and foundation of one pollutant in one region."""
    asked = _asked(request)
    context = _common(request, asked)
    if asked.run is not None:
        scope, run = request.scope, asked.run
        found = concentration(queries.amounts(scope, *asked.selection))
        parts = _parts(request, asked, asked.by)
        total = sum(part["amount"] for part in parts)
        lines = queries.structure(scope, run, asked.region, asked.choice)
        context |= {
            "found": found,
            "total": total,
            "areas": queries.of_areas(scope, *asked.selection),
            "needed": _needed(found),
            "parts": parts[:ROWS],
            "objects": sum(part["objects"] for part in parts),
            "balances": balance(scope, *asked.selection),
            "parts_left": max(0, len(parts) - ROWS),
            "structures": [structure_by(lines, name) for name in ("method", "confidence")],
            "charts": _charts(found, parts, context["unit"]),
            "dimensions": [(by, BY[by]) for by in _dimensions(asked.choice)],
            "head": HEADS[asked.by],
            "intensive": any(part["intensity"] is not None for part in parts),
            "published": []
            if asked.only != queries.EVERYTHING
            else published_beside(asked.region, asked.choice, total, "en" if _english() else "zh"),
            "deeper": asked.by == "region" and len(regions.prefix(asked.region)) < 9,
        }
    return render(request, "accounting/analysis/page.html", context)


def _parts(request: HttpRequest, asked: Asked, by: str) -> list[dict[str, Any]]:
    """The parts of the total with share in % and intensity (kg a 10⁴ CNY), both None where unknown."""
    what = (request.scope, asked.run, asked.region, asked.choice, by, asked.only)
    parts, rates = queries.parts(*what), queries.intensities(*what)
    total = sum(part["amount"] for part in parts)
    for part in parts:
        part["share"] = 100 * part["amount"] / total if total else None
        part["intensity"] = rates.get(part["code"])
    return parts


def _needed(found: Concentration | None) -> list[dict[str, float]]:
    if found is None:
        return []
    return [
        {"limit": limit, "objects": found.needed[limit], "share": 100 * found.needed[limit] / found.objects}
        for limit in THRESHOLDS
    ]


def _charts(found: Concentration | None, parts: list[dict[str, Any]], unit: str) -> dict[str, Any]:
    language = "en" if _english() else "zh"
    bars = [part for part in parts[:BARS] if part["amount"] > 0]
    return {
        "curve": found.curve if found else [],
        "limits": list(THRESHOLDS),
        "marks": [
            {
                "at": [entry["share"], entry["limit"]],
                "text": _("%(count)s units") % {"count": f"{entry['objects']:,}"},
            }
            for entry in _needed(found)
        ],
        "bars": [{"name": part[language], "value": part["amount"]} for part in bars],
        "unit": unit,
        "texts": {
            "objects": _("Share of units, largest first (%)"),
            "amount": _("Share of the discharge (%)"),
            "equal": _("All units alike"),
            "actual": _("This region"),
        },
    }


@require_safe
@requires("table.view")
def analysis_ranking(request: HttpRequest) -> HttpResponse:
    """Table T24: the largest objects of a region or industry by one pollutant."""
    asked = _asked(request)
    context = _common(request, asked)
    if asked.run is not None:
        context |= _ranking(request, asked)
    return render(request, "accounting/analysis/ranking.html", context)


def _ranking(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    found = concentration(queries.amounts(request.scope, *asked.selection))
    objects = queries.ranking(request.scope, *asked.selection)
    together = 0.0
    for entry in objects:
        together += entry["amount"]
        entry["county"] = regions.at_level(entry["region"], COUNTY)
        entry["share"] = 100 * entry["amount"] / found.total
        entry["together"] = 100 * together / found.total
    return {
        "found": found,
        "needed": _needed(found),
        "objects": objects,
        "areas": queries.of_areas(request.scope, *asked.selection),
        "kinds": {code: kind.label for code, kind in KINDS.items()},
    }


@require_safe
@requires("export")
def analysis_xlsx(request: HttpRequest) -> HttpResponse:
    """Ranking, origin and foundation as a workbook; the export is recorded."""
    asked = _asked(request)
    if asked.run is None:
        raise Http404(_("There is no finished accounting run for this region yet."))
    scope, run = request.scope, asked.run
    ranked = _ranking(request, asked)
    data = analysis_book(
        choice=asked.choice,
        imprint=imprint_of(scope, asked.region, run),
        needed=ranked["needed"],
        found=ranked["found"],
        areas=ranked["areas"],
        objects=ranked["objects"],
        parts={str(BY[by]): _parts(request, asked, by) for by in _dimensions(asked.choice)},
        structures=[
            structure_by(queries.structure(scope, run, asked.region, asked.choice), name)
            for name in ("method", "confidence")
        ],
    )
    audit_record(
        scope,
        "table.exported",
        subject="analysis",
        subject_id=asked.choice.code,
        region=asked.region,
        rows=len(ranked["objects"]),
    )
    name = f"T24-{asked.choice.code}-{asked.region}.xlsx"
    return HttpResponse(
        data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
