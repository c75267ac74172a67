"""Targets, and documents from draft to closed reply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.dispatch.drafting import compose, figures
from census.dispatch.measures import measure_of
from census.dispatch.models import Document, DocumentEvent, Recipient, Target
from census.dispatch.progress import current_campaign
from census.dispatch.queries import Board, board, region_names
from census.jobs import events
from census.people.models import Office
from census.places.models import Region

LOWEST_ISSUER = 2  # city: a county receives and replies
REPLY_DAYS = 7  # proposed by the nightly run; the office may choose another day before it issues


def target_set(
    actor: Scope, *, measure: str, starts: dt.date, due: dt.date, percent: Decimal, tolerance: Decimal
) -> Target:
    """Set what the actor's office asks of every place below it by *measure*; replaces what it asked before.

    ValidationError for an unknown measure, dates in the wrong order, or shares that are none.
    """
    require_issuer(actor)
    if measure_of(measure) is None:
        raise ValidationError({"measure": _("There is no such measure. Choose one from the list.")})
    if due <= starts:
        raise ValidationError({"due": _("The target is due before it starts. Choose a later day.")})
    if not 0 < percent <= 100:
        raise ValidationError({"percent": _("The target must be above 0 and at most 100 percent.")})
    if not 0 <= tolerance < 100:
        raise ValidationError({"tolerance": _("The tolerance must be at least 0 and below 100 points.")})
    target, _made = Target.objects.update_or_create(
        region=actor.region,
        measure=measure,
        defaults={
            "starts": starts,
            "due": due,
            "percent": percent,
            "tolerance": tolerance,
            "changed_at": timezone.now(),
            "changed_by_name": actor.user_name,
        },
    )
    audit_record(actor, "target.changed", subject="target", subject_id=target.pk, kind=measure)
    return target


def target_remove(actor: Scope, *, measure: str) -> None:
    """Withdraw the office's own target; the one above, if any, is in force again."""
    require_issuer(actor)
    if Target.objects.visible_to(actor).filter(region=actor.region, measure=measure).delete()[0]:
        audit_record(actor, "target.removed", subject="target", kind=measure)


def document_draft(
    actor: Scope,
    *,
    kind: str,
    measure: str,
    addressed: Iterable[str],
    deadline: dt.date | None = None,
    automatic: bool = False,
) -> Document:
    """Draft a document about *measure* to the places *addressed* (directly below the office), text from the board.

    ValidationError without figures, addressees, or (for a letter that asks for a reply) a deadline.
    """
    require_issuer(actor)
    chosen = measure_of(measure)
    if chosen is None:
        raise ValidationError({"measure": _("There is no such measure. Choose one from the list.")})
    if kind not in Document.Kind.values:
        raise ValidationError({"kind": _("There is no such kind of document. Choose one from the list.")})
    codes = _checked_addressees(actor, addressed)
    _check_deadline(kind, deadline)
    found = board(actor, actor.region, chosen)
    if not found.lines:
        raise ValidationError(_("There are no figures yet. Count the progress first, on the progress board."))
    return _draft(actor, found, kind, codes, deadline, automatic)


def _draft(
    actor: Scope, found: Board, kind: str, codes: list[str], deadline: dt.date | None, automatic: bool
) -> Document:
    campaign = current_campaign()
    kept = figures(found, region_names([actor.region]).get(actor.region, actor.region))
    title, body = compose(kind, kept, set(codes))
    document = Document.objects.create(
        campaign=campaign,
        region=actor.region,
        office_name=_office_name(actor.region),
        kind=kind,
        year=timezone.localdate().year,
        title=title,
        body=body,
        deadline=deadline,
        measure=found.measure.code,
        figures=kept,
        automatic=automatic,
        created_by_name=actor.user_name,
        synthetic=campaign.synthetic,
    )
    _address(document, codes)
    audit_record(actor, "document.created", subject="document", subject_id=document.id, kind=kind)
    return document


def document_edit(
    actor: Scope,
    *,
    document_id: UUID,
    title: str,
    body: str,
    deadline: dt.date | None,
    addressed: Iterable[str],
) -> Document:
    """Change a draft of the own office. The figures stay those it was drafted from."""
    document = _own(actor, document_id, Document.State.DRAFT)
    title, body = title.strip(), body.strip()
    if not title:
        raise ValidationError({"title": _("Give the document a title.")})
    if not body:
        raise ValidationError({"body": _("The document has no text.")})
    _check_deadline(document.kind, deadline)
    codes = _checked_addressees(actor, addressed)
    document.title, document.body, document.deadline = title, body, deadline
    document.save(update_fields=["title", "body", "deadline"])
    document.recipients.all().delete()
    _address(document, codes)
    audit_record(actor, "document.changed", subject="document", subject_id=document.id)
    return document


