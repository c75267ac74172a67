"""Evidence: files bound to a problem, a return, a visit or an object. Any room may use these two services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from sources.objects.models import CensusObject
from sources.visits import files
from sources.visits.models import Attachment

# what a file may be bound to -> the capabilities of which one is needed to add it
SUBJECTS: dict[str, frozenset[str]] = {
    "problem": frozenset({"problem.answer", "problem.check", "problem.issue"}),
    "return": frozenset({"return.fill", "return.approve"}),
    "visit": frozenset({"register.edit", "return.fill"}),
    "object": frozenset({"register.edit"}),
    "verification": frozenset({"verification.record"}),
}


def attachment_add(
    actor: Scope, *, subject: str, subject_id: object, obj: CensusObject, upload: UploadedFile
) -> Attachment:
    """Store *upload* as evidence of *subject* (a key of SUBJECTS) about the object *obj*.

    Raises PermissionDenied outside the actor's rights or scope, ValidationError for a file that is too big,
    empty, or not of an allowed kind.
    """
    if not SUBJECTS[subject] & actor.capabilities:
        raise PermissionDenied(f"{actor.post_kind} may not add evidence to a {subject}")
    actor.require_covers(obj.region, obj.category)
    stored = files.store(upload)
    (attachment,) = Attachment.objects.bulk_create(
        [
            Attachment(
                object_id=obj.id,
                region=obj.region,
                category=obj.category,
                district_id=obj.district_id,
                subject=subject,
                subject_id=str(subject_id),
                name=stored.name,
                content_type=stored.content_type,
                size=stored.size,
                sha256=stored.sha256,
                uploaded_by=actor.user_id,
                uploaded_by_name=actor.user_name,
            )
        ]
    )
    audit_record(
        actor,
        "attachment.added",
        subject="attachment",
        subject_id=attachment.id,
        region=obj.region,
        bound_to=subject,
        bound_to_id=str(subject_id),
        size=stored.size,
        sha256=stored.sha256,
    )
    return attachment


def attachments_of(
    actor: Scope, *, subject: str, subject_ids: Iterable[object]
) -> dict[str, list[Attachment]]:
    """Evidence the actor may see, by subject id, oldest first."""
    found: dict[str, list[Attachment]] = {}
    wanted = [str(one) for one in subject_ids]
    for row in Attachment.objects.visible_to(actor).filter(subject=subject, subject_id__in=wanted):
        found.setdefault(row.subject_id, []).append(row)
    return found


def attachment_open(actor: Scope, *, attachment: Attachment) -> BinaryIO:
    """Open the file for reading and write down who read it. Raises ValidationError when the store lost it."""
    audit_record(
        actor,
        "attachment.read",
        subject="attachment",
        subject_id=attachment.id,
        region=attachment.region,
    )
    try:
        return files.open_stored(attachment.sha256)
    except FileNotFoundError as error:
        raise ValidationError(
            _("The file “%(name)s” is missing from the store; tell the data administrator (number %(id)s).")
            % {"name": attachment.name, "id": attachment.id}
        ) from error
