"""Figures that rooms give to documents: a registry, because a document may tell of rooms its own may not import.

A provider answers all figures of its subject for one region at once::

    @figures_of("problems")
    def problem_figures(scope, region):
        return {"issued": 320, "closed": 301, "closed_share": 94.1}

They are then known as ``problems.issued`` and so on. A value is a number or None (not known: blank, never zero).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from census.access.scope import Scope

Values = Mapping[str, float | None]
Provider = Callable[[Scope, str], Values]
_providers: dict[str, Provider] = {}


def figures_of(subject: str) -> Callable[[Provider], Provider]:
    """Register a function as the provider of *subject*."""

    def register(provider: Provider) -> Provider:
        _providers[subject] = provider
        return provider

    return register


def subjects() -> list[str]:
    """Subjects that have a provider."""
    return sorted(_providers)


def figures(scope: Scope, region: str, wanted: set[str]) -> dict[str, float | None]:
    """The figures of the *wanted* subjects by full name. Raises LookupError for a subject nobody provides."""
    scope.require_covers(region)
    found: dict[str, float | None] = {}
    for subject in sorted(wanted):
        if subject not in _providers:
            raise LookupError(subject)
        for name, value in _providers[subject](scope, region).items():
            found[f"{subject}.{name}"] = value
    return found
