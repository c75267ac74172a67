"""A report drawn from its layout and its sources: the paper in both languages, and every number it is bound to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from accounting.bulletin import pictures, wording
from accounting.bulletin.cells import Missing
from accounting.bulletin.layout import Part, ReportLayout, Section
from accounting.bulletin.values import Sources
from accounting.bulletin.wording import LANGUAGES
from census.documents.model import Block, Figure, Heading, Letterhead, Paper, Signature, Table, Text, to_json

MAP_NOTE = {
    "zh": "注：边界数据未取得审图号，仅供内部使用，公开前须换用标准地图。",
    "en": "Note: the boundaries have no map review number; for internal use until replaced by a standard map.",
}
SYNTHETIC = {
    "zh": "（合成演示数据，不对应任何真实单位）",
    "en": "(Synthetic data for demonstration; no figure here is real.)",
}
NOTES = {"zh": "注释", "en": "Notes"}
WORDS = {"table": {"zh": "表{} {}", "en": "Table {}. {}"}, "figure": {"zh": "图{} {}", "en": "Figure {}. {}"}}


class BrokenBindings(ValueError):
    """Bindings that lead nowhere; ``faults``: one text each, naming section, binding and address."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = list(faults)


@dataclass(frozen=True)
class Setting:
    """What stands around the numbers, by language: *words* for the texts, *features* of a region for maps."""

    words: Mapping[str, Mapping[str, str]]
    features: Callable[[str], Sequence[Mapping[str, Any]]]
    remarks: Mapping[str, Mapping[str, str]]
    about: Mapping[str, str]
    synthetic: bool = False


@dataclass(frozen=True)
class Drawn:
    """*content* is kept with the report: both papers as JSON, and *figures*, the bindings in order of appearance."""

    papers: Mapping[str, Paper]
    figures: list[dict[str, Any]]

    def content(self) -> dict[str, Any]:
        return {**{one: to_json(paper) for one, paper in self.papers.items()}, "figures": self.figures}


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a drawn report."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def draw(sources: Sources, setting: Setting) -> Drawn:
    """Draw the report. Raises BrokenBindings naming every binding that leads nowhere."""
    drawing = _Drawing(sources, setting)
    for section in sources.layout.sections:
        if sources.level in section.levels:
            drawing.section(section)
    if drawing.faults:
        raise BrokenBindings(drawing.faults)
    drawing.notes()
    return Drawn({one: drawing.paper(one) for one in LANGUAGES}, sources.used)


