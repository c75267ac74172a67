"""Preparing tables of a cut for publication (the job: working.py), and releasing them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounting.cuts.models import Cut
from accounting.publication import linked
from accounting.publication.disclosure import Rules
from accounting.publication.elsewhere import releases_in_turn
from accounting.publication.models import Publication
from accounting.publication.subjects import Subject, catalogue
from accounting.publication.working import JOB_KIND
from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs.models import ENDED, Job
from census.jobs.services import job_start
from census.places.models import Region
from census.seals.tasks import seal_soon


def publication_prepare(
    actor: Scope, *, cut: Cut, subjects: Iterable[str], rules: dict[str, Any]
) -> list[Publication]:
    """Start disclosure control over some subjects of a frozen cut: one job.

    *rules*: parameters of disclosure.Rules. Raises ValidationError (cut not frozen, no or unknown subject, senseless
    rules, a table was released already) and PermissionDenied (not the office of the cut).
    """
    _own(actor, cut)
    if not cut.made:
        raise ValidationError(_("This cut is not frozen yet."))
    known = catalogue().subjects
    wanted = set(subjects)
    if not wanted or wanted - set(known):
        raise ValidationError({"subjects": _("Choose at least one table from the list.")})
    try:
        chosen = Rules(**rules)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    about = [subject for code, subject in known.items() if code in wanted]  # numbers of objects come last
    Cut.objects.visible_to(actor).select_for_update().get(pk=cut.pk)  # two clicks, two people: one job
    for subject in about:
        _not_released(cut, subject)
        _not_in_work(actor, cut, subject)
    rows = [
        Publication(
            cut=cut,
            region=cut.region,
            subject=subject.code,
            rules=asdict(chosen.for_counts() if subject.counts else chosen),
            created_by_name=actor.user_name,
        )
        for subject in about
    ]
    Publication.objects.bulk_create(rows)
    job = job_start(
        actor, kind=JOB_KIND, title=_title(cut, about), publication_ids=[str(row.pk) for row in rows]
    )
    Publication.objects.filter(pk__in=[row.pk for row in rows]).update(job_id=job.pk)
    for row in rows:
        row.job_id = job.pk
        _record(actor, "prepared", row)
    return rows


def _title(cut: Cut, about: Sequence[Subject]) -> str:
    if len(about) == 1:
        name = about[0].name("en" if get_language() == "en" else "zh")
        return _("Disclosure control: %(table)s of cut %(number)s") % {"table": name, "number": cut.number}
    return _("Disclosure control: %(count)s tables of cut %(number)s") % {
        "count": len(about),
        "number": cut.number,
    }


def publication_release(actor: Scope, *, publication: Publication) -> Publication:
    """Release the table: from now on it may be exported without its hidden cells.

    Raises ValidationError unless the cut is approved, the audit found no exposed cell, no other version of this table
    was released, and of every released table a reader lays beside it there is a proof that both keep their secrets.
    """
    row = Publication.objects.visible_to(actor).select_for_update().get(pk=publication.pk)
    cut = (
        Cut.objects.visible_to(actor).select_for_update().get(pk=row.cut_id)
    )  # one release of a cut at a time
    _own(actor, cut)
    if row.content is None:
        raise ValidationError(_("Disclosure control of this table is not finished."))
    if cut.state != Cut.State.APPROVED:
        raise ValidationError(
            _("Only tables of an approved cut are published; this cut is not approved yet.")
        )
    if row.exposed:
        raise ValidationError(
            _("%(count)s hidden cells could be narrowed; this table must not be published.")
            % {"count": row.exposed}
        )
    _not_released(cut, row.about)
    releases_in_turn()
    if beside := linked.unproved(row):
        raise ValidationError(_unproved(row, beside))
    row.released_at, row.released_by_name = timezone.now(), actor.user_name
    row.save(update_fields=["released_at", "released_by_name"])
    _record(actor, "released", row)
    seal_soon()
    return row


def _unproved(row: Publication, beside: Publication) -> str:
    """Which table stands in the way of a release, and whose."""
    if beside.region == row.region:
        return _(
            "“%(table)s” was released since this table was prepared. Prepare it again, so that both together keep "
            "their secrets."
        ) % {"table": beside.title}
    office = Region.objects.filter(code=beside.region).values_list("name", flat=True).first()
    return _(
        "“%(table)s” of %(office)s was released since this table was prepared. Prepare it again, so that both together "
        "keep their secrets."
    ) % {"table": beside.title, "office": office or beside.region}


def publication_release_all(actor: Scope, *, cut: Cut) -> tuple[int, list[str]]:
    """Release every table of the cut that is ready, in the order they were made. Returns how many, and why not others.

    Raises ValidationError when the cut is not approved, PermissionDenied when it is another office's.
    """
    _own(actor, cut)
    rows = Publication.objects.visible_to(actor).filter(cut=cut)
    ready = rows.filter(released_at=None, content__isnull=False, exposed=0).exclude(
        subject__in=list(rows.filter(released_at__isnull=False).values_list("subject", flat=True))
    )
    newest = {row.subject: row for row in ready.order_by("created_at", "id")}
    done, refused = 0, []
    for row in newest.values():
        try:
            publication_release(actor, publication=row)
            done += 1
        except ValidationError as error:
            refused.append(f"{row.title}: {' '.join(error.messages)}")
    return done, refused


def _record(actor: Scope, action: str, row: Publication) -> None:
    audit_record(
        actor, f"publication.{action}", subject="publication", subject_id=row.pk, region=row.region, table=row.subject
    )  # fmt: skip


def _own(actor: Scope, cut: Cut) -> None:
    actor.require("accounting.run")
    if actor.region != cut.region or set(CATEGORIES) - actor.categories:
        raise PermissionDenied("tables are published by the office of the cut")


def _not_in_work(actor: Scope, cut: Cut, subject: Subject) -> None:
    begun = Publication.objects.filter(cut=cut, subject=subject.code, content__isnull=True).values("job_id")
    if Job.objects.visible_to(actor).filter(pk__in=begun).exclude(state__in=ENDED).exists():
        raise ValidationError(
            _("“%(table)s” of this cut is being prepared already.")
            % {"table": subject.name("en" if get_language() == "en" else "zh")}
        )


def _not_released(cut: Cut, subject: Subject) -> None:
    if Publication.objects.filter(cut=cut, subject=subject.code, released_at__isnull=False).exists():
        raise ValidationError(
            _("“%(table)s” of this cut was released already. A second version with other cells hidden would give away "
              "the first.") % {"table": subject.name("en" if get_language() == "en" else "zh")}
        )  # fmt: skip
