"""The rules at work in a place on a day: the shipped catalogue, changed by what the nation and the province issued."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable
from functools import lru_cache
from types import MappingProxyType

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from census.places import regions
from review.editor.models import RuleVersion
from review.rules.catalogue import audit_rules
from review.rules.own import form_rules
from review.rules.sets import RuleSet
from review.rules.spec import ALL_LEVELS, LEVELS, RuleSpec, check_of
from sources.forms.catalogue import load
from sources.forms.model import Check, Form
from sources.language import RuleError

log = logging.getLogger(__name__)
REVISION = "SELECT coalesce(max(revision), 0) FROM review_ruleversion"


def level_of(region: str) -> str:
    """At which level a run started by the office of *region* is: a word of ``LEVELS``."""
    return ("nation", "province", "city", "county")[min(regions.level(region), 3)]


def rules_of(region: str, *, day: dt.date | None = None, revision: int | None = None) -> RuleSet:
    """The rules in force in *region* on *day* (today). *revision*: the newest seen by the running scope, if known.

    Kept by province, revision and day; asking again costs a look-up, or one query for the revision.
    """
    if revision is None:
        with connection.cursor() as cursor:
            cursor.execute(REVISION)
            (revision,) = cursor.fetchone()
    if not revision:
        return audit_rules().set
    province = regions.at_level(region, 1) if regions.level(region) else regions.NATION
    return _rules(province, revision, day or timezone.localdate())


@lru_cache(maxsize=64)
def _rules(province: str, _revision: int, day: dt.date) -> RuleSet:
    return set_of(newest(province, day), day)


def newest(province: str, day: dt.date) -> dict[str, RuleVersion]:
    """Number -> the version that counts in *province* on *day*: the newest whose period has begun.

    Versions of the shipped catalogue that nobody changed are left out: the files say the same.
    """
    rows = RuleVersion.objects.filter(
        ~Q(state=RuleVersion.State.DRAFT), region__in={regions.NATION, province}, valid_from__lte=day
    )
    found: dict[str, RuleVersion] = {}
    for row in rows.order_by("number", "-version"):
        found.setdefault(row.number, row)
    return {number: row for number, row in found.items() if not shipped(row)}


def shipped(row: RuleVersion) -> bool:
    """Is this the catalogue's own text, in force as shipped?"""
    return row.imported and row.state == RuleVersion.State.ISSUED and row.valid_to is None


def runs_on(row: RuleVersion, day: dt.date) -> bool:
    """Is the version at work on *day*? One that was retired was until the day before."""
    return (
        row.valid_from is not None and row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
    )


def set_of(rows: dict[str, RuleVersion], day: dt.date | None = None) -> RuleSet:
    """The shipped rules with *rows* (number -> version) in place of those of the same number."""
    day = day or timezone.localdate()
    files = audit_rules()
    kept = {code: [c for c in checks if c.rule not in rows] for code, checks in files.set.checks.items()}
    running = [row for row in rows.values() if runs_on(row, day)]
    specs = specs_of(running, gone=rows.keys() - {row.number for row in running})
    broken: dict[str, str] = {}
    for spec in specs:
        try:
            if spec.form not in load().forms:
                raise RuleError([])
            check: Check = check_of(spec)
        except RuleError as error:  # a form lost an item the rule reads: the other rules go on
            broken[spec.number] = str(error)
            log.error("audit rule %s does not fit the forms: %s", spec.number, error)
        else:
            kept.setdefault(spec.form, []).append(check)
    levels = {spec.number: spec.levels for spec in specs if spec.levels != ALL_LEVELS}
    return RuleSet(
        MappingProxyType({code: tuple(checks) for code, checks in kept.items()}),
        MappingProxyType(levels),
        MappingProxyType(broken),
        frozenset(rows.keys() & form_rules().keys()),
    )


def form_in_force(code: str) -> Form:
    """The form with the versions in force of its own rules, which are the nation's; asked for by saves and pages."""
    return rules_of(regions.NATION).form(code)


def specs_of(rows: Iterable[RuleVersion], gone: Collection[str] = ()) -> list[RuleSpec]:
    """What the versions run; those that sharpen a national rule know it, as *rows* or the catalogue have it.

    A rule whose national one is *gone* stands alone.
    """
    chosen = {row.number: row for row in rows}
    files = audit_rules().rules

    def base(number: str) -> RuleSpec | None:
        if number in chosen:
            return chosen[number].spec()
        if number in gone:
            return None
        return files[number].spec if number in files else form_rules().get(number)

    return [row.spec(base(row.base) if row.base else None) for row in chosen.values()]


def levels_of(row: RuleVersion) -> tuple[str, ...]:
    """The levels of a version, in their order."""
    return tuple(level for level in LEVELS if level in row.levels)
