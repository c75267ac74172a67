"""What every page's frame shows."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from census.access.scope import Scope
from census.calendar.models import Campaign
from census.places.models import Region
from census.ui.menu import badge_of, entries_for


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame: menu, post, region, campaign. Cheap: the names are cached."""
    scope = getattr(request, "scope", None)
    if scope is None or request.failed:  # after a failure the transaction may be broken: no queries
        return {"shell": None}
    post = request.post
    return {
        "shell": {
            "menu": _menu(scope, request.path),
            "scope": scope,
            "region": region_name(scope.region),
            "campaign": cache.get_or_set("shell:campaign", _campaign, 60),
            "post": post,
            "behalf_of": post.user.name if scope.behalf_of else "",
            "other_posts": [
                {
                    "id": other.id,
                    "kind": other.get_kind_display(),
                    "region": region_name(other.region),
                    "behalf_of": other.user.name if other.user_id != scope.user_id else "",
                }
                for other in request.posts
                if other.id != post.id
            ],
        }
    }


def region_name(code: str) -> str:
    """Name of a region, or its code when it is not in the list. Cached for an hour."""
    return cache.get_or_set(f"shell:region:{code}", lambda: _region_name(code), 3600)


def _menu(scope: Scope, path: str) -> list[dict[str, Any]]:
    """The entries with their addresses; active is the one whose address is the longest start of *path*."""
    items = [
        {"entry": entry, "address": reverse(entry.url), "active": False, "badge": badge_of(entry, scope)}
        for entry in entries_for(scope)
    ]
    leading = [item for item in items if path == item["address"] or _below(path, item["address"])]
    if leading:
        max(leading, key=lambda item: len(item["address"]))["active"] = True
    return items


def _below(path: str, address: str) -> bool:
    return address != "/" and path.startswith(address.rstrip("/") + "/")


def _campaign() -> dict[str, Any]:
    campaign = Campaign.objects.filter(active=True).order_by("-reference_date").first()
    if campaign is None:
        return {}
    return {"zh": campaign.name_zh, "en": campaign.name_en, "synthetic": campaign.synthetic}


def _region_name(code: str) -> str:
    return Region.objects.filter(code=code).values_list("name", flat=True).first() or code
