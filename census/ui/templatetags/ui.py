"""Template helpers used on every page (loaded as builtins)."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils import numberformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from census.access.posts import CATEGORIES
from census.jobs.models import Job
from census.jobs.queries import Pace, pace_of
from census.places.names import CODE_LISTS
from census.rounding import half_up
from census.saved.services import tidy, views_for
from census.ui.context import region_name

register = template.Library()


@register.filter
def number(value: Any, decimals: int | None = None) -> str:
    """A number with thousands separators; a blank shows as a dash, never as zero.

    Grouped by three with a comma in both languages, as in the yearbooks (Django's Chinese format has no groups).
    """
    if value is None or value == "":
        return "–"
    if decimals is not None and isinstance(value, float) and isfinite(value):
        value = half_up(value, decimals)  # Django cuts the digits off
    return numberformat.format(value, ".", decimals, 3, ",", force_grouping=True, use_l10n=False)


@register.filter
def local(thing: Any, field: str = "") -> str:
    """The zh or en text of a mapping {zh, en} or of an object with <field>_zh / <field>_en."""
    language = "en" if get_language() == "en" else "zh"
    if isinstance(thing, dict):
        return thing.get(language) or thing.get("zh", "")
    prefix = f"{field}_" if field else ""
    return getattr(thing, prefix + language, "") or getattr(thing, prefix + "zh", "")


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """mapping[key], or an empty text."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def region(code: str) -> str:
    """Name of a division, or its code when it is not in the list."""
    return region_name(code) if code else "–"


@register.filter
def category_names(codes: Iterable[str]) -> str:
    """Source categories by name; all of them together as one word."""
    codes = set(codes)
    if codes >= set(CATEGORIES):
        return _("All source categories")
    return _(", ").join(str(label) for code, label in CATEGORIES.items() if code in codes)


@register.filter
def list_name(code: str) -> str:
    """Name of a code list."""
    return CODE_LISTS.get(code, code)


@register.filter
def duration(seconds: int | None) -> str:
    """Seconds as "45 s", "3 min 20 s" or "2 h 5 min"."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)s s") % {"seconds": rest}


@register.simple_tag
def pace(job: Job) -> Pace:
    """How fast a job goes and how long it still takes."""
    return pace_of(job)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A Tabler icon, hidden from screen readers."""
    return format_html('<i class="ti ti-{} {}" aria-hidden="true"></i>', name, extra)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with *changes*; None removes a key. A change forgets the position ``at``."""
    request: HttpRequest = context["request"]
    params = request.GET.copy()
    if "at" not in changes:
        params.pop("at", None)
    for key, value in changes.items():
        if value is None or value == "":
            params.pop(key, None)
        else:
            params[key] = str(value)
    return "?" + params.urlencode()


@register.inclusion_tag("ui/saved_views.html", takes_context=True)
def saved_views(context: dict[str, Any], page: str) -> dict[str, Any]:
    """The menu of saved views of a list; *page*: name of its address. The page redirects to ``saved.opening``."""
    request: HttpRequest = context["request"]
    views = list(views_for(request.scope, page))
    now = tidy(request.GET.urlencode())
    wanted = request.GET.get("view")
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "page": page,
        "query": now,
        "own": [view for view in views if view.user_id == request.scope.user_id],
        "others": [view for view in views if view.user_id != request.scope.user_id],
        "current": next((view for view in views if str(view.id) == wanted and view.query == now), None),
    }


@register.filter
def pair(first: Any, second: Any) -> list[tuple[Any, Any]]:
    """Two lists of the same length as pairs, to walk them together."""
    return list(zip(first, second, strict=True))


@register.filter
def attr(thing: Any, name: str) -> Any:
    """A public attribute of an object (for values a template found through |get)."""
    return getattr(thing, name, "") if not name.startswith("_") else ""
