"""Free-text search of problem rows: names of objects, descriptions, beginnings of codes.

Rare words come from an index (the database function ``problem_search``, migration 0011); frequent ones stand in every
page of the list, which is walked in its order.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from review.problems.models import Problem

MOST_WORDS = 5
SEARCH_CAP = 3_000  # more rows in scope than this: reading the list in its order finds a page sooner
CODE_FROM = 4  # characters from which a single word is looked up among the codes


def searched(rows: QuerySet[Problem], text: str) -> QuerySet[Problem]:
    """Those of *rows* in which each word of *text* stands in the object's name or the description, or whose object
    code begins with it (a single word). Issued rows only. Large and small letters are the same."""
    words = text.replace("\0", " ").split()[:MOST_WORDS]
    if not words:
        return rows
    coded = Q()
    if len(words) == 1 and len(words[0]) >= CODE_FROM and words[0].isascii() and words[0].isalnum():
        code = words[0].upper()
        coded = Q(object_code__gte=code, object_code__lt=code + "~")  # a range: RLS keeps LIKE from the index
    if all(len(word) > 1 for word in words):  # the index holds pairs of characters
        found = _found(words)
        if len(found) <= SEARCH_CAP:
            return rows.filter(Q(pk__in=found) | coded)
    named = Q()
    for word in words:
        contains = "icontains" if any(one.isascii() and one.isalpha() for one in word) else "contains"
        named &= Q(**{f"object_name__{contains}": word}) | Q(**{f"description__{contains}": word})
    # CASE, because under row-level security the planner takes any LIKE for rare and would sort the province
    walked = Case(When(named | coded, then=Value(True)), default=Value(False), output_field=BooleanField())
    return rows.filter(walked)


def _found(words: list[str]) -> list[int]:
    """Numbers of the rows in the running scope that hold all *words*, one more than SEARCH_CAP at most."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT problem_search(%s, %s)", [words, SEARCH_CAP + 1])
        return [pk for (pk,) in cursor.fetchall()]
