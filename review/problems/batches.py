"""Batches: drafted, filled from findings or by hand, issued with a number, frozen values and a deadline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.calendar.models import Campaign
from census.jobs import events
from census.numbers import whole
from census.people.models import Office
from census.places.models import Region
from review.findings.models import Finding
from review.problems.models import Batch, Problem
from review.problems.settings import days_before, days_late
from sources.forms.catalogue import load
from sources.objects.models import CensusObject

MAX_ROWS = 200_000
_FROM_FINDINGS = """
INSERT INTO review_problem (
    batch_id, issuer, level, deadline, serial, object_id, object_code, object_name, return_id, finding_id,
    region, category, district_id, form, sheet, "row", indicator, rule, severity, description, rule_passes,
    updated_at,
    value_at_issue, value_after, state, round, assigned_name, answer, explanation, answered_by_name, mark,
    county_opinion, city_opinion, issuer_opinion, revision)
SELECT %(batch)s, %(issuer)s, %(level)s, %(deadline)s,
       %(start)s + row_number() OVER (ORDER BY f.region, coalesce(o.code, ''), f.form, f.sheet, f."row", f.rule),
       f.object_id, coalesce(o.code, f.region), coalesce(o.name, g.name), f.return_id, f.id,
       coalesce(o.region, f.region), coalesce(o.category, f.category), o.district_id, f.form, f.sheet, f."row",
       f.indicator, f.rule, f.severity, CASE WHEN %(english)s THEN f.en ELSE f.zh END, false, %(now)s,
       '', '', 'draft', 1, '', '', '', '', '', '', '', '', 1
FROM review_finding f LEFT JOIN sources_censusobject o ON o.id = f.object_id
LEFT JOIN census_region g ON f.kind = 'macro' AND g.code = f.region
WHERE f.id = ANY (%(findings)s) AND (o.id IS NOT NULL OR g.code IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM review_problem p WHERE p.batch_id = %(batch)s AND p.finding_id = f.id)
"""

# two steps, because rows added a moment ago have no statistics: what each row holds is looked up by index, and then
# the rows are joined with that by hash; left to itself the planner would compute the first anew for every row
_HELD = """
DROP TABLE IF EXISTS pg_temp.problem_held;
CREATE TEMPORARY TABLE problem_held ON COMMIT DROP AS
SELECT p.id,
       row_number() OVER (ORDER BY p.region, p.object_code, p.form, p.sheet, p."row", p.id) AS serial,
       r.id AS return_id, r.version_no, o.status, f.id AS finding_id, f.state AS finding_state,
       f.value AS value_found, CASE WHEN f.kind IN ('macro', 'sudden') THEN f.value  -- a sum is in no form
            ELSE left(review_value_at(r."values", p."row", p.indicator), 200) END AS value
FROM review_problem p
LEFT JOIN sources_censusobject o ON o.id = p.object_id
LEFT JOIN sources_return r ON r.object_id = p.object_id AND r.form = p.form AND r.sheet = p.sheet
LEFT JOIN review_finding f ON f.id = p.finding_id
WHERE p.batch_id = %(batch)s
"""

_FREEZE = """
SET LOCAL enable_nestloop = off;
UPDATE review_problem p
SET state = 'issued', serial = held.serial, deadline = %(deadline)s, return_id = held.return_id,
    version_at_issue = held.version_no, value_at_issue = coalesce(held.value, ''), updated_at = %(now)s,
    rule_passes = CASE WHEN held.finding_id IS NULL THEN NULL ELSE held.finding_state = 'cleared' END,
    mark = CASE WHEN held.status = 'removed' THEN 'object_removed'
                WHEN held.finding_state = 'cleared' THEN 'cleared_before_issue'
                WHEN held.value_found <> '' AND held.value_found <> held.value THEN 'changed_before_issue'
                ELSE '' END
