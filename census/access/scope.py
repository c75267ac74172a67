"""Scope: who acts, through which post, over which region, categories, districts or single object.

The same scope is enforced twice: querysets start from ``visible_to(scope)``, and PostgreSQL's row-level
security reads the settings that :func:`enter` writes for the running transaction. With no scope entered the
settings are absent and every scoped table is empty: forgetting fails closed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.db.models import Q

from census.access.posts import CAPABILITIES, CATEGORIES
from census.places import regions


@dataclass(frozen=True, slots=True)
class Scope:
    """An actor with a place and a subject. Hashable, picklable, made per request or per job."""

    user_id: int | None
    user_name: str
    post_id: int | None
    post_kind: str
    region: str
    categories: frozenset[str] = frozenset(CATEGORIES)
    districts: tuple[UUID, ...] | None = (
        None  # None: not limited to districts; (): none assigned, sees nothing
    )
    object_id: UUID | None = None
    capabilities: frozenset[str] = field(default_factory=frozenset)
    behalf_of: int | None = None  # the absent person whose post this is (see census.people.delegation)

    @classmethod
    def system(cls, region: str = regions.NATION, name: str = "system") -> Scope:
        """The scope of loads and scheduled work: everything in *region*, no person behind it."""
        return cls(None, name, None, "system", region, capabilities=frozenset(CAPABILITIES))

    @property
    def level(self) -> int:
        """Region level of the post: 0 nation … 5 village."""
        return regions.level(self.region)

    @property
    def persons(self) -> frozenset[int]:
        """Who acts, and the absent person for whom: what either did counts where two people are asked for."""
        return frozenset({self.user_id, self.behalf_of} - {None})

    def can(self, capability: str) -> bool:
        return capability in self.capabilities

    def require(self, capability: str) -> None:
        """Raise PermissionDenied unless the post has *capability*."""
        if capability not in self.capabilities:
            raise PermissionDenied(f"{self.post_kind} may not: {capability}")

    def covers(self, region: str, category: str | None = None) -> bool:
        """True when *region* (and *category*) lie within this scope's region and categories."""
        return regions.contains(self.region, region) and (category is None or category in self.categories)

    def require_covers(self, region: str, category: str | None = None) -> None:
        """Raise PermissionDenied when a row of *region* and *category* lies outside the scope."""
        if not self.covers(region, category):
            raise PermissionDenied(f"region {region} / {category} lies outside the post's scope")

    def settings(self) -> tuple[tuple[str, str], ...]:
        """The PostgreSQL settings the policies read (see ``rls.py``)."""
        low, high = regions.bounds(self.region)
        return (
            ("census.low", low),
            ("census.high", high),
            ("census.categories", "{" + ",".join(sorted(self.categories)) + "}"),
            (
                "census.districts",
                "*" if self.districts is None else "{" + ",".join(map(str, self.districts)) + "}",
            ),
            ("census.object", "*" if self.object_id is None else str(self.object_id)),
        )


@contextlib.contextmanager
def enter(scope: Scope) -> Iterator[Scope]:
    """Open a transaction in which row-level security lets *scope* through; at its end it is closed again.

    Nested use in an open transaction narrows or changes the scope for the rest of the inner block and puts
    the outer one back (savepoint release does not restore settings, so it is done by hand).
    """
    outer = getattr(connection, "census_scope", None)
    with transaction.atomic():
        apply(scope)
        try:
            yield scope
        finally:
            connection.census_scope = outer
            if outer is not None and not connection.needs_rollback:
                apply(outer)


def apply(scope: Scope) -> None:
    """Write *scope* into the running transaction's settings. Callers want :func:`enter`."""
    pairs = scope.settings()
    calls = ", ".join(["set_config(%s, %s, true)"] * len(pairs))
    if settings.SWITCH_TO_WEB_ROLE:
        calls += ", set_config('role', 'census_web', true)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [part for pair in pairs for part in pair])
    connection.census_scope = scope


class ScopedQuerySet(models.QuerySet):
    """Queryset of a model that declares ``row_scope`` (see ``rls.RowScope``)."""

    def visible_to(self, scope: Scope) -> ScopedQuerySet:
        """Narrow to the rows *scope* may see. The policies in the database say the same."""
        rows = self.model.row_scope
        low, high = regions.bounds(scope.region)
        condition = Q(**{f"{rows.region}__gte": low, f"{rows.region}__lt": high}) if low else Q()
        if rows.upward and low:  # nothing is above the nation; "all" in an OR would be lost
            condition |= Q(**{f"{rows.region}__in": regions.ancestors(scope.region)})
        if rows.category and len(scope.categories) < len(CATEGORIES):
            condition &= Q(**{f"{rows.category}__in": sorted(scope.categories)})
        if rows.district and scope.districts is not None:
            condition &= Q(**{f"{rows.district}__in": scope.districts})
        if rows.object and scope.object_id is not None:
            condition &= Q(**{rows.object: scope.object_id})
        return self.filter(condition)


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)
