"""Coded reasons as pages show them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from review.problems.models import Problem
from review.problems.settings import Reason, reasons
from review.problems.states import ANSWERS


def reason_text(code: str) -> str:
    """The reason in words, in the reader's language; an unknown code as it is."""
    reason = reasons().get(code)
    return _local(reason) if reason else code


def reason_groups() -> list[tuple[str, Any, list[tuple[str, str, Reason]]]]:
    """(move, kind of answer, [(choice, text, reason)]) for the choice of an answer; choice is ``move:code``."""
    labels = dict(Problem.Answer.choices)
    return [
        (
            move,
            labels[answer],
            [(f"{move}:{one.code}", _local(one), one) for one in reasons().values() if answer in one.answers],
        )
        for move, answer in ANSWERS.items()
        if move != "correct"
    ]


def _local(reason: Reason) -> str:
    return reason.en if get_language() == "en" else reason.zh
