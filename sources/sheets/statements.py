"""What offices state by loading a spreadsheet: every row with its source and confidence, none ever overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from sources.sheets.columns import Column
from sources.sheets.reader import Row, read_table
from sources.sheets.report import Report


class Statement(models.Model):
    """A row somebody loaded. Loading another about the same thing makes a new row, and *current* leaves the old one."""

    class Confidence(models.TextChoices):
        VERIFIED = "verified", _("Verified")
        SECONDARY = "secondary", _("Secondary")
        RECALLED = "recalled", _("Recalled")

    source = models.CharField(max_length=300)
    confidence = models.CharField(max_length=12, choices=Confidence.choices)
    current = models.BooleanField(default=True)
    loaded_at = models.DateTimeField(default=timezone.now)
    loaded_by = models.BigIntegerField(null=True)
    loaded_by_name = models.CharField(max_length=60)
    file = models.CharField(max_length=200)

    class Meta:
        abstract = True


def rows_read(file: BinaryIO, name: str, columns: Sequence[Column]) -> tuple[list[Row], Report]:
    """The rows of a spreadsheet, none where it has faults already: a required column is missing, or all rows are.

    Raises SheetFault for a file that is no table.
    """
    table, report = read_table(file, name, columns), Report()
    for column in columns:
        if column.required and column.key not in table.columns:
            report.add(0, column.en, "", gettext("This column is missing."))
    if not report.faults and not table.rows:
        report.add(0, "", "", gettext("The file has no rows."))
    return [] if report.faults else table.rows, report


def statements_lock(number: int) -> None:
    """Loads with the same *number* go one after the other, so that two files cannot both add a row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def statements_take(
    actor: Scope,
    found: Iterable[tuple[Statement, Statement | None]],
    *,
    kept: Sequence[str],
    name: str,
    report: Report,
) -> None:
    """Store statements beside the current one about the same thing, if there is one, unless the fields *kept* agree.

    *name*: of the file. ``report.counts``: added, replaced, unchanged.
    """
    report.counts = {"added": 0, "replaced": 0, "unchanged": 0}
    fresh: list[Statement] = []
    gone: list[Statement] = []
    for one, old in found:
        if old is not None and all(getattr(one, field) == getattr(old, field) for field in kept):
            report.counts["unchanged"] += 1
            continue
        report.counts["added" if old is None else "replaced"] += 1
        gone += [] if old is None else [old]
        one.loaded_by, one.loaded_by_name, one.file = actor.user_id, actor.user_name, name[:200]
        fresh.append(one)
    if fresh:
        model = type(fresh[0])
        model.objects.filter(pk__in=[one.pk for one in gone]).update(current=False)
        model.objects.bulk_create(fresh, batch_size=2_000)
