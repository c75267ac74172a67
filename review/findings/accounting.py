"""What the accounting doubts about its results, kept as findings of kind ``accounting`` (rules ``AC-…``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import orjson

from census.access.scope import Scope
from review.findings.models import Finding
from review.findings.runs import findings_merge

FAMILY = "accounting"


def on_accounting_checked(*, actor: Scope, found: Mapping[str, Iterable[Any]], **_facts: Any) -> None:
    """Inside handler of ``accounting.checked``: *found* has the hits of each county; what is not hit is cleared.

    Who may not run the rules leaves the findings as they are.
    """
    if actor.can("finding.run"):
        for shard, hits in found.items():
            findings_merge(actor, shard=shard, lines=_lines(hits), family=FAMILY)


def on_gaps_explained(*, object_id: UUID, rule: str, explained: bool, text: str, **_facts: Any) -> None:
    """Inside handler of ``accounting.gaps_explained``: the object's findings follow what was said."""
    before, after = Finding.State.OPEN, Finding.State.EXPLAINED
    if not explained:
        before, after = after, before
    mine = Finding.objects.filter(object_id=object_id, rule=rule, kind=FAMILY, state=before)
    mine.update(state=after, note=text[:2000])


def _lines(hits: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Hits in the columns of the table ``found``."""
    for hit in hits:
        items = orjson.dumps([hit.indicator] if hit.indicator else []).decode()
        yield (
            hit.object_id, hit.return_id, hit.rule, hit.severity, FAMILY, hit.form, hit.sheet, hit.row, hit.indicator,
            items, hit.region, hit.category, hit.district_id, hit.zh[:400], hit.en[:400], hit.value,
        )  # fmt: skip
