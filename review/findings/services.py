"""Findings kept up to date: on every save for one form, and set-wise after a run over a county.

A finding is one fault of one object for ever. While its rule fails it is open (or explained); when the rule
passes it is cleared; when it fails again it is open again and keeps the day it was first seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import execute_values

from census.access.scope import Scope
from census.audit.services import audit_record
from review.editor.force import REVISION, rules_of
from review.findings.models import Finding
from review.findings.values import text_at
from review.rules.sets import RuleSet
from sources.forms.check import Verdict, check_record
from sources.forms.model import Form
from sources.returns.checks import register_facts
from sources.returns.store import siblings_of

# one statement tells everything known about an object: living findings, problems not yet closed, and how new the
# rules are that the saving process should hold
_KNOWN = f"""
SELECT 'finding', id, form, sheet, rule, "row", indicator, value, '', NULL::boolean, state, severity
FROM review_finding WHERE object_id = %(object)s AND state <> 'cleared'
UNION ALL
SELECT 'problem', id, form, sheet, rule, "row", indicator, value_at_issue, value_after, rule_passes, state, mark
FROM review_problem WHERE object_id = %(object)s AND state NOT IN ('draft', 'closed')
UNION ALL
SELECT 'rules', ({REVISION}), '', 0, '', '', '', '', '', NULL, '', ''
"""

_UPSERT = """
INSERT INTO review_finding (object_id, return_id, rule, severity, kind, form, sheet, "row", indicator, indicators,
                            region, category, district_id, zh, en, value, state, note, first_seen, last_seen)
VALUES %s
ON CONFLICT (object_id, rule, form, sheet, "row", indicator) DO UPDATE
SET state = CASE WHEN review_finding.state = 'cleared' THEN 'open' ELSE review_finding.state END,
    cleared_at = NULL, last_seen = EXCLUDED.last_seen, value = EXCLUDED.value, return_id = EXCLUDED.return_id,
    severity = EXCLUDED.severity, zh = EXCLUDED.zh, en = EXCLUDED.en, indicators = EXCLUDED.indicators
"""
_ROW = (
    "(%s::uuid, %s::uuid, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s::uuid, %s, %s, %s, 'open', '',"
    " %s, %s)"
)
WAITING = ("answered", "county_checked", "city_checked")


class Key(NamedTuple):
    """Identity of a finding within its object."""

    form: str
    sheet: int
    rule: str
    row: str
    indicator: str


class Known(NamedTuple):
    """A line of ``_KNOWN``. For problems *value* is the one at issue and *note* the mark."""

    what: str
    id: int
    form: str
    sheet: int
    rule: str
    row: str
    indicator: str
    value: str
    after: str
    passes: bool | None
    state: str
    note: str

    @property
    def key(self) -> Key:
        return Key(self.form, self.sheet, self.rule, self.row, self.indicator)


def place_of(verdict: Verdict, sheet: int) -> Key:
    """The identity of a verdict: the first of the sheet's own items stands for it."""
    own = next((name for name in verdict.indicators if "." not in name), "")
    row = f"{verdict.row[0]}/{verdict.row[1]}" if verdict.row else ""
    return Key(verdict.form, sheet, verdict.rule, row, own)


