"""The register as xlsx or csv: at once up to DIRECT rows, above that as a job with a file to fetch."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope, enter
from census.audit.services import audit_record
from census.jobs.models import Job
from census.jobs.services import Progress, job_kind, job_start
from sources.objects.columns import export_columns, export_rows, import_columns
from sources.objects.copying import copy_csv
from sources.objects.lookups import Lookups
from sources.objects.queries import SORTS, Filters, object_list
from sources.sheets.writer import write_table

DIRECT = 10_000
KEPT_DAYS = 7
_CHUNK = 2_000


def export_bytes(actor: Scope, *, filters: Filters, kind: str) -> bytes:
    """The filtered list as the bytes of an ``xlsx`` or ``csv`` file (at most DIRECT rows), audited."""
    actor.require("export")
    order = SORTS[filters.sort]
    chosen = object_list(actor, filters).order_by(*order)[:DIRECT]
    buffer = io.BytesIO()
    if kind == "csv":
        count = copy_csv(buffer, scope=actor, objects=chosen, order=order)
    else:
        count = _write(buffer, actor, filters, export_rows(chosen, Lookups(actor)))
    audit_record(actor, "object.exported", subject="register", format=kind, rows=count, **_chosen(filters))
    return buffer.getvalue()


def export_start(actor: Scope, *, filters: Filters, kind: str = "xlsx") -> Job:
    """Write a long list in the background; the job's result links to the file."""
    actor.require("export")
    return job_start(
        actor,
        kind="objects.export",
        title=_("Export of the register"),
        filters=asdict(filters),
        format=kind,
    )


def export_path(job: Job) -> Path:
    """Where the file of an export job lies."""
    return Path(settings.MEDIA_ROOT) / "exports" / f"{job.id}.{job.arguments['format']}"


def template_bytes() -> bytes:
    """The empty import template with its code lists."""
    buffer = io.BytesIO()
    write_table(
        buffer,
        columns=import_columns(),
        rows=[],
        title="普查对象名录导入模板 Import of census objects",
        notes=[
            "带*为新增时必填；已有对象填识别码，空格不改动原值。* is required; a blank cell changes nothing."
        ],
        template=True,
    )
    return buffer.getvalue()


@job_kind("objects.export")
def export_work(progress: Progress, *, filters: dict[str, str], format: str) -> dict[str, Any]:
    """Write the file. Started again after a crash it begins anew: a half file is of no use."""
    scope, chosen = progress.scope, Filters(**filters)
    path = export_path(progress.job)
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    with enter(scope):
        total = object_list(scope, chosen).order_by().count()
    progress.start(total, _("Writing rows"))
    part = path.with_suffix(".part")
    if format == "csv":
        order = SORTS[chosen.sort]
        with progress.step(done=total), part.open("wb") as file:
            objects = object_list(scope, chosen).order_by(*order)
            count = copy_csv(file, scope=scope, objects=objects, order=order)
    else:
        count = _write(part, scope, chosen, _chunks(progress, chosen))
    part.rename(path)
    with enter(scope):
        audit_record(
            scope, "object.exported", subject="register", format=format, rows=count, **_chosen(chosen)
        )
    return {
        "text": _("%(count)s objects. The file is kept for %(days)s days.")
        % {"count": count, "days": KEPT_DAYS},
        "url": reverse("register_export_file", args=[progress.job.id]),
        "label": _("Fetch the file"),
    }


def _chunks(progress: Progress, filters: Filters) -> Iterator[tuple[Any, ...]]:
    """All rows in the order of the keys, some thousand a transaction."""
    lookups, after = Lookups(progress.scope), None
    while True:
        with progress.step(done=0):
            rows = object_list(progress.scope, filters)
            if after:
                rows = rows.filter(pk__gt=after)
            chunk = list(export_rows(rows.order_by("pk")[:_CHUNK], lookups))
        if not chunk:
            return
        after = chunk[-1][-1]
        yield from chunk
        with progress.step(done=len(chunk)):
            pass


def _write(target: Any, actor: Scope, filters: Filters, rows: Iterator[tuple[Any, ...]]) -> int:
    now = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    region = Lookups(actor).region_name(actor.region)
    return write_table(
        target,
        columns=export_columns(),
        rows=rows,
        title="普查对象名录 Register of census objects",
        notes=[
            f"导出 Exported: {actor.user_name} · {region or actor.region} · {now}",
            "筛选 Filters: " + ("; ".join(f"{k}={v}" for k, v in _chosen(filters).items()) or "无 none"),
            "内部资料，仅限普查使用 For census use only",
        ],
    )


def _chosen(filters: Filters) -> dict[str, str]:
    return {name: value for name, value in asdict(filters).items() if value and name != "sort"}


def sweep(folder: Path) -> None:
    """Delete the files of *folder* that were kept long enough (KEPT_DAYS)."""
    oldest = time.time() - KEPT_DAYS * 86400
    for path in folder.glob("*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
