"""Who may verify what: never somebody who filled, reviewed or answered for it (separation of duties)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from census.access.posts import POST_KINDS
from census.people.models import Post
from census.places import regions
from review.problems.models import Problem, ProblemEvent
from review.verification.models import Sheet
from sources.returns.models import ReturnVersion

# a post that has or had one of these over an object stands on the side that is being verified
REVIEWING = frozenset(
    {"return.fill", "return.submit", "return.approve", "problem.issue", "problem.answer", "problem.check"}
)


def conflicts(user_id: int | None, sheets: Iterable[Sheet]) -> dict[UUID, str]:
    """Why the person may not verify the objects of *sheets*: sheet id → reason; absent where nothing speaks
    against it. Posts count for ever, also those that have ended."""
    sheets = list(sheets)
    posts = [
        post
        for post in Post.objects.filter(user_id=user_id)
        if post.kind in POST_KINDS and POST_KINDS[post.kind].capabilities & REVIEWING
    ]
    objects = {sheet.object_id for sheet in sheets}
    touched = set(
        ReturnVersion.objects.filter(object_id__in=objects, user_id=user_id).values_list(
            "object_id", flat=True
        )
    )
    problems = dict(Problem.objects.filter(object_id__in=objects).values_list("pk", "object_id"))
    events = ProblemEvent.objects.filter(problem_id__in=problems, user_id=user_id)
    dealt = {problems[pk] for pk in events.values_list("problem_id", flat=True)}
    found: dict[UUID, str] = {}
    for sheet in sheets:
        if sheet.object_id in touched:
            found[sheet.id] = _("filled or reviewed a form of this object")
        elif sheet.object_id in dealt:
            found[sheet.id] = _("dealt with a problem of this object")
        elif post := next((post for post in posts if _over(post, sheet)), None):
            found[sheet.id] = _("holds or held the post “%(post)s” over this object") % {
                "post": post.get_kind_display()
            }
    return found


def _over(post: Post, sheet: Sheet) -> bool:
    return regions.contains(post.region, sheet.region) and sheet.category in post.categories
