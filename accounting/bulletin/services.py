"""The life of a report: drawn, checked, approved by the office above, published; or sent back, or discarded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounting.bulletin.drawing import BrokenBindings, digest
from accounting.bulletin.files import paper_of
from accounting.bulletin.layout import load
from accounting.bulletin.making import make
from accounting.bulletin.models import Report, ReportEvent, ReportFile
from accounting.bulletin.values import changed
from accounting.bulletin.wording import LANGUAGES
from accounting.cuts.models import Cut
from accounting.publication.models import Publication
from accounting.publication.services import publication_prepare
from accounting.publication.subjects import catalogue
from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.audit.services import audit_record
from census.documents import files
from census.seals.tasks import seal_soon

COUNTY = 3
NAMED = 6  # changed figures named in a message or an event


def report_draw(actor: Scope, *, kind: str, cut: Cut, before: Cut | None = None) -> Report:
    """Draw a new report of the actor's own region from its frozen cut.

    Raises PermissionDenied, and ValidationError (unknown kind, cut not frozen, nothing to compare with, bindings
    that lead nowhere, each named).
    """
    actor.require("accounting.run")
    if actor.level > COUNTY or cut.region != actor.region or set(CATEGORIES) - actor.categories:
        raise PermissionDenied("a report is drawn by the office of the cut")
    if kind not in Report.Kind.values:
        raise ValidationError({"kind": _("There is no such kind of report. Choose one from the list.")})
    if not cut.made:
        raise ValidationError({"cut": _("This cut is not frozen yet.")})
    if before is not None and (before.region != cut.region or not before.made or before.pk == cut.pk):
        raise ValidationError({"before": _("Choose another frozen cut of your region.")})
    if kind == Report.Kind.COMPARISON and before is None:
        raise ValidationError({"before": _("A comparison needs an earlier cut to compare with.")})
    report = Report(
        kind=kind,
        region=actor.region,
        number=_next_number(actor.region, kind),
        campaign_id=cut.campaign_id,
        cut=cut,
        before=before if kind == Report.Kind.COMPARISON else None,
        created_by=actor.user_id,
        created_by_name=actor.user_name,
    )
    _drawn(actor, report)
    report.save()
    _record(actor, report, "created")
    return report


def _next_number(region: str, kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('report number'), %s)", [int(region[:6])])
    return (Report.objects.filter(region=region, kind=kind).aggregate(last=Max("number"))["last"] or 0) + 1


def _drawn(actor: Scope, report: Report, known: bool = False) -> set[str]:
    """Draw the content anew into the (unsaved) row; ValidationError naming the broken bindings.

    Returns the subjects that disclosure control has still to release.
    """
    try:
        drawn, control = make(actor, report, known)
    except BrokenBindings as error:
        raise ValidationError(
            [_("The report cannot be drawn: %(fault)s.") % {"fault": fault} for fault in error.faults]
        ) from error
    report.content = drawn.content()
    report.digest = digest(report.content)
    if not known:
        report.drawn_at = timezone.now()
    return control.wanted


def report_redraw(actor: Scope, *, report: Report) -> Report:
    """Draw a draft again, from the cut and what is released now; the event names the figures that changed."""
    locked = _draft(actor, report)
    old = locked.content["figures"]
    _drawn(actor, locked)
    locked.save(update_fields=["content", "digest", "drawn_at"])
    _record(actor, locked, "redrawn", text=_changes(old, locked.content["figures"]))
    return locked


def _changes(old: list, new: list) -> str:
    """The changed figures in words: "overview.all: 12163个 → 12164个"."""
    found = list(changed(old, new))
    lines = [f"{one['name']}: {one['before'] or '–'} → {one['after'] or '–'}" for one in found[:NAMED]]
    return "\n".join([*lines, *(["…"] if len(found) > NAMED else [])])


def report_remark(actor: Scope, *, report: Report, remarks: Mapping[str, Mapping[str, str]]) -> Report:
    """Set the office's own words at the ends of sections; the figures of the work stay those of the last drawing."""
    locked = _draft(actor, report)
    known = {section.id for section in load(locked.kind).sections}
    if unknown := set(remarks) - known:
        raise ValidationError(
            _("There is no such section: %(names)s.") % {"names": ", ".join(sorted(unknown))}
        )
    cleaned = {
        section: {one: words.get(one, "").strip() for one in LANGUAGES} for section, words in remarks.items()
    }
    locked.remarks = {section: words for section, words in cleaned.items() if any(words.values())}
    _drawn(actor, locked, known=True)
    locked.save(update_fields=["remarks", "content", "digest"])
    _record(actor, locked, "remarked")
    return locked


def report_clear(actor: Scope, *, report: Report) -> int:
    """Start disclosure control, with the usual rules, of every table the draft needs and nobody has prepared.

    Returns how many were started; looking at them and releasing stays with the person.
    """
    locked = _draft(actor, report)
    wanted = sorted(_drawn(actor, locked))
    begun = set(
        Publication.objects.visible_to(actor).filter(cut=locked.cut).values_list("subject", flat=True)
    )
    if started := [one for one in wanted if one not in begun]:
        publication_prepare(actor, cut=locked.cut, subjects=started, rules={})
    return len(started)