def document_discard(actor: Scope, *, document_id: UUID) -> None:
    """Throw a draft away; it never had a number."""
    document = _own(actor, document_id, Document.State.DRAFT)
    audit_record(actor, "document.discarded", subject="document", subject_id=document.id)
    document.recipients.all().delete()
    document.delete()


def document_issue(actor: Scope, *, document_id: UUID) -> Document:
    """Give the next number of the office and year, and send the document to its addressees."""
    document = _own(actor, document_id, Document.State.DRAFT)
    _check_deadline(document.kind, document.deadline)
    if not document.recipients.exists():
        raise ValidationError(_("Choose at least one addressee."))
    now = timezone.now()
    year = timezone.localdate(now).year
    with connection.cursor() as cursor:  # numbers of one office and year are given one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"document:{document.region}:{year}"])
    last = Document.objects.filter(region=document.region, year=year).aggregate(n=Max("number"))["n"] or 0
    document.state, document.year, document.number = Document.State.ISSUED, year, last + 1
    document.issued_at, document.issued_by_name = now, actor.user_name
    document.save(update_fields=["state", "year", "number", "issued_at", "issued_by_name"])
    document.recipients.update(state=Recipient.State.ISSUED, deadline=document.deadline)
    audit_record(
        actor,
        "document.issued",
        subject="document",
        subject_id=document.id,
        number=document.code,
        kind=document.kind,
    )
    events.emit("document.issued", actor=actor, document=document)
    return document


def document_receive(actor: Scope, *, document_id: UUID) -> Recipient:
    """Confirm the receipt for the own office. Where no reply is asked for, that closes the office's part."""
    row = _mine(actor, document_id)
    if row.state != Recipient.State.ISSUED:
        raise ValidationError(_("Your office has received this document already."))
    row.received_at, row.received_by_name = timezone.now(), actor.user_name
    row.state = Recipient.State.RECEIVED if row.deadline else Recipient.State.CLOSED
    row.closed_at = None if row.deadline else row.received_at
    row.save(update_fields=["received_at", "received_by_name", "state", "closed_at"])
    _record(actor, row, "received")
    return row


def document_reply(actor: Scope, *, document_id: UUID, text: str) -> Recipient:
    """Reply for the own office; a reply that was not accepted is followed by a new one."""
    row = _mine(actor, document_id)
    if not row.deadline:
        raise ValidationError(_("This document asks for no reply."))
    if row.state == Recipient.State.ISSUED:
        raise ValidationError(_("Confirm the receipt first."))
    if row.state != Recipient.State.RECEIVED:
        raise ValidationError(_("Your office has replied already. Wait for the issuing office's answer."))
    if not text.strip():
        raise ValidationError({"text": _("Write what was done and when the work will be finished.")})
    row.reply, row.replied_at, row.replied_by_name = text.strip(), timezone.now(), actor.user_name
    row.state = Recipient.State.REPLIED
    row.save(update_fields=["reply", "replied_at", "replied_by_name", "state"])
    _record(actor, row, "answered", row.reply)
    return row


def reply_decide(
    actor: Scope, *, document_id: UUID, region: str, accept: bool, opinion: str = ""
) -> Recipient:
    """Accept an addressee's reply, or send it back with a reason. The last accepted reply closes the document."""
    document = _own(actor, document_id, Document.State.ISSUED)
    rows = Recipient.objects.visible_to(actor).select_for_update()
    row = rows.filter(document=document, region=region).first()
    if row is None or row.state != Recipient.State.REPLIED:
        raise ValidationError(_("There is no reply to decide about. Reload the page."))
    opinion = opinion.strip()
    if not accept and not opinion:
        raise ValidationError(_("Say why the reply is not enough, so that the place can write a better one."))
    row.opinion = opinion
    row.state = Recipient.State.CLOSED if accept else Recipient.State.RECEIVED
    row.closed_at = timezone.now() if accept else None
    row.save(update_fields=["opinion", "state", "closed_at"])
    _record(actor, row, "closed" if accept else "returned", opinion)
    if not document.recipients.exclude(state=Recipient.State.CLOSED).exists():
        _close(document)
    return row


def document_close(actor: Scope, *, document_id: UUID) -> Document:
    """Close an issued document with all its addressees, whatever they have done."""
    document = _own(actor, document_id, Document.State.ISSUED)
    now = timezone.now()
    for row in document.recipients.exclude(state=Recipient.State.CLOSED).select_for_update():
        row.state, row.closed_at = Recipient.State.CLOSED, now
        row.save(update_fields=["state", "closed_at"])
        _record(actor, row, "closed")
    _close(document)
    audit_record(actor, "document.closed", subject="document", subject_id=document.id, number=document.code)
    return document


