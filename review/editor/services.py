"""Writing rules, putting them in force, retiring them. Every change makes a version; nothing issued is overwritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.places import regions
from review.editor.force import specs_of
from review.editor.models import RuleTrial, RuleVersion
from review.editor.trying import Trying, try_rule
from review.rules.catalogue import CLASSES, LETTERS, audit_rules
from review.rules.own import FAMILY, form_rules
from review.rules.spec import LEVELS, RuleSpec
from sources.forms.catalogue import load

OWN_FROM = 500  # national numbers from here on are given to rules written here: L500, L501 …
_ISSUING = 7_301_044  # advisory lock: issues one after the other, so that revisions commit in their order
_COPIED = (
    *("base", "family", "form", "rule", "params", "cases", "severity", "zh", "en", "source", "levels"),
    *("valid_from", "valid_to"),
)


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """What a writer types. *params*: (name, value) as typed; *cases*: YAML by name."""

    family: str
    form: str
    rule: str
    params: Sequence[tuple[str, str]]
    cases: Mapping[str, str]
    severity: str
    zh: str
    en: str
    source: str
    levels: Sequence[str]
    valid_from: dt.date | None
    valid_to: dt.date | None
    note: str = ""
    expected: dt.datetime | None = field(default=None)  # updated_at of the draft the writer saw


@transaction.atomic
def rule_new(actor: Scope, *, family: str, form: str, number: str = "") -> RuleVersion:
    """A first draft. *number*: a rule of the catalogue that is not bound yet (nation only); else one is given."""
    actor.require("rule.write")
    faults = {}
    if family not in CLASSES:
        faults["family"] = _("Choose a class.")
    if form not in load().forms:
        faults["form"] = _("Choose a form.")
    if faults:
        raise ValidationError(faults)
    _numbering()
    row = RuleVersion(region=actor.region, number=_next(actor, family), family=family, form=form)
    if number:
        rule = audit_rules().rules.get(number)
        taken = RuleVersion.objects.filter(number=number).exists()
        if rule is None or rule.binding is not None or taken or actor.region != regions.NATION:
            raise ValidationError(_("This rule cannot be written anew."))
        row.number, row.family, row.severity = number, rule.family, rule.severity
        row.zh, row.en, row.source = rule.message.zh, rule.message.en, ", ".join(rule.sources)
    row.levels, row.valid_from = list(LEVELS), timezone.localdate()
    return _created(actor, row)


@transaction.atomic
def rule_revise(actor: Scope, *, rule_id: int) -> RuleVersion:
    """A draft of the next version of an own rule; the one there is, if somebody began it already."""
    old = _own(actor, rule_id, "rule.write")
    draft = RuleVersion.objects.filter(number=old.number, state=RuleVersion.State.DRAFT).first()
    if draft is not None:
        return draft
    row = _copy(old, region=old.region, number=old.number, version=_last(old.number) + 1)
    if row.base and (national := national_of(row.base)) is not None:
        own = dict(row.params)  # the nation's text of today, with the own values of its thresholds
        row.rule, row.form, row.family = national.rule, national.form, national.family
        row.params = [[name, own.get(name, value)] for name, value in national.params]
    return _created(actor, row)


@transaction.atomic
def rule_adapt(actor: Scope, *, rule_id: int) -> RuleVersion:
    """A province's own thresholds of a national rule: a rule of its own beside it, which finds what that one lets pass.

    The national rule goes on unchanged, so a province can ask for more and never for less.
    """
    actor.require("rule.write")
    old = RuleVersion.objects.visible_to(actor).filter(pk=rule_id).first()
    if old is None or old.region != regions.NATION or regions.level(actor.region) != 1:
        raise PermissionDenied("only a province sets thresholds of its own, and only of a national rule")
    if not old.params:
        raise ValidationError(_("This rule has no thresholds. Write a rule of your own beside it."))
    number = f"{old.number}-{actor.region[:2]}"
    existing = RuleVersion.objects.filter(number=number).order_by("-version").first()
    if existing is not None:
        return rule_revise(actor, rule_id=existing.pk)
    return _created(actor, _copy(old, region=actor.region, number=number, version=1, base=old.number))


@transaction.atomic
def rule_save(actor: Scope, *, rule_id: int, terms: RuleTerms) -> RuleVersion:
    """Keep a draft as typed, faults and all; only the issue asks for a rule that works."""
    row = _own(actor, rule_id, "rule.write")
    if row.state != RuleVersion.State.DRAFT:
        raise ValidationError(_("Only a draft is changed. Begin a new version."))
    if terms.expected is not None and terms.expected != row.updated_at:
        raise ValidationError(
            _(
                "%(name)s has changed this draft meanwhile. Your text is below; load the page again to see theirs."
            )
            % {"name": row.written_by_name}
        )
    _check_terms(row, terms)
    row.params = [[name, value] for name, value in terms.params]
    row.severity, row.zh, row.en, row.source, row.note = (
        terms.severity,
        *(" ".join(text.split()) for text in (terms.zh, terms.en, terms.source, terms.note)),
    )
    row.levels = [level for level in LEVELS if level in terms.levels]
    row.valid_from, row.valid_to = terms.valid_from, terms.valid_to
    row.cases = dict(terms.cases)
    if not row.base:  # a province's thresholds keep the nation's text
        row.family, row.form, row.rule = terms.family, terms.form, terms.rule.replace("\r\n", "\n").strip()
    row.written_by_name, row.updated_at = actor.user_name, timezone.now()
    row.writers = sorted({*row.writers, *actor.persons})
    row.save()
    return row


@transaction.atomic
def rule_discard(actor: Scope, *, rule_id: int) -> None:
    """Throw a draft away."""
    row = _own(actor, rule_id, "rule.write")
    if row.state != RuleVersion.State.DRAFT:
        raise ValidationError(_("Only a draft is thrown away. An issued rule is retired."))
    audit_record(actor, "rule.discarded", subject="rule", subject_id=row.pk, number=row.number)
    row.delete()


def hindrances(row: RuleVersion, trying: Trying | None = None) -> list[str]:
    """Why a draft cannot be put in force yet, in words; [] when it can."""
    trying = trying or tried(row)
    found = []
    if trying.check is None:
        found.append(_("The rule has faults."))
    elif not trying.good and not _same_text(row):
        found.append(_("One of the three cases does not come out as it should."))
    if not (row.zh and row.en):
        found.append(_("The message is needed in both languages."))
    if not row.source:
        found.append(_("Name the legal basis or source."))
    if not row.levels:
        found.append(_("The rule is at work at no level."))
    if row.valid_from is None:
        found.append(_("Say from which day on it holds."))
    if not RuleTrial.objects.filter(rule=row, digest=row.digest).exists():
        found.append(_("Try it on the forms first; the last trial was of another text, or there was none."))
    return found


def _same_text(row: RuleVersion) -> bool:
    """Does the draft leave text and thresholds as they were shipped with a form, which has no cases to show?"""
    spec = form_rules().get(row.number)
    return (
        spec is not None and not any(row.cases.values()) and not row.params and row.rule.strip() == spec.rule
    )


def tried(row: RuleVersion) -> Trying:
    """The draft bound, with its cases run."""
    return try_rule(spec_of(row), row.cases)


def spec_of(row: RuleVersion) -> RuleSpec:
    """What the version would run, beside the national rule in force if it sharpens one."""
    if not row.base:
        return specs_of([row])[0]
    national = national_of(row.base)
    if national is None and RuleVersion.objects.filter(number=row.base).exists():
        return specs_of([row], gone={row.base})[0]
    return specs_of([row] if national is None else [row, national])[0]


@transaction.atomic
def rule_issue(actor: Scope, *, rule_id: int) -> RuleVersion:
    """Put a draft in force from its first day on. Never by somebody who wrote on it."""
    row = _own(actor, rule_id, "rule.issue")
    if row.state != RuleVersion.State.DRAFT:
        raise ValidationError(_("This version was issued already."))
    if actor.persons & set(row.writers):
        raise PermissionDenied("who wrote a rule does not put it in force")
    if faults := hindrances(row):
        raise ValidationError(faults)
    row.state, row.revision = RuleVersion.State.ISSUED, _revision()
    row.issued_by, row.issued_by_name, row.issued_at = actor.user_id, actor.user_name, timezone.now()
    row.save()
    audit_record(
        actor, "rule.issued", subject="rule", subject_id=row.pk, number=row.number, version=row.version
    )
    return row


@transaction.atomic
def rule_retire(actor: Scope, *, rule_id: int, reason: str) -> RuleVersion:
    """End a rule with yesterday. Its findings are cleared by the next run; the versions stay to be read."""
    row = _own(actor, rule_id, "rule.issue")
    if row.state != RuleVersion.State.ISSUED or row.version != _last(row.number, drafts=False):
        raise ValidationError(_("Only the version in force is retired."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the rule is retired.")})
    row.state, row.revision = RuleVersion.State.RETIRED, _revision()
    row.valid_to = min(row.valid_to or dt.date.max, timezone.localdate() - dt.timedelta(days=1))
    row.reason, row.retired_by_name, row.retired_at = reason.strip()[:400], actor.user_name, timezone.now()
    row.save()
    audit_record(
        actor, "rule.retired", subject="rule", subject_id=row.pk, number=row.number, version=row.version
    )
    return row


def wrote(persons: Iterable[int], numbers: Iterable[str]) -> set[str]:
    """Those of the rules *numbers* that one of the *persons* has written on, in any version."""
    mine = Q()
    for person in persons:
        mine |= Q(writers__contains=[person])
    if not mine:
        return set()
    rows = RuleVersion.objects.filter(mine, number__in=set(numbers))
    return set(rows.values_list("number", flat=True))


def national_of(number: str) -> RuleVersion | None:
    """The newest issued version of a national rule; None when it was retired."""
    rows = RuleVersion.objects.filter(number=number, region=regions.NATION)
    row = rows.exclude(state=RuleVersion.State.DRAFT).order_by("-version").first()
    return row if row is not None and row.state == RuleVersion.State.ISSUED else None


# -- parts -----------------------------------------------------------------------------------------
def _own(actor: Scope, rule_id: int, capability: str) -> RuleVersion:
    """The version locked; of the actor's own office only."""
    actor.require(capability)
    row = RuleVersion.objects.visible_to(actor).select_for_update().filter(pk=rule_id).first()
    if row is None or row.region != actor.region:
        raise PermissionDenied("rules are written and issued by the office they belong to")
    return row