def report_check(actor: Scope, *, report: Report) -> Report:
    """The own office vouches. Raises ValidationError when the report no longer says what its sources say, or names
    figures that disclosure control has not released."""
    locked = _draft(actor, report)
    _still_true(actor, locked)
    locked.state, locked.checked_by = Report.State.CHECKED, actor.user_id
    locked.save(update_fields=["state", "checked_by"])
    _record(actor, locked, "checked")
    return locked


def _still_true(actor: Scope, report: Report) -> None:
    """A work summary tells of the day it was drawn; the others must equal a new drawing."""
    if report.kind == Report.Kind.SUMMARY:
        return
    fresh = Report(kind=report.kind, region=report.region, cut=report.cut, before=report.before,
                   campaign_id=report.campaign_id, remarks=report.remarks)  # fmt: skip
    wanted = _drawn(actor, fresh)
    if fresh.digest != report.digest:
        found = _changes(report.content["figures"], fresh.content["figures"])
        raise ValidationError(
            _("The sources say something else now; draw the report again. %(changes)s") % {"changes": found}
        )
    if wanted:
        language = "en" if get_language() == "en" else "zh"
        names = ", ".join(
            subject.name(language) for code, subject in catalogue().subjects.items() if code in wanted
        )
        raise ValidationError(_("Disclosure control has not released: %(names)s.") % {"names": names})


def report_approve(actor: Scope, *, report: Report) -> Report:
    """The office above approves; of the nation's report another person than who drew or checked it."""
    locked = _above(actor, report)
    locked.state = Report.State.APPROVED
    locked.save(update_fields=["state"])
    _record(actor, locked, "approved")
    return locked


def report_send_back(actor: Scope, *, report: Report, reason: str) -> Report:
    """The office above does not approve: a draft again, with the reason in its history."""
    if not reason.strip():
        raise ValidationError(_("Say why the report is not approved."))
    locked = _above(actor, report)
    locked.state = Report.State.DRAFT
    locked.save(update_fields=["state"])
    _record(actor, locked, "sent_back", text=reason.strip()[:600])
    return locked


@transaction.atomic
def report_publish(actor: Scope, *, report: Report) -> Report:
    """Issue an approved report: its files are written, hashed and kept. Needs an approved cut."""
    locked = _own(actor, report, Report.State.APPROVED, _("Only an approved report is published."))
    if locked.cut.state != Cut.State.APPROVED:
        raise ValidationError(_("The report rests on a cut that is not approved."))
    if Report.objects.filter(cut=locked.cut, kind=locked.kind, state=Report.State.PUBLISHED).exists():
        raise ValidationError(_("A report of this kind was published from this cut already."))
    _still_true(actor, locked)
    locked.published_at = timezone.now()
    for language in LANGUAGES:
        paper = paper_of(locked, language)
        for form in files.TYPES:
            content = files.write(paper, form)
            ReportFile.objects.create(
                report=locked,
                region=locked.region,
                language=language,
                form=form,
                content=content,
                digest=hashlib.sha256(content).hexdigest(),
            )
    locked.state = Report.State.PUBLISHED
    locked.save(update_fields=["state", "published_at"])
    _record(actor, locked, "published")
    seal_soon()
    return locked


def report_discard(actor: Scope, *, report: Report) -> None:
    """Delete a draft; its events stay."""
    locked = _draft(actor, report)
    _record(actor, locked, "discarded")
    locked.delete()


def may_decide(actor: Scope, report: Report) -> bool:
    """True when the office approves this report, and the actor neither drew nor checked it (in another post)."""
    if not actor.can("accounting.run") or not actor.covers(report.region):
        return False
    if actor.region == report.region and actor.level > 0:  # only the nation has nobody above
        return False
    return actor.persons.isdisjoint({report.created_by, report.checked_by})


def _own(actor: Scope, report: Report, state: str, otherwise: str) -> Report:
    actor.require("accounting.run")
    if actor.region != report.region:
        raise PermissionDenied("a report is drawn, checked and published by the office of its region")
    locked = _locked(actor, report)
    if locked is None or locked.state != state:
        raise ValidationError(otherwise)
    return locked


def _locked(actor: Scope, report: Report) -> Report | None:
    """None for a report that is published (its policy lets nobody lock it) or was discarded meanwhile."""
    return Report.objects.visible_to(actor).select_for_update().filter(pk=report.pk).first()


def _draft(actor: Scope, report: Report) -> Report:
    return _own(actor, report, Report.State.DRAFT, _("Only a draft can be changed or checked."))


def _above(actor: Scope, report: Report) -> Report:
    if not may_decide(actor, report):
        raise PermissionDenied("a report is approved by the office above")
    locked = _locked(actor, report)
    if locked is None or locked.state != Report.State.CHECKED:
        raise ValidationError(_("Only a checked report can be approved or sent back."))
    return locked


def _record(actor: Scope, report: Report, action: str, text: str = "") -> None:
    ReportEvent.objects.create(
        report_id=report.pk,
        region=report.region,
        user_id=actor.user_id,
        user_name=actor.user_name,
        action=action,
        text=text,
    )
    audit_record(
        actor, f"report.{action}", subject="report", subject_id=report.pk, region=report.region,
        kind=report.kind, number=report.number,
    )  # fmt: skip
