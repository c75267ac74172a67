"""Preparing a table of a cut for publication (a job), and releasing it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounting.cuts.models import Cut
from accounting.methods import pollutants
from accounting.publication.disclosure import Rules, cells_of, protect
from accounting.publication.models import Publication
from accounting.publication.tables import content_of, contributions_read, grid_of
from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs.services import JobFault, Progress, job_kind, job_start

JOB_KIND = "accounting.publication"


def publication_prepare(
    actor: Scope, *, cut: Cut, medium: str, pollutant: str, rules: dict[str, Any]
) -> Publication:
    """Start disclosure control over one pollutant of a frozen cut.

    *rules*: parameters of disclosure.Rules. Raises ValidationError (cut not frozen, unknown pollutant, senseless
    rules, the table was released already) and PermissionDenied (not the office of the cut).
    """
    _own(actor, cut)
    if not cut.made:
        raise ValidationError(_("This cut is not frozen yet."))
    if medium not in pollutants.table()[pollutant].media:
        raise ValidationError({"pollutant": _("This pollutant does not go into this medium.")})
    try:
        chosen = Rules(**rules)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    _not_released(cut, medium, pollutant)
    row = Publication.objects.create(
        cut=cut,
        region=cut.region,
        medium=medium,
        pollutant=pollutant,
        rules=asdict(chosen),
        created_by_name=actor.user_name,
    )
    title = _("Disclosure control: %(pollutant)s of cut %(number)s") % {
        "pollutant": pollutants.table()[pollutant].zh,
        "number": cut.number,
    }
    row.job_id = job_start(actor, kind=JOB_KIND, title=title, publication_id=str(row.pk)).pk
    row.save(update_fields=["job_id"])
    audit_record(actor, "publication.prepared", subject="publication", subject_id=row.pk, region=row.region)
    return row


@job_kind(JOB_KIND)
def publication_work(progress: Progress, *, publication_id: str) -> dict[str, int]:
    """Read the contributions, hide cells, attack the result, and keep the table with its proof."""
    progress.start(2, _("Reading contributions"))
    with progress.step():
        row = Publication.objects.select_related("cut").get(pk=publication_id)
        frame = contributions_read(row.cut, medium=row.medium, pollutant=row.pollutant)
    if frame.empty:
        raise JobFault(
            _("No industrial discharge of this pollutant in the cut: there is nothing to publish.")
        )
    grid = grid_of(row.region, frame)
    contributions = cells_of(grid, frame)
    try:
        result = protect(grid, contributions, Rules(**row.rules))
    except ValueError as error:
        raise JobFault(str(error)) from error
    with progress.step():
        decimals = pollutants.table()[row.pollutant].decimals
        row.content = content_of(result, [len(amounts) for amounts in contributions], decimals)
        row.primary, row.secondary = int(result.primary.sum()), int(np.sum(result.secondary))
        row.exposed = len(result.exposed())
        row.save(update_fields=["content", "primary", "secondary", "exposed"])
    return {"cells": len(grid.cells), "primary": row.primary, "secondary": row.secondary}


def publication_release(actor: Scope, *, publication: Publication) -> Publication:
    """Release the table: from now on it may be exported without its hidden cells.

    Raises ValidationError unless the cut is approved, the audit found no exposed cell, and no other version of
    this table was released.
    """
    row = Publication.objects.visible_to(actor).select_for_update().get(pk=publication.pk)
    cut = Cut.objects.visible_to(actor).get(pk=row.cut_id)
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
    _not_released(cut, row.medium, row.pollutant)
    row.released_at, row.released_by_name = timezone.now(), actor.user_name
    row.save(update_fields=["released_at", "released_by_name"])
    audit_record(actor, "publication.released", subject="publication", subject_id=row.pk, region=row.region)
    return row


def _own(actor: Scope, cut: Cut) -> None:
    actor.require("accounting.run")
    if actor.region != cut.region or set(CATEGORIES) - actor.categories:
        raise PermissionDenied("tables are published by the office of the cut")


def _not_released(cut: Cut, medium: str, pollutant: str) -> None:
    if Publication.objects.filter(
        cut=cut, medium=medium, pollutant=pollutant, released_at__isnull=False
    ).exists():
        raise ValidationError(
            _("This table of the cut was released already. A second version with other cells hidden would give "
              "away the first.")
        )  # fmt: skip
