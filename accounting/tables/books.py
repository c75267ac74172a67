"""The book of a region: every table of the region and of each city and county below it, one workbook each, in a zip.

Written in the background. A workbook is finished or not there, so a job that was killed goes on with the next region.
"""

from __future__ import annotations

import shutil
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounting.cuts.models import Cut
from accounting.cuts.queries import cuts_over, frozen_tables
from accounting.runs.models import Run
from accounting.tables.build import Table
from accounting.tables.making import imprint_of, tables_upward
from accounting.tables.workbook import book
from census.access.scope import Scope, enter
from census.audit.services import audit_record
from census.jobs.models import Job
from census.jobs.services import Progress, job_kind, job_start
from census.places import regions
from census.places.models import Region

KIND = "accounting.table_book"
KEPT_DAYS = 7


def book_start(actor: Scope, *, region: str, run: Run | None, cut: Cut | None = None) -> Job:
    """Queue the book of *region*, of a cut's frozen tables if one is given.

    Raises PermissionDenied outside the scope or without the right to export.
    """
    actor.require("export")
    actor.require("table.view")
    actor.require_covers(region)
    named = Region.objects.filter(code=region).values_list("name", flat=True).first() or region
    return job_start(
        actor,
        kind=KIND,
        title=_("Book of tables: %(region)s") % {"region": named},
        region=region,
        run_id=str(run.pk) if run else None,
        cut_id=str(cut.pk) if cut else None,
        language=get_language(),
    )


def book_regions(region: str) -> list[tuple[str, str]]:
    """(code, name) of *region* and of the divisions below it, down to the counties, that hold census objects."""
    low, high = regions.bounds(region)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT left(region, 6) FROM sources_censusobject
               WHERE region >= %s AND region < %s AND status = 'in_scope'""",
            [low, high],
        )
        counties = {code.ljust(12, "0") for (code,) in cursor.fetchall()}
    holding = {above for code in counties for above in regions.ancestors(code)}
    wanted = {code for code in holding if regions.contains(region, code)} | {region}
    return list(Region.objects.filter(code__in=wanted).order_by("code").values_list("code", "name"))


def book_path(job: Job) -> Path:
    """Where the finished book of a job lies."""
    return Path(settings.MEDIA_ROOT) / "books" / f"{job.id}.zip"


@job_kind(KIND)
def book_work(
    progress: Progress, *, region: str, run_id: str | None, language: str, cut_id: str | None = None
) -> dict[str, Any]:
    """Write one workbook a region, then pack them."""
    with translation.override(language):
        return _write(progress, region, run_id, cut_id)


def _write(progress: Progress, region: str, run_id: str | None, cut_id: str | None) -> dict[str, Any]:
    scope, path = progress.scope, book_path(progress.job)
    parts = path.with_suffix("")
    parts.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    with enter(scope):
        cut = cuts_over(scope, region).get(pk=cut_id) if cut_id else None
        run = Run.objects.visible_to(scope).filter(pk=run_id).first()
        todo = book_regions(region) if cut is None else _held(cut, region)
    progress.start(len(todo), _("Regions"))
    names = dict(todo)
    made = tables_upward(scope, names, run) if cut is None else _frozen(scope, cut, names)
    for code, make in made:
        file = _file_of(parts, code, names[code])
        with progress.step():
            if not file.exists():
                _workbook(file, make(), scope, code, run, cut)
    files = [_file_of(parts, code, name) for code, name in todo]
    unfinished = path.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w") as packed:  # xlsx is compressed already
        for file in files:
            packed.write(file, file.name)
    unfinished.rename(path)
    for file in files:
        file.unlink()
    parts.rmdir()
    with enter(scope):
        audit_record(
            scope, "table.exported", subject="book", subject_id=region, region=region, rows=len(files)
        )
    return {
        "text": _("%(count)s workbooks with all tables. The file is kept for %(days)s days.")
        % {"count": len(files), "days": KEPT_DAYS},
        "url": reverse("table_book_file", args=[progress.job.id]),
        "label": _("Fetch the book"),
    }


def _file_of(folder: Path, code: str, name: str) -> Path:
    return folder / f"{code}-{name}.xlsx"


def _held(cut: Cut, region: str) -> list[tuple[str, str]]:
    """(code, name) of the regions inside *region* whose tables the cut holds."""
    held = (
        cut.tables.filter(region__startswith=regions.prefix(region))
        .values_list("region", flat=True)
        .distinct()
    )
    return list(Region.objects.filter(code__in=held).order_by("code").values_list("code", "name"))


def _frozen(scope: Scope, cut: Cut, places: Iterable[str]) -> Iterator[tuple[str, Callable[[], list[Table]]]]:
    def make(place: str) -> list[Table]:
        with enter(scope):
            return frozen_tables(scope, cut, place)

    for place in places:
        yield place, partial(make, place)


def _workbook(
    file: Path, tables: list[Table], scope: Scope, region: str, run: Run | None, cut: Cut | None
) -> None:
    with enter(scope):
        imprint = imprint_of(scope, region, run, cut)
    unfinished = file.with_suffix(".part")
    unfinished.write_bytes(book(tables, imprint))
    unfinished.rename(file)


def _sweep(folder: Path) -> None:
    """Delete books, and what cancelled jobs left, that were kept long enough."""
    oldest = time.time() - KEPT_DAYS * 86400
    for entry in folder.iterdir():
        if entry.stat().st_mtime < oldest:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
