"""Reading scores: the queue, and the curve of what the first objects hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import get_language

from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.places import regions
from review.counting import counted
from review.selective.loads import POLLUTANTS
from review.selective.models import DigitTest, Score
from review.selective.words import item_words, value_words

POINTS = 60  # of the curve

_CURVE = """
WITH ranked AS (
    SELECT row_number() OVER (ORDER BY score DESC, id DESC) AS place, errors FROM ({rows}) AS chosen),
summed AS (
    SELECT place, count(*) OVER () AS n, {sums} FROM ranked)
SELECT place, n, {names} FROM summed
WHERE place <= 20 OR place = n OR place %% greatest(1, n / {points}) = 0 ORDER BY place
"""


def scores_of(scope: Scope, params: Mapping[str, Any]) -> QuerySet[Score]:
    """Scores in *scope* narrowed by the filter bar: region, category, form, pollutant (only those with an error)."""
    rows = Score.objects.visible_to(scope)
    code = params.get("region") or ""
    if regions.is_code(code):
        low, high = regions.bounds(code)
        rows = rows.filter(region__gte=low, region__lt=high)
    if params.get("category") in CATEGORIES:
        rows = rows.filter(category=params["category"])
    if params.get("form"):
        rows = rows.filter(form=params["form"])
    if params.get("pollutant") in POLLUTANTS:
        rows = rows.filter(errors__has_key=params["pollutant"])
    return rows


def curve(scope: Scope, rows: QuerySet[Score], key: str) -> list[dict[str, Any]]:
    """How much of the possible error the first n objects of *rows* hold: ``n``, ``of`` and a share by pollutant.

    A pollutant without any possible error has no share. Kept for some seconds by scope and filter (*key*).
    """

    def read() -> list[dict[str, Any]]:
        plain = rows.order_by().values("id", "score", "errors")
        sql, params = plain.query.sql_with_params()
        sums = ", ".join(
            f"sum(coalesce((errors->>'{p}')::float8, 0)) OVER (ORDER BY place) AS part_{n}, "
            f"sum(coalesce((errors->>'{p}')::float8, 0)) OVER () AS all_{n}"
            for n, p in enumerate(POLLUTANTS)
        )
        names = ", ".join(f"part_{n} / nullif(all_{n}, 0)" for n in range(len(POLLUTANTS)))
        with connection.cursor() as cursor:
            cursor.execute(_CURVE.format(rows=sql, sums=sums, names=names, points=POINTS), params)
            return [
                {"n": place, "of": count, **dict(zip(POLLUTANTS, shares, strict=True))}
                for place, count, *shares in cursor.fetchall()
            ]

    return counted(scope, "selective", key, read)


def suspects_of(scope: Scope, objects: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Object → {score, words, expected}: the item most probably wrong, to be shown beside its findings."""
    language = get_language() or "zh-hans"
    return {
        score.object_id: {
            "score": score.pk,
            "words": item_words(score.culprits[0], language),
            "expected": score.culprits[0]["expected"] and value_words(score.culprits[0]["expected"]),
        }
        for score in Score.objects.visible_to(scope).filter(object_id__in=list(objects))
    }


def tests_of(scope: Scope, params: Mapping[str, Any]) -> QuerySet[DigitTest]:
    """Digit tests in *scope*; ``kind`` and ``by`` narrow, doubtful ones only unless ``all`` is given."""
    rows = DigitTest.objects.visible_to(scope)
    for name, known in (("kind", DigitTest.Kind.values), ("by", DigitTest.By.values)):
        if params.get(name) in known:
            rows = rows.filter(**{name: params[name]})
    return rows if params.get("all") else rows.filter(doubtful=True)
