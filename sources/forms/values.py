"""Raw input to clean value documents. Strict, and nothing typed is lost: what cannot be taken is handed back.

A clean document is a flat JSON object: item id -> value, table id -> list of rows with a row key ``_k``. A
blank is an absent key. Numbers are finite and below 10^15, whole ones written as integers; choices are code
strings; dates ``YYYY-MM`` or ``YYYY-MM-DD``; coordinates ``118°52′10.25″``. Values that are readable but
break a rule (a code not among the choices, a number out of range) are kept: the checks report them.
"""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sources.forms.model import Form, Indicator, Text

MAX_TEXT = 2000
MAX_CODE = 64
MAX_ROWS = 5000
MAX_KEY = 10**6
MAX_FAULTS = 1000
MAX_RAW = 10_000  # characters kept of a rejected value
LIMIT = 10**15

MESSAGES = {
    "not-a-form": Text("内容不是一张表", "the content is not a form"),
    "unknown-item": Text("本表没有这一项", "this form has no such item"),
    "not-text": Text("应为文字", "a text is expected"),
    "too-long": Text("文字过长", "the text is too long"),
    "control": Text("含有不可用的控制字符", "contains control characters that cannot be stored"),
    "not-a-number": Text(
        "不是数字，请只填数字（如 1234.5）", "not a number: write digits only, such as 1234.5"
    ),
    "too-large": Text("数值过大（应小于10的15次方）", "too large: must be below 10^15"),
    "not-yes-no": Text("应为是（1）或否（2）", "must be yes (1) or no (2)"),
    "not-a-code": Text("不是选项代码", "not the code of a choice"),
    "not-a-date": Text("不是日期，应为 2017-06 或 2017-06-30", "not a date: write 2017-06 or 2017-06-30"),
    "not-a-coordinate": Text("不是经纬度，应为 118°52′10.25″", "not a coordinate: write 118°52′10.25″"),
    "not-rows": Text("应为若干行", "a list of rows is expected"),
    "not-a-row": Text("不是一行数据", "not a row of the table"),
    "bad-row-key": Text("行号无效", "the row key is not a number from 1 to 1000000"),
    "duplicate-row-key": Text("行号重复", "the row key is already used in this table"),
    "too-many-rows": Text("行数超过5000", "more than 5000 rows"),
    "too-many-faults": Text("错误过多，其余未列出", "too many faults; the rest is not listed"),
}


class Fault(NamedTuple):
    """Why a value was not taken, and what was typed (as text; JSON for lists and objects)."""

    code: str
    zh: str
    en: str
    raw: str


class Cleaned(NamedTuple):
    """A clean document, and the faults by path (``item``, ``table/<_k>/item``, ``table/[<position>]``)."""

    values: dict[str, Any]
    rejected: dict[str, Fault]


class RejectedError(ValueError):
    """A value that cannot be taken; `args[0]` is a key of MESSAGES."""


def clean(form: Form, raw: Any) -> Cleaned:
    """`raw` (parsed JSON, form fields or spreadsheet cells) as a clean document of `form`. Never raises."""
    return _Cleaner(form).run(raw)


