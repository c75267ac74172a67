"""The three cases of a rule: a document that passes, one that fails, one with blanks. Pure.

A case is ``{form: {item: value, table: [row, …]}}``, or the items of the rule's own form alone; ``AREA`` holds forms
of another object of the same county. ``fails`` as the blank case says that a blank is the violation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sources.forms.catalogue import load
from sources.forms.check import check_record
from sources.forms.check_set import AreaIndex, Document, check_set
from sources.forms.model import Catalogue

CASES = ("pass", "fail", "blank")
BLANK_FAILS = "fails"
_MINE, _OTHER = "mine", "other"
_OBJECTS = {name: {"id": name, "kind": "enterprise", "region": "330802001001"} for name in (_MINE, _OTHER)}


class EvaluatorsDiffer(AssertionError):
    """The record and the set-wise evaluator give different answers."""


def case_fails(form: str, rules: set[str], case: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Does any of *rules* of *form* (in *catalogue*) fail on the case? Asked of both evaluators.

    Raises EvaluatorsDiffer.
    """
    documents, with_area = _documents(form, case)
    by_form: dict[str, list[dict[str, Any]]] = {}
    for document in documents:
        if document.object_id == _MINE:
            by_form.setdefault(document.form, []).append(document.values)
    definition = catalogue.forms[form]
    area = AreaIndex(documents, _OBJECTS).area(_MINE, definition) if with_area else None
    record = any(
        verdict.rule in rules
        for values in by_form[form]
        for verdict in check_record(form, values, by_form, _OBJECTS[_MINE], area, form=definition)
    )
    found = check_set(documents, _OBJECTS, catalogue=catalogue).verdicts()
    as_set = any(v.rule in rules and documents[at].object_id == _MINE for at, v in found)
    if record != as_set:
        raise EvaluatorsDiffer(f"{form} {sorted(rules)}: {record} on the record, {as_set} over a county")
    return record


def cases_right(
    form: str, rules: set[str], cases: Mapping[str, Any], catalogue: Catalogue
) -> dict[str, bool]:
    """For each of *cases*, whether the rule does what its name says."""
    found = {}
    for name, case in cases.items():
        if case == BLANK_FAILS:
            found[name] = case_fails(form, rules, {}, catalogue)
        else:
            found[name] = case_fails(form, rules, case, catalogue) == (name == "fail")
    return found


def _documents(form: str, case: Mapping[str, Any]) -> tuple[list[Document], bool]:
    forms = load().forms
    if not any(key in forms for key in case):
        case = {form: case}
    area = case.get("AREA", {})
    own = {key: values for key, values in case.items() if key != "AREA"}
    found = [Document(_MINE, code, 1, _keyed(values)) for code, values in own.items()]
    if form not in own:
        found.append(Document(_MINE, form, 1, {}))
    return found + [Document(_OTHER, code, 1, _keyed(values)) for code, values in area.items()], bool(area)


def _keyed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Number the rows of tables."""
    return {
        key: [{"_k": at, **row} for at, row in enumerate(value, start=1)]
        if isinstance(value, list) and value and isinstance(value[0], dict)
        else value
        for key, value in values.items()
    }