FROM pg_temp.problem_held held
WHERE p.id = held.id AND p.batch_id = %(batch)s;
SET LOCAL enable_nestloop = on
"""

_ISSUE_EVENTS = """
INSERT INTO review_problemevent (problem_id, object_id, region, category, district_id, at, user_id, user_name,
                                 post_kind, action, source, target, round, note, detail)
SELECT id, object_id, region, category, district_id, %(now)s, %(user)s, %(name)s, %(post)s, 'issue', 'draft',
       'issued', 1, '', '{}'::jsonb
FROM review_problem WHERE batch_id = %(batch)s
"""


@dataclass(frozen=True, slots=True)
class HandRow:
    """A row made by a person: which object, which item of which form, and what is doubted."""

    code: str
    text: str
    form: str = ""
    sheet: int = 1
    row: str = ""
    indicator: str = ""
    severity: str = "warning"
    rule: str = ""


def batch_create(
    actor: Scope,
    *,
    title: str,
    deadline: dt.date,
    instructions: str = "",
    kind: str = Batch.Kind.AUDIT,
    remind_before: Sequence[int] | None = None,
    remind_late: Sequence[int] | None = None,
) -> Batch:
    """Draft a batch of the actor's own office. ValidationError for a blank title or a past deadline.

    *remind_before*, *remind_late*: days before and since the deadline on which it reminds; the usual ones
    (``settings.yaml``) where nothing is said.
    """
    actor.require("problem.issue")
    if actor.level > 3:
        raise PermissionDenied("only offices of a county and above issue problem batches")
    title = _checked_title(title)
    _check_deadline(deadline)
    campaign = Campaign.objects.filter(active=True).order_by("-reference_date").first()
    if campaign is None:
        raise ValidationError(_("There is no active census. Ask the data administrator to set one up."))
    batch = Batch.objects.create(
        campaign=campaign,
        region=actor.region,
        level=actor.level,
        office_name=_office_name(actor.region),
        kind=kind if kind in Batch.Kind.values else Batch.Kind.AUDIT,
        year=timezone.localdate().year,
        title=title,
        instructions=instructions.strip(),
        deadline=deadline,
        remind_before=days_before() if remind_before is None else list(remind_before),
        remind_late=days_late() if remind_late is None else list(remind_late),
        created_by=actor.user_id,
        created_by_name=actor.user_name,
        synthetic=campaign.synthetic,
    )
    audit_record(actor, "batch.created", subject="batch", subject_id=batch.id)
    return batch


def batch_edit(
    actor: Scope,
    *,
    batch_id: UUID,
    title: str,
    deadline: dt.date,
    instructions: str,
    kind: str,
    remind_before: Sequence[int] | None = None,
    remind_late: Sequence[int] | None = None,
) -> Batch:
    """Change a draft's head; days of reminders that are None stay as they are."""
    batch = draft_locked(actor, batch_id)
    batch.title = _checked_title(title)
    _check_deadline(deadline)
    batch.deadline, batch.instructions = deadline, instructions.strip()
    batch.kind = kind if kind in Batch.Kind.values else batch.kind
    batch.remind_before = batch.remind_before if remind_before is None else list(remind_before)
    batch.remind_late = batch.remind_late if remind_late is None else list(remind_late)
    batch.save(update_fields=["title", "deadline", "instructions", "kind", "remind_before", "remind_late"])
    audit_record(actor, "batch.changed", subject="batch", subject_id=batch.id)
    return batch


@transaction.atomic
def batch_add_findings(actor: Scope, *, batch_id: UUID, findings: QuerySet[Finding]) -> int:
    """Add *findings* (a queryset in the actor's scope) that the batch does not have yet. Returns how many."""
    batch = draft_locked(actor, batch_id)
    facts = {
        "batch": batch.id,
        "issuer": batch.region,
        "level": batch.level,
        "deadline": batch.deadline,
        "start": _last_serial(batch),
        "english": get_language() == "en",
        "now": timezone.now(),
        "findings": list(findings.order_by().values_list("pk", flat=True)),
    }
    added = _run(_FROM_FINDINGS, facts)
    _count(batch)
    audit_record(actor, "batch.rows_added", subject="batch", subject_id=batch.id, rows=added, by="findings")
    return added


