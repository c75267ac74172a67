"""Gathers the subjects' models for Django."""

from review.editor.models import RuleTrial, RuleVersion
from review.findings.models import Finding
from review.problems.desk_models import Call, Reminder
from review.problems.models import Batch, Problem, ProblemEvent
from review.selective.models import DigitTest, Score
from review.sessions.models import AgendaItem, Opinion, Session
from review.verification.models import Frame, Plan, Result, Sheet, SheetItem, WalkEntry

__all__ = [
    "AgendaItem",
    "Batch",
    "Call",
    "DigitTest",
    "Finding",
    "Frame",
    "Opinion",
    "Plan",
    "Problem",
    "ProblemEvent",
    "Reminder",
    "Result",
    "RuleTrial",
    "RuleVersion",
    "Score",
    "Session",
    "Sheet",
    "SheetItem",
    "WalkEntry",
]
