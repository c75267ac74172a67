"""Completion rates on screen and as a workbook in the manner of published reports."""

from __future__ import annotations

import io
from typing import Any

from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.guard import requires
from census.access.scope import Scope
from census.audit.services import audit_record
from census.places import regions
from review.counting import counted
from review.problems.filters import filter_problems
from review.problems.models import Batch, Problem
from review.problems.queries import progress_of, region_names
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
    Column("removed", "剔除", "Removed", "integer", 8),
    Column("rate", "整改完成率(%)", "Answered / issued (%)", "number", 14),
    Column("checked", "已复核", "Re-checked", "integer", 10),
    Column("recheck", "复核率(%)", "Re-checked / answered (%)", "number", 12),
    Column("closed", "已销号", "Closed", "integer", 10),
    Column("reopened", "退回", "Reopened", "integer", 8),
    Column("late", "逾期", "Overdue", "integer", 8),
    Column("share", "核实无误占比(%)", "Confirmed share (%)", "number", 14),
)


@requires("problem.view")
def problem_rates(request: HttpRequest) -> HttpResponse:
    """By issuing level, by batch and by county, for the rows in scope."""
    context = {**_rates(request), "levels": LEVELS.items()}
    return render(request, "review/problems/rates.html", context)


@requires("export")
def problem_rates_xlsx(request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    found = _rates(request)
    rows: list[tuple[Any, ...]] = []
    for name, part in (
        (_("Issuing level"), "by_level"),
        (_("Batch"), "by_batch"),
        (_("County"), "by_county"),
    ):
        rows += [_cells(name, line) for line in found[part]]
    rows.append(_cells(_("Total"), found["all"]))
    buffer = io.BytesIO()
    notes = [f"{request.scope.user_name} · {timezone.localtime():%Y-%m-%d %H:%M}"]
    write_table(
        buffer,
        columns=COLUMNS,
        rows=rows,
        title="问题清单整改完成情况 Completion of problem lists",
        notes=notes,
    )
    audit_record(request.scope, "rates.exported", rows=len(rows))
    response = HttpResponse(buffer.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="problem-rates.xlsx"'
    return response


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _cells(level: Any, line: Line) -> tuple[Any, ...]:
    def share(value: float | None) -> float | None:
        return None if value is None else round(value * 100, 1)

    return (
        *(str(level), str(line.label), line.batches, line.issued, line.received, line.answered),
        *(line.corrected, line.confirmed, line.removed, share(line.rectification), line.checked),
        *(share(line.recheck), line.closed, line.reopened, line.late, share(line.confirmed_share)),
    )


def _rates(request: HttpRequest) -> dict[str, Any]:
    params = request.GET
    chosen = {key: params[key] for key in ("level", "batch", "region") if params.get(key)}
    rows = counted(
        request.scope, "rates", repr(sorted(chosen.items())), lambda: _count(request.scope, chosen)
    )
    batches = Batch.objects.visible_to(request.scope).in_bulk({row["batch_id"] for row in rows})
    by_level = lines(rows, lambda row: row["level"])
    by_batch = [line for line in lines(rows, lambda row: row["batch_id"]) if line.key in batches]
    by_county = lines(rows, lambda row: row["county"])
    names = region_names(line.key for line in by_county)
    for line in by_level:
        line.label = LEVELS.get(line.key, line.key)
    for line in by_batch:
        batch = batches[line.key]
        line.label, line.facts["batch"] = f"{batch.office_name} {batch.code} {batch.title}", batch
    for line in by_county:
        line.label = names.get(line.key, line.key)
    by_level.sort(key=lambda line: line.key)
    by_batch.sort(key=lambda line: (line.facts["batch"].level, line.facts["batch"].code))
    return {
        "by_level": by_level,
        "by_batch": by_batch,
        "by_county": by_county,
        "all": total(by_level, _("Total")),
    }


def _count(scope: Scope, chosen: dict[str, str]) -> list[dict[str, Any]]:
    rows = filter_problems(Problem.objects.visible_to(scope), chosen, scope)
    found = progress_of(rows.annotate(county=Substr("region", 1, 6)), "level", "batch_id", "county")
    return [{**row, "county": regions.at_level(row["county"], 3)} for row in found]