@transaction.atomic
def batch_add_rows(
    actor: Scope, *, batch_id: UUID, rows: Sequence[HandRow], by: str = "hand"
) -> tuple[int, dict[int, str]]:
    """Add rows made by hand or read from a sheet. Returns how many, and {position: what is wrong}."""
    batch = draft_locked(actor, batch_id)
    known = {
        obj.code: obj
        for obj in CensusObject.objects.visible_to(actor)
        .filter(code__in={row.code for row in rows})
        .only("id", "code", "name", "region", "category", "district_id", "status")
    }
    faults = {at: fault for at, row in enumerate(rows) if (fault := hand_row_fault(row, known))}
    serial = _last_serial(batch)
    made = []
    for at, row in enumerate(rows):
        if at in faults:
            continue
        obj, serial = known[row.code], serial + 1
        made.append(
            Problem(
                batch=batch,
                issuer=batch.region,
                level=batch.level,
                deadline=batch.deadline,
                serial=serial,
                object_id=obj.id,
                object_code=obj.code,
                object_name=obj.name,
                region=obj.region,
                category=obj.category,
                district_id=obj.district_id,
                form=row.form,
                sheet=row.sheet,
                row=row.row,
                indicator=row.indicator,
                rule=row.rule,
                severity=row.severity,
                description=row.text.strip()[:600],
            )
        )
    Problem.objects.bulk_create(made, batch_size=2000)
    _link_findings(batch)
    _count(batch)
    audit_record(actor, "batch.rows_added", subject="batch", subject_id=batch.id, rows=len(made), by=by)
    return len(made), faults


def hand_row_fault(row: HandRow, known: Mapping[str, Any]) -> str | None:
    """What is wrong with a hand-made row, in the user's language, or None."""
    if row.code not in known:
        return _("There is no census object with the code “%(code)s” in your region.") % {"code": row.code}
    if not row.text.strip():
        return _("The description of the problem is blank.")
    if not row.form:
        return None
    form = load().forms.get(row.form)
    if form is None:
        return _("There is no form “%(form)s”.") % {"form": row.form}
    if row.indicator and row.indicator not in form.indicators:
        return _("Form %(form)s has no item “%(item)s”.") % {"form": row.form, "item": row.indicator}
    table, _slash, key = row.row.partition("/")
    if row.row and (table not in form.tables or whole(key, 999_999) is None):
        return _("Form %(form)s has no row “%(row)s”; write table/number.") % {
            "form": row.form,
            "row": row.row,
        }
    return None


@transaction.atomic
def batch_remove_rows(actor: Scope, *, batch_id: UUID, ids: Sequence[int]) -> int:
    """Take rows out of a draft."""
    batch = draft_locked(actor, batch_id)
    removed, _models = Problem.objects.filter(batch=batch, state="draft", pk__in=ids).delete()
    _count(batch)
    audit_record(actor, "batch.rows_removed", subject="batch", subject_id=batch.id, rows=removed)
    return removed


