"""The side menu and the home page's cards: each room registers its own entries in its app's ``ready``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from census.access.scope import Scope

BADGE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """A menu entry: url name, label (lazy text), Tabler icon name, and the capability that shows it."""

    url: str
    label: Any
    icon: str
    capability: str
    group: Any
    order: int
    badge: Callable[[Scope], int] | None = None  # how much waits there; kept for some seconds


@dataclass(frozen=True, slots=True)
class Card:
    """A card of the home page: ``build(scope)`` returns its context (or None to leave it out)."""

    template: str
    capability: str
    build: Callable[[Scope], dict[str, Any] | None]
    order: int


_entries: list[Entry] = []
_cards: list[Card] = []


def add_entry(
    url: str,
    label: Any,
    icon: str,
    capability: str,
    group: Any,
    order: int,
    badge: Callable[[Scope], int] | None = None,
) -> None:
    """Register a menu entry. Order: 100s census, 200s sources, 300s review, 400s accounting, 900s administration."""
    _entries.append(Entry(url, label, icon, capability, group, order, badge))


def add_card(
    template: str, capability: str, build: Callable[[Scope], dict[str, Any] | None], order: int
) -> None:
    """Register a home page card; *template* is included with the mapping that ``build`` returns."""
    _cards.append(Card(template, capability, build, order))


def entries_for(scope: Scope) -> list[Entry]:
    """The menu of a post, in order."""
    return sorted((e for e in _entries if scope.can(e.capability)), key=lambda e: e.order)


def badge_of(entry: Entry, scope: Scope) -> int:
    """The number beside a menu entry, counted once in BADGE_SECONDS for a person's post."""
    if entry.badge is None:
        return 0
    return cache.get_or_set(_badge_key(entry, scope), lambda: entry.badge(scope), BADGE_SECONDS)


def forget_badges(scope: Scope) -> None:
    """Count the badges of this post anew with the next page, after what they count has changed."""
    cache.delete_many([_badge_key(entry, scope) for entry in entries_for(scope) if entry.badge])


def _badge_key(entry: Entry, scope: Scope) -> str:
    return f"badge:{entry.url}:{scope.post_id}:{scope.user_id}"


def cards_for(scope: Scope) -> list[dict[str, Any]]:
    """The home page of a post: ``{"template", **context}`` in order."""
    built = []
    for card in sorted((c for c in _cards if scope.can(c.capability)), key=lambda c: c.order):
        context = card.build(scope)
        if context is not None:
            built.append({"template": card.template, **context})
    return built
