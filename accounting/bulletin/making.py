"""Drawing a report of the product: which cut, which words, which control, which figures of other rooms."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import orjson
from django.utils import timezone

from accounting.analysis.queries import amounts, choices
from accounting.bulletin.cells import CutCells, ReferenceCells
from accounting.bulletin.control import Control, Free
from accounting.bulletin.drawing import Drawn, Setting, draw
from accounting.bulletin.files import day_words
from accounting.bulletin.layout import load
from accounting.bulletin.models import Report
from accounting.bulletin.places import namer
from accounting.bulletin.values import Sources
from accounting.bulletin.wording import LEVELS
from accounting.cuts.models import Cut
from accounting.maps import shapes
from accounting.runs import figures as _run_figures  # noqa: F401 - registers the figures of the accounting
from census.access.scope import Scope
from census.calendar.models import Campaign
from census.documents.figures import figures
from census.people.models import Office
from census.places import regions
from census.places.models import Region

OFFICE = {
    "zh": "{}第二次全国污染源普查领导小组办公室",
    "en": "Office of the Leading Group for the Second National Census of Pollution Sources, {}",
}
INSIDE = {"zh": ("我国境内", "本行政区域内"), "en": ("in China", "in its area")}
CUT = {"zh": "定库第{}号", "en": "data cut {}"}
NATION = {"zh": "全国", "en": "China"}


def make(scope: Scope, report: Report, known: bool = False) -> tuple[Drawn, Control | Free]:
    """Draw *report* (its kind, cut, other cut and remarks; it need not be saved).

    *known*: take the figures of other rooms as they were when it was drawn last, and that day as today.
    Raises BrokenBindings, and PermissionDenied for a post that sees only some source categories.
    """
    layout, region = load(report.kind), report.region
    control = Free() if layout.internal else Control(scope, report.cut)
    tables = {"": CutCells(scope, report.cut)}
    if report.before_id:
        tables["before"] = CutCells(scope, report.before)
    sources = Sources(
        layout,
        LEVELS[min(regions.level(region), len(LEVELS) - 1)],
        tables,
        control,
        _kept(report) if known else figures(scope, region, layout.subjects()),
        namer(region),
        partial(_amounts, scope, report.cut) if layout.internal else lambda pollutant: (),
    )
    campaign = Campaign.objects.get(pk=report.campaign_id)
    today = timezone.localdate(report.drawn_at) if known else timezone.localdate()
    words = {one: _words(report, sources, campaign, today, one) for one in ("zh", "en")}
    about = {one: f"{_cut(report.cut, one)} · SHA-256 {report.cut.digest[:16]}" for one in ("zh", "en")}
    setting = Setting(words, features_of, report.remarks, about, campaign.synthetic)
    return draw(sources, setting), control


def _kept(report: Report) -> dict[str, float | None]:
    """The figures of other rooms (addresses without a table) as the last drawing found them."""
    return {one["address"]: one["value"] for one in report.content["figures"] if "/" not in one["address"]}


def _amounts(scope: Scope, cut: Cut, pollutant: str) -> list[float]:
    """What every object of the cut's run discharges of a pollutant, as the analysis pages read it."""
    return amounts(scope, cut.run, cut.region, choices()[pollutant])


def make_reference() -> Drawn:
    """The national bulletin drawn from the published figures of 2017."""
    layout = load(Report.Kind.BULLETIN)
    sources = Sources(layout, "nation", {"": ReferenceCells()}, Free(), {}, namer(regions.NATION))
    words = {
        one: {
            "place": NATION[one], "inside": INSIDE[one][0], "year": "2017", "today": "", "other_cut": "",
            "office": {"zh": "生态环境部　国家统计局　农业农村部",
                       "en": "Ministry of Ecology and Environment, National Bureau of Statistics, "
                             "Ministry of Agriculture and Rural Affairs"}[one],
            "cut": {"zh": "已发布的参照数据", "en": "the published reference figures"}[one],
            "as_of": {"zh": "2020年6月10日", "en": "10 June 2020"}[one],
        }
        for one in ("zh", "en")
    }  # fmt: skip
    about = {"zh": "由参照数据生成，供核对用", "en": "Drawn from reference figures, for comparison"}
    return draw(sources, Setting(words, features_of, {}, about))


def features_of(region: str) -> list[dict[str, Any]]:
    """Polygons of the children of a region."""
    return orjson.loads(shapes.children(region))["features"]


def _words(
    report: Report, sources: Sources, campaign: Campaign, today: dt.date, language: str
) -> dict[str, str]:
    region, cut, before = report.region, report.cut, report.before
    name = NATION["zh"] if region == regions.NATION else Region.objects.get(pk=region).name
    place = name if language == "zh" else sources.english(name)
    as_of = timezone.localdate(cut.as_of)
    return {
        "place": place,
        "inside": INSIDE[language][regions.level(region) > 0],
        "office": _office(region, place, language),
        "year": str(campaign.reference_date.year),
        "cut": _cut(cut, language),
        "other_cut": _cut(before, language) if before else "",
        "as_of": day_words(as_of, language),
        "today": day_words(today, language),
    }


def _office(region: str, place: str, language: str) -> str:
    """The office's own name in Chinese where it is on file."""
    known = Office.objects.filter(region=region).first() if language == "zh" else None
    return known.name if known else OFFICE[language].format("国务院" if place == NATION["zh"] else place)


def _cut(cut: Cut, language: str) -> str:
    return CUT[language].format(cut.number)
