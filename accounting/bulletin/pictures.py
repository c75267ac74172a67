"""Tables, charts and maps of a report, in one language at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from accounting.analysis.concentration import concentration
from accounting.bulletin import wording
from accounting.bulletin.cells import Content, column_of, parts_of
from accounting.bulletin.control import INDUSTRIAL
from accounting.bulletin.values import Sources, english, label_of, plain
from accounting.cuts.frozen import differences
from accounting.maps.classes import breaks
from accounting.methods import pollutants
from accounting.publication.tables import Cell
from census.documents import charts, maps
from census.documents.model import Head, Table

BLANK, HIDDEN = "–", "…"
HIDDEN_NOTE = {
    "zh": "注：“…”表示涉及普查对象资料保密，不予公布；“–”表示无数据。",
    "en": "Note: “…” not published, to protect the respondents' data; “–” no data.",
}
NO_DATA = {"zh": "无数据", "en": "no data"}
NOT_PUBLISHED = {"zh": "不予公布", "en": "not published"}
UNIT = {"zh": "单位：{}", "en": "Unit: {}"}
AXES = {
    "zh": ("对象数累计占比（由大到小）", "排放量累计占比"),
    "en": ("Objects, largest first", "Amount discharged"),
}
BARS = 15  # longer charts are tables
LEFT_OUT = 0.01  # shares are drawn only where the parts make up the total to within this part of it
Spec = Mapping[str, Any]


def _content(sources: Sources, spec: Spec) -> Content:
    code, by = spec["from"].split("/")
    return sources.cells(spec.get("of", "")).table(code, by)


def _label(sources: Sources, label: Mapping[str, str], language: str) -> str:
    return english(sources, label) if language == "en" else label["zh"]


def _form(sources: Sources, spec: Spec, language: str) -> wording.Format:
    return sources.layout.format(spec["as"], sources.level, language)


def _state(sources: Sources, content: Content, row_key: str, column_id: str, of: str = "") -> str:
    cells = sources.cells(of)
    return sources.control.state(cells, content["code"], content["by"], row_key, column_id)


def table(sources: Sources, spec: Spec, language: str) -> Table | None:
    """The rows of a frozen table for some columns; None when not more than one row has a number or all are hidden."""
    content, form = _content(sources, spec), _form(sources, spec, language)
    columns = [column_of(content, column_id) for column_id in spec["columns"]]
    wanted = spec.get("rows")
    rows = [row for row in content["rows"] if wanted is None or row["key"] in wanted]
    lines, kept, hidden = [], [], False
    for row in rows:
        texts = []
        for place, column in columns:
            value = row["cells"][place]
            closed = _state(sources, content, row["key"], column["id"]) == "hidden"
            hidden = hidden or closed
            texts.append(_text(value, closed, form, language))
        if any(text != BLANK for text in texts):
            lines.append([_label(sources, row["label"], language), *texts])
            kept.append(row)
    told = [
        set(line[1:]) - {BLANK, HIDDEN}
        for line, row in zip(lines, kept, strict=True)
        if row["key"] != "total"
    ]
    if len(lines) < 2 or not any(told):
        return None
    heads = [Head(_first(language, content)), *(Head(_head(column, language)) for _place, column in columns)]
    return Table(
        [heads],
        lines,
        title=spec[language],
        unit=UNIT[language].format(form.unit) if form.unit else "",
        bold=[number for number, row in enumerate(kept) if row["key"] == "total"],
        indents=[row["indent"] for row in kept],
        notes=[HIDDEN_NOTE[language]] if hidden else [],
    )


def _first(language: str, content: Content) -> str:
    given = content.get("head") or {"zh": "项目", "en": "Item"}
    return given[language]


def _head(column: Content, language: str) -> str:
    """The pollutant stands in the group, the measure in the label, and a report shows one measure."""
    subtotal = not column["fact"] and not column.get("derive")
    named_by_group = column["group"] and (column["fact"] == "lines" or subtotal)
    return (column["group"] if named_by_group else column["label"])[language]


def _text(value: float | None, hidden: bool, form: wording.Format, language: str) -> str:
    if hidden:
        return HIDDEN
    return BLANK if value is None else wording.number(value, form, language, grouped=True)


def published(sources: Sources, spec: Spec, language: str) -> Table | None:
    """Industrial discharge by the children of the region or by industry, as released; None when nothing is."""
    found = {}
    for pollutant in spec["list"]:
        medium = pollutants.table()[pollutant].media[0]
        content = sources.control.released(f"discharge.{medium}.{pollutant}")
        if content is not None and (rows := dict(_released(content, spec["by"]))):
            found[pollutant] = rows
    labels = {key: label for rows in found.values() for key, (label, _cell) in rows.items()}
    if not labels:
        return None
    form = _form(sources, spec, language)
    lines, hidden = [], False
    top = next(iter(labels))
    for key in [top, *sorted(key for key in labels if key != top)]:
        texts = []
        for pollutant, rows in found.items():
            cell = rows[key][1] if key in rows else None
            value, closed = (cell.value, cell.hidden) if cell else (None, False)
            per_tonne = pollutants.table()[pollutant].scale * 1000  # display units in a tonne
            hidden = hidden or closed
            texts.append(_text(None if value is None else value / per_tonne, closed, form, language))
        lines.append(
            [plain(labels[key]["zh"]) if language == "zh" else english(sources, labels[key]), *texts]
        )
    first = {"region": {"zh": "地区", "en": "Region"}, "industry": {"zh": "行业", "en": "Industry"}}[
        spec["by"]
    ]
    total = {"zh": "合计", "en": "Total"}[language]
    lines[0][0] = total
    return Table(
        [[Head(first[language]), *(Head(label_of(pollutant)[language]) for pollutant in found)]],
        lines,
        title=spec[language],
        unit=UNIT[language].format(form.unit),
        bold=[0],
        notes=[HIDDEN_NOTE[language]] if hidden else [],
    )


def _released(content: Mapping[str, Any], by: str) -> Iterator[tuple[str, tuple[Mapping[str, str], Cell]]]:
    """(key, (label, cell)) of all industry by region, one level deep, or of the whole region by industry; the total
    first."""
    heads = content["columns"]
    at = next((n for n, head in enumerate(heads) if head["key"] == INDUSTRIAL), None)
    if at is None:
        return
    if by == "region":
        for row, cells in zip(content["rows"], content["cells"], strict=True):
            if row["depth"] <= 1:
                yield row["key"], (row["label"], Cell(*cells[at]))
        return
    depth = heads[at]["depth"]
    inside = itertools.takewhile(lambda n: heads[n]["depth"] > depth, range(at + 1, len(heads)))
    for number in [at, *inside]:
        yield heads[number]["key"], (heads[number]["label"], Cell(*content["cells"][0][number]))


def chart(sources: Sources, spec: Spec, language: str) -> str | None:
    """The drawing of a chart part; None when there is nothing to draw or a part of it is hidden."""
    drawers = {"pie": _pie, "bars": _bars, "shares": _shares, "lorenz": _lorenz}
    return drawers[spec["kind"]](sources, spec, language)


def _pie(sources: Sources, spec: Spec, language: str) -> str | None:
    rows = []
    for entry in spec["cells"]:
        value, state = sources.value(entry["cell"])
        if state == "hidden":
            return None
        if value:
            rows.append((entry["name"][language], value))
    whole = sum(value for _name, value in rows)
    texts = [f"{wording.rounded(100 * value / whole, 1)}%" for _name, value in rows]
    return (
        charts.pie([(*row, text) for row, text in zip(rows, texts, strict=True)]) if len(rows) > 1 else None
    )


def _bars(sources: Sources, spec: Spec, language: str) -> str | None:
    content, form = _content(sources, spec), _form(sources, spec, language)
    place, column = column_of(content, spec["column"])
    rows = [row for row in parts_of(content) if row["cells"][place]]
    rows = [row for row in rows if _state(sources, content, row["key"], column["id"]) != "hidden"]
    rows.sort(key=lambda row: -row["cells"][place])
    if len(rows) < 2:
        return None
    return charts.bars(
        [
            (
                _label(sources, row["label"], language),
                row["cells"][place],
                wording.amount(row["cells"][place], form, language),
            )
            for row in rows[:BARS]
            if row["cells"][place] > 0
        ]
    )


def _shares(sources: Sources, spec: Spec, language: str) -> str | None:
    content = _content(sources, spec)
    rows = {row["key"]: row for row in content["rows"]}
    parts = [rows[key] for key in spec["rows"] if key in rows]
    bars = []
    for column_id in spec["columns"]:
        place, column = column_of(content, column_id)
        values = [max(row["cells"][place] or 0.0, 0.0) for row in parts]
        hidden = any(_state(sources, content, row["key"], column_id) == "hidden" for row in parts)
        whole = rows["total"]["cells"][place] if "total" in rows else None
        complete = whole is None or abs(sum(values) - whole) <= abs(whole) * LEFT_OUT
        if any(values) and complete and not hidden:
            bars.append((_head(column, language), values))
    names = [_label(sources, row["label"], language) for row in parts]
    used = [number for number in range(len(parts)) if any(values[number] for _head_text, values in bars)]
    if not bars:
        return None
    return charts.shares(
        [(head, [values[number] for number in used]) for head, values in bars],
        [names[number] for number in used],
    )


def _lorenz(sources: Sources, spec: Spec, language: str) -> str | None:
    found = concentration(sources.amounts(spec["pollutant"]))
    if found is None or found.objects < 2:
        return None
    points = [(across / 100, up / 100) for across, up in found.curve]
    return charts.lorenz(points, *AXES[language])


def choropleth(
    sources: Sources, spec: Spec, language: str, features: Callable[[str], Sequence[Mapping[str, Any]]]
) -> str | None:
    """The children of the region coloured by a column; None without polygons or with fewer than two values."""
    content, form = _content(sources, spec), _form(sources, spec, language)
    place, column = column_of(content, spec["column"])
    region = sources.cells().region
    rows = [row for row in content["rows"] if row["key"] not in {"total", "rest", region}]
    hidden = {row["key"] for row in rows if _state(sources, content, row["key"], column["id"]) == "hidden"}
    values = {row["key"]: row["cells"][place] for row in rows if row["cells"][place] is not None}
    values = {key: value for key, value in values.items() if key not in hidden}
    limits = breaks(list(values.values()), 5)
    shapes = features(region)
    if len(values) < 2 or not shapes:
        return None
    named = [_named(sources, shape, language) for shape in shapes]
    labels = [
        "–".join(_limit(limit, form, language) for limit in pair) for pair in itertools.pairwise(limits)
    ]
    return maps.choropleth(
        named,
        values,
        limits,
        labels=labels,
        blank=NO_DATA[language],
        hidden=frozenset(hidden),
        hidden_label=NOT_PUBLISHED[language],
    )


def unit_note(sources: Sources, spec: Spec, language: str) -> str:
    """What the classes of a map are in, before its note; nothing for plain numbers."""
    unit = _form(sources, spec, language).unit
    return UNIT[language].format(unit) + {"zh": "。", "en": ". "}[language] if unit else ""


def _limit(value: float, form: wording.Format, language: str) -> str:
    """A class limit without the zeros that are no precision."""
    text = wording.number(value, form, language, grouped=True)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _named(sources: Sources, shape: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The polygon with its name as the map prints it."""
    name = shape["properties"]["name"]
    shown = sources.english(name) if language == "en" else wording.short_place(name)
    if language == "en":
        shown = shown.removesuffix(" District").removesuffix(" County").removesuffix(" City")
    return {**shape, "properties": {**shape["properties"], "name": shown}}