def warnings_draft(actor: Scope) -> int:
    """Draft warnings of the offices in *actor*'s region that set targets, to places far behind them.

    A place that a living warning of the office about the same measure names already is not warned again. Returns
    the number of drafts. They are drafts: a person reads and issues them.
    """
    made = 0
    deadline = timezone.localdate() + dt.timedelta(days=REPLY_DAYS)
    for target in Target.objects.visible_to(actor).order_by("region", "measure"):
        measure = measure_of(target.measure)
        if measure is None or not actor.covers(target.region):
            continue
        office = Scope.system(target.region, name=actor.user_name)
        found = board(office, target.region, measure)
        warned = Recipient.objects.visible_to(office).filter(
            issuer=target.region,
            document__kind=Document.Kind.WARNING,
            document__measure=measure.code,
            document__state__in=[Document.State.DRAFT, Document.State.ISSUED],
        )
        known = set(warned.values_list("region", flat=True))
        far = [line.region for line in found.lines if line.verdict == "far" and not line.own]
        codes = [code for code in far if code not in known]
        if codes:
            _draft(office, found, Document.Kind.WARNING, codes, deadline, automatic=True)
            made += 1
    return made


def places_below(region: str) -> list[Region]:
    """The places an office may address: those directly below it that have offices of their own."""
    return list(Region.objects.filter(parent=region, level__lte=3).order_by("code"))


def require_issuer(actor: Scope) -> None:
    """Raise PermissionDenied unless the actor's office sets targets and issues documents."""
    actor.require("dispatch.issue")
    if actor.level > LOWEST_ISSUER:
        raise PermissionDenied("only offices of a city and above set targets and issue documents")


def _own(actor: Scope, document_id: UUID, state: str) -> Document:
    """The office's own document in *state*, locked."""
    require_issuer(actor)
    rows = Document.objects.visible_to(actor).select_for_update(of=("self",))
    document = rows.filter(pk=document_id, region=actor.region).first()
    if document is None:
        raise PermissionDenied("not a document of the actor's office")
    if document.state != state:
        raise ValidationError(
            _("This document is “%(state)s” by now. Reload the page.")
            % {"state": document.get_state_display()}
        )
    return document


def _mine(actor: Scope, document_id: UUID) -> Recipient:
    """The row of the actor's own office, locked."""
    actor.require("dispatch.reply")
    rows = Recipient.objects.visible_to(actor).select_for_update(of=("self",))
    row = rows.filter(document=document_id, region=actor.region).first()
    if row is None:
        raise PermissionDenied("the document is not addressed to the actor's office")
    return row


def _record(actor: Scope, row: Recipient, action: str, text: str = "") -> None:
    DocumentEvent.objects.bulk_create(
        [
            DocumentEvent(
                document_id=row.document_id,
                region=row.region,
                user_id=actor.user_id,
                user_name=actor.user_name,
                action=action,
                text=text,
            )
        ]
    )
    audit_record(
        actor, f"document.{action}", subject="document", subject_id=row.document_id, region=row.region
    )


def _close(document: Document) -> None:
    document.state, document.closed_at = Document.State.CLOSED, timezone.now()
    document.save(update_fields=["state", "closed_at"])


def _address(document: Document, codes: list[str]) -> None:
    names = region_names(codes)
    document.addressees = [names.get(code, code) for code in codes]
    document.save(update_fields=["addressees"])
    Recipient.objects.bulk_create(
        Recipient(document=document, issuer=document.region, region=code, deadline=document.deadline)
        for code in codes
    )


def _checked_addressees(actor: Scope, addressed: Iterable[str]) -> list[str]:
    codes = sorted(set(addressed))
    if not codes:
        raise ValidationError({"addressed": _("Choose at least one addressee.")})
    if wrong := set(codes) - {region.code for region in places_below(actor.region)}:
        raise ValidationError(
            {
                "addressed": _("%(codes)s: not directly below your office. Choose from the list.")
                % {"codes": ", ".join(sorted(wrong))}
            }
        )
    return codes


def _check_deadline(kind: str, deadline: dt.date | None) -> None:
    """Warnings and supervision letters ask for a reply; circulars and briefings may."""
    if deadline is None:
        if kind in {Document.Kind.WARNING, Document.Kind.SUPERVISION}:
            raise ValidationError({"deadline": _("Say until when the addressees shall reply.")})
    elif deadline < timezone.localdate():
        raise ValidationError({"deadline": _("The deadline has passed. Choose today or a later day.")})


def _office_name(region: str) -> str:
    name = Office.objects.filter(region=region).values_list("name", flat=True).first()
    return name or region_names([region]).get(region, region)
