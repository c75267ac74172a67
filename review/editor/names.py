"""What can be written in a rule of a form: items with their words, functions, other forms. For completion. Pure."""

from __future__ import annotations

from review.rules.spec import binder
from sources.forms.binding import FormScope
from sources.forms.catalogue import load
from sources.forms.model import Form

FUNCTIONS = (
    *("sum()", "sum_where(x, cond)", "count()", "exists()", "filled()", "empty()", "abs()", "min()", "max()"),
    *("unique()", "unique_in_region()", "values()", "startswith()", "any_in([], [])", "any_prefix([], [])"),
    *("is_coal()", "is_gas()", "year()", "degrees()", "seconds()", "max_decimals()", "county_of()"),
)
WORDS = ("and", "or", "not", "in", "true", "false")


def items_of(form: Form, lang: str, head: str = "") -> list[dict[str, str]]:
    """``{name, label, note}`` of every item and table; *head* stands before the name."""
    found = []
    for section in form.sections:
        if section.repeat:
            found.append({"name": head + section.id, "label": section.title.get(lang), "note": "count()"})
        for item in section.indicators:
            unit = f" {item.unit.get(lang)}" if item.unit else ""
            table = f" · {section.title.get(lang)}" if section.repeat else ""
            number = f"{item.code} " if item.code else ""
            found.append(
                {
                    "name": head + item.id,
                    "label": f"{number}{item.label.get(lang)}",
                    "note": f"{item.type}{unit}{table}",
                }
            )
    return found


def names_of(code: str, lang: str) -> list[dict[str, str]]:
    """Everything a rule of form *code* may name. Items of other forms are asked for form by form."""
    catalogue = load()
    known = binder()
    scope = FormScope(known.reading, code, known.kinds, known.many)
    found = items_of(catalogue.forms[code], lang)
    found += [{"name": name, "label": "", "note": "f(x)"} for name in FUNCTIONS]
    found += [{"name": word, "label": "", "note": ""} for word in WORDS]
    found += [
        {"name": f"OBJECT.{key}", "label": text.get(lang), "note": ""}
        for key, text in catalogue.attributes.items()
    ]
    found += [
        {"name": other.code.replace("-", "_"), "label": other.title.get(lang), "note": other.code}
        for other in catalogue.forms.values()
        if other.code != code and scope.same_object(other.code)
    ]
    return found


def reads(form: str, indicators: tuple[str, ...], lang: str) -> list[dict[str, str]]:
    """The items a bound rule looks at, with their words: ``{name, label}``."""
    forms = load().forms
    found = []
    for name in indicators:
        other, _dot, item = name.rpartition(".")
        found.append({"name": name, "label": forms[other or form].label(item, lang)})
    return found
