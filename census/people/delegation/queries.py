"""Reading delegations: through whose posts a person acts, who may stand in, what an office has arranged."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from census.access.scope import Scope
from census.people.delegation.models import Delegation
from census.people.models import Post, User
from census.places import regions

# posts whose work a colleague can do. Not: accounts of one enterprise (no colleague), administrators of rights,
# verifiers (each signs for oneself), auditors
DELEGABLE = frozenset(
    {"enumerator", "instructor", "third_party", "county_officer", "city_officer", "province_officer"}
    | {"nation_officer", "department_reviewer"}
)


def delegated_posts(user_id: int, own: Sequence[Post]) -> list[Post]:
    """Posts of absent colleagues through which a person may act today. The colleague must still hold a post of
    the same kind and region, and the absent one theirs, with an active account."""
    if not own:
        return []
    held = {(post.kind, post.region) for post in own}
    given = Delegation.objects.current().filter(colleague_id=user_id).values("post_id")
    found = Post.objects.current().filter(pk__in=given, user__is_active=True).exclude(user_id=user_id)
    return [post for post in found.select_related("user").order_by("id") if (post.kind, post.region) in held]


def colleagues_of(post: Post) -> QuerySet[User]:
    """People who hold a post of the same kind at the same office, without the holder."""
    same = Post.objects.current().filter(kind=post.kind, region=post.region)
    return User.objects.filter(pk__in=same.values("user_id"), is_active=True).exclude(pk=post.user_id)


def own_posts(scope: Scope) -> list[Post]:
    """The person's own posts that can be delegated from where they act now."""
    found = Post.objects.current().filter(user_id=scope.user_id, kind__in=DELEGABLE).select_related("user")
    return [post for post in found.order_by("id") if may_arrange(scope, post)]


def may_arrange(scope: Scope, post: Post) -> bool:
    """True for the holder, and for an administrator of the region (who fell ill cannot do it). Not for somebody
    who acts for another: what was taken on is not passed on."""
    own = scope.behalf_of is None and post.user_id == scope.user_id
    return (
        post.kind in DELEGABLE
        and (own or (scope.can("people.manage") and scope.behalf_of is None))
        and scope.covers(post.region)
    )


def delegations_of(scope: Scope) -> QuerySet[Delegation]:
    """Delegations that concern the person: given, taken on, or (for administrators) made in the region."""
    mine = Q(post__user_id=scope.user_id) | Q(colleague_id=scope.user_id)
    if scope.can("people.manage") or scope.can("audit.view"):
        low, high = regions.bounds(scope.region)
        mine |= Q(region__gte=low, region__lt=high)
    return Delegation.objects.filter(mine).select_related("post__user", "colleague")
