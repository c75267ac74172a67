"""The rhythm of documents: daily, weekly and half-monthly (旬报、周报、日报) drafts from the board's figures.

What is drafted is read and issued by a person. A morning that was missed is made up for, once.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.dispatch import services
from census.dispatch.measures import measure_of
from census.dispatch.models import Document, Rhythm

KINDS = (Document.Kind.BRIEFING, Document.Kind.CIRCULAR)  # what asks for no reply


def latest(every: str, day: dt.date) -> dt.date:
    """The newest day up to *day* on which a rhythm falls.

    >>> latest("half", dt.date(2018, 9, 20))
    datetime.date(2018, 9, 16)
    """
    if every == Rhythm.Every.WEEK:
        return day - dt.timedelta(days=day.weekday())
    if every == Rhythm.Every.HALF_MONTH:
        return day.replace(day=16 if day.day >= 16 else 1)
    return day


def rhythm_set(actor: Scope, *, kind: str, measure: str, every: str) -> Rhythm:
    """Let a document about *measure* be drafted for the actor's office regularly; from the next such day on."""
    services.require_issuer(actor)
    if kind not in KINDS:
        raise ValidationError({"kind": _("There is no such kind of document. Choose one from the list.")})
    if measure_of(measure) is None:
        raise ValidationError({"measure": _("There is no such measure. Choose one from the list.")})
    if every not in Rhythm.Every.values:
        raise ValidationError({"every": _("Choose a rhythm from the list.")})
    row, _made = Rhythm.objects.update_or_create(
        region=actor.region,
        kind=kind,
        measure=measure,
        defaults={
            "every": every,
            "last_day": timezone.localdate(),
            "changed_at": timezone.now(),
            "changed_by_name": actor.user_name,
        },
    )
    audit_record(actor, "rhythm.changed", subject="rhythm", subject_id=row.pk, kind=kind)
    return row


def rhythm_remove(actor: Scope, *, rhythm_id: int) -> None:
    """Stop it; what was drafted stays."""
    services.require_issuer(actor)
    if Rhythm.objects.visible_to(actor).filter(pk=rhythm_id, region=actor.region).delete()[0]:
        audit_record(actor, "rhythm.removed", subject="rhythm", subject_id=rhythm_id)


@transaction.atomic
def rhythms_draft(actor: Scope, day: dt.date) -> int:
    """Draft what is due on *day* for the offices in *actor*'s region. Returns how many documents. An office without
    figures or places below it is passed over until it has some."""
    made = 0
    for row in Rhythm.objects.visible_to(actor).select_for_update().order_by("pk"):
        due = latest(row.every, day)
        if row.last_day and row.last_day >= due:
            continue
        office = Scope.system(row.region, name=actor.user_name)
        places = [place.code for place in services.places_below(row.region)]
        try:
            with transaction.atomic():
                services.document_draft(
                    office, kind=row.kind, measure=row.measure, addressed=places, automatic=True
                )
        except ValidationError:
            continue
        row.last_day = day
        row.save(update_fields=["last_day"])
        made += 1
    return made
