"""Completion rates on screen and as a workbook in the manner of published reports."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from census.access.guard import requires
from census.access.scope import Scope
from census.audit.services import audit_record
from census.places import regions
from review.counting import counted
from review.problems.filters import filter_problems
from review.problems.models import Batch, Problem
from review.problems.queries import progress_of, region_names, work_by
from review.problems.rates import Line, lines, total
from review.templatetags.review_tags import LEVELS
from sources.sheets.columns import Column
from sources.sheets.writer import write_table

COLUMNS = (
    Column("level", "下发层级", "Issued by", "text", 12),
    Column("name", "批次 / 地区", "Batch / region", "text", 36),
    Column("batches", "批次数", "Batches", "integer", 9),
    Column("issued", "下发问题数", "Issued", "integer", 12),
    Column("received", "已接收", "Received", "integer", 10),
    Column("answered", "已整改", "Answered", "integer", 10),
    Column("corrected", "更正", "Corrected", "integer", 10),
    Column("confirmed", "核实无误", "Confirmed correct", "integer", 10),
    Column("rejected", "误报", "False alarms", "integer", 8),
    Column("removed", "剔除", "Removed", "integer", 8),
    Column("rate", "整改完成率(%)", "Answered / issued (%)", "number", 14),
    Column("checked", "已复核", "Re-checked", "integer", 10),
    Column("recheck", "复核率(%)", "Re-checked / answered (%)", "number", 12),
    Column("closed", "已销号", "Closed", "integer", 10),
    Column("reopened", "退回", "Reopened", "integer", 8),
    Column("reopening", "退回率(%)", "Reopened / re-checked (%)", "number", 12),
    Column("late", "逾期", "Overdue", "integer", 8),
    Column("share", "核实无误占比(%)", "Confirmed share (%)", "number", 14),
    Column("alarms", "误报占比(%)", "False-alarm share (%)", "number", 14),
)


SHOWN = 100  # lines of people and batches on a page; the workbook has all
DAYS = 31  # days shown where none are chosen

TABS = {
    "lists": gettext_lazy("Lists and regions"),
    "people": gettext_lazy("People"),
    "days": gettext_lazy("Days"),
}


@requires("problem.view")
def problem_rates(request: HttpRequest) -> HttpResponse:
    """By issuing level, by batch and by region; by person; by day: of the rows in scope."""
    show = request.GET.get("show") if request.GET.get("show") in TABS else "lists"
    chosen = _chosen(request)
    context: dict[str, Any] = {
        "levels": LEVELS.items(),
        "show": show,
        "chosen": chosen,
        "tabs": [
            {"url": f"?{_query(request, show=code)}", "label": label, "active": code == show}
            for code, label in TABS.items()
        ],
        **_rates(request.scope, chosen),
    }
    if show == "people":
        context |= {
            "assigned": _assigned(request.scope, chosen),
            "workers": _work(request.scope, chosen, "person"),
        }
    elif show == "days":
        context["days"] = _work(request.scope, chosen, "day")
    return render(request, "review/problems/rates.html", context | {"shown": SHOWN})


@requires("export")
def problem_rates_xlsx(request: HttpRequest) -> HttpResponse:
    """All of them as a workbook: lists and regions first, then people, then days."""
    chosen = _chosen(request)
    found = _rates(request.scope, chosen)
    rows: list[tuple[Any, ...]] = []
    for name, part in (
        (_("Issuing level"), found["by_level"]),
        (_("Batch"), found["by_batch"]),
        (_("Region"), found["by_place"]),
        (_("Assigned to"), _assigned(request.scope, chosen)),
        (_("Work of a person"), _work(request.scope, chosen, "person")),
        (_("Work of a day"), _work(request.scope, chosen, "day")),
    ):
        rows += [_cells(name, line) for line in part]
    rows.append(_cells(_("Total"), found["all"]))
    buffer = io.BytesIO()
    notes = [
        f"{request.scope.user_name} · {timezone.localtime():%Y-%m-%d %H:%M}",
        f"{_('Work counted')} {chosen['first']} – {chosen['last']}",
    ]
    title = "问题清单整改完成情况 Completion of problem lists"
    write_table(buffer, columns=COLUMNS, rows=rows, title=title, notes=notes)
    audit_record(request.scope, "rates.exported", rows=len(rows))
    response = HttpResponse(buffer.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="problem-rates.xlsx"'
    return response


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _query(request: HttpRequest, **changes: str) -> str:
    params = request.GET.copy()
    for name, value in changes.items():
        params[name] = value
    return params.urlencode()


def _cells(level: Any, line: Line) -> tuple[Any, ...]:
    def share(value: float | None) -> float | None:
        return None if value is None else round(value * 100, 1)

    return (
        *(str(level), str(line.label), line.batches, line.issued, line.received, line.answered),
        *(
            line.corrected,
            line.confirmed,
            line.rejected,
            line.removed,
            share(line.rectification),
            line.checked,
        ),
        *(share(line.recheck), line.closed, line.reopened, share(line.reopening), line.late),
        *(share(line.confirmed_share), share(line.false_alarm_share)),
    )


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """The filters of the page; what cannot be read is left out. ``first`` and ``last``: days of work to count."""
    params = request.GET
    chosen: dict[str, Any] = {key: params[key] for key in ("level", "batch", "region") if params.get(key)}
    today = timezone.localdate()
    chosen["last"] = _day(params.get("last")) or today
    chosen["first"] = _day(params.get("first")) or chosen["last"] - dt.timedelta(days=DAYS - 1)
    return chosen


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _rates(scope: Scope, chosen: dict[str, Any]) -> dict[str, Any]:
    rows = _kept(scope, "rates", chosen, _count)
    batches = Batch.objects.visible_to(scope).in_bulk({row["batch_id"] for row in rows})
    by_level = lines(rows, lambda row: row["level"])
    by_batch = [line for line in lines(rows, lambda row: row["batch_id"]) if line.key in batches]
    by_place = lines(rows, lambda row: row["place"])
    names = region_names(line.key for line in by_place)
    for line in by_level:
        line.label = LEVELS.get(line.key, line.key)
    for line in by_batch:
        batch = batches[line.key]
        line.label, line.facts["batch"] = f"{batch.office_name} {batch.code} {batch.title}", batch
    area = _area(scope, chosen)
    for line in by_place:
        line.label = names.get(line.key, line.key)
        line.facts["opens"] = regions.level(line.key) < TOWNSHIP and line.key != area
    by_level.sort(key=lambda line: line.key)
    by_batch.sort(key=lambda line: (line.facts["batch"].level, line.facts["batch"].code))
    return {
        "by_level": by_level,
        "by_batch": by_batch,
        "by_place": by_place,
        "all": total(by_level, _("Total")),
    }


TOWNSHIP = 4


def _area(scope: Scope, chosen: dict[str, Any]) -> str:
    """The division whose parts are shown: the chosen one within the post's region, else that."""
    code = chosen.get("region", "")
    there = regions.is_code(code) and regions.contains(scope.region, code)
    return code if there else scope.region


