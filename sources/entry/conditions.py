"""Which sections apply and which items are required at the moment: the conditions of a form, evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sources.forms.catalogue import Form, load
from sources.forms.model import LANGUAGE_TYPES
from sources.language import Context, Item, bind, compile_rule

Test = Callable[[Context], bool | None]


class Now(NamedTuple):
    """The state of a form's conditions: sections that do not apply, and paths that are required."""

    idle: list[str]
    required: list[str]


class _Names:
    """The names a condition may use, from the catalogue (see sources.language.Scope)."""

    def __init__(self, form: Form) -> None:
        self.form = form.code
        self.codes = {code.replace("-", "_"): code for code in load().forms}

    def form_code(self, name: str) -> str | None:
        return self.codes.get(name)

    def item(self, form: str, name: str) -> Item | None:
        found = load().forms[form].indicators.get(name)
        if found is None:
            return None
        table = found.section if found.section in load().forms[form].tables else None
        codes = frozenset(choice.code for choice in found.choices) or None
        return Item(name, LANGUAGE_TYPES[found.type], found.decimals, table, codes)

    def is_table(self, form: str, section: str) -> bool:
        return section in load().forms[form].tables

    def same_object(self, _form: str) -> bool:
        return True

    def several_sheets(self, form: str) -> bool:
        return any(e.many for kind in load().kinds.values() for e in kind.forms if e.form == form)

    def object_type(self, _key: str) -> str | None:
        return None

    def group(self, name: str) -> tuple[str, ...]:
        return tuple(choice.code for choice in load().codelists["fuel"].items if choice.group == name)


class _Conditions(NamedTuple):
    sections: dict[str, Test]
    items: dict[str, Test | None]  # None: always required
    tables: dict[str, dict[str, Test | None]]


@lru_cache(maxsize=128)
def _conditions(code: str) -> _Conditions:
    form = load().forms[code]
    names = _Names(form)

    def test(text: str, section: str | None) -> Test:
        return compile_rule(bind(text.removeprefix("when "), names, section).node)

    found = _Conditions({}, {}, {})
    for section in form.sections:
        if section.applies_when is not None:
            found.sections[section.id] = test(section.applies_when, None)
        wanted = found.tables.setdefault(section.id, {}) if section.repeat else found.items
        for item in section.indicators:
            if item.required:
                inside = section.id if section.repeat else None
                wanted[item.id] = None if item.required is True else test(str(item.required), inside)
    return found


def evaluate(
    form: Form,
    values: Mapping[str, Any],
    siblings: Mapping[str, Sequence[Mapping]],
    facts: Mapping[str, Any],
) -> Now:
    """The conditions of *form* for a document. A condition that is unknown neither hides nor requires."""
    conditions = _conditions(form.code)
    context = Context(values, siblings, facts)
    idle = [section for section, test in conditions.sections.items() if test(context) is False]
    required = [item for item, test in conditions.items.items() if test is None or test(context) is True]
    for table, wanted in conditions.tables.items():
        for row in values.get(table) or ():
            context.row = row
            required += [
                f"{table}/{row['_k']}/{item}"
                for item, test in wanted.items()
                if test is None or test(context) is True
            ]
    hidden = {item.id for section in form.sections if section.id in idle for item in section.indicators}
    return Now(idle, [path for path in required if path.rpartition("/")[2] not in hidden])
