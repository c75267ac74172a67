"""The desks a form passes, as those who are addressed in a comment. Pure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

DESKS = {
    "fill": _("Those who fill the form"),
    "instructor": _("Instructor"),
    "county": _("County office"),
    "city": _("City office"),
    "province": _("Provincial office"),
    "nation": _("National office"),
}
RANK = {desk: rank for rank, desk in enumerate(DESKS)}
_OF_POST = {
    "enumerator": "fill",
    "filler": "fill",
    "third_party": "fill",
    "instructor": "instructor",
    "county_officer": "county",
    "city_officer": "city",
    "province_officer": "province",
    "nation_officer": "nation",
}
_OF_LEVEL = ("nation", "province", "city", "county")


def desk_of(post_kind: str, level: int) -> str:
    """The desk at which a post of that kind sits; posts outside the ladder (department reviewers) sit at the
    office of their level."""
    return _OF_POST.get(post_kind) or _OF_LEVEL[min(level, 3)]