def changes(sources: Sources, spec: Spec, language: str) -> Table | None:
    """The cells of some tables in which two cuts differ most, by share of the earlier number."""
    found = []
    for source in spec["from"]:
        code, by = source.split("/")
        now, before = sources.cells().table(code, by), sources.cells("before").table(code, by)
        for entry in differences(before, now):
            if entry["row"]["key"] in {"total", *spec.get("rows", ())}:
                found.append((now, entry))
    found.sort(key=_weight)
    if not found:
        return None
    names = {
        "zh": ("表", "项目", "前次", "本次", "增减", "增减（%）"),
        "en": ("Table", "Item", "Before", "Now", "Change", "%"),
    }
    lines = []
    for content, entry in found[: spec["top"]]:
        column, old = entry["column"], entry["before"]
        head = (
            _head(column, language)
            if not column["group"]
            else f"{column['group'][language]} {column['label'][language]}"
        )
        form = wording.Format("", decimals=column["decimals"])
        numbers = [_text(entry[name], False, form, language) for name in ("before", "after", "difference")]
        share = f"{wording.rounded(100 * entry['difference'] / old, 1)}" if old else BLANK
        unit = {"zh": "（{}）", "en": " ({})"}[language].format(column["unit"][language])
        item = f"{_label(sources, entry['row']['label'], language)} · {head}{unit}"
        lines.append([content["code"], item, *numbers, share])
    return Table([[Head(name) for name in names[language]]], lines, title=spec[language], labels=2)


def _weight(pair: tuple[Content, Mapping[str, Any]]) -> tuple[float, float]:
    """Sorts the largest relative change first, then the largest change."""
    change, before = abs(pair[1]["difference"]), abs(pair[1]["before"] or 0)
    return -round(change / before, 6) if before else float("-inf"), -change
