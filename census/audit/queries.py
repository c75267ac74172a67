"""Reading the audit log, always within the scope."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from census.access.scope import Scope
from census.audit.models import AuditEntry
from census.people.models import User

# filter -> which actions it means
GROUPS = {
    "access": Q(action__startswith="person."),
    "viewed": Q(action__endswith=".viewed") | Q(action__endswith=".read"),
    "exported": Q(action__endswith=".exported") | Q(action__endswith=".printed"),
    "changed": ~(
        Q(action__startswith="person.signed")
        | Q(action__endswith=".viewed")
        | Q(action__endswith=".read")
        | Q(action__endswith=".exported")
        | Q(action__endswith=".printed")
    ),
}
_PEOPLE = 200


def audit_entries(
    scope: Scope,
    *,
    person: str = "",
    group: str = "",
    subject: str = "",
    subject_id: str = "",
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> QuerySet[AuditEntry]:
    """Entries of the scope, filtered; *person* is a part of the name or the beginning of the user name."""
    found = AuditEntry.objects.visible_to(scope)
    if person:
        # by id, so that the index serves; a name that many share is cut off at the first two hundred people
        people = User.objects.filter(Q(name__contains=person) | Q(username__startswith=person.lower()))
        found = found.filter(user_id__in=list(people.values_list("pk", flat=True)[:_PEOPLE]))
    if group in GROUPS:
        found = found.filter(GROUPS[group])
    if subject:
        found = found.filter(subject=subject)
    if subject_id:
        found = found.filter(subject_id=subject_id)
    if first:
        found = found.filter(at__gte=_midnight(first))
    if last:
        found = found.filter(at__lt=_midnight(last + dt.timedelta(days=1)))
    return found


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
