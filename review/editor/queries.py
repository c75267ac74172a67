"""Reading rules: the list of all, the history of one, what a version changes, which ones are worth retiring."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from census.access.scope import Scope
from census.numbers import whole
from census.places import regions
from census.ui.paging import Page, decode, encode, size_of
from review.comparisons.spec import comparisons
from review.counting import counted
from review.editor.force import runs_on
from review.editor.models import RuleTrial, RuleVersion
from review.editor.terms import TERMS
from review.findings.models import Finding
from review.problems.alarms import Alarms, false_alarms_by_rule
from review.rules.catalogue import AuditRule, audit_rules
from review.rules.own import FAMILY, form_rules
from review.rules.spec import ALL_LEVELS

State = RuleVersion.State
SORTS = ("number", "hits", "answers")


@dataclass(slots=True)
class Line:
    """A rule of the list: of the catalogue, of an office, or of a form definition. *state*: ``force``, ``draft``
    (nothing in force yet), ``retired``, ``resting`` (not at work today), ``unbound``."""

    number: str
    forms: str
    severity: str
    text: Any
    family: str
    state: str
    source: str
    expression: str = ""
    covered: tuple[str, ...] = ()
    unbound: str = ""
    violation: str = ""
    region: str = regions.NATION
    version: RuleVersion | None = None
    draft: RuleVersion | None = None
    levels: frozenset[str] = ALL_LEVELS
    hits: int | None = None
    alarms: Alarms | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """Under which numbers its findings stand."""
        return self.covered or (self.number,)


def rule_lines(scope: Scope) -> list[Line]:
    """Every rule the scope may see, by number."""
    lines = _of_offices(scope)
    taken = {line.number for line in lines}
    lines += [_of_catalogue(rule) for rule in audit_rules().rules.values() if rule.number not in taken]
    lines += _of_forms(taken)
    facts = counted(scope, "rules", "", lambda: _facts(scope))
    for line in lines:
        if line.state != "unbound":
            line.hits = sum(facts["hits"].get(number, 0) for number in line.rules)
        found = [facts["alarms"][number] for number in line.rules if number in facts["alarms"]]
        line.alarms = found[0] if found else None
    return sorted(lines, key=lambda line: (line.family == FAMILY, line.number))


def narrowed(lines: list[Line], params: Mapping[str, str]) -> list[Line]:
    """Those that fit the filter bar, in the order asked for."""
    family, form, severity = params.get("family", ""), params.get("form", ""), params.get("severity", "")
    state, level, text = (
        params.get("state", ""),
        params.get("level", ""),
        params.get("q", "").strip().casefold(),
    )
    found = [
        line
        for line in lines
        if (not family or line.family == family)
        and (not form or form in re.split(r"[~,\s]+", line.forms))
        and (not severity or line.severity == severity)
        and (not state or line.state == state or (state == "draft" and line.draft is not None))
        and (not level or (line.state == "force" and level in line.levels))
        and (not params.get("hits") or line.hits)
        and (not text or text in _haystack(line))
    ]
    if params.get("sort") == "hits":
        found.sort(key=lambda line: -(line.hits or 0))
    elif params.get("sort") == "answers":
        found.sort(key=lambda line: -(line.alarms.answered if line.alarms else 0))
    return found


def page_of(lines: list[Line], params: Any) -> Page:
    """A page of the lines; positions are places in the list."""
    size = size_of(params)
    at = 0
    if params.get("at"):
        _back, values = decode(params["at"])
        at = whole(str(values[0])) or 0 if values else 0
    following = encode([at + size], False) if at + size < len(lines) else None
    return Page(lines[at : at + size], following, encode([max(0, at - size)], True) if at else None, size)


def _haystack(line: Line) -> str:
    words = (line.number, *line.covered, line.text.zh, line.text.en, line.violation, line.expression)
    return " ".join(words).casefold()


def _facts(scope: Scope) -> dict[str, Any]:
    living = Finding.objects.visible_to(scope).filter(state=Finding.State.OPEN)
    hits = dict(living.order_by().values_list("rule").annotate(n=Count("id")))
    return {"hits": hits, "alarms": false_alarms_by_rule(scope)}


def _of_offices(scope: Scope) -> list[Line]:
    today = timezone.localdate()
    newest: dict[str, RuleVersion] = {}
    drafts: dict[str, RuleVersion] = {}
    for row in RuleVersion.objects.visible_to(scope).order_by("number", "-version"):
        if row.state == State.DRAFT:
            drafts[row.number] = row
        elif row.valid_from <= today or row.number not in newest:
            newest.setdefault(row.number, row)
    lines = []
    for number in newest.keys() | drafts.keys():
        row = newest.get(number) or drafts[number]
        if row.state == State.ISSUED:
            state = "force" if runs_on(row, today) else "resting"
        else:
            state = row.state
        shipped = audit_rules().rules.get(number)
        lines.append(
            Line(
                number,
                row.form,
                row.severity,
                row.message,
                row.family,
                state,
                row.source,
                expression=row.rule,
                violation=shipped.violation if shipped else "",
                region=row.region,
                version=row,
                draft=drafts.get(number),
                levels=frozenset(row.levels),
            )
        )
    return lines


def _of_catalogue(rule: AuditRule) -> Line:
    binding = rule.binding
    line = Line(
        rule.number,
        rule.forms,
        rule.severity,
        rule.message,
        rule.family,
        "unbound" if rule.unbound else "force",
        f"{', '.join(rule.sources)} ({rule.status})",
        violation=rule.violation,
        unbound=rule.unbound,
        covered=rule.compared,
    )
    if rule.compared:
        line.expression = "; ".join(map(str, map(comparisons().get, rule.compared)))
    if binding is not None:
        line.expression, line.covered = binding.rule, binding.covered_by
        line.forms = binding.form
    return line


def _of_forms(taken: Collection[str]) -> list[Line]:
    """The rules written in the form definitions (not the built-in checks of single items), but those *taken*."""
    return [
        Line(
            spec.number,
            spec.form,
            spec.severity,
            spec.message,
            FAMILY,
            "force",
            audit_rules().covers.get(spec.number, ""),
            expression=spec.rule,
        )
        for spec in form_rules().values()
        if spec.number not in taken
    ]


# -- one rule --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs between two versions. *parts*: (kind, text) with kind ``same``, ``gone`` or ``new``."""

    name: str
    parts: tuple[tuple[str, str], ...]


