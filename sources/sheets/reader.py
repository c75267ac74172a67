"""Reading a table from an uploaded file (xlsx, csv) that may be wrong or hostile.

Whatever is wrong with a file ends in a :class:`SheetFault` whose text tells the user what, where and how to
fix it. Cells come as text, trimmed; what they mean is the caller's to say.
"""

from __future__ import annotations

import codecs
import csv
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from django.utils.translation import gettext as _

from sources.sheets.columns import FORMULA_STARTS, Column, by_header, header_key

MAX_BYTES = 50 * 2**20
MAX_UNPACKED = 600 * 2**20
MAX_ROWS = 200_000
MAX_COLUMNS = 300
MAX_CELL = 20_000
HEADER_WITHIN = 20  # rows in which the header row is looked for
SECONDS = 150


class SheetFault(Exception):
    """A file that cannot be read as a table; the text is for the user."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file (from 1) and its cells by column key (or header text)."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table read from a file. *columns* in the file's order; *unknown*: header cells nobody knows."""

    columns: list[str]
    rows: list[Row]
    unknown: list[str] = field(default_factory=list)


def read_table(file: BinaryIO, name: str, columns: Sequence[Column] = ()) -> Table:
    """Read the first sheet of *file*, uploaded as *name*.

    With *columns*, the header row is found by their keys, Chinese or English names (title and notes above it,
    and a second header row below it, are passed over), cells are named by column key, and unknown columns are
    reported in ``Table.unknown``. Without, the first row is the header. Raises SheetFault.
    """
    data = read_bytes(file)
    return _to_table(_first_sheet(data) if is_workbook(data) else read_csv(data, name), columns)