@transaction.atomic
def batch_issue(actor: Scope, *, batch_id: UUID) -> Batch:
    """Issue: give the number, freeze each row's value and version, mark what changed meanwhile.

    One transaction. Rows whose object was removed, or whose finding is gone or shows another value, go out
    with a mark that says so. Raises ValidationError for an empty list or a deadline that has passed.
    """
    batch = draft_locked(actor, batch_id)
    _check_deadline(batch.deadline)
    rows = Problem.objects.filter(batch=batch).count()
    if not rows:
        raise ValidationError(_("The list has no rows yet. Add findings or rows, then issue it."))
    now = timezone.now()
    year = timezone.localdate().year
    with connection.cursor() as cursor:  # numbers of one office and year are given one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"batch:{batch.region}:{year}"])
        cursor.execute(
            "SELECT coalesce(max(number), 0) + 1 FROM review_batch WHERE region = %s AND year = %s",
            [batch.region, year],
        )
        (number,) = cursor.fetchone()
    facts = {"batch": batch.id, "deadline": batch.deadline, "now": now}
    _run(_HELD, facts)
    _run(_FREEZE, facts)
    _run(
        _ISSUE_EVENTS,
        facts | {"user": actor.user_id, "name": actor.user_name, "post": actor.post_kind},
    )
    batch.state, batch.year, batch.number = Batch.State.ISSUED, year, number
    batch.rows, batch.issued_at, batch.issued_by_name = rows, now, actor.user_name
    batch.save(update_fields=["state", "year", "number", "rows", "issued_at", "issued_by_name"])
    audit_record(actor, "batch.issued", subject="batch", subject_id=batch.id, number=batch.code, rows=rows)
    events.emit("batch.issued", actor=actor, batch=batch)
    return batch


@transaction.atomic
def batch_discard(actor: Scope, *, batch_id: UUID) -> None:
    """Empty and hide a draft that is not wanted. What was issued can never be discarded."""
    batch = draft_locked(actor, batch_id)
    Problem.objects.filter(batch=batch, state="draft").delete()
    batch.rows, batch.state = 0, Batch.State.CLOSED
    batch.save(update_fields=["rows", "state"])
    audit_record(actor, "batch.discarded", subject="batch", subject_id=batch.id)


def draft_locked(actor: Scope, batch_id: UUID) -> Batch:
    """The actor's own draft, locked. PermissionDenied for another office's, ValidationError once issued."""
    actor.require("problem.issue")
    batch = Batch.objects.visible_to(actor).select_for_update().filter(pk=batch_id).first()
    if batch is None or batch.region != actor.region:
        raise PermissionDenied("not a batch of this office")
    if batch.state != Batch.State.DRAFT:
        raise ValidationError(_("The list has been issued and cannot be changed any more."))
    return batch


# -- small parts -----------------------------------------------------------------------------------
def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > 200:
        raise ValidationError({"title": _("Give the list a title of at most 200 characters.")})
    return title


def _check_deadline(deadline: dt.date) -> None:
    if deadline < timezone.localdate():
        raise ValidationError({"deadline": _("The deadline lies in the past. Choose today or a later day.")})


def _office_name(region: str) -> str:
    name = Office.objects.filter(region=region).values_list("name", flat=True).first()
    return name or Region.objects.filter(code=region).values_list("name", flat=True).first() or region


def _last_serial(batch: Batch) -> int:
    return (
        Problem.objects.filter(batch=batch).order_by("-serial").values_list("serial", flat=True).first() or 0
    )


def _link_findings(batch: Batch) -> None:
    """Bind hand-made and imported rows to the finding they speak of, so that one fault is known as one."""
    _run(
        """UPDATE review_problem p SET finding_id = f.id FROM review_finding f
           WHERE p.batch_id = %(batch)s AND p.finding_id IS NULL AND p.rule <> ''
             AND f.object_id = p.object_id AND f.rule = p.rule AND f.form = p.form AND f.sheet = p.sheet
             AND f."row" = p."row" AND f.indicator = p.indicator""",
        {"batch": batch.id},
    )


def _count(batch: Batch) -> None:
    rows = Problem.objects.filter(batch=batch).count()
    if rows > MAX_ROWS:
        raise ValidationError(
            _("A list holds at most %(limit)s rows. Narrow the choice and make several lists.")
            % {"limit": MAX_ROWS}
        )
    Batch.objects.filter(pk=batch.pk).update(rows=rows)


def _run(statement: str, params: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount
