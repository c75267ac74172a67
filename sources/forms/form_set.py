"""Which forms an object has to fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sources.forms.catalogue import load
from sources.forms.model import Catalogue, Text
from sources.language import Context, Node, compile_rule


class FormNeed(NamedTuple):
    """A form the object fills. `many`: it may hand in several sheets, each for what `sheet_label` names."""

    form: str
    many: bool
    sheet_label: Text | None


def form_set(
    kind: str,
    attributes: Mapping[str, Any],
    documents: Mapping[str, Sequence[Mapping]],
    phase: str = "survey",
    catalogue: Catalogue | None = None,
) -> list[FormNeed]:
    """The forms of an object in catalogue order. Only conditions that are definitely true ask for a form.

    attributes: register attributes (form_sets.yaml, `attributes`); absent = unknown. documents: the sheets
    filled so far by form code. Raises KeyError for an unknown kind."""
    catalogue = catalogue or load()
    context = Context({}, documents, {"kind": kind, **attributes})
    return [
        FormNeed(entry.form, entry.many, entry.sheet)
        for entry in catalogue.kinds[kind].forms
        if catalogue.forms[entry.form].phase == phase
        and (entry.when is None or _test(entry.when)(context) is True)
    ]


@lru_cache(maxsize=1024)
def _test(node: Node):
    return compile_rule(node)
