"""The audit log as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.posts import POST_KINDS
from census.audit.models import AuditEntry
from census.audit.words import details, sentence
from census.ui.context import region_name

# written while the reader waits, so bounded; a longer period is exported in parts
MOST_ROWS = 20_000


def header() -> list[str]:
    return [
        _("Time"),
        _("Person"),
        _("Post"),
        _("Region"),
        _("Act"),
        _("Action code"),
        _("Subject"),
        _("Details"),
        _("Address"),
    ]


def as_rows(entries: Iterable[AuditEntry]) -> Iterator[list[str]]:
    """One list of texts an entry, in the order of :func:`header`."""
    for entry in entries:
        kind = POST_KINDS.get(entry.post_kind)
        yield [
            timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
            entry.user_name,
            str(kind.label) if kind else entry.post_kind,
            region_name(entry.region),
            sentence(entry.action),
            entry.action,
            f"{entry.subject} {entry.subject_id}".strip(),
            "; ".join(f"{name}: {value}" for name, value in details(entry.detail)),
            entry.address or "",
        ]


def to_csv(entries: Iterable[AuditEntry]) -> bytes:
    """CSV with a byte order mark, which spreadsheets need to see that it is UTF-8. No cell can be a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header())
    for row in as_rows(entries):
        writer.writerow(["'" + cell if cell.startswith(("=", "+", "-", "@")) else cell for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def to_xlsx(entries: Iterable[AuditEntry], *, title: str, note: str) -> bytes:
    """A workbook with title, note (who exported when), header and rows; all cells are texts."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True})
    page = book.add_worksheet()
    bold = book.add_format({"bold": True})
    page.set_column(0, 0, 19)
    page.set_column(1, 8, 18)
    page.freeze_panes(3, 0)
    page.write_string(0, 0, title, bold)
    page.write_string(1, 0, note)
    for column, name in enumerate(header()):
        page.write_string(2, column, name, bold)
    for line, row in enumerate(as_rows(entries), 3):
        for column, cell in enumerate(row):
            page.write_string(line, column, cell)
    book.close()
    return buffer.getvalue()
