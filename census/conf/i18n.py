"""Translations without the gettext programs: collects, checks and compiles with Babel. Knows no database.

Texts in code and templates are English; ``locale/parts/<subject>.po`` hold the Chinese, one file a subject.
"""

from __future__ import annotations

import ast
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
ROOMS = ("census", "sources", "review", "accounting")
_KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
}
_CALL = re.compile(r"\b(_|gettext|ngettext|pgettext)\(")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|(?<!%)%[sd]|\{\w*\}")

Key = tuple[str, str | None]  # (msgid, context)
Places = dict[Key, list[str]]  # where a text is used, as file:line


@dataclass(slots=True)
class Merged:
    """All parts in one catalogue. *conflicts*: one text, translated differently in two parts."""

    catalog: Catalog
    conflicts: list[str] = field(default_factory=list)


def merge(parts: Path) -> Merged:
    """Read every ``*.po`` of the folder *parts*. Raises ValueError, naming the file, for one that is broken."""
    merged = Merged(Catalog(locale=LOCALE, charset="utf-8"))
    origin: dict[Key, str] = {}
    for path in sorted(parts.glob("*.po")):
        try:
            with open(path, "rb") as file:
                part = read_po(file, locale=LOCALE, abort_invalid=True)
        except (PoFileError, UnicodeDecodeError) as error:
            raise ValueError(f"{path.name}: {error}") from error
        for message in part:
            if not message.id or not message.string:
                continue
            text = _first(message.id)
            before = merged.catalog.get(text, message.context)
            if before is None:
                merged.catalog.add(message.id, message.string, context=message.context)
                origin[text, message.context] = path.name
            elif _first(before.string) != _first(message.string):
                merged.conflicts.append(
                    f"{text!r}: {_first(before.string)!r} in {origin[text, message.context]}, "
                    f"{_first(message.string)!r} in {path.name}"
                )
    return merged


def compile_texts(parts: Path, target: Path) -> Merged:
    """Merge the parts and write ``<target>/zh_Hans/LC_MESSAGES/django.mo``, in one step."""
    merged = merge(parts)
    folder = target / LOCALE / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"django.mo.{os.getpid()}"
    with open(fresh, "wb") as file:
        write_mo(file, merged.catalog)
    fresh.replace(folder / "django.mo")
    return merged


def used(root: Path) -> Places:
    """Every text that code and templates of the product give to gettext."""
    places: Places = defaultdict(list)
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            with open(path, "rb") as file:
                for line, ids, _comments, context in extract("python", file, _KEYWORDS):
                    if _first(ids):
                        places[_first(ids), context].append(f"{path.relative_to(root)}:{line}")
    for path in sorted((root / "templates").rglob("*.html")):
        for text, context, line in _in_template(path.read_text(encoding="utf-8")):
            places[text, context].append(f"{path.relative_to(root)}:{line}")
    return dict(places)


def missing(places: Places, catalog: Catalog) -> Places:
    """Texts without a Chinese translation in *catalog* or in Django's own."""
    own = _djangos_own()
    return {key: where for key, where in places.items() if not catalog.get(*key) and key not in own}


def wrong_placeholders(catalog: Catalog) -> list[str]:
    """Translations whose placeholders are not those of the original."""
    faults = []
    for message in catalog:
        if not message.id:
            continue
        allowed = set(_PLACEHOLDER.findall(" ".join(_all(message.id))))
        needed = set(_PLACEHOLDER.findall(_all(message.id)[-1]))
        found = set(_PLACEHOLDER.findall(_first(message.string)))
        if not needed <= found <= allowed:
            faults.append(f"{_first(message.id)!r}: {_first(message.string)!r}")
    return faults


def _in_template(source: str) -> Iterator[tuple[str, str | None, int]]:
    """(text, context, line) of every text in a template; Django turns the template into calls first."""
    code = templatize(source)
    for call in _CALL.finditer(code):
        arguments = _arguments(code, call.end())
        context = arguments.pop(0) if call[1] == "pgettext" and arguments else None
        if arguments:
            yield arguments[0], context, code.count("\n", 0, call.start()) + 1


def _arguments(code: str, start: int) -> list[str]:
    """The literal texts between the bracket before *start* and its closing one; [] where it is no call."""
    end = start
    while True:
        end = code.find(")", end) + 1
        if not end:
            return []
        try:
            call = ast.parse(f"[{code[start : end - 1]}]", mode="eval").body
        except SyntaxError:
            continue  # that bracket was inside a text
        return [e.value for e in call.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]


def _djangos_own() -> set[Key]:
    known: set[Key] = set()
    for part in ("conf", "contrib/auth", "contrib/humanize"):
        path = Path(django.__file__).parent / part / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
        with open(path, "rb") as file:
            known |= {(_first(m.id), m.context) for m in read_po(file) if m.id and m.string}
    return known


def _all(ids: object) -> list[str]:
    return list(ids) if isinstance(ids, tuple | list) else [ids]


def _first(ids: object) -> str:
    return _all(ids)[0]
