"""Whom problem rows may be given to."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.people.models import Post
from census.places import regions
from review.problems import states

ASSIGNABLE = ("enumerator", "instructor", "third_party", "filler", "county_officer", "city_officer")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be given problems."""

    id: int
    name: str
    kind: str
    region: str


def people_for(actor: Scope) -> list[Person]:
    """Whom an office may give problems: people with a field post (or the desk itself) in its region.

    A city gives out the rows of its own objects only, so only to people of the city itself. Offices above give out
    none: every row belongs to a county or a city.
    """
    if actor.level < states.CITY:
        return []
    low, high = regions.bounds(actor.region)
    posts = Post.objects.current().filter(kind__in=ASSIGNABLE, region__gte=low, region__lt=high)
    if actor.level == states.CITY:
        posts = posts.filter(region=actor.region)
    rows = posts.filter(user__is_active=True).values_list("user_id", "user__name", "kind", "region")
    return [Person(*row) for row in rows.order_by("region", "kind", "user__name", "user_id")]


def person_for(actor: Scope, user_id: int) -> Person:
    """The assignable person *user_id*. Raises ValidationError when there is none in the actor's region."""
    person = next((one for one in people_for(actor) if one.id == user_id), None)
    if person is None:
        raise ValidationError(_("This person has no post in your region. Choose somebody from the list."))
    return person
