"""Field record sheets as a workbook: out for a place without a network, and back in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.numbers import whole
from review.verification.items import label_of, unit_of, value_typed
from review.verification.models import Plan, Sheet, SheetItem
from review.verification.records import Entry, items_save
from sources.entry.answers import lang
from sources.sheets.columns import Column
from sources.sheets.reader import Row, read_table
from sources.sheets.report import Report
from sources.sheets.writer import write_table

HOW_WORDS = {"value": "数值", "nothing": "无此项", "unable": "无法核实"}
EXCUSE_WORDS = {"rule": "技术规定变化", "document": "有资料佐证", "time": "普查年后变化"}
COLUMNS = (
    Column("sheet", "记录表号", "Sheet", "integer", 9, required=True),
    Column("item", "项目号", "Item no.", "integer", 9, required=True),
    Column("code", "普查对象代码", "Object code", "code", 22),
    Column("name", "普查对象名称", "Object name", "text", 26),
    Column("form", "表号", "Form", "code", 9),
    Column("label", "指标名称", "Item", "text", 30),
    Column("unit", "计量单位", "Unit", "text", 10),
    Column("key", "重点指标", "Key item", "text", 9),
    Column("reported", "上报值", "Reported", "text", 16),
    Column("how", "核查方式", "How", "text", 11, choices=tuple(HOW_WORDS.values())),
    Column("verified", "核查值", "Found", "text", 16, note="代码项填代码；坐标填 经度, 纬度"),
    Column("paper", "纸质表值", "On paper", "text", 16, note="未核对纸质表留空；纸质表为空填 -"),
    Column("excuse", "差异原因", "Excuse", "text", 16, choices=tuple(EXCUSE_WORDS.values())),
    Column("evidence", "佐证材料", "Evidence", "text", 34),
)


@dataclass(slots=True)
class Imported:
    """How many items were taken, and what was wrong with the others."""

    done: int = 0
    report: Report = field(default_factory=Report)


def shown(item: SheetItem, sheet: Sheet, *, blind: bool) -> bool:
    """May the reported value be seen? In a blind check only once the found one is entered or the sheet signed."""
    return not blind or bool(item.how) or sheet.state == Sheet.State.SIGNED


def sheets_write(actor: Scope, *, plan: Plan, sheets: Iterable[Sheet], target: BinaryIO) -> int:
    """Write the items of *sheets* to *target*. Returns the number of rows."""
    sheets = {sheet.id: sheet for sheet in sheets}
    items = SheetItem.objects.visible_to(actor).filter(sheet__in=sheets).order_by("sheet__number", "id")
    notes = [
        f"{plan.office_name} · {plan.title}",
        f"{_('Exported by')} {actor.user_name}, {timezone.localtime():%Y-%m-%d %H:%M}",
    ]
    if plan.synthetic:
        notes.append(_("Synthetic data: generated for demonstration; none of it is real."))
    count = write_table(
        target,
        columns=COLUMNS,
        rows=_lines(plan, sheets, items),
        title=_("Field record sheets of the quality verification"),
        notes=notes,
        sheet="核查记录",
        template=True,
    )
    audit_record(
        actor,
        "verification.exported",
        subject="verification",
        subject_id=plan.id,
        region=plan.issuer,
        rows=count,
    )
    return count


def _lines(plan: Plan, sheets: dict[Any, Sheet], items: Iterable[SheetItem]) -> Iterator[list[Any]]:
    blind, language = plan.read_terms().blind, lang()
    for item in items:
        sheet = sheets[item.sheet_id]
        paper = "" if not item.paper else "-" if item.paper["value"] is None else None
        yield [
            sheet.number,
            item.pk,
            sheet.code,
            sheet.name,
            item.form,
            label_of(item, language),
            unit_of(item, language),
            "是" if item.key else "",
            value_typed(item, item.reported) if shown(item, sheet, blind=blind) else "",
            HOW_WORDS.get(item.how, ""),
            value_typed(item, item.verified),
            value_typed(item, item.paper["value"]) if paper is None else paper,
            EXCUSE_WORDS.get(item.excuse, ""),
            item.evidence,
        ]


def sheets_read(actor: Scope, *, plan: Plan, file: BinaryIO, name: str) -> Imported:
    """Take the findings of a workbook into the person's own open sheets, matched by sheet and item number.

    Bad rows are reported, the others go in. Raises SheetFault for a file that cannot be read as the table.
    """
    table = read_table(file, name, COLUMNS)
    result = Imported()
    numbers = {s.number: s for s in Sheet.objects.visible_to(actor).filter(plan=plan)}
    known = dict(SheetItem.objects.visible_to(actor).filter(sheet__plan=plan).values_list("pk", "sheet_id"))
    by_sheet: dict[Sheet, dict[int, tuple[Row, Entry]]] = defaultdict(dict)
    for row in table.rows:
        cells = row.cells
        if not any(cells.get(key) for key in ("how", "verified", "paper", "excuse", "evidence")):
            continue
        sheet, item = numbers.get(_number(cells.get("sheet"))), _number(cells.get("item"))
        if sheet is None or known.get(item) != sheet.id:
            result.report.add(
                row.line,
                "项目号",
                cells.get("item", ""),
                _("This plan has no such sheet and item."),
                _("Do not change the columns with the sheet and item numbers; export the workbook again."),
            )
            continue
        if (entry := _entry(row, result.report)) is not None:
            by_sheet[sheet][item] = (row, entry)
    for sheet, entries in by_sheet.items():
        _save(actor, sheet, entries, result)
    return result


def _save(actor: Scope, sheet: Sheet, entries: dict[int, tuple[Row, Entry]], result: Imported) -> None:
    try:
        faults = items_save(
            actor, sheet_id=sheet.id, entries={item: entry for item, (_row, entry) in entries.items()}
        )
    except (PermissionDenied, ValidationError) as fault:
        words = "; ".join(getattr(fault, "messages", [])) or _("This sheet is not one of yours.")
        for row, _taken in entries.values():
            result.report.add(row.line, "记录表号", sheet.number, words)
        return
    result.done += len(entries) - len(faults)
    for item, words in faults.items():
        result.report.add(entries[item][0].line, "核查值", entries[item][1].verified, words)


def _number(text: str | None) -> int:
    number = whole(text)
    return -1 if number is None else number


def _entry(row: Row, report: Report) -> Entry | None:
    codes = {}
    for key, words in (("how", HOW_WORDS), ("excuse", EXCUSE_WORDS)):
        text = row.cells.get(key, "")
        by_word = {word: code for code, word in words.items()} | {code: code for code in words} | {"": ""}
        if text not in by_word:
            column = next(c.zh for c in COLUMNS if c.key == key)
            report.add(
                row.line, column, text, _("Not one of the words of this column."), "、".join(words.values())
            )
            return None
        codes[key] = by_word[text]
    texts = {key: row.cells.get(key, "") for key in ("verified", "paper", "evidence")}
    return Entry(**codes, **texts)