def read_bytes(file: BinaryIO) -> bytes:
    """What was uploaded. Raises SheetFault when it is empty or too large."""
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SheetFault(
            _("The file is larger than %(limit)s MB. Split it and upload the parts one after the other.")
            % {"limit": MAX_BYTES // 2**20}
        )
    if not data.strip():
        raise SheetFault(_("The file is empty."))
    return data


def is_workbook(data: bytes) -> bool:
    """True for an xlsx, or what pretends to be one."""
    return data.startswith(b"PK")


def _refuse_other_types(data: bytes, name: str) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetFault(
            _("This is an old Excel file (.xls) or one with a password. Save it as .xlsx without a password.")
        )
    ending = Path(name).suffix.lower()
    if ending not in {".csv", ".txt", ".tsv"}:
        raise SheetFault(
            _("“%(name)s” is neither an .xlsx workbook nor a .csv table. Save the table as .xlsx or .csv.")
            % {"name": name}
        )


# -- xlsx ------------------------------------------------------------------------------------------
def read_workbook(data: bytes, *, every: bool) -> list[dict[str, Any]]:
    """The first visible sheet, or *every* one, as ``workbook.sheets`` gives them. Raises SheetFault."""
    _check_package(data)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        copy.write(data)
        copy.flush()
        program = Path(__file__).with_name("workbook.py")
        try:
            # -I: only installed packages, nothing from the working folder
            done = subprocess.run(
                [sys.executable, "-I", str(program), copy.name, *(["every"] if every else [])],
                capture_output=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise SheetFault(_unreadable()) from error
    if done.returncode:
        raise SheetFault(_unreadable())
    return orjson.loads(done.stdout)


def _first_sheet(data: bytes) -> list[tuple[int, list[str]]]:
    (sheet,) = read_workbook(data, every=False) or [{"rows": [], "merged": []}]
    lines = [(line, cells) for line, cells in sheet["rows"]]
    first = lines[0][0] if lines else 0
    for top, bottom, *_columns in sheet["merged"]:
        # merged cells across one row are titles; those over several rows make data rows ambiguous
        if bottom > top and bottom > first + HEADER_WITHIN:
            raise SheetFault(
                _("Rows %(top)s to %(bottom)s contain merged cells. Unmerge them and fill every cell.")
                % {"top": top, "bottom": bottom}
            )
    return lines


def _unreadable() -> str:
    return _(
        "The workbook is damaged or too large to read. Open it, copy the table into a new workbook "
        "as values, and save that as .xlsx."
    )


def _check_package(data: bytes) -> None:
    """Refuse what is no plain xlsx, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise SheetFault(_unreadable()) from error
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        raise SheetFault(_("This is no Excel workbook. Save the table as .xlsx or .csv."))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise SheetFault(_("The workbook contains macros. Save it as .xlsx (without macros)."))
    if len(members) > 2000 or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise SheetFault(_unreadable())
    if any(member.flag_bits & 1 for member in members):
        raise SheetFault(_("The workbook is protected by a password. Save it without one."))


# -- csv -------------------------------------------------------------------------------------------
def read_csv(data: bytes, name: str) -> list[tuple[int, list[str]]]:
    """The lines of a csv, uploaded as *name*, with their numbers; blank ones are left out. Raises SheetFault."""
    _refuse_other_types(data, name)
    text = _decode(data)
    head = text[: text.find("\n") if "\n" in text else len(text)]
    delimiter = max(",\t;", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((reader.line_num, cells))
            if len(lines) > MAX_ROWS + HEADER_WITHIN:
                break
    except csv.Error as error:
        raise SheetFault(
            _("Line %(line)s of the csv file cannot be read (often a quotation mark that is not closed).")
            % {"line": reader.line_num}
        ) from error
    return lines


def _decode(data: bytes) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM, or GB 18030 (what Excel writes in China)."""
    if b"\0" in data and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SheetFault(_("This is no text file. Save the table as .xlsx or .csv."))
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetFault(_("The characters of the file cannot be read. Save it as .xlsx, or as .csv in UTF-8."))


# -- rows ------------------------------------------------------------------------------------------
def _to_table(lines: list[tuple[int, list[str]]], columns: Sequence[Column]) -> Table:
    if not lines:
        raise SheetFault(_("The file has no rows."))
    at, names, unknown = _header(lines, columns)
    if len(names) > MAX_COLUMNS:
        raise SheetFault(
            _("The table has more than %(limit)s columns. Use the template.") % {"limit": MAX_COLUMNS}
        )
    rows = list(_rows(lines[at + 1 :], names))
    if columns and rows and _is_header(rows[0], columns):
        rows = rows[1:]
    if len(rows) > MAX_ROWS:
        raise SheetFault(
            _("The table has more than %(limit)s rows. Split it and upload the parts one after the other.")
            % {"limit": MAX_ROWS}
        )
    return Table([name for name in names if name], rows, unknown)


def _header(
    lines: list[tuple[int, list[str]]], columns: Sequence[Column]
) -> tuple[int, list[str], list[str]]:
    """Index of the header row, key of each column ('' where unknown or blank), unknown headers."""
    if not columns:
        names = [cell.strip() for cell in lines[0][1]]
        _refuse_doubles([name for name in names if name])
        return 0, names, []
    known = by_header(columns)
    matches = [sum(header_key(cell) in known for cell in cells) for _line, cells in lines[:HEADER_WITHIN]]
    at = matches.index(max(matches))
    if matches[at] < min(2, len(columns)):
        wanted = "、".join(column.zh for column in columns[:4])
        raise SheetFault(
            _(
                "No header row was found. The first rows must hold the column names (%(names)s …), "
                "as in the template."
            )
            % {"names": wanted}
        )
    cells = lines[at][1]
    names = [known.get(header_key(cell), "") for cell in cells]
    _refuse_doubles([name for name in names if name])
    unknown = [cell.strip() for cell in cells if cell.strip() and header_key(cell) not in known]
    missing = [column for column in columns if column.required and column.key not in names]
    if missing:
        raise SheetFault(
            _("The column “%(name)s” is missing. Use the template, or add the column.")
            % {"name": missing[0].zh}
        )
    return at, names, unknown


def _refuse_doubles(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise SheetFault(_("The column “%(name)s” appears twice. Keep one of them.") % {"name": name})


def _rows(lines: list[tuple[int, list[str]]], names: list[str]) -> Iterator[Row]:
    for line, cells in lines:
        named = {name: clean(cell) for name, cell in zip(names, cells, strict=False) if name}
        for name, cell in named.items():
            if len(cell) > MAX_CELL:
                raise SheetFault(
                    _("Row %(line)s, column “%(name)s”: the cell is longer than %(limit)s characters.")
                    % {"line": line, "name": name, "limit": MAX_CELL}
                )
        if any(named.values()):
            yield Row(line, named)


def clean(cell: str) -> str:
    """Trimmed, and without the apostrophe that keeps a text from being a formula (``FORMULA_STARTS``)."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:2] in FORMULA_STARTS else cell


def _is_header(row: Row, columns: Sequence[Column]) -> bool:
    """True for the second header row: each filled cell repeats a name of its own column."""
    own = {c.key: {header_key(c.key), header_key(c.zh), header_key(c.en)} for c in columns}
    return all(header_key(cell) in own[key] for key, cell in row.cells.items() if cell)
