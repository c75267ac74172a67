"""Figures of the organisation for documents: offices, people, districts, circulars."""

from __future__ import annotations

from census.access.scope import Scope
from census.dispatch.models import Document
from census.documents.figures import Values, figures_of
from census.people.models import Office, Post
from census.places import regions
from census.places.models import CensusDistrict


@figures_of("organisation")
def organisation(scope: Scope, region: str) -> Values:
    """People count once per kind of post, whoever holds several of it."""
    low, high = regions.bounds(region)
    inside = {"region__gte": low, "region__lt": high}
    posts = Post.objects.current().filter(**inside, user__is_active=True)
    kinds = ("enumerator", "instructor", "verifier")
    return {
        "offices": Office.objects.filter(**inside).count(),
        "people": posts.values("user").distinct().count(),
        **{f"{kind}s": posts.filter(kind=kind).values("user").distinct().count() for kind in kinds},
        "districts": CensusDistrict.objects.visible_to(scope).filter(**inside, active=True).count(),
        "documents": Document.objects.visible_to(scope).filter(**inside).exclude(state="draft").count(),
    }
