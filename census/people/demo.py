"""Sign-ins of a synthetic campaign. Its people are invented; the shared password is no secret."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Exists, OuterRef

from census.access.posts import POST_KINDS
from census.calendar.models import Campaign
from census.people.models import Post
from census.places.models import Region

DEMO_PASSWORD = "census-demo-2017"  # noqa: S105 - printed on the sign-in page


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """One account of each kind of post."""

    kind: str
    username: str
    name: str
    region: str

    @property
    def label(self) -> str:
        return POST_KINDS[self.kind].label


def demo_sign_ins() -> list[DemoSignIn]:
    """One synthetic account per kind of post, in the order of the posts; [] in a real campaign."""
    return cache.get_or_set("demo:sign_ins", _find, 60)


def _find() -> list[DemoSignIn]:
    campaign = Campaign.objects.filter(active=True).order_by("-reference_date").first()
    if campaign is None or not campaign.synthetic:
        return []
    earlier = Post.objects.current().filter(user=OuterRef("user"), id__lt=OuterRef("id"))
    posts = (
        Post.objects.current()
        .filter(user__synthetic=True, user__is_active=True, user__password_changed_at=None)
        .filter(~Exists(earlier))  # the post one acts through after signing in
        .select_related("user")
        .order_by("kind", "user_id")
        .distinct("kind")
    )
    found = {post.kind: post for post in posts}
    names = dict(Region.objects.filter(code__in=[p.region for p in posts]).values_list("code", "name"))
    return [
        DemoSignIn(kind, post.user.username, post.user.name, names.get(post.region, post.region))
        for kind in POST_KINDS
        if (post := found.get(kind))
    ]
