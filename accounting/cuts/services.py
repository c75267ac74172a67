"""Making a cut (one job at one moment), checking, approving and sending it back."""

from __future__ import annotations

import zlib
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounting.cuts.frozen import freeze
from accounting.cuts.models import Cut, FrozenTable, Part
from accounting.cuts.proof import cut_digest, members_read, sha256
from accounting.cuts.snapshot import moment
from accounting.runs.models import Run
from accounting.runs.queries import run_changed_since, runs_visible
from accounting.tables.build import Table
from accounting.tables.making import tables_upward
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.audit.services import audit_record
from census.jobs.models import Job
from census.jobs.services import JobFault, Progress, job_kind, job_start
from census.places import regions
from census.places.models import Region
from census.seals.tasks import seal_soon

JOB_KIND = "accounting.cut"
COUNTY = 3


def cut_create(actor: Scope, *, run: Run, purpose: str) -> Cut:
    """Number a new cut of the actor's region from a finished run, and start freezing it.

    Raises ValidationError (run not finished or not over this region, purpose missing) and PermissionDenied.
    """
    actor.require("accounting.run")
    if actor.level > COUNTY or set(CATEGORIES) - actor.categories:
        raise PermissionDenied("a cut holds all source categories of an office's region")
    if not purpose.strip():
        raise ValidationError({"purpose": _("Say what the cut is for, for instance the first report.")})
    if run.state != Run.State.DONE or not regions.contains(run.region, actor.region):
        raise ValidationError({"run": _("Choose a finished accounting run that covers your whole region.")})
    if set(CATEGORIES) - set(run.categories):
        raise ValidationError({"run": _("This run leaves out source categories; a cut needs all of them.")})
    number = _next_number(actor.region)  # and a lock: two clicks, two people make one cut
    begun = dict(Cut.objects.filter(region=actor.region, run=run, digest="").values_list("job_id", "number"))
    if going := Job.objects.visible_to(actor).filter(pk__in=list(begun), finished_at=None).first():
        raise ValidationError(
            _("Data cut %(number)s is being made of this run.") % {"number": begun[going.pk]}
        )
    cut = Cut.objects.create(
        region=actor.region,
        number=number,
        campaign_id=run.campaign_id,
        run=run,
        purpose=purpose.strip(),
        created_by=actor.user_id,
        created_by_name=actor.user_name,
    )
    _record(actor, "cut.created", cut)
    return cut_start(actor, cut=cut)


