"""Gathers the subjects' models for Django."""

from review.editor.models import RuleTrial, RuleVersion
from review.findings.models import Finding
from review.problems.desk_models import Call, Reminder
from review.problems.models import Batch, Problem, ProblemEvent
from review.selective.models import DigitTest, Score
from review.verification.models import Frame, Plan, Result, Sheet, SheetItem, WalkEntry

__all__ = [
    "Batch",
    "Call",
    "DigitTest",
    "Finding",
    "Frame",
    "Plan",
    "Problem",
    "ProblemEvent",
    "Reminder",
    "Result",
    "RuleTrial",
    "RuleVersion",
    "Score",
    "Sheet",
    "SheetItem",
    "WalkEntry",
]