def _kept(scope: Scope, what: str, chosen: dict[str, Any], count: Callable[..., Any]) -> Any:
    """``count(scope, chosen)``, kept for some seconds by scope and filter."""
    return counted(scope, what, repr(sorted(chosen.items(), key=str)), lambda: count(scope, chosen))


def _narrowed(scope: Scope, chosen: dict[str, Any]) -> QuerySet[Problem]:
    return filter_problems(Problem.objects.visible_to(scope), chosen, scope)


def _count(scope: Scope, chosen: dict[str, Any]) -> list[dict[str, Any]]:
    part = min(regions.level(_area(scope, chosen)) + 1, TOWNSHIP)
    rows = _narrowed(scope, chosen).annotate(place=Substr("region", 1, regions.WIDTHS[part]))
    found = progress_of(rows, "level", "batch_id", "place")
    return [{**row, "place": regions.at_level(row["place"], part)} for row in found]


def _assigned(scope: Scope, chosen: dict[str, Any]) -> list[Line]:
    """Rows by the person they are assigned to: how much is answered, and how much is overdue."""
    rows = _kept(scope, "rates.people", chosen, _count_people)
    found = lines(rows, lambda row: row["assigned_to"])
    names = {row["assigned_to"]: row["assigned_name"] for row in rows}
    for line in found:
        line.label = names[line.key] if line.key else _("Not assigned")
        person = urlencode({"state": "all", "person": line.key or "none"})
        line.facts["url"] = f"{reverse('problem_desk')}?{person}"
    return sorted(found, key=lambda line: (line.key is None, -line.issued))


def _count_people(scope: Scope, chosen: dict[str, Any]) -> list[dict[str, Any]]:
    return progress_of(_narrowed(scope, chosen), "assigned_to", "assigned_name", "batch_id")


def _work(scope: Scope, chosen: dict[str, Any], key: str) -> list[Line]:
    """What was done within the chosen days, by ``day`` or by ``person``; a day's work may concern older rows."""
    narrow = {"level", "batch", "region"} & set(chosen)

    def count(scope: Scope, chosen: dict[str, Any]) -> list[dict[str, Any]]:
        rows = _narrowed(scope, chosen) if narrow else None
        return work_by(scope, key, chosen["first"], chosen["last"], rows)

    rows = _kept(scope, f"rates.{key}", chosen, count)
    found = lines(rows, lambda row: row["day" if key == "day" else "user_id"])
    for line, row in zip(found, rows, strict=True):
        line.label = row["day"].isoformat() if key == "day" else row["name"]
        line.batches = 0
    return found