def _next_number(region: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cut number'), %s)", [int(region[:6])])
    return (Cut.objects.filter(region=region).aggregate(last=Max("number"))["last"] or 0) + 1


def cut_start(actor: Scope, *, cut: Cut) -> Cut:
    """Queue the freezing, also again after it failed. Raises ValidationError when it is done or under way."""
    locked = _own(actor, cut)
    if locked.made:
        raise ValidationError(_("This cut is frozen; make a new one."))
    if locked.job_id and Job.objects.visible_to(actor).filter(pk=locked.job_id, finished_at=None).exists():
        raise ValidationError(_("This cut is being made."))
    title = _("Data cut %(number)s") % {"number": locked.number}
    locked.job_id = job_start(actor, kind=JOB_KIND, title=title, cut_id=str(locked.pk)).pk
    locked.save(update_fields=["job_id"])
    return locked


@job_kind(JOB_KIND)
def cut_work(progress: Progress, *, cut_id: str) -> dict[str, int]:
    """Freeze everything as of one moment, region by region. Started again it begins anew at a new moment."""
    with progress.step(done=0):
        cut = Cut.objects.select_related("run").get(pk=cut_id)
        if cut.made:
            return {}
        cut.tables.all().delete()
        cut.parts.all().delete()
    with moment() as view:
        with view(progress.scope):
            places = cut_regions(cut.region)
            changed = run_changed_since(progress.scope, cut.run)
            as_of = timezone.now()
        progress.start(len(places), _("Freezing"))
        for place in tables_upward(progress.scope, places, cut.run, view):
            tables = [_frozen(cut, place.code, table) for table in place.tables()]
            with view(progress.scope):
                part = _part(cut, place.code)
            with progress.step():
                FrozenTable.objects.bulk_create(tables)
                if part is not None:
                    part.save()
    with progress.step(done=0):
        return _finish(progress.scope, cut.pk, as_of, changed)


def cut_regions(region: str) -> list[str]:
    """The regions whose tables a cut of *region* holds: itself and everything below it down to the counties."""
    low, high = regions.bounds(region)
    found = Region.objects.filter(code__gte=low, code__lt=high, level__lte=COUNTY)
    return list(found.order_by("level", "code").values_list("code", flat=True))


def _frozen(cut: Cut, region: str, table: Table) -> FrozenTable:
    content = freeze(table)
    return FrozenTable(
        cut=cut, region=region, code=table.layout.code, by=table.by, content=content, digest=sha256(content)
    )


def _part(cut: Cut, region: str) -> Part | None:
    lines = members_read(campaign_id=cut.campaign_id, run=cut.run, region=region)
    if not lines:
        return None
    text = "\n".join(lines)
    return Part(
        cut=cut,
        region=region,
        objects_held=sum(line.startswith("object ") for line in lines),
        returns_held=sum(line.startswith("return ") for line in lines),
        members=zlib.compress(text.encode()),
        digest=sha256(text),
    )


def _finish(scope: Scope, cut_id: UUID, as_of: object, changed: int) -> dict[str, int]:
    cut = Cut.objects.select_for_update().get(pk=cut_id)
    held = cut.parts.aggregate(objects=Sum("objects_held"), returns=Sum("returns_held"))
    if not held["objects"]:
        raise JobFault(_("There is no census object in this region: nothing to freeze."))
    cut.objects_held, cut.returns_held = held["objects"], held["returns"]
    cut.as_of, cut.changed, cut.digest = as_of, changed, cut_digest(cut)
    cut.save(update_fields=["objects_held", "returns_held", "as_of", "changed", "digest"])
    _record(scope, "cut.frozen", cut, digest=cut.digest)
    seal_soon()
    return {"objects": cut.objects_held, "returns": cut.returns_held, "tables": cut.tables.count()}


def cut_check(actor: Scope, *, cut: Cut) -> Cut:
    """The own office vouches for the cut; it goes to the office above.

    Raises ValidationError when it is not a draft, not frozen, or forms changed after the run had read them.
    """
    locked = _own(actor, cut)
    if locked.state != Cut.State.DRAFT or not locked.made:
        raise ValidationError(_("Only a frozen draft can be checked."))
    if locked.changed:
        raise ValidationError(
            _("%(count)s forms were changed between the accounting run and this cut, so its tables do not fit "
              "together. Run the accounting again and make a new cut.") % {"count": locked.changed}
        )  # fmt: skip
    locked.state, locked.checked_at, locked.sent_back = Cut.State.CHECKED, timezone.now(), ""
    locked.checked_by, locked.checked_by_name = actor.user_id, actor.user_name
    locked.save(update_fields=["state", "checked_at", "checked_by", "checked_by_name", "sent_back"])
    _record(actor, "cut.checked", locked)
    return locked


def cut_approve(actor: Scope, *, cut: Cut) -> Cut:
    """The office above approves; the nation's own cut is approved by another person than who made or checked it."""
    locked = _above(actor, cut)
    locked.state, locked.approved_at = Cut.State.APPROVED, timezone.now()
    locked.approved_by_name = actor.user_name
    locked.save(update_fields=["state", "approved_at", "approved_by_name"])
    _record(actor, "cut.approved", locked)
    seal_soon()
    return locked


def cut_send_back(actor: Scope, *, cut: Cut, reason: str) -> Cut:
    """The office above does not approve: the cut is a draft again, with the reason."""
    if not reason.strip():
        raise ValidationError(_("Say why the cut is not approved."))
    locked = _above(actor, cut)
    locked.state, locked.sent_back = Cut.State.DRAFT, reason.strip()[:300]
    locked.save(update_fields=["state", "sent_back"])
    _record(actor, "cut.sent_back", locked)
    return locked


def may_decide(actor: Scope, cut: Cut) -> bool:
    """True when the actor's office approves this cut, and the actor neither made nor checked it (in another post)."""
    if not actor.can("accounting.run") or not actor.covers(cut.region):
        return False
    if actor.region == cut.region and cut.region != regions.NATION:  # only the nation has nobody above
        return False
    return actor.persons.isdisjoint({cut.created_by, cut.checked_by})


def _own(actor: Scope, cut: Cut) -> Cut:
    actor.require("accounting.run")
    if actor.region != cut.region:
        raise PermissionDenied("a cut is made and checked by the office of its region")
    return Cut.objects.visible_to(actor).select_for_update().get(pk=cut.pk)


def _above(actor: Scope, cut: Cut) -> Cut:
    if not may_decide(actor, cut):
        raise PermissionDenied("a cut is approved by the office above")
    locked = Cut.objects.visible_to(actor).select_for_update().get(pk=cut.pk)
    if locked.state != Cut.State.CHECKED:
        raise ValidationError(_("Only a checked cut can be approved or sent back."))
    return locked


def _record(actor: Scope, action: str, cut: Cut, **detail: object) -> None:
    audit_record(
        actor, action, subject="cut", subject_id=cut.pk, region=cut.region, number=cut.number, **detail
    )


def cut_execute(actor: Scope, *, cut: Cut) -> Cut:
    """Freeze a cut in this process, without the queue (loads, tests)."""
    from census.jobs.services import job_execute

    job_execute(job_id=str(cut.job_id), region=actor.region)
    with enter(actor):
        return Cut.objects.select_related("run").get(pk=cut.pk)


def runs_for_cut(scope: Scope) -> list[Run]:
    """Finished runs a cut of the scope's region can rest on, newest first."""
    found = runs_visible(scope).filter(state=Run.State.DONE, region__in=regions.ancestors(scope.region))
    return [run for run in found[:20] if not set(CATEGORIES) - set(run.categories)]