def _check_terms(row: RuleVersion, terms: RuleTerms) -> None:
    faults: dict[str, str] = {}
    own = form_rules().get(row.number)
    if not row.base and terms.family not in ((FAMILY,) if own else CLASSES):
        faults["family"] = _("Choose a class.")
    if not row.base and (terms.form != own.form if own else terms.form not in load().forms):
        faults["form"] = _("Choose a form.")
    if terms.severity not in RuleVersion.Severity.values:
        faults["severity"] = _("Choose a severity.")
    for name in ("zh", "en", "source", "note"):
        if len(getattr(terms, name)) > 400:
            faults[name] = _("At most %(limit)s characters.") % {"limit": 400}
    if terms.valid_from and terms.valid_to and terms.valid_to < terms.valid_from:
        faults["valid_to"] = _("The last day lies before the first.")
    names = [name for name, _value in terms.params]
    if len(set(names)) < len(names):
        faults["params"] = _("A threshold is named twice.")
    if faults:
        raise ValidationError(faults)


def _created(actor: Scope, row: RuleVersion) -> RuleVersion:
    row.writers, row.written_by_name = sorted(actor.persons), actor.user_name
    row.save(force_insert=True)
    audit_record(
        actor, "rule.created", subject="rule", subject_id=row.pk, number=row.number, version=row.version
    )
    return row


def _copy(old: RuleVersion, **changes: Any) -> RuleVersion:
    values = {name: getattr(old, name) for name in _COPIED}
    values |= {"valid_from": timezone.localdate(), "valid_to": None}
    return RuleVersion(**values | changes)


def _last(number: str, *, drafts: bool = True) -> int:
    rows = RuleVersion.objects.filter(number=number)
    if not drafts:
        rows = rows.exclude(state=RuleVersion.State.DRAFT)
    return rows.aggregate(n=Max("version"))["n"] or 0


def _next(actor: Scope, family: str) -> str:
    """The next free number: ``L500`` for the nation, ``33-L001`` for a province."""
    letter = LETTERS[family]
    head, first = (
        (letter, OWN_FROM) if actor.region == regions.NATION else (f"{actor.region[:2]}-{letter}", 1)
    )
    taken = RuleVersion.objects.filter(number__regex=rf"^{head}\d{{3}}$").values_list("number", flat=True)
    numbers = [int(number[-3:]) for number in taken]
    return f"{head}{max([first - 1, *(n for n in numbers if n >= first)]) + 1:03d}"


def _numbering() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ISSUING])


def _revision() -> int:
    _numbering()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('review_rule_revision')")
        return cursor.fetchone()[0]