class _Cleaner:
    def __init__(self, form: Form):
        self.form = form
        self.rejected: dict[str, Fault] = {}

    def reject(self, path: str, code: str, raw: Any) -> None:
        if len(self.rejected) >= MAX_FAULTS:
            path, code, raw = "", "too-many-faults", ""
        self.rejected[path[:200]] = Fault(code, *MESSAGES[code], raw_text(raw))

    def run(self, raw: Any) -> Cleaned:
        if not isinstance(raw, Mapping):
            self.reject("", "not-a-form", raw)
            return Cleaned({}, self.rejected)
        items, tables = self.form.indicators, self.form.tables
        values: dict[str, Any] = {}
        for key, value in raw.items():
            if key in tables:
                rows = self.rows(key, value)
                if rows:
                    values[key] = rows
            elif key in items and items[key].section not in tables:
                self.put(values, items[key], value, key)
            elif not is_blank(value):
                self.reject(str(key), "unknown-item", value)
        order = {key: index for index, key in enumerate([*items, *tables])}
        return Cleaned(dict(sorted(values.items(), key=lambda pair: order[pair[0]])), self.rejected)

    def put(self, into: dict, item: Indicator, value: Any, path: str) -> None:
        try:
            value = clean_value(item, value)
        except RejectedError as fault:
            self.reject(path, fault.args[0], value)
        else:
            if value is not None:
                into[item.id] = value

    def rows(self, table: str, raw: Any) -> list[dict]:
        if is_blank(raw):
            return []
        if not isinstance(raw, list):
            self.reject(table, "not-rows", raw)
            return []
        if len(raw) > MAX_ROWS:
            self.reject(f"{table}/[{MAX_ROWS}]", "too-many-rows", raw[MAX_ROWS : MAX_ROWS + 100])
        items = {item.id: item for item in self.form.tables[table].indicators}
        rows: list[dict] = []
        used: set[int] = set()
        free = 1 + max(
            (row["_k"] for row in raw[:MAX_ROWS] if isinstance(row, Mapping) and _is_key(row.get("_k"))),
            default=0,
        )
        for position, source in enumerate(raw[:MAX_ROWS]):
            here = f"{table}/[{position}]"
            if not isinstance(source, Mapping):
                self.reject(here, "not-a-row", source)
                continue
            key = source.get("_k")
            if key is None:
                key, free = free, free + 1
            if not _is_key(key) or key in used:
                self.reject(here, "duplicate-row-key" if _is_key(key) else "bad-row-key", source)
                continue
            used.add(key)
            row: dict[str, Any] = {"_k": key}
            for name, value in source.items():
                if name in items:
                    self.put(row, items[name], value, f"{table}/{key}/{name}")
                elif name != "_k" and not is_blank(value):
                    self.reject(f"{table}/{key}/{name}", "unknown-item", value)
            rows.append(row)
        return rows


def clean_value(item: Indicator, raw: Any) -> Any:
    """One value of an item; None for blank. Raises RejectedError."""
    return None if is_blank(raw) else _CLEAN[item.type](item, raw)


def is_blank(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and len(raw) <= MAX_TEXT and not raw.strip()) or raw == []


def raw_text(raw: Any) -> str:
    """What was typed, as text, cut after MAX_RAW characters."""
    if isinstance(raw, str):
        return _storable(raw[:MAX_RAW])
    if type(raw) is int and raw.bit_length() > 64:
        return hex(raw)[:MAX_RAW]
    try:
        return _storable(json.dumps(raw, ensure_ascii=False, default=str)[:MAX_RAW])
    except (RecursionError, ValueError, TypeError):
        return f"({type(raw).__name__})"


def _storable(text: str) -> str:
    """PostgreSQL stores neither NUL nor lone surrogates; they are shown as U+FFFD."""
    return "".join("\ufffd" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text)


def _is_key(key: Any) -> bool:
    return type(key) is int and 1 <= key <= MAX_KEY


def _string(raw: Any, limit: int) -> str:
    """A short trimmed text without control characters; numbers from spreadsheets are written out."""
    if type(raw) in (int, float):
        raw = str(_number(None, raw))
    if not isinstance(raw, str):
        raise RejectedError("not-text")
    if len(raw) > limit * 2:
        raise RejectedError("too-long")
    text = raw.replace("\r\n", "\n").strip()
    if len(text) > limit:
        raise RejectedError("too-long")
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text):
        raise RejectedError("control")
    return text


def _text(item: Indicator, raw: Any) -> str:
    return _string(raw, MAX_TEXT)


def _code(item: Indicator | None, raw: Any) -> str:
    """Full-width letters and digits become half-width, spaces go, letters become capitals."""
    text = unicodedata.normalize("NFKC", _string(raw, MAX_CODE))
    return re.sub(r"\s", "", text).upper()


_NUMBER = re.compile(r"[+-]?(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.\d{0,15})?", re.ASCII)


def _number(item: Indicator | None, raw: Any) -> int | float:
    if isinstance(raw, str):
        text = unicodedata.normalize("NFKC", raw[:64]).strip()
        if len(raw) > 64 or not _NUMBER.fullmatch(text):
            raise RejectedError("too-large" if text[:64].lstrip("+-").isdigit() else "not-a-number")
        raw = float(text.replace(",", ""))
    if type(raw) not in (int, float) or raw != raw:
        raise RejectedError("not-a-number")
    if not -LIMIT < raw < LIMIT:
        raise RejectedError("too-large")
    return int(raw) if raw == int(raw) else raw


