"""Reading visits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from census.access.scope import Scope
from census.people.models import Post, User
from census.places import regions
from sources.objects.models import CensusObject
from sources.visits.attachments import attachments_of
from sources.visits.models import Visit

GOING = ("enumerator", "instructor", "third_party", "county_officer")


def visits_of(scope: Scope, object_id: UUID) -> list[dict[str, Any]]:
    """The visits to an object, newest first: ``{"visit", "people": names, "files"}``."""
    visits = list(Visit.objects.visible_to(scope).filter(object_id=object_id))
    names = dict(User.objects.filter(pk__in={p for v in visits for p in v.people}).values_list("id", "name"))
    files = attachments_of(scope, subject="visit", subject_ids=[v.id for v in visits])
    return [
        {
            "visit": visit,
            "people": [names[p] for p in visit.people if p in names],
            "files": files.get(str(visit.id), []),
        }
        for visit in visits
    ]


def people_going(scope: Scope, obj: CensusObject) -> dict[int, str]:
    """Who may go on a visit to *obj*: the field staff of its county, and the actor. {user id: name}."""
    low, high = regions.bounds(regions.at_level(obj.region, min(3, regions.level(obj.region))))
    posts = Post.objects.current().filter(
        kind__in=GOING, region__gte=low, region__lt=high, user__is_active=True
    )
    found = dict(posts.order_by("user__name").values_list("user_id", "user__name")[:500])
    if scope.user_id is not None:
        found.setdefault(scope.user_id, scope.user_name)
    return found
