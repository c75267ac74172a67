"""What past answers say about a rule: how often it hit a fault, and how often it was a false alarm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from census.access.scope import Scope
from review.problems import states
from review.problems.models import Problem


@dataclass(frozen=True, slots=True)
class Alarms:
    """Answered problem rows of one rule, by kind of answer. *accepted*: false alarms that the issuer closed as such."""

    rule: str
    answered: int = 0
    corrected: int = 0
    explained: int = 0
    rejected: int = 0
    accepted: int = 0
    removed: int = 0

    @property
    def rate(self) -> float | None:
        """False-alarm rate: called a false alarm / answered; None where nothing was answered yet."""
        return self.rejected / self.answered if self.answered else None

    @property
    def hit_rate(self) -> float | None:
        """Corrected or object removed / answered: how often the rule found a fault."""
        return (self.corrected + self.removed) / self.answered if self.answered else None


def false_alarms(scope: Scope, rule: str) -> Alarms:
    """The answers to problems of one *rule* in the actor's scope."""
    return false_alarms_by_rule(scope, [rule]).get(rule, Alarms(rule))


def false_alarms_by_rule(scope: Scope, rules: Iterable[str] | None = None) -> dict[str, Alarms]:
    """The answers by rule, of *rules* or of all that have any, in one query."""
    rows = Problem.objects.visible_to(scope).filter(state__in=states.ANSWERED).exclude(rule="")
    if rules is not None:
        rows = rows.filter(rule__in=list(rules))
    counted = (
        rows.order_by()
        .values("rule")
        .annotate(
            answered=Count("pk"),
            corrected=Count("pk", filter=Q(answer="corrected")),
            explained=Count("pk", filter=Q(answer="explained")),
            rejected=Count("pk", filter=Q(answer="false_alarm")),
            accepted=Count("pk", filter=Q(answer="false_alarm", state="closed")),
            removed=Count("pk", filter=Q(answer="removed")),
        )
    )
    return {row["rule"]: Alarms(**row) for row in counted}
