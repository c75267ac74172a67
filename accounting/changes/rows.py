"""Rows of a change as factors, and the one layout in which factors go out to a spreadsheet and come back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from typing import Any

from django.utils import translation

from accounting.changes.models import Change
from accounting.factors.models import CONFIDENCE, KINDS, SECTORS
from accounting.factors.shape import FactorRow
from accounting.methods import pollutants
from sources.sheets.columns import Column

MEDIA = {"water": "水", "air": "气", "waste": "固体废物"}
RETIRE = "停用"
WORDED = ("sector", "kind", "confidence", "medium")
RATINGS = tuple(code for code in CONFIDENCE if code != "declared")
"""What the library may hold: a figure a unit declared itself never becomes a factor."""


@cache
def words(name: str) -> dict[str, str]:
    """Codes with their Chinese words: ``sector``, ``kind``, ``confidence`` (what the library may hold), ``medium``."""
    labels = {
        "sector": SECTORS, "kind": KINDS, "medium": MEDIA, "confidence": {code: CONFIDENCE[code] for code in RATINGS}
    }  # fmt: skip
    with translation.override("zh-hans"):
        return {code: str(text) for code, text in labels[name].items()}


@cache
def columns() -> tuple[Column, ...]:
    """The columns of a factor table, in order."""
    return (
        Column(
            "action", "处理", "Action", width=8, choices=(RETIRE,), note="留空：新增或修改；停用：不再使用"
        ),
        Column("edition", "版本", "Edition", "code", 16, required=True, note="系数版本代码"),
        Column("sector", "源类", "Sector", width=12, choices=tuple(words("sector").values()), required=True),
        Column("industry", "行业代码", "Industry", "code", 12, note="四位代码，或 33-37;431-434"),
        Column("industry_name", "行业名称", "Industry name", width=20),
        Column("unit", "核算环节", "Accounting unit", width=18),
        Column("product", "产品或对象", "Product or subject", width=18),
        Column("material", "原料", "Raw material", width=18),
        Column("process", "工艺", "Process", width=18),
        Column("scale", "规模", "Scale", width=14),
        Column("stage", "阶段或类别", "Stage or class", width=16),
        Column("region", "地区", "Region", width=14),
        Column(
            "region_codes",
            "地区代码",
            "Region codes",
            "code",
            12,
            note="行政区划代码前缀，用分号隔开；空白为全国",
        ),
        Column("medium", "介质", "Medium", width=8, choices=tuple(words("medium").values()), required=True),
        Column("pollutant", "污染物", "Pollutant", width=16, required=True),
        Column("kind", "系数类型", "Kind", width=12, choices=tuple(words("kind").values()), required=True),
        Column("technology", "治理技术", "Control technology", width=18),
        Column("value", "数值或表达式", "Value or expression", width=14, note="数值，或如 16*S"),
        Column("value_unit", "单位", "Unit of the value", width=14, required=True),
        Column("basis", "计量基准", "Basis", width=12, note="product、raw_material 等"),
        Column("k_family", "k 值类别", "k family", width=8, note="TIME、POWER、REAGENT"),
        Column(
            "confidence",
            "可信度",
            "Confidence",
            width=10,
            choices=tuple(words("confidence").values()),
            required=True,
        ),
        Column("reference_only", "仅供参考的原因", "Reference only because", width=18),
        Column("source", "来源", "Source", width=40, required=True),
        Column("note", "备注", "Note", width=24),
        Column("valid_from", "有效期自", "Valid from", "text", 12),
        Column("valid_to", "有效期至", "Valid to", "text", 12),
    )


HANDBOOK = (
    Column("unit", "核算环节", "Accounting unit", width=18, note="工段名称；表中没有时可整表填写"),
    Column("product", "产品名称", "Product or subject", width=18),
    Column("material", "原料名称", "Raw material", width=18),
    Column("process", "工艺名称", "Process", width=18),
    Column("scale", "规模等级", "Scale", width=14, note="按手册原样，如 ≥20蒸吨/小时、10~50万千升/年"),
    Column("medium", "污染物类别", "Medium", width=10, note="废水、废气、固体废物；污染物只属一类时可空"),
    Column("pollutant", "污染物指标", "Pollutant", width=16, required=True),
    Column(
        "value_unit", "单位", "Unit of the value", width=18, required=True, note="如 千克/吨-原料、克/吨-产品"
    ),
    Column("generation", "产污系数", "Generation coefficient", width=12, note="数值，或如 16S、1.25A"),
    Column("technology", "末端治理技术名称", "Control technology", width=20, note="直排或一种技术"),
    Column("efficiency", "末端治理技术平均去除效率（%）", "Removal efficiency (%)", width=14),
    Column("k", "参考k值计算公式", "Formula of k", width=30, note="含 时间、耗电、药剂 之一"),
    Column("emission", "排污系数", "Emission coefficient", width=12, note="治理后的系数；2017年手册没有此列"),
    Column("note", "备注", "Note", width=24),
)
"""The heads of the handbooks, for the empty table that goes out; they are found again by their words (printed.yaml)."""


def cells_of(row: FactorRow) -> list[Any]:
    """A factor in the order of :func:`columns`, in Chinese words."""
    known = pollutants.table()
    shown = {
        "action": "",
        **{name: words(name).get(getattr(row, name), getattr(row, name)) for name in WORDED},
        "pollutant": known[row.pollutant].zh if row.pollutant in known else row.pollutant,
        "region_codes": ";".join(row.region_codes),
        "value": row.expression or (None if row.value is None else repr(row.value)),
    }
    return [shown[column.key] if column.key in shown else getattr(row, column.key) for column in columns()]


def content_of(row: FactorRow) -> dict[str, Any]:
    """A factor as JSON, without id and code."""
    content = asdict(row) | {"region_codes": list(row.region_codes)}
    return {name: value for name, value in content.items() if name not in {"id", "code"}}


def row_of(content: dict[str, Any], **more: Any) -> FactorRow:
    """The inverse of :func:`content_of`."""
    return FactorRow(**content | {"region_codes": tuple(content["region_codes"])} | more)


def change_rows(change: Change) -> tuple[list[FactorRow], set[str]]:
    """The new revisions of a change, and the codes of the factors it retires."""
    rows, retired = [], set()
    for row in change.rows.all():
        if row.action == "retire":
            retired.add(row.code)
        else:
            rows.append(row_of(row.content))
    return rows, retired


def rows_digest(rows: Iterable[Any]) -> str:
    """SHA-256 (hex) of the rows of a change (ChangeRow), in order of their codes; '' for none."""
    lines = sorted(
        json.dumps([row.code, row.action, row.base_id, row.content], ensure_ascii=False, sort_keys=True)
        for row in rows
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else ""


def differing(before: FactorRow, after: FactorRow) -> list[tuple[str, Any, Any]]:
    """(field, before, after) of what a new revision says otherwise."""
    old, new = content_of(before), content_of(after)
    return [(name, old[name], new[name]) for name in old if old[name] != new[name]]
