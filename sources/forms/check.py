"""Checks of one filled sheet: required items, values, and the rules of the form, as verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sources.forms.catalogue import load
from sources.forms.model import Check, Form
from sources.language import Area, Context, compile_rule

Document = Mapping[str, Any]


class Verdict(NamedTuple):
    """One check that a sheet definitely fails. `row`: (table, _k) where a row fails, None where the sheet
    does."""

    rule: str
    severity: str  # error | warning | info
    kind: str  # required | type | range | decimals | choice | logic | cross
    form: str
    row: tuple[str, int] | None
    indicators: tuple[str, ...]  # own items by id, items of other forms as FORM.id
    zh: str
    en: str


def verdict(form: str, check: Check, row: tuple[str, int] | None = None) -> Verdict:
    """The verdict of a failed check."""
    text = check.message
    return Verdict(check.rule, check.severity, check.kind, form, row, check.indicators, text.zh, text.en)


def check_record(
    form_code: str,
    values: Document,
    siblings: Mapping[str, Sequence[Document]] | None = None,
    obj: Mapping | None = None,
    area: Area | None = None,
    form: Form | None = None,
) -> list[Verdict]:
    """The verdicts of one sheet, checks of the sheet first, then table by table and row by row.

    values: a clean value document. siblings: all sheets of the same object by form code (this one may be
    among them). obj: the register's attributes with ``id``. area: what is known of the other objects; without
    it rules about the area are unknown and give no verdict. form: another version of the form than the
    current one. Raises KeyError for an unknown form."""
    form = form or load().forms[form_code]
    sheet_checks, table_checks = compiled(form)
    context = Context(values, siblings, obj, area)
    found = [verdict(form.code, check) for test, check in sheet_checks if test(context) is False]
    for table, checks in table_checks:
        for row in values.get(table) or ():
            context.row = row
            for test, check in checks:
                if test(context) is False:
                    found.append(verdict(form.code, check, (table, row["_k"])))
    return found


def closed_sections(
    form: Form,
    values: Document,
    siblings: Mapping[str, Sequence[Document]] | None = None,
    obj: Mapping | None = None,
) -> frozenset[str]:
    """The sections that definitely do not apply to this sheet; nothing in them is required."""
    context = Context(values, siblings, obj)
    return frozenset(section for section, test in _conditions(form) if test(context) is False)


@lru_cache(maxsize=256)
def _conditions(form: Form) -> list:
    return [(section, compile_rule(node)) for section, node in form.applies.items()]


@lru_cache(maxsize=256)
def compiled(form: Form) -> tuple[list, list]:
    """The closures of a form: those of the sheet, and those of each table's rows."""
    sheet = [(compile_rule(check.node), check) for check in form.checks if check.section is None]
    tables = [
        (table, [(compile_rule(check.node), check) for check in form.checks if check.section == table])
        for table in form.tables
    ]
    return sheet, tables
