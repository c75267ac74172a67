"""Big lists go out and come in as jobs: the file waits in the media folder, the report in the job's result."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.jobs.models import Job
from census.jobs.services import JobFault, Progress, job_kind, job_start
from review.problems import sheets
from review.problems.models import Batch
from sources.sheets.reader import MAX_BYTES, SheetFault

IMPORT, EXPORT = "review.import", "review.export"
AT_ONCE_BYTES = 200_000  # about 2,000 rows: read within the request
AT_ONCE_ROWS = 5_000
_REPORTED = 5_000  # lines kept of a report


def import_start(actor: Scope, *, batch: Batch, upload: UploadedFile, answers: bool) -> Job:
    """Keep the file and read it as a job. Raises SheetFault when it is too large."""
    actor.require("problem.answer" if answers else "problem.issue")
    data = upload.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SheetFault(_("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 2**20})
    digest = hashlib.sha256(data).hexdigest()
    path_of(digest).write_bytes(data)
    return job_start(
        actor,
        kind=IMPORT,
        title=_("Import of %(name)s") % {"name": upload.name[:100]},
        batch=str(batch.id),
        digest=digest,
        name=upload.name[:200],
        answers=answers,
    )


def export_start(actor: Scope, *, batch: Batch) -> Job:
    """Write the list as a job."""
    title = _("Export of %(name)s") % {"name": batch.title[:100]}
    return job_start(actor, kind=EXPORT, title=title, batch=str(batch.id))


@job_kind(IMPORT)
def import_work(progress: Progress, *, batch: str, digest: str, name: str, answers: bool) -> dict[str, Any]:
    """All rows in one transaction; a restart after it gives the same report again."""
    progress.start(1, _("Reading the list"))
    if "report" not in progress.checkpoint:
        with progress.step(done=1), path_of(digest).open("rb") as file:
            progress.checkpoint |= _read(progress.scope, UUID(batch), file, name, answers)
    path_of(digest).unlink(missing_ok=True)
    return {
        "report": progress.checkpoint["report"],
        "rows": progress.checkpoint["rows"],
        "url": reverse("batch_job", args=[progress.job.id]),
    }


def _read(actor: Scope, batch_id: UUID, file: Any, name: str, answers: bool) -> dict[str, Any]:
    try:
        if answers:
            batch = Batch.objects.visible_to(actor).get(pk=batch_id)
            found = sheets.answers_import(actor, batch=batch, file=file, name=name)
        else:
            found = sheets.batch_import(actor, batch_id=batch_id, file=file, name=name)
    except SheetFault as fault:
        raise JobFault(str(fault)) from fault
    except ValidationError as error:
        raise JobFault("; ".join(error.messages)) from error
    found.report.faults = found.report.faults[:_REPORTED]
    return {"report": found.report.pack(), "rows": found.done}


@job_kind(EXPORT)
def export_work(progress: Progress, *, batch: str) -> dict[str, Any]:
    """The workbook under the job's number; written again as a whole when interrupted."""
    progress.start(1, _("Writing the list"))
    target = path_of(str(progress.job.id))
    with progress.step(done=1), target.open("wb") as file:
        found = Batch.objects.visible_to(progress.scope).get(pk=UUID(batch))
        rows = sheets.batch_export(progress.scope, batch=found, target=file)
    return {"rows": rows, "url": reverse("batch_job", args=[progress.job.id])}


def path_of(name: str) -> Path:
    """Where a list waits; *name* is a digest or a job's number."""
    folder = Path(settings.MEDIA_ROOT) / "lists"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name
