"""Reminders of deadlines: to the office of the place and to the person, before the deadline and when it is past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.numbers import whole
from census.people.models import Post
from census.places import regions
from review.problems import states
from review.problems.desk_models import Reminder
from review.problems.models import Batch, Problem
from review.problems.people import ASSIGNABLE

MOST_DAYS = 90


def due_step(
    deadline: dt.date, before: Sequence[int], late: Sequence[int], today: dt.date
) -> tuple[str, int] | None:
    """The one step that stands on *today*: ("before", days) or ("late", days); None where none is reached.

    A step stands until the next one, so that a day without the nightly run loses none.

    >>> due_step(dt.date(2018, 5, 10), [3, 1], [1, 3], dt.date(2018, 5, 8))
    ('before', 3)
    >>> due_step(dt.date(2018, 5, 10), [3, 1], [1, 3], dt.date(2018, 5, 12))
    ('late', 1)
    """
    left = (deadline - today).days
    if left >= 0:
        reached = [step for step in before if left <= step]
        return ("before", min(reached)) if reached else None
    reached = [step for step in late if -left >= step]
    return ("late", max(reached)) if reached else None


def days_of(text: str) -> list[int]:
    """Days as people write them (``3, 1``), without doubles. ValidationError for anything else."""
    words = text.replace("，", ",").replace("、", ",").replace(",", " ").split()
    if not all(whole(word, MOST_DAYS) is not None for word in words):
        raise ValidationError(
            _("Write days as whole numbers up to %(limit)s, with commas between.") % {"limit": MOST_DAYS}
        )
    return sorted({int(word) for word in words}, reverse=True)


@transaction.atomic
def reminders_send(actor: Scope, *, today: dt.date | None = None) -> int:
    """Write the reminders that are due, each once. Returns how many are new."""
    today = today or timezone.localdate()
    made: list[Reminder] = []
    for batch in Batch.objects.visible_to(actor).filter(state=Batch.State.ISSUED):
        step = due_step(batch.deadline, batch.remind_before, batch.remind_late, today)
        if step is not None:
            made += _of_batch(actor, batch, *step)
    known = Reminder.objects.visible_to(actor).count()
    Reminder.objects.bulk_create(made, ignore_conflicts=True, batch_size=2000)
    sent = Reminder.objects.visible_to(actor).count() - known
    if sent:
        audit_record(actor, "batch.reminded", subject="batch", rows=sent)
    return sent


def _of_batch(actor: Scope, batch: Batch, kind: str, days: int) -> list[Reminder]:
    rows = Problem.objects.visible_to(actor).filter(batch=batch, state__in=states.OPEN).order_by()
    heads = rows.annotate(head=Substr("region", 1, 6))
    facts = {"batch": batch, "kind": kind, "days": days}
    made = [
        Reminder(**facts, region=regions.at_level(head, states.COUNTY), rows=count)
        for head, count in heads.values_list("head").annotate(n=Count("pk"))
    ]
    people = heads.filter(assigned_to__isnull=False).values_list("assigned_to", "assigned_name", "head")
    counted = list(people.annotate(n=Count("pk")))
    posts = _posts(user for user, _name, _head, _count in counted)
    for user, name, head, count in counted:
        place = regions.at_level(head, states.COUNTY)
        post = next((code for code in posts.get(user, ()) if regions.contains(place, code)), None)
        if post is not None:
            made.append(Reminder(**facts, region=post, user_id=user, user_name=name, rows=count))
    return made


def _posts(users: Iterable[int]) -> dict[int, list[str]]:
    posts = Post.objects.current().filter(user_id__in=set(users), kind__in=ASSIGNABLE).order_by("id")
    found: dict[int, list[str]] = {}
    for user, region in posts.values_list("user_id", "region"):
        found.setdefault(user, []).append(region)
    return found


def inbox(scope: Scope) -> QuerySet[Reminder]:
    """Reminders to the actor, and to the actor's office where the post gives out its problems."""
    mine = Q(user_id=scope.user_id)
    if scope.can("problem.assign"):
        mine |= Q(user_id__isnull=True, region=scope.region)
    return Reminder.objects.visible_to(scope).filter(mine).select_related("batch")


def unread(scope: Scope) -> int:
    """How many reminders the actor has not read."""
    return inbox(scope).filter(read_at__isnull=True).count()


@transaction.atomic
def reminders_read(actor: Scope, *, ids: Sequence[int] | None = None) -> int:
    """Mark reminders of the own inbox as read: those of *ids*, or all. Returns how many."""
    rows = inbox(actor).filter(read_at__isnull=True)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    numbers = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    Reminder.objects.filter(pk__in=numbers).update(read_at=timezone.now(), read_by_name=actor.user_name)
    if numbers:
        audit_record(actor, "problem.reminded", subject="problem", rows=len(numbers))
    return len(numbers)
