"""The lines of the desk as pages show them. Their cells are made here, not in the template: 250 are on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
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


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One line: what is text, and what is ready HTML (the cells)."""

    id: int
    address: str
    name: str
    code: str
    place: str
    current: bool
    what: SafeString
    text: str
    value: SafeString
    when: SafeString
    state: SafeString


def desk_lines(
    rows: Iterable[Problem],
    *,
    places: Mapping[str, str],
    twins: Mapping[int, list[Problem]],
    noted: set[int],
    current: int | None,
) -> list[DeskLine]:
    """Lines of *rows*; *twins*: the same finding in other batches; *noted*: rows with notes."""
    pattern = reverse("problem_panel", args=[0])
    return [
        DeskLine(
            id=row.pk,
            address=pattern.replace("0", str(row.pk), 1),
            name=row.object_name,
            code=row.object_code,
            place=places.get(row.region, row.region),
            current=row.pk == current,
            what=_what(row),
            text=row.description,
            value=_value(row),
            when=_when(row, twins.get(row.pk, ())),
            state=_state(row, row.pk in noted),
        )
        for row in rows
    ]


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


def _when(row: Problem, twins: Iterable[Problem]) -> SafeString:
    day = row.deadline.strftime("%m-%d")
    if row.overdue:
        day = format_html('<span class="late">{} {}</span>', icon("clock-exclamation"), day)
    lists = [(level_name(one.level), one.batch.code) for one in (row, *twins)]
    return format_html("{}{}", day, format_html_join("", '<div class="text-secondary">{} {}</div>', lists))


def _state(row: Problem, noted: bool) -> SafeString:
    parts = [state_badge(row.state)]
    if row.round > 1:
        words = _("round %(n)s") % {"n": row.round}
        parts.append(format_html(' <span class="badge bg-orange-lt">{}</span>', words))
    if noted:
        words, mark = _("Has notes"), icon("note")
        hidden = '<span class="visually-hidden">{}</span>'
        parts.append(format_html(' <span title="{}">{}' + hidden + "</span>", words, mark, words))
    if row.rule_passes and row.state != Problem.State.CLOSED:
        passes = '<div class="small text-success nowrap">{} {}</div>'
        parts.append(format_html(passes, icon("check"), _("rule passes")))
    if row.mark:
        words = str(mark_text(row.mark))
        flag = '<div class="small text-warning" title="{}">{} {}</div>'
        parts.append(format_html(flag, words, icon("flag"), _cut(words, 28)))
    if row.assigned_name:
        person = '<div class="small text-secondary nowrap">{} {}</div>'
        parts.append(format_html(person, icon("user"), row.assigned_name))
    return mark_safe("".join(parts))  # noqa: S308 - every part is made by format_html


def line_of(row: Problem, context: Mapping[str, Any]) -> DeskLine:
    """The line of one row, for the panel that sends it along; *context* has ``place``, ``twins``, ``noted``."""
    places = {row.region: context["place"]}
    more = {"twins": context["twins"], "noted": context["noted"]}
    return desk_lines([row], places=places, **more, current=row.pk)[0]
