"""Writing the audit log."""

from __future__ import annotations

from typing import Any

from census.access import address
from census.access.scope import Scope
from census.audit.models import AuditEntry


def audit_record(
    actor: Scope,
    action: str,
    *,
    subject: str = "",
    subject_id: object = "",
    region: str | None = None,
    **detail: Any,
) -> None:
    """Write one entry in the running transaction. *region* defaults to the actor's own; the network address
    is the running request's.

    Names, telephones and values of objects never go into *detail*: the log is read by people who may not
    see the data.
    """
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                action=action,
                user_id=actor.user_id,
                user_name=actor.user_name,
                post_kind=actor.post_kind,
                region=region or actor.region,
                subject=subject,
                subject_id=str(subject_id),
                detail=detail,
                address=address.CURRENT.get(),
            )
        ]
    )
