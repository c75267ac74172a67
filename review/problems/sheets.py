"""Problem lists as spreadsheets: out in the issuer's layout, rows in, answers in with a report of what failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.numbers import whole
from review.problems import moves
from review.problems.batches import HandRow, batch_add_rows
from review.problems.engine import WHY
from review.problems.models import Batch, Problem
from review.problems.queries import region_names
from review.problems.settings import OTHER, reasons
from sources.forms.catalogue import load
from sources.sheets.columns import Column
from sources.sheets.reader import Row, read_table
from sources.sheets.report import Report
from sources.sheets.writer import write_table

COLUMNS = (
    Column("batch", "批次号", "Batch", "code", 10),
    Column("serial", "序号", "No.", "integer", 7),
    Column("code", "普查对象代码", "Object code", "code", 24, required=True),
    Column("name", "普查对象名称", "Object name", "text", 30),
    Column("region", "行政区划代码", "Region code", "code", 15),
    Column("place", "行政区划", "Region", "text", 14),
    Column("form", "表号", "Form", "code", 9),
    Column("sheet", "页", "Sheet", "integer", 6),
    Column("row", "行", "Row", "code", 14, note="table/row number, as in the list / 表/行号"),
    Column("indicator", "指标标识", "Item id", "code", 24),
    Column("label", "指标名称", "Item", "text", 26),
    Column("rule", "规则编号", "Rule", "code", 18),
    Column("severity", "级别", "Severity", "text", 9, choices=("error", "warning", "info")),
    Column("text", "问题描述", "Problem", "text", 44, required=True),
    Column("value", "下发时数值", "Value at issue", "text", 14),
    Column("deadline", "截止日期", "Deadline", "date", 11),
    Column("state", "状态", "State", "text", 12),
    Column("answer", "处理方式", "Answer", "text", 12, choices=("更正", "说明", "误报", "剔除")),
    Column("reason", "原因", "Reason", "text", 24, choices=tuple(reason.zh for reason in reasons().values())),
    Column("explanation", "说明", "Explanation", "text", 40),
    Column("after", "修改后数值", "Value now", "text", 14),
    Column("by", "办理人", "Answered by", "text", 10),
    Column("at", "办理时间", "Answered at", "datetime", 16),
    Column("county", "县级意见", "County opinion", "text", 20),
    Column("city", "市级意见", "City opinion", "text", 20),
    Column("issuer", "下发单位意见", "Issuer opinion", "text", 20),
    Column("round", "轮次", "Round", "integer", 6),
)
IMPORTED = tuple(
    column
    for column in COLUMNS
    if column.key in {"code", "form", "sheet", "row", "indicator", "rule", "severity", "text"}
)
# what people write into the column 处理方式 -> move
ANSWER_WORDS = {
    **dict.fromkeys(("更正", "已更正", "修改", "已修改", "corrected"), "correct"),
    **dict.fromkeys(("说明", "核实无误", "确认", "explained", "confirmed correct, explained"), "explain"),
    **dict.fromkeys(("误报", "规则误报", "false alarm"), "reject"),
    **dict.fromkeys(("剔除", "删除对象", "removed", "object removed"), "remove"),
}
ANSWER_OUT = {"corrected": "更正", "explained": "说明", "false_alarm": "误报", "removed": "剔除"}
# what people write into the column 原因 -> code; blank is "other", which needs the words of an explanation
REASON_WORDS = {
    word.casefold(): reason.code
    for reason in reasons().values()
    for word in (reason.code, reason.zh, reason.en)
} | {"": OTHER}


@dataclass(slots=True)
class Imported:
    """Result of an import: how many rows went in, and what was wrong with the others."""

    done: int = 0
    report: Report = field(default_factory=Report)


def batch_export(actor: Scope, *, batch: Batch, target: BinaryIO) -> int:
    """Write the rows of *batch* in the actor's scope to *target*. Returns the number of rows."""
    rows = Problem.objects.visible_to(actor).filter(batch=batch).order_by("serial")
    notes = [
        f"{batch.office_name} {batch.code} · {_('Deadline')} {batch.deadline:%Y-%m-%d}",
        f"{_('Exported by')} {actor.user_name}, {timezone.localtime():%Y-%m-%d %H:%M}",
    ]
    if batch.synthetic:
        notes.append(_("Synthetic data: generated for demonstration; none of it is real."))
    count = write_table(
        target, columns=COLUMNS, rows=_lines(batch, rows), title=batch.title, notes=notes, sheet="问题清单"
    )
    audit_record(actor, "batch.exported", subject="batch", subject_id=batch.id, rows=count)
    return count


def batch_import(actor: Scope, *, batch_id: UUID, file: BinaryIO, name: str) -> Imported:
    """Add the rows of a spreadsheet to a draft. Bad rows are reported, the others go in.

    Raises SheetFault for a file that cannot be read as the table.
    """
    table = read_table(file, name, IMPORTED)
    result, made, at_line = Imported(), [], []
    for row in table.rows:
        if (hand := _hand_row(row, result.report)) is not None:
            made.append(hand)
            at_line.append(row.line)
    result.done, faults = batch_add_rows(actor, batch_id=batch_id, rows=made, by="sheet")
    for at, message in faults.items():
        result.report.add(at_line[at], _("Row"), made[at].code, message)
    return result


