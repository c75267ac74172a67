"""Reading threads: those of a form, and those that wait for a desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache import cache
from django.db.models import Prefetch, Q, QuerySet

from census.access.scope import Scope
from sources.comments.desks import DESKS, desk_of
from sources.comments.models import Comment, Thread
from sources.comments.services import may_resolve
from sources.entry.answers import lang, local
from sources.entry.page import in_words
from sources.forms.catalogue import load
from sources.returns.models import Return
from sources.returns.queries import hash_of

BOXES = ("asked", "open", "mine", "resolved")
COUNT_SECONDS = 10


def threads_of(scope: Scope, ret: Return) -> list[Thread]:
    """The threads of a form with everything said (``lines``), open ones first, shown by :func:`show`."""
    rows = Thread.objects.visible_to(scope).filter(return_id=ret.pk)
    said = Prefetch("said", Comment.objects.visible_to(scope).order_by("id"), to_attr="lines")
    return show(scope, rows.prefetch_related(said).order_by("resolved", "-last_at"))


def threads(scope: Scope, params: Mapping[str, str]) -> QuerySet[Thread]:
    """The threads of a box (see BOXES; ``asked``: addressed to the own desk), filtered by ``q`` and ``form``."""
    box = params.get("box") or BOXES[0]
    found = Thread.objects.visible_to(scope).filter(resolved=box == "resolved")
    if box == "asked":
        found = found.filter(asked__contains=[desk_of(scope.post_kind, scope.level)])
    elif box == "mine":
        found = found.filter(opened_by=scope.user_id)
    if form := params.get("form"):
        found = found.filter(form=form)
    if text := params.get("q", "").strip()[:60]:
        found = found.filter(Q(object__code__startswith=text.upper()) | Q(object__name__contains=text))
    return found.select_related("object")


def waiting(scope: Scope) -> int:
    """How many threads ask the own desk something; kept for some seconds."""
    key = f"comments:{hash_of(scope)}"
    return cache.get_or_set(key, lambda: threads(scope, {}).count(), COUNT_SECONDS)


def show(scope: Scope, rows: Iterable[Thread]) -> list[Thread]:
    """The rows with what a page needs: ``label`` of the item, ``was`` (its value then, in words), ``waits_for``
    and ``may_resolve``."""
    found = list(rows)
    for thread in found:
        form = load().forms[thread.form]
        item = form.indicators.get(thread.path.split("/")[-1])
        thread.title = local(form.title)
        thread.label = form.label(thread.path, lang()) if thread.path else ""
        thread.was = in_words(item, thread.value) if item else ""
        thread.waits_for = [DESKS[desk] for desk in thread.asked]
        thread.may_resolve = not thread.resolved and may_resolve(scope, thread)
    return found


def panel_of(scope: Scope, ret: Return) -> dict[str, Any]:
    """What the panel beside a form shows; ``marks``: path -> [open threads, all threads] for the fields."""
    found = threads_of(scope, ret)
    marks: dict[str, list[int]] = {}
    for thread in found:
        for place, counts in enumerate((not thread.resolved, True)):
            marks.setdefault(thread.path, [0, 0])[place] += counts
    own = desk_of(scope.post_kind, scope.level)
    return {
        "ret": ret,
        "threads": found,
        "open": sum(not thread.resolved for thread in found),
        "marks": marks,
        "may": scope.can("return.comment"),
        "desks": [(desk, label) for desk, label in DESKS.items() if desk != own],
    }