@dataclass
class _Drawing:
    sources: Sources
    setting: Setting
    blocks: dict[str, list[Block]] = field(default_factory=lambda: {one: [] for one in LANGUAGES})
    faults: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"section": 0, "table": 0, "figure": 0})

    @property
    def layout(self) -> ReportLayout:
        return self.sources.layout

    def section(self, section: Section) -> None:
        found: dict[str, list[Block]] = {one: [] for one in LANGUAGES}
        sub, waiting = 0, None
        for number, part in enumerate(section.parts, 1):
            if self.sources.level not in part.levels:
                continue
            if part.kind == "heading":
                waiting = part.spec
                continue
            made = self._part(section.id, number, part)
            if not any(made.values()):
                continue
            sub += waiting is not None
            for language in LANGUAGES:
                if waiting is not None:
                    found[language].append(self._heading(waiting, sub, language, 2))
                found[language] += made[language]
            waiting = None
        for language in LANGUAGES:
            words = self.setting.remarks.get(section.id, {}).get(language, "")
            found[language] += [Text(line.strip()) for line in words.splitlines() if line.strip()]
        if section.heading and any(found.values()):
            self.counts["section"] += 1
            for language in LANGUAGES:
                found[language].insert(0, self._heading(section.heading, self.counts["section"], language, 1))
        for language in LANGUAGES:
            self.blocks[language] += found[language]

    def _heading(self, spec: Mapping[str, Any], number: int, language: str, level: int) -> Heading:
        if language == "zh":
            mark = wording.chinese_number(number)
            mark = f"{mark}、" if level == 1 else f"（{mark}）"
        else:
            mark = f"{number}. " if level == 1 else f"{self.counts['section'] + 1}.{number} "
        return Heading(mark + self._say(spec[language], language), level)

    def _say(self, text: str, language: str, bound: Mapping[str, str] | None = None) -> str:
        return text.format(**self.setting.words[language], **(bound or {}))

    def _part(self, section: str, number: int, part: Part) -> dict[str, list[Block]]:
        """The blocks of a part by language; none where there is nothing to show. Faults are noted."""
        try:
            return {"text": self._text, "table": self._table, "published": self._table, "chart": self._figure,
                    "map": self._figure, "differences": self._table}[part.kind](section, part)  # fmt: skip
        except Missing as error:
            self.faults.append(f"{section}, {part.kind} {number}: {error.args[0]}")
        return {one: [] for one in LANGUAGES}

    def _text(self, section: str, part: Part) -> dict[str, list[Block]]:
        bound = {}
        for name, binding in part.bind.items():
            try:
                bound[name] = self.sources.words(section, name, binding)
            except Missing as error:
                self.faults.append(f"{section}, {name}: {error.args[0]}")
        if len(bound) < len(part.bind) or (
            part.optional and bound and all(one.blank for one in bound.values())
        ):
            return {one: [] for one in LANGUAGES}
        return {
            one: [Text(self._say(part.spec[one], one, {name: getattr(w, one) for name, w in bound.items()}))]
            for one in LANGUAGES
        }

    def _table(self, _section: str, part: Part) -> dict[str, list[Block]]:
        maker = {"table": pictures.table, "published": pictures.published, "differences": pictures.changes}[
            part.kind
        ]
        return self._counted("table", part, {one: maker(self.sources, part.spec, one) for one in LANGUAGES})

    def _figure(self, _section: str, part: Part) -> dict[str, list[Block]]:
        found = {}
        for one in LANGUAGES:
            if part.kind == "chart":
                svg, note = pictures.chart(self.sources, part.spec, one), ""
            else:
                svg = pictures.choropleth(self.sources, part.spec, one, self.setting.features)
                note = pictures.unit_note(self.sources, part.spec, one) + MAP_NOTE[one]
            found[one] = svg and Figure(svg, part.spec[one], note)
        return self._counted("figure", part, found)

    def _counted(
        self, kind: str, part: Part, found: Mapping[str, Table | Figure | None]
    ) -> dict[str, list[Block]]:
        if not any(found.values()):
            return {one: [] for one in LANGUAGES}
        self.counts[kind] += 1
        blocks: dict[str, list[Block]] = {}
        for one, block in found.items():
            title = WORDS[kind][one].format(self.counts[kind], self._say(part.spec[one], one))
            blocks[one] = [type(block)(**{**block.__dict__, "title": title})] if block else []
        return blocks

    def notes(self) -> None:
        """The notes on scope and definitions, numbered, at the end."""
        for language in LANGUAGES:
            lines = [self._say(note[language], language) for note in self.layout.notes]
            if lines:
                self.blocks[language].append(Heading(NOTES[language], 1))
            self.blocks[language] += [
                Text(f"{number}. {line}", "note") for number, line in enumerate(lines, 1)
            ]

    def paper(self, language: str) -> Paper:
        """Undated: the day and the mark of a draft are put on it when it is written (see files.py)."""
        words = self.setting.words[language]
        blocks = self.blocks[language]
        if self.setting.synthetic:
            blocks = [Text(SYNTHETIC[language], "centre"), *blocks]
        title = wording.of_level(self.layout.title, self.sources.level)[language]
        return Paper(
            self._say(title, language),
            [*blocks, Signature(words["office"], seal=False)],
            language=language,
            subtitle=self._say("{office}", language),
            letterhead=Letterhead(words["office"], "") if self.layout.internal and language == "zh" else None,
            about=self.setting.about[language],
            author=words["office"],
        )
