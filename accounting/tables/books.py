"""The book of a region: every table of the region and of each city and county below it, one workbook each, in a zip.

Written in the background by all workers that are free (census/jobs/sharing.py); killed and started again it goes on
with the next region.
"""

from __future__ import annotations

import pickle
import shutil
import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from accounting.cuts.models import Cut
from accounting.cuts.queries import cuts_over, frozen_tables
from accounting.runs.models import Run
from accounting.tables.build import Table
from accounting.tables.facts import FactKey
from accounting.tables.making import imprint_of, tables_upward
from accounting.tables.workbook import book as workbook
from census.access.scope import Scope, enter
from census.audit.services import audit_record
from census.jobs.models import Job
from census.jobs.services import Progress, job_kind, job_start
from census.jobs.sharing import shard_work, shared_run
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
    )


@dataclass(frozen=True, slots=True)
class Book:
    """What a job is to print: the tables of a run, or those a cut froze."""

    region: str
    run: Run | None
    cut: Cut | None

    @classmethod
    def of(cls, scope: Scope, job: Job) -> Book:
        """The book a job was started for. Raises Cut.DoesNotExist for a cut that is gone."""
        asked = job.arguments
        region, cut_id = asked["region"], asked.get("cut_id")
        run = Run.objects.visible_to(scope).filter(pk=asked["run_id"]).first()
        cut = cuts_over(scope, region).get(pk=cut_id) if cut_id else None
        return cls(region, run, cut)


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
def book_work(progress: Progress, **_arguments: Any) -> dict[str, Any]:
    """Write one workbook a region, then pack them. Free workers help with the regions nothing lies below."""
    with enter(progress.scope):
        book = Book.of(progress.scope, progress.job)
    scope, job = progress.scope, progress.job
    path, folder = book_path(job), _folder(job)
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    with enter(scope):
        names = dict(book_regions(book.region) if book.cut is None else _held(book.cut, book.region))
    shared = lowest(names) if book.cut is None else list(names)
    progress.start(len(names), _("Regions"))
    shared_run(progress, shared)
    places = tables_upward(scope, names, book.run, known=partial(_facts, folder)) if book.cut is None else ()
    for place in places:
        if place.code not in shared:
            with progress.step():
                _workbook(scope, folder, book, place.code, place.tables())
    unfinished = path.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w") as packed:  # xlsx is compressed already
        for code, name in names.items():
            packed.write(folder / f"{code}.xlsx", f"{code}-{name}.xlsx")
    unfinished.rename(path)
    shutil.rmtree(folder)
    with enter(scope):
        audit_record(
            scope,
            "table.exported",
            subject="book",
            subject_id=book.region,
            region=book.region,
            rows=len(names),
        )
    return {
        "text": _("%(count)s workbooks with all tables. The file is kept for %(days)s days.")
        % {"count": len(names), "days": KEPT_DAYS},
        "url": reverse("table_book_file", args=[job.id]),
        "label": _("Fetch the book"),
    }


@shard_work(KIND)
def _lowest_work(scope: Scope, job: Job, code: str) -> dict[str, int]:
    """The workbook of a region nothing lies below. Its facts are laid beside it for the regions above."""
    folder, book = _folder(job), Book.of(scope, job)
    if book.cut is None:
        (place,) = tables_upward(scope, [code], book.run)
        _facts_file(folder, code).write_bytes(pickle.dumps(place.frames))
        tables = place.tables()
    else:
        tables = frozen_tables(scope, book.cut, code)
    _workbook(scope, folder, book, code, tables)
    return {"tables": len(tables)}


def lowest(codes: Iterable[str]) -> list[str]:
    """Those of the regions that contain no other of them."""
    every = list(codes)
    above = {up for code in every for up in regions.ancestors(code) if up != code}
    return [code for code in every if code not in above]


def _facts(folder: Path, code: str) -> dict[FactKey, pd.DataFrame] | None:
    """The facts of a region whose workbook is written; the file is our own, nobody sends one here."""
    file = _facts_file(folder, code)
    return pickle.loads(file.read_bytes()) if file.exists() else None  # noqa: S301 - own file


def _facts_file(folder: Path, code: str) -> Path:
    return folder / f"{code}.facts"


def _folder(job: Job) -> Path:
    """Where the parts of a book lie until it is packed. All workers see it, as the web sees the book."""
    return book_path(job).with_suffix("")


def _held(cut: Cut, region: str) -> list[tuple[str, str]]:
    """(code, name) of the regions inside *region* whose tables the cut holds."""
    held = (
        cut.tables.filter(region__startswith=regions.prefix(region))
        .values_list("region", flat=True)
        .distinct()
    )
    return list(Region.objects.filter(code__in=held).order_by("code").values_list("code", "name"))


def _workbook(scope: Scope, folder: Path, book: Book, code: str, tables: list[Table]) -> None:
    with enter(scope):
        imprint = imprint_of(scope, code, book.run, book.cut)
    (folder / f"{code}.xlsx").write_bytes(workbook(tables, imprint))


def _sweep(folder: Path) -> None:
    """Delete books, and what cancelled jobs left, that were kept long enough."""
    oldest = time.time() - KEPT_DAYS * 86400
    for entry in folder.iterdir():
        if entry.stat().st_mtime < oldest:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
