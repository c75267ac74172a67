"""Reading people and offices. Accounts are not rows of one region: a person is seen through posts in scope."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from census.access.scope import Scope
from census.people.models import Office, Post, User
from census.places import regions

STATES = ("active", "locked", "inactive", "no_post")


def posts_of(scope: Scope) -> QuerySet[Post]:
    """Posts inside the scope's region, ended ones too."""
    low, high = regions.bounds(scope.region)
    return Post.objects.filter(region__gte=low, region__lt=high) if low else Post.objects.all()


def users_of(scope: Scope, **post_filter: Any) -> QuerySet[User]:
    """People with a post (now or once) inside the scope's region that fits *post_filter*."""
    held = posts_of(scope).filter(user=OuterRef("pk"), **post_filter)
    return User.objects.filter(Exists(held))


def people_list(
    scope: Scope, *, text: str = "", kind: str = "", within: str = "", state: str = ""
) -> QuerySet[User]:
    """People of the scope with their posts in force (``current_posts``), filtered."""
    wanted: dict[str, Any] = {}
    if kind:
        wanted["kind"] = kind
    if within:
        wanted["region__gte"], wanted["region__lt"] = regions.bounds(within)
    found = users_of(scope, **wanted)
    if text:
        found = found.filter(Q(username__startswith=text.lower()) | Q(name__contains=text))
    in_force = Exists(Post.objects.current().filter(user=OuterRef("pk")))
    if state == "active":
        found = found.filter(in_force, is_active=True)
    elif state == "locked":
        found = found.filter(locked_until__gt=timezone.now())
    elif state == "inactive":
        found = found.filter(is_active=False)
    elif state == "no_post":
        found = found.filter(~in_force)
    return found.prefetch_related(
        Prefetch("posts", Post.objects.current().order_by("id"), to_attr="current_posts")
    )


def offices_of(scope: Scope, *, text: str = "") -> QuerySet[Office]:
    """Offices inside the scope's region, and those above it."""
    low, high = regions.bounds(scope.region)
    found = Office.objects.filter(
        Q(region__gte=low, region__lt=high) | Q(region__in=regions.ancestors(scope.region))
    )
    return found.filter(name__contains=text) if text else found
