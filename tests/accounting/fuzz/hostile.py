"""What nobody types by mistake: values that a page must refuse or take, never break on."""

from __future__ import annotations

import io
import random
import uuid
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

from census.ui.paging import encode

SCRIPT = "<script>alert(1)</script>"
FORMULAS = ("=1+1", "=cmd|'/c calc'!A1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1")

NUMBERS = (
    "0", "-1", "1", "007", "1.5", "1e3", "1e400", "-1e400", "NaN", "nan", "inf", "-Infinity", "0x10", "1_000",
    "2147483648", "9223372036854775808", "99999999999999999999", "9" * 5000, "１２", "²", "٣", "½", "1,5",
)  # fmt: skip
CODES = (
    "000000000000", "999999999999", "330899000000", "330802999000", "370102000000", "33080200000",
    "3308020000000", "３３０８０２００００００", "³³⁰⁸⁰²⁰⁰⁰⁰⁰⁰", "33080200000a", "~" * 12, "AAAAAAAAAAAA",
)  # fmt: skip
WORDS = (
    "", " ", "null", "None", "true", "[]", "{}", '{"a":1}', "id", "-id", "pk__in", "__class__", "total", "rest",
    "a" * 300, "化" * 20_000, "😀" * 60, "\u202eabc", "\ufeff", "a\0b", "'", '"', "\\", "%", "_", "%s", "%(x)s", "{0}",
    "' OR 1=1 --", "'; DROP TABLE accounting_run; --", "{{ 7|add:7 }}", "{% debug %}", SCRIPT,
    "\"><img src=x onerror=alert(1)>", "javascript:alert(1)", "//evil.example/", "https://evil.example/",
    "../../../../etc/passwd", "..\\..\\x", "/etc/passwd", "a\r\nSet-Cookie: x=1", "a/b", ".", "..", ":", ",", ",,,",
    "water-COD", "water.COD", "T01.all", "x.y.z", "en", "zh", "docx",
)  # fmt: skip
DATES = ("2017-02-30", "0000-00-00", "99999-01-01", "2017-12-31T25:00", "31.12.2017", "2017-12-31")
IDS = (
    str(uuid.UUID(int=1)),
    "{" + str(uuid.UUID(int=2)) + "}",
    "urn:uuid:" + str(uuid.UUID(int=3)),
    "0" * 32,
)
BOXES = ("1,2,3", "NaN,0,1,1", "-1e308,-1e308,1e308,1e308", "180,90,-180,-90", "0,0,0,0", "117,28,120,30")
POSITIONS = tuple(
    [encode(values, backwards) for backwards in (False, True) for values in (
        ["x"], [1], [None], [{}], [[1]], [1e300], [2**63], [True], ["x", "y"], [1, 2], [None, None], [2**63, 2**63],
        ["2017-01-01", "x"], [1, str(uuid.UUID(int=4))], ["a\0b"], ["x", "y", "z"], [1, 2, 3],
    )] + ["!!!", "AAAA", "bnVsbA", "MQ"]
)  # fmt: skip

TEXTS = (*WORDS, *NUMBERS, *CODES, *DATES, *IDS, *BOXES, *POSITIONS, *FORMULAS)


def values(name: str, chance: random.Random, count: int) -> list[str]:
    """*count* hostile values for parameter *name*: those made for its kind first, then any."""
    fitting = {
        "at": POSITIONS,
        "box": BOXES,
        "pixels": BOXES,
        "region": CODES,
        "area": CODES,
        "county": CODES,
    }
    own = list(fitting.get(name, ()))
    first = chance.sample(own, min(len(own), count // 2))
    return first + chance.sample(TEXTS, count - len(first))


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def uploads() -> list[SimpleUploadedFile]:
    """Files that are not what they say, or too much of it."""
    types = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>'
    entities = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 9))
        + "]><worksheet>&a8;</worksheet>"
    )
    bodies = {
        "empty.xlsx": b"",
        "text.xlsx": b"not a workbook",
        "cut.xlsx": _zip({"[Content_Types].xml": types.encode()})[:60],
        "bare.xlsx": _zip({"[Content_Types].xml": types.encode()}),
        "entities.xlsx": _zip(
            {"[Content_Types].xml": types.encode(), "xl/worksheets/sheet1.xml": entities.encode()}
        ),
        "bomb.xlsx": _zip(
            {"[Content_Types].xml": types.encode(), "xl/worksheets/sheet1.xml": b" " * 80_000_000}
        ),
        "escape.xlsx": _zip({"../../../../tmp/escaped": b"x"}),
        "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "gbk.csv": "代码,数值\n甲,一".encode("gbk"),
        "utf16.csv": "代码,数值\n甲,一".encode("utf-16"),
        "null.csv": b"a,b\n\0,\0",
        "quotes.csv": b'a,b\n"never closed,1\n' + b"x" * 200_000,
        "formulas.csv": "\n".join(FORMULAS).encode(),
        "wide.csv": b"," * 100_000,
        "../../x.csv": b"a,b\n1,2",
        "page.html": SCRIPT.encode(),
        "noname": b"a,b",
    }
    return [SimpleUploadedFile(name, body, content_type="text/csv") for name, body in bodies.items()]