_YES_NO = {"1": True, "2": False, "是": True, "否": False, "TRUE": True, "FALSE": False}


def _boolean(item: Indicator, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if type(raw) is int or isinstance(raw, str):
        value = _YES_NO.get(_code(None, raw))
        if value is not None:
            return value
    raise RejectedError("not-yes-no")


def _choice(item: Indicator, raw: Any) -> str:
    if not isinstance(raw, str) and type(raw) not in (int, float):
        raise RejectedError("not-a-code")
    return _code(None, raw)


def _multichoice(item: Indicator, raw: Any) -> list[str]:
    if isinstance(raw, str):
        raw = re.split(r"[,;，；、\s]+", _string(raw, MAX_TEXT))
    if not isinstance(raw, list) or len(raw) > 200:
        raise RejectedError("not-a-code")
    codes = dict.fromkeys(_choice(item, part) for part in raw if not is_blank(part))
    order = {choice.code: index for index, choice in enumerate(item.choices)}
    return sorted(codes, key=lambda code: order.get(code, len(order))) or None


_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:月|[-/.月](\d{1,2})日?)?|(\d{4})(\d{2})(\d{2})?", re.ASCII)


def _date(item: Indicator, raw: Any) -> str:
    if isinstance(raw, datetime.date):
        return raw.isoformat()[:10]
    match = _DATE.fullmatch(_code(None, raw)) if isinstance(raw, str) or type(raw) is int else None
    if not match:
        raise RejectedError("not-a-date")
    year, month, day = (int(part) if part else None for part in match.groups()[:3])
    if year is None:
        year, month, day = (int(part) if part else None for part in match.groups()[3:])
    try:
        date = datetime.date(year, month, 1 if day is None else day)
    except ValueError:
        raise RejectedError("not-a-date") from None
    if not 1900 <= year <= 2100:
        raise RejectedError("not-a-date")
    return date.isoformat()[: 7 if day is None else 10]


_MARKS = str.maketrans(
    {
        "º": "°",
        "˚": "°",
        "度": "°",
        "'": "′",
        "’": "′",
        "‘": "′",
        "分": "′",
        '"': "″",
        "”": "″",
        "“": "″",
        "秒": "″",
    }
)
_DMS = re.compile(r"(\d{1,3})°(\d{1,2})′(?:(\d{1,2}(?:\.\d{1,6})?)″?)?", re.ASCII)
_PLAIN_DEGREES = re.compile(r"\d{1,3}\.\d{1,10}°?", re.ASCII)


def _coordinate(item: Indicator, raw: Any) -> str:
    """Degrees, minutes and seconds in any usual writing, or decimal degrees (rounded to 0.01″)."""
    if type(raw) not in (str, float):
        raise RejectedError("not-a-coordinate")
    limit = 180 if item.type == "longitude_dms" else 90
    text = re.sub(r"\s", "", _string(raw, MAX_CODE).translate(_MARKS))
    text = unicodedata.normalize("NFKC", text.replace("″", "\x01").replace("′", "\x02"))
    text = re.sub(r"\s", "", text.replace("\x02\x02", "\x01").replace("\x01", "″").replace("\x02", "′"))
    if _PLAIN_DEGREES.fullmatch(text):
        hundredths = round(float(text.rstrip("°")) * 360_000)
        degrees, rest = divmod(hundredths, 360_000)
        minutes, seconds = divmod(rest, 6000)
        written = f"{seconds // 100}.{seconds % 100:02d}".rstrip("0").rstrip(".")
    else:
        match = _DMS.fullmatch(text)
        if not match:
            raise RejectedError("not-a-coordinate")
        degrees, minutes, written = int(match[1]), int(match[2]), match[3] or "0"
    if minutes > 59 or float(written) >= 60 or degrees + minutes / 60 + float(written) / 3600 > limit:
        raise RejectedError("not-a-coordinate")
    return f"{degrees}°{minutes}′{written}″"


_CLEAN: Mapping[str, Callable[[Indicator, Any], Any]] = {
    "text": _text,
    "integer": _number,
    "decimal": _number,
    "choice": _choice,
    "multichoice": _multichoice,
    "boolean": _boolean,
    "date": _date,
    "longitude_dms": _coordinate,
    "latitude_dms": _coordinate,
    "region_code": _code,
    "industry_code": _code,
    "uscc": _code,
    "phone": _code,
}
