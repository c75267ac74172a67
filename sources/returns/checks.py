"""Checking a filled form: verdicts of the form engine, with the object's other forms where rules look at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language

from sources.forms.check import Verdict, check_record
from sources.forms.model import Form

Documents = Mapping[str, Sequence[Mapping[str, Any]]]


def register_facts(row: Any) -> dict[str, Any]:
    """What rules may read of the register (``OBJECT.…``). *row* has id/object_id, kind, industry, operating,
    attributes; blanks are left out."""
    facts = {
        "id": str(row.object_id),
        "kind": row.kind,
        "industry": row.industry,
        "operating_status": row.operating,
        **(row.attributes or {}),
    }
    return {key: value for key, value in facts.items() if value not in (None, "")}


def check(form: Form, row: Any, siblings: Documents) -> list[Verdict]:
    """The verdicts of one sheet by the checks of *form* (see ``forms.amending``). Rules about other objects are left to
    the runs over a whole county."""
    return check_record(form.code, row.values, siblings, register_facts(row), form=form)


def counts(verdicts: Iterable[Verdict], pending: Mapping[str, str]) -> tuple[int, int]:
    """(errors, warnings). Text that is no value yet is an error."""
    severities = [verdict.severity for verdict in verdicts]
    return severities.count("error") + len(pending), severities.count("warning")


def key_of(verdict: Verdict) -> str:
    """Names a verdict for good within its sheet: the rule, and the row where there is one."""
    return verdict.rule if verdict.row is None else f"{verdict.rule}@{verdict.row[0]}/{verdict.row[1]}"


def paths_of(verdict: Verdict) -> list[str]:
    """Paths of the sheet's own items the verdict is about."""
    own = [name for name in verdict.indicators if "." not in name]
    return own if verdict.row is None else [f"{verdict.row[0]}/{verdict.row[1]}/{name}" for name in own]


def shown(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON for the page, its message in the running language."""
    return {
        "key": key_of(verdict),
        "rule": verdict.rule,
        "severity": verdict.severity,
        "kind": verdict.kind,
        "paths": paths_of(verdict),
        "text": verdict.en if (get_language() or "zh").startswith("en") else verdict.zh,
    }
