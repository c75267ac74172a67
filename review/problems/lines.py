"""The lines of the desk as pages show them, made here and not in a template: 250 are on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from census.ui.templatetags.ui import icon
from review.problems.models import Problem
from review.templatetags.review_tags import (
    item_label,
    level_name,
    mark_text,
    severity_badge,
    state_badge,
    value_words,
)

# one piece, because each node of a template costs as much as the row: what a cell holds besides is made below
_LINE = (
    '<tr id="problem-{id}" data-row="{id}" hx-get="{address}" hx-target="#panel" hx-sync="#panel:queue last"'
    ' hx-trigger="open"{swap} class="{current}">'
    '<td class="d-print-none desk-tick"><input class="form-check-input" type="checkbox" name="ids" value="{id}"'
    ' aria-label="{name}"></td>'
    '<td class="desk-who"><a class="desk-object" href="{address}" data-open>{name}</a>'
    '<div class="text-secondary small"><span class="code">{code}</span> · {place}</div></td>'
    '<td class="desk-what" data-label="{problem}"><div><div class="small">{what}</div>'
    '<div class="desk-text">{text}</div></div></td>'
    '<td class="num desk-value" data-label="{value_at_issue}">{value}</td>'
    '<td class="desk-when" data-label="{deadline}"><div class="nowrap small">{when}</div></td>'
    '<td class="desk-state" data-label="{state_label}"><div>{state}</div></td></tr>\n'
)


LATE, CHECK, FLAG, USER, NOTE = map(icon, ("clock-exclamation", "check", "flag", "user", "note"))


def desk_lines(
    rows: Iterable[Problem],
    *,
    places: Mapping[str, str],
    twins: Mapping[int, list[Problem]],
    noted: set[int],
    current: int | None,
    swap: bool = False,
) -> SafeString:
    """The lines of *rows* as HTML; *twins*: the same finding in other batches; *noted*: rows with notes; *swap*: sent
    beside the panel after a move, to replace the line in the list."""
    pattern = reverse("problem_panel", args=[0])
    words = {
        "problem": escape(_("Problem")),
        "value_at_issue": escape(_("Value at issue")),
        "deadline": escape(_("Deadline")),
        "state_label": escape(_("State")),
        "swap": mark_safe(' hx-swap-oob="true"') if swap else "",
    }
    today = timezone.localdate()
    lists: dict[UUID, SafeString] = {}  # few lists stand in many rows
    lines = [
        format_html(
            _LINE,
            id=str(row.pk),
            address=pattern.replace("0", str(row.pk), 1),
            name=row.object_name,
            code=row.object_code,
            place=places.get(row.region, row.region),
            current="is-current" if row.pk == current else "",
            what=_what(row),
            text=row.description,
            value=_value(row),
            when=_when(row, twins.get(row.pk, ()), lists, late=row.open and row.deadline < today),
            state=_state(row, row.pk in noted),
            **words,
        )
        for row in rows
    ]
    return mark_safe("".join(lines))  # noqa: S308 - every line is made by format_html


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _what(row: Problem) -> SafeString:
    label = _cut(item_label(row), 40)
    return format_html('{} <span class="code">{}</span> {}', severity_badge(row.severity), row.form, label)


def _value(row: Problem) -> SafeString:
    held = _cut(value_words(row, row.value_at_issue) or "–", 16)
    if not row.value_after:
        return format_html("{}", held)
    now = _cut(value_words(row, row.value_after), 16)
    return format_html('{}<div class="small text-secondary">→ {}</div>', held, now)


def _when(row: Problem, twins: Iterable[Problem], lists: dict[UUID, SafeString], *, late: bool) -> SafeString:
    day = mark_safe(f"{row.deadline:%m-%d}")  # noqa: S308 - digits
    if late:
        day = format_html('<span class="late">{} {}</span>', LATE, day)
    parts = [day]
    for one in (row, *twins):
        if one.batch_id not in lists:
            code = '<div class="text-secondary">{} {}</div>'
            lists[one.batch_id] = format_html(code, level_name(one.level), one.batch.code)
        parts.append(lists[one.batch_id])
    return mark_safe("".join(parts))  # noqa: S308 - every part is made by format_html


def _state(row: Problem, noted: bool) -> SafeString:
    parts = [state_badge(row.state)]
    if row.round > 1:
        words = _("round %(n)s") % {"n": row.round}
        parts.append(format_html(' <span class="badge bg-orange-lt">{}</span>', words))
    if noted:
        words, mark = _("Has notes"), NOTE
        hidden = '<span class="visually-hidden">{}</span>'
        parts.append(format_html(' <span title="{}">{}' + hidden + "</span>", words, mark, words))
    if row.rule_passes and row.state != Problem.State.CLOSED:
        passes = '<div class="small text-success nowrap">{} {}</div>'
        parts.append(format_html(passes, CHECK, _("rule passes")))
    if row.mark:
        words = str(mark_text(row.mark))
        flag = '<div class="small text-warning" title="{}">{} {}</div>'
        parts.append(format_html(flag, words, FLAG, _cut(words, 28)))
    if row.assigned_name:
        person = '<div class="small text-secondary nowrap">{} {}</div>'
        parts.append(format_html(person, USER, row.assigned_name))
    return mark_safe("".join(parts))  # noqa: S308 - every part is made by format_html


def line_of(row: Problem, context: Mapping[str, Any]) -> SafeString:
    """The line of one row, for the panel that sends it along; *context* has ``place``, ``twins``, ``noted``."""
    places = {row.region: context["place"]}
    more = {"twins": context["twins"], "noted": context["noted"]}
    return desk_lines([row], places=places, **more, current=row.pk, swap=True)
