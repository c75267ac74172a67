"""Which sections apply and which items are required at the moment: the conditions of a form, evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sources.forms.check import closed_sections
from sources.forms.model import Form
from sources.language import Context, compile_rule
from sources.language.context import Compiled


class Now(NamedTuple):
    """The state of a form's conditions: sections that do not apply, and paths that are required."""

    idle: list[str]
    required: list[str]


def evaluate(
    form: Form,
    values: Mapping[str, Any],
    siblings: Mapping[str, Sequence[Mapping]],
    facts: Mapping[str, Any],
) -> Now:
    """The conditions of *form* for a document. A condition that is unknown neither hides nor requires."""
    idle = closed_sections(form, values, siblings, facts)
    context = Context(values, siblings, facts)
    required: list[str] = []
    for section, repeat, wanted in _wanted(form):
        if section in idle:
            continue
        for row in (values.get(section) or ()) if repeat else ({},):
            context.row = row
            head = f"{section}/{row['_k']}/" if repeat else ""
            required += [head + item for item, test in wanted if test is None or test(context) is True]
    return Now(sorted(idle), required)


@lru_cache(maxsize=128)
def _wanted(form: Form) -> list[tuple[str, bool, list[tuple[str, Compiled | None]]]]:
    """(section, whether it is a table, its required items with their conditions; None: always)."""
    conditions = form.required_when
    return [
        (
            section.id,
            section.repeat,
            [
                (item.id, compile_rule(conditions[item.id]) if item.id in conditions else None)
                for item in section.indicators
                if item.required
            ],
        )
        for section in form.sections
    ]