def on_return_saved(
    *, actor: Scope, ret: Any, form: Form, verdicts: Sequence[Verdict], changes: Sequence[Any]
) -> None:
    """Inside handler of ``return.saved``: findings and problems of the saved form follow its values.

    One query when nothing changed. Rules of the catalogue that read the object's other forms are run again
    where such a finding is open, also on the other forms; new ones are found by the run over the county.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"object": ret.object_id})
        known = [Known(*line) for line in cursor.fetchall()]
    rules = rules_of(ret.region, revision=next(line.id for line in known if line.what == "rules"))
    failing = {place_of(verdict, ret.sheet): verdict for verdict in verdicts}
    if local := rules.local.get(form.code):
        living = {line.rule for line in known}
        for verdict in check_record(form.code, ret.values, form=local):
            if rules.at_work(verdict.rule) or verdict.rule in living:
                failing[place_of(verdict, ret.sheet)] = verdict
    crossed = _recheck_crossing(ret, rules, known, failing)
    own = rules.saved[form.code]
    decided = {
        (line.what, line.id)
        for line in known
        if line.rule in crossed or (line.rule in own and (line.form, line.sheet) == (form.code, ret.sheet))
    }
    _store(
        ret, failing, [line for line in known if line.what == "finding" and (line.what, line.id) in decided]
    )
    problems = [line for line in known if line.what == "problem"]
    _update_problems(ret, failing, decided, problems, changed=bool(changes))


def _recheck_crossing(
    ret: Any, rules: RuleSet, known: Sequence[Known], failing: dict[Key, Verdict]
) -> set[str]:
    """Run the cross-form rules again that are open on this object. Returns their numbers."""
    wanted = {line.rule for line in known if line.rule in rules.crossing_rules}
    if not wanted:
        return wanted
    sheets = [(ret.form, ret.sheet, ret.values)]
    sheets += [
        (row["form"], row["sheet"], row["values"]) for row in siblings_of(ret.object_id, besides=ret.id)
    ]
    documents: dict[str, list[Mapping[str, Any]]] = {}
    for code, _sheet, values in sheets:
        documents.setdefault(code, []).append(values)
    forms = {rules.crossing_rules[rule] for rule in wanted}
    for code, sheet, values in sheets:
        if code not in forms:
            continue
        for verdict in check_record(code, values, documents, register_facts(ret), form=rules.crossing[code]):
            if verdict.rule in wanted:
                failing[place_of(verdict, sheet)] = verdict
    return wanted


def _store(ret: Any, failing: Mapping[Key, Verdict], known: Sequence[Known]) -> None:
    """Write what differs between the failing verdicts and the *known* living findings."""
    now = timezone.now()
    before = {line.key: line for line in known}
    fresh = []
    for key, verdict in failing.items():
        value = text_at(ret.values, key.row, key.indicator)[:200] if key.form == ret.form else None
        line = before.get(key)
        if line is None or (value is not None and line.value != value) or line.note != verdict.severity:
            fresh.append(
                _record(ret, key, verdict, line.value if value is None and line else value or "", now)
            )
    gone = [line.id for line in known if line.key not in failing]
    if gone:
        Finding.objects.filter(pk__in=gone).update(state=Finding.State.CLEARED, cleared_at=now)
    if fresh:
        with connection.cursor() as cursor:
            execute_values(cursor.cursor, _UPSERT, fresh, template=_ROW, page_size=500)


def _record(ret: Any, key: Key, verdict: Verdict, value: str, now: Any) -> tuple[Any, ...]:
    return (
        *(ret.object_id, ret.id if key.form == ret.form else None, key.rule, verdict.severity, verdict.kind),
        *(key.form, key.sheet, key.row, key.indicator, orjson.dumps(verdict.indicators).decode()),
        *(ret.region, ret.category, ret.district_id, verdict.zh[:400], verdict.en[:400], value, now, now),
    )


def _update_problems(
    ret: Any,
    failing: Mapping[Key, Verdict],
    decided: set[tuple[str, int]],
    problems: Iterable[Known],
    *,
    changed: bool,
) -> None:
    """Tell each open problem its value now and whether its rule passes; rows that differ are written.

    *changed*: the save changed the form; an answer given before says so.
    """
    differing = []
    for line in problems:
        after, passes, mark = line.after, line.passes, line.note
        if (line.form, line.sheet) == (ret.form, ret.sheet):
            now = text_at(ret.values, line.row, line.indicator)[:200]
            after = now if now != line.value else ""
            if changed and line.state in WAITING and line.note in {"", "accounted"}:
                mark = "changed_after_answer"
        if (line.what, line.id) in decided:
            passes = line.key not in failing
            if line.state in WAITING and line.passes and not passes:
                mark = "fails_again"
            elif passes and mark == "fails_again":
                mark = "changed_after_answer" if line.state in WAITING else ""
        if (after, passes, mark) != (line.after, line.passes, line.note):
            differing.append((line.id, after, passes, mark))
    if differing:
        with connection.cursor() as cursor:
            execute_values(
                cursor.cursor,
                "UPDATE review_problem p SET value_after = c.after, rule_passes = c.passes, mark = c.mark,"
                " updated_at = now() FROM (VALUES %s) AS c (id, after, passes, mark) WHERE p.id = c.id",
                differing,
                template="(%s::bigint, %s, %s::boolean, %s)",
            )


@transaction.atomic
def finding_explain(actor: Scope, *, ids: Sequence[int], note: str) -> int:
    """Accept open warnings as right, with the reason. Errors cannot be explained away here."""
    actor.require("return.approve")
    if not note.strip():
        raise ValidationError(_("Say why the value is right."))
    rows = Finding.objects.visible_to(actor).filter(pk__in=ids, state=Finding.State.OPEN)
    done = rows.exclude(severity="error").update(state=Finding.State.EXPLAINED, note=note.strip()[:2000])
    audit_record(actor, "finding.explained", subject="finding", rows=done)
    return done
