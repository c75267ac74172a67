"""The mass balance of one pollutant: what is generated, what is removed, what leaves the objects, what reaches the
environment. Under row-level security.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from accounting.analysis.queries import EVERYTHING, Choice, Only
from accounting.comparing.differences import OWN
from accounting.runs.models import Run
from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.places import regions


@dataclass(frozen=True)
class Balance:
    """Of one source category ("" for all), in the unit of the choice.

    ``generated`` - ``removed`` = ``discharged`` for the lines that know what they generate, but for ``rest``;
    ``outlet_only``: what is discharged by lines that know only their outlet. What of all that is discharged does not
    reach the ``environment`` receiving plants take off.
    """

    category: str
    generated: float
    removed: float
    discharged: float
    outlet_only: float
    environment: float

    @property
    def rest(self) -> float:
        return self.generated - self.removed - self.discharged

    @property
    def closed(self) -> bool:
        """Whether the rest is only the last bits of the sums."""
        return abs(self.rest) <= 1e-9 * max(abs(self.generated), abs(self.discharged), 1e-9)

    @property
    def removal(self) -> float | None:
        """Percent of what is generated."""
        return 100 * self.removed / self.generated if self.generated > 0 else None

    @property
    def taken_off(self) -> float:
        """What receiving plants take off."""
        return self.discharged + self.outlet_only - self.environment


def balance(scope: Scope, run: Run, region: str, choice: Choice, only: Only = EVERYTHING) -> list[Balance]:
    """The balance of all categories together, then of each. Sewage plants are left out: their load came from others.

    Raises PermissionDenied outside the scope. Empty where no line tells an amount.
    """
    scope.require("table.view")
    scope.require_covers(region)
    low, high = regions.bounds(region)
    condition, values = only.sql
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT category, sum(generated_kg) FILTER (WHERE discharged_kg IS NOT NULL),
                       sum(coalesce(removed_kg, 0)) FILTER (WHERE generated_kg + discharged_kg IS NOT NULL),
                       sum(discharged_kg) FILTER (WHERE generated_kg IS NOT NULL),
                       sum(discharged_kg) FILTER (WHERE generated_kg IS NULL), sum(environment_kg)
                FROM accounting_line l
                WHERE l.run_id = %s AND l.chosen AND l.pollutant = %s AND l.medium = %s AND l.region >= %s
                      AND l.region < %s AND {condition} AND {OWN}
                GROUP BY 1 HAVING sum(discharged_kg) IS NOT NULL""",
            [run.pk, choice.pollutant, choice.medium, low, high, *values],
        )
        found = {row[0]: [(number or 0.0) / choice.per for number in row[1:]] for row in cursor.fetchall()}
    if not found:
        return []
    every = [sum(column) for column in zip(*found.values(), strict=True)]
    return [
        Balance("", *every),
        *(Balance(code, *found[code]) for code in CATEGORIES if code in found),
    ]
