"""Reading returns: an object's forms, the work at a desk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.numbers import whole
from census.people.models import User
from census.places import regions
from sources.forms.catalogue import load
from sources.returns.models import Return
from sources.returns.states import ORDER, STEPS_OF_POST

COUNT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Desk:
    """A pile on a desk: its code in the address, its name, and the returns that lie there."""

    code: str
    label: Any
    condition: Q
    step: bool  # the post's own approval: the returns there may be decided in bulk


def returns_of(scope: Scope, object_id: UUID) -> list[Return]:
    """The active forms of an object in the order of the catalogue, its object joined."""
    found = Return.objects.visible_to(scope).filter(object_id=object_id, active=True).select_related("object")
    order = {code: rank for rank, code in enumerate(load().forms)}
    kind_order: dict[str, int] = {}
    rows = list(found)
    if rows:
        kind_order = {e.form: rank for rank, e in enumerate(load().kinds[rows[0].object.kind].forms)}
    return sorted(rows, key=lambda r: (kind_order.get(r.form, 999), order.get(r.form, 999), r.sheet))


def desks_of(scope: Scope) -> list[Desk]:
    """The piles of a post, the most pressing first."""
    found = []
    if scope.post_kind in {"enumerator", "filler", "third_party"}:
        sent_back = Q(state="draft", returned__isnull=False)
        found += [
            Desk("returned", _("Sent back to me"), sent_back, False),
            Desk("fill", _("To fill"), Q(state="draft"), False),
        ]
    for step in STEPS_OF_POST.get(scope.post_kind, ()):
        label = _("To freeze") if step.target == "frozen" else _("To check")
        found.append(Desk(f"at-{step.source}", label, Q(state=step.source), True))
    if scope.post_kind in {"county_officer", "city_officer"}:
        found.append(Desk("draft", _("Being filled"), Q(state="draft"), False))
    found.append(Desk("all", _("All forms"), Q(), False))
    return found


def work(scope: Scope, desk: Desk, params: Mapping[str, str]) -> QuerySet[Return]:
    """The returns of a pile, filtered by ``form``, ``region``, ``state``, ``errors`` (1/0), ``by`` and ``q``."""
    found = Return.objects.visible_to(scope).filter(desk.condition, active=True)
    if form := params.get("form"):
        found = found.filter(form=form)
    if region := params.get("region"):
        low, high = regions.bounds(region)
        found = found.filter(region__gte=low, region__lt=high)
    if (state := params.get("state")) in ORDER:
        found = found.filter(state=state)
    if (errors := params.get("errors")) in {"0", "1"}:
        found = found.filter(errors__gt=0) if errors == "1" else found.filter(errors=0)
    if (by := whole(params.get("by"))) is not None:
        found = found.filter(filled_by=by)
    if text := params.get("q", "").strip()[:60]:
        found = found.filter(Q(object__code__startswith=text.upper()) | Q(object__name__contains=text))
    return found.select_related("object")


def desk_counts(scope: Scope) -> dict[str, int]:
    """How much lies on each pile; kept for some seconds."""
    desks = [desk for desk in desks_of(scope) if desk.code != "all"]

    def count() -> dict[str, int]:
        rows = Return.objects.visible_to(scope).filter(active=True)
        # one query a pile: each walks its own part of the index on the state, not all returns of the scope
        return {desk.code: rows.filter(desk.condition).count() for desk in desks}

    return cache.get_or_set(f"desk:{hash_of(scope)}", count, COUNT_SECONDS)


def work_count(scope: Scope, desk: Desk, params: Mapping[str, str]) -> int:
    """How many returns the filters leave; kept for some seconds."""
    asked = "&".join(f"{key}={params[key]}" for key in sorted(params) if key not in {"at", "size"})
    key = f"work:{hash_of(scope)}:{desk.code}:{_digest(asked)}"
    return cache.get_or_set(key, lambda: work(scope, desk, params).count(), COUNT_SECONDS)


def fillers(scope: Scope, desk: Desk) -> list[tuple[int, str, int]]:
    """Whose forms lie on a pile: (user id, name, count), the most first. For instructors."""
    key = f"fillers:{hash_of(scope)}:{desk.code}"

    def count() -> list[tuple[int, str, int]]:
        rows = Return.objects.visible_to(scope).filter(desk.condition, active=True, filled_by__isnull=False)
        counted = list(rows.values_list("filled_by").annotate(n=Count("pk")).order_by("-n")[:200])
        names = dict(User.objects.filter(pk__in=[u for u, _n in counted]).values_list("id", "name"))
        return [(user, names.get(user, "?"), n) for user, n in counted]

    return cache.get_or_set(key, count, COUNT_SECONDS)


def hash_of(scope: Scope) -> str:
    """A short name of a scope for cache keys."""
    return _digest(repr((scope.settings(), scope.post_kind)))


def _digest(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=12).hexdigest()
