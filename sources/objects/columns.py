"""The register as a spreadsheet: its columns, out and in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import orjson
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone, translation

from census.access.posts import CATEGORIES
from sources.forms.catalogue import load
from sources.objects.checks import attribute_names
from sources.objects.kinds import KINDS, OPERATING, SIZES, STATUSES
from sources.objects.lookups import Lookups
from sources.objects.models import CensusObject
from sources.sheets.columns import Column, header_key

YES, NO = "是", "否"
# columns an import reads, in the order of the template; the value says how a cell is filled
_ENTERED = (
    Column("code", "普查对象识别码", "Identification code", "code", 23, note="新增时留空。Blank for new ones."),
    Column("kind", "普查对象种类", "Kind", "text", 20, required=True),
    Column("name", "名称", "Name", "text", 34, required=True),
    Column("former_name", "曾用名", "Former name", "text", 20),
    Column("uscc", "统一社会信用代码", "Credit code", "code", 21, note="18位；没有则留空。18 characters or blank."),
    Column("org_code", "组织机构代码", "Organisation code", "code", 12),
    Column("region", "行政区划代码", "Region code", "code", 15, required=True, note="12位，到村或乡镇。12 digits."),
    Column("district_id", "普查小区代码", "Census district", "code", 16),
    Column("address", "详细地址", "Address", "text", 34),
    Column("lon", "经度（度）", "Longitude (degrees)", "number", 11, note="十进制度 Decimal degrees"),
    Column("lat", "纬度（度）", "Latitude (degrees)", "number", 11, note="十进制度 Decimal degrees"),
    Column("industry", "行业代码", "Industry code", "code", 9, note="GB/T 4754-2017 小类4位 4-digit class"),
    Column("status", "普查状态", "Status", "text", 11),
    Column("operating", "运行状态", "Operating status", "text", 11),
    Column("size", "企业规模", "Size", "text", 8),
    Column("legal_person", "负责人", "Person in charge", "text", 10),
    Column("contact", "联系人", "Contact", "text", 10),
    Column("phone", "联系电话", "Telephone", "code", 15),
)  # fmt: skip
_SHOWN = (
    Column("category", "源类别", "Category", "text", 11),
    Column("province", "省", "Province", "text", 9),
    Column("city", "市", "City", "text", 9),
    Column("county", "县（区）", "County", "text", 9),
    Column("township", "乡镇（街道）", "Township", "text", 11),
    Column("village", "村（社区）", "Village", "text", 13),
    Column("industry_name", "行业名称", "Industry name", "text", 22),
    Column("closed_on", "停产关闭日期", "Stopped or closed on", "date", 12),
    Column("closed_reason", "停产关闭原因", "Reason", "text", 20),
    Column("revision", "修订号", "Revision", "integer", 7),
    Column("synthetic", "模拟数据", "Synthetic", "text", 8),
    Column("created_at", "建立时间", "Created", "datetime", 16),
    Column("updated_at", "更新时间", "Updated", "datetime", 16),
    Column("id", "内部编号", "Id", "code", 38),
)
# coded fields, which a sheet shows by their labels
CODED: dict[str, Mapping[str, Any]] = {
    "kind": {code: kind.label for code, kind in KINDS.items()},
    "category": CATEGORIES,
    "status": STATUSES,
    "operating": OPERATING,
    "size": SIZES,
}


@cache
def labels(field: str) -> dict[str, str]:
    """code → Chinese label of a coded field; the sheets speak Chinese whatever the page's language."""
    with translation.override("zh-hans"):
        return {code: str(label) for code, label in CODED[field].items()}


@cache
def import_columns() -> tuple[Column, ...]:
    """Columns an import understands, with their drop-downs; those of the template."""
    entered = tuple(
        Column(
            *(column.key, column.zh, column.en, column.kind, column.width),
            choices=tuple(text for code, text in labels(column.key).items() if code != "removed")
            if column.key in CODED
            else (),
            required=column.required,
            note=column.note,
        )
        for column in _ENTERED
    )
    texts = load().attributes
    asked = tuple(
        Column(name, texts[name].zh, texts[name].en, "text", 12, (YES, NO)) for name in attribute_names()
    )
    return entered + asked


@cache
def export_columns() -> tuple[Column, ...]:
    """All columns of the register. A file exported so can be imported again."""
    return import_columns() + _SHOWN


_FIELDS = (
    *("code", "kind", "name", "former_name", "uscc", "org_code", "region", "district_id", "address"),
    *("lon", "lat", "industry", "status", "operating", "size", "legal_person", "contact", "phone"),
    *("answers", "category", "closed_on", "closed_reason", "revision", "synthetic", "created_at"),
    *("updated_at", "id"),
)


def export_rows(objects: Iterable[CensusObject] | Any, lookups: Lookups) -> Iterator[tuple[Any, ...]]:
    """Rows for ``export_columns``. *objects* is an ordered queryset; read at once, so page it when it is long."""
    # most objects have no attributes; as text these need no decoding
    found = list(objects.annotate(answers=Cast("attributes", TextField())).values_list(*_FIELDS))
    codes = {row[6] for row in found}
    lookups.prefetch(codes, {row[11] for row in found})
    places = {code: lookups.region_columns(code) for code in codes}
    names = ("kind", "status", "operating", "size", "category")
    kinds, statuses, operating, sizes, categories = map(labels, names)
    asked = attribute_names()
    blank = [""] * len(asked)
    zone = timezone.get_current_timezone()
    for row in found:
        attributes = orjson.loads(row[18]) if row[18] != "{}" else {}
        industry = lookups.industry(row[11])
        yield (
            row[0],
            kinds.get(row[1], row[1]),
            *row[2:7],
            lookups.district_code(row[7]),
            *row[8:12],
            statuses.get(row[12], row[12]),
            operating.get(row[13], row[13]),
            sizes.get(row[14], row[14]),
            *row[15:18],
            *([_answer(attributes.get(name)) for name in asked] if attributes else blank),
            categories.get(row[19], row[19]),
            *places[row[6]],
            industry.name_zh if industry else "",
            *row[20:23],
            YES if row[23] else NO,
            row[24].astimezone(zone).replace(microsecond=0, tzinfo=None),
            row[25].astimezone(zone).replace(microsecond=0, tzinfo=None),
            row[26],
        )


def _answer(value: object) -> str:
    return "" if value is None else YES if value else NO


_TRUE, _FALSE = {"是", "true", "yes", "1", "有"}, {"否", "false", "no", "2", "0", "无"}


@cache
def _codes_of(field: str) -> dict[str, str]:
    with translation.override("en"):
        english = {header_key(str(label)): code for code, label in CODED[field].items()}
    chinese = {header_key(text): code for code, text in labels(field).items()}
    return english | chinese | {header_key(code): code for code in CODED[field]}


def read_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """Values named as in ``checks.FIELDS`` (and ``kind``, ``code``) from the filled cells of an imported row.

    Labels become codes; a text that is no label stays as it is and is refused by the check. Blank cells are
    left out, and so are columns that are only shown.
    """
    entered = {column.key for column in import_columns()}
    values: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for name, text in cells.items():
        if not text or name not in entered:
            continue
        if name in CODED:
            values[name] = _codes_of(name).get(header_key(text), text)
        elif name in attribute_names():
            word = header_key(text)
            attributes[name] = True if word in _TRUE else False if word in _FALSE else text
        else:
            values[name] = text
    if attributes:
        values["attributes"] = attributes
    return values