def versions_of(scope: Scope, number: str) -> list[RuleVersion]:
    """All versions of a rule the scope may see, newest first."""
    return list(RuleVersion.objects.visible_to(scope).filter(number=number).order_by("-version"))


def shown_state(row: RuleVersion, versions: list[RuleVersion]) -> str:
    """The state of a version among all *versions* (newest first): an issued one may be ``coming``, at work
    (``issued``), ``resting`` out of its period, or ``superseded``."""
    if row.state != State.ISSUED:
        return row.state
    today = timezone.localdate()
    begun = (one for one in versions if one.state != State.DRAFT and one.valid_from <= today)
    counts = next(begun, None)
    if counts is None or row.version > counts.version:
        return "coming"
    if row.version < counts.version:
        return "superseded"
    return "issued" if runs_on(row, today) else "resting"


def changes(old: RuleVersion, new: RuleVersion) -> list[Change]:
    """What *new* changes, field by field, word by word."""
    found = []
    for name, before, after in zip(
        ("form", "rule", "params", "severity", "zh", "en", "source", "levels", "period"),
        _fields(old),
        _fields(new),
        strict=True,
    ):
        if before != after:
            found.append(Change(name, difference(before, after)))
    return found


def difference(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Two texts as words that stayed, went, came."""
    left, right = (re.findall(r"\d+(?:\.\d+)?|\w+|\s+|[^\w\s]", text) for text in (before, after))
    parts: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(("same", "".join(left[a:b])))
            continue
        if b > a:
            parts.append(("gone", "".join(left[a:b])))
        if d > c:
            parts.append(("new", "".join(right[c:d])))
    return tuple(parts)


def _fields(row: RuleVersion) -> tuple[str, ...]:
    params = "; ".join(f"{name} = {value}" for name, value in sorted(row.params))
    period = f"{row.valid_from or ''} – {row.valid_to or ''}"
    return row.form, row.rule, params, row.severity, row.zh, row.en, row.source, ", ".join(row.levels), period


def last_trial(scope: Scope, row: RuleVersion) -> RuleTrial | None:
    """The newest trial of the version that the scope may see."""
    return RuleTrial.objects.visible_to(scope).filter(rule=row).order_by("-at").first()


# -- worth retiring --------------------------------------------------------------------------------
@dataclass(slots=True)
class Idle:
    """A rule that finds nothing (*never*) or mostly false alarms (*share* of its answers)."""

    line: Line
    never: bool = False
    ever: int = 0
    share: float | None = None
    last: dt.datetime | None = field(default=None)


def worth_retiring(scope: Scope) -> list[Idle]:
    """Rules in force that never fired here or whose problems were mostly false alarms; the worst first."""
    seen = {
        row["rule"]: row
        for row in Finding.objects.visible_to(scope)
        .filter(~Q(kind="outlier"))
        .order_by()
        .values("rule")
        .annotate(n=Count("id"), last=Max("last_seen"))
    }
    since = timezone.localdate() - dt.timedelta(days=TERMS["never_days"])
    found = []
    for line in rule_lines(scope):
        if line.state != "force" or line.covered:
            continue
        facts = seen.get(line.number, {"n": 0, "last": None})
        one = Idle(line, ever=facts["n"], last=facts["last"])
        if line.alarms and line.alarms.answered >= TERMS["answers"]:
            false = line.alarms.explained + line.alarms.rejected
            one.share = false / line.alarms.answered
        old = line.version is None or line.version.imported or line.version.valid_from <= since
        one.never = (
            one.ever == 0 and old and line.family != FAMILY
        )  # a form's rule that nobody breaks does its work
        if one.never or (one.share is not None and one.share >= TERMS["false_share"]):
            found.append(one)
    return sorted(found, key=lambda one: (one.never, -(one.share or 0), one.line.number))