@transaction.atomic
def answers_import(actor: Scope, *, batch: Batch, file: BinaryIO, name: str) -> Imported:
    """Take the answers of a returned list: matched by object code, form, sheet, row, item (and rule).

    Rows that match nothing, several rows, or may not be answered are reported with the reason.
    Raises SheetFault for a file that cannot be read as the table.
    """
    actor.require("problem.answer")
    table = read_table(file, name, COLUMNS)
    result = Imported()
    index = _index(Problem.objects.visible_to(actor).filter(batch=batch).exclude(state="draft"))
    lines: dict[int, int] = {}
    words: dict[str, dict[int, str]] = {}
    codes: dict[int, str] = {}
    for row in table.rows:
        word = row.cells.get("answer", "").strip().casefold()
        if not word:
            continue
        move = ANSWER_WORDS.get(word)
        if move is None:
            hint = _("Write 更正, 说明, 误报 or 剔除.")
            result.report.add(row.line, _("Answer"), word, _("This is no kind of answer."), hint)
            continue
        told = row.cells.get("reason", "").strip()
        reason = REASON_WORDS.get(told.casefold())
        if reason is None:
            hint = _("Take one of the list, or leave it blank and explain.")
            result.report.add(row.line, _("Reason"), told, _("This is no reason of the list."), hint)
            continue
        problem = _match(row, index, result.report)
        if problem is None:
            continue
        if problem in lines:
            result.report.add(
                row.line, _("Row"), problem, _("The same problem is answered twice in the file.")
            )
            continue
        lines[problem] = row.line
        words.setdefault(move, {})[problem] = row.cells.get("explanation", "").strip()
        codes[problem] = reason
    for move, texts in words.items():
        _answer(actor, move, texts, codes, lines, result)
    audit_record(actor, "batch.answers_imported", subject="batch", subject_id=batch.id, rows=result.done)
    return result


def template_write(target: BinaryIO) -> None:
    """An empty list to fill in, with drop-downs."""
    title = "问题清单导入模板 / Problem list template"
    write_table(target, columns=IMPORTED, rows=(), title=title, sheet="问题清单", template=True)


def _answer(
    actor: Scope,
    move: str,
    texts: dict[int, str],
    codes: dict[int, str],
    lines: dict[int, int],
    result: Imported,
) -> None:
    reason = {pk: codes.get(pk, "") for pk in texts}
    outcome = moves.problem_answer(actor, move, ids=list(texts), explanation=texts, reason=reason)
    result.done += len(outcome.done)
    for why, ids in outcome.refused.items():
        for problem in ids:
            result.report.add(lines[problem], _("Answer"), texts[problem], str(WHY[why]))


Key = tuple[str, str, str, str, str]


def _index(rows: Iterable[Problem]) -> dict[Key, list[tuple[int, str]]]:
    found: dict[Key, list[tuple[int, str]]] = {}
    names = ("id", "object_code", "form", "sheet", "row", "indicator", "rule")
    for pk, code, form, sheet, row, indicator, rule in rows.values_list(*names).iterator(5000):
        found.setdefault((code, form, str(sheet), row, indicator), []).append((pk, rule))
    return found


def _match(row: Row, index: dict[Key, list[tuple[int, str]]], report: Report) -> int | None:
    cells = row.cells
    names = ("code", "form", "sheet", "row", "indicator")
    code, form, sheet, place, item = (cells.get(name, "").strip() for name in names)
    found = index.get((code, form, sheet or "1", place, item), [])
    if len(found) > 1 and (rule := cells.get("rule", "").strip()):
        found = [pair for pair in found if pair[1] == rule]
    if len(found) == 1:
        return found[0][0]
    shown = " / ".join(part for part in (code, form, place, item) if part)
    if not found:
        message = _("No row of this list in your region has this object, form, row and item.")
        report.add(
            row.line, _("Object code"), shown, message, _("Leave the first columns as they were exported.")
        )
    else:
        message = _("Several rows of this list match.")
        report.add(row.line, _("Rule"), shown, message, _("Keep the column with the rule number."))
    return None


def _hand_row(row: Row, report: Report) -> HandRow | None:
    cells = {key: value.strip() for key, value in row.cells.items()}
    sheet = cells.get("sheet") or "1"
    if not whole(sheet, 999):
        report.add(row.line, _("Sheet"), sheet, _("The sheet is a whole number from 1."))
        return None
    severity = (cells.get("severity") or "warning").casefold()
    severity = {"错误": "error", "警告": "warning", "提示": "info"}.get(severity, severity)
    if severity not in {"error", "warning", "info"}:
        report.add(row.line, _("Severity"), severity, _("Write error, warning or info."))
        return None
    return HandRow(
        code=cells.get("code", ""),
        text=cells.get("text", ""),
        form=cells.get("form", ""),
        sheet=int(sheet),
        row=cells.get("row", ""),
        indicator=cells.get("indicator", ""),
        severity=severity,
        rule=cells.get("rule", "")[:60],
    )


def _lines(batch: Batch, rows: Any) -> Iterator[tuple[Any, ...]]:
    forms, language = load().forms, get_language() or "zh"
    counties = region_names(rows.values_list("region", flat=True).order_by().distinct())
    with override("zh-hans"):
        named = {code: str(label) for code, label in Problem.State.choices}
    for row in rows.iterator(2000):
        form = forms.get(row.form)
        label = form.label(row.path, language) if form and row.indicator else ""
        yield (
            *(batch.code, row.serial, row.object_code, row.object_name, row.region),
            *(counties.get(row.region, ""), row.form, row.sheet, row.row, row.indicator, label, row.rule),
            *(row.severity, row.description, row.value_at_issue, row.deadline, named[row.state]),
            *(ANSWER_OUT.get(row.answer, ""), reasons()[row.reason].zh if row.reason else ""),
            *(row.explanation, row.value_after, row.answered_by_name),
            *(row.answered_at, row.county_opinion, row.city_opinion, row.issuer_opinion, row.round),
        )
