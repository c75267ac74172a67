"""What a save answers to the page, as plain JSON."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sources.entry.conditions import evaluate
from sources.forms.catalogue import load
from sources.returns.checks import counts, register_facts, shown
from sources.returns.services import ConflictError, Saved
from sources.returns.states import STATES


def saved_answer(saved: Saved) -> dict[str, Any]:
    """Version, verdicts, refused fields, conditions and progress after a save."""
    row = saved.row
    form = load().forms[row.form]
    now = evaluate(form, row.values, saved.documents, register_facts(row))
    errors, warnings = counts(saved.verdicts, row.pending)
    missing = sum(verdict.kind == "required" for verdict in saved.verdicts)
    return {
        "version": row.version_no,
        "state": row.state,
        "state_text": str(STATES[row.state]),
        "errors": errors,
        "warnings": warnings,
        "verdicts": [shown(verdict) for verdict in saved.verdicts],
        "rejected": {path: local(fault) for path, fault in saved.rejected.items()},
        "idle": now.idle,
        "required": now.required,
        "missing": missing,
        "merged": saved.merged,
        "at": f"{timezone.localtime():%H:%M:%S}",
    }


def conflict_answer(conflict: ConflictError) -> dict[str, Any]:
    """Both values of each disputed field, in words."""
    form = load().forms[conflict.row.form]
    language = lang()
    return {
        "error": "conflict",
        "text": _("Somebody else changed the same fields meanwhile. Choose for each field; nothing is lost."),
        "version": conflict.row.version_no,
        "fields": [
            {
                "path": one.path,
                "label": form.label(one.path, language),
                "base": one.base,
                "theirs": one.theirs,
                "mine": one.mine,
            }
            for one in conflict.conflicts
        ],
    }


def lang() -> str:
    """ "en" or "zh", the running language."""
    return "en" if (get_language() or "zh").startswith("en") else "zh"


def local(text: Any) -> str:
    """The running language's side of anything with zh and en."""
    return text.en if lang() == "en" else text.zh
