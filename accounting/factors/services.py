"""Writing to the factor library: loads (idempotent) and published changes. A changed factor becomes a new revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache

from django.db import connection, transaction

from accounting import words
from accounting.factors import normalise
from accounting.factors.models import ControlTechnology, Edition, Factor
from accounting.factors.queries import as_row
from accounting.factors.shape import FIELDS, FactorRow, TechnologyRow
from accounting.methods import pollutants

_LOCK = 7_401_001  # advisory lock: two loads at once would both see the same missing rows

TECHNOLOGY_KEY = ("name_zh", "medium", "pollutant", "kind", "applies_to")


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did."""

    added: int
    revised: int
    unchanged: int
    technologies: int


@transaction.atomic
def factor_load() -> LoadReport:
    """Load editions, factors and technologies from the data files.

    Raises FactorDataError with every fault of every file; then nothing is loaded.
    """
    rows, technologies = normalise.factors(), normalise.technologies()
    library_lock()
    for position, edition in enumerate(normalise.editions()):
        Edition.objects.update_or_create(
            code=edition["code"],
            defaults={
                "position": position,
                "kind": edition["kind"],
                "year": edition["year"],
                "official": edition["official"],
                "name_zh": edition["zh"],
                "name_en": edition["en"],
            },
        )
    added, revised = _load_factors(rows)
    _fill_search()
    _load_technologies(technologies)
    return LoadReport(added, revised, len(rows) - added - revised, len(technologies))


def library_lock() -> None:
    """Let nobody else write to the library until the transaction ends; ids then grow in the order of commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def factors_publish(*, rows: Iterable[FactorRow], retired: Iterable[str], change: int) -> None:
    """Add the revisions of a factor change. The caller holds :func:`library_lock` and has checked the rows.

    *retired*: codes of factors that are not to be used any more; each gets a last revision that says so.
    """
    rows, retired = list(rows), list(retired)
    codes = [row.key_code for row in rows] + retired
    known = {factor.code: factor for factor in Factor.objects.filter(current=True, code__in=codes)}
    added = []
    for row in rows:
        before = known.get(row.key_code)
        added.append(_factor(row, row.key_code, before.revision + 1 if before else 1))
    for code in retired:
        row = as_row(known[code])
        last = _factor(row, code, known[code].revision + 1)
        last.retired, last.content_hash = True, f"retired:{row.content_hash[:24]}"
        added.append(last)
    for factor in added:
        factor.change = change
    Factor.objects.filter(code__in=codes, current=True).update(current=False)
    Factor.objects.bulk_create(added, batch_size=500)


def _load_technologies(rows: Iterable[TechnologyRow]) -> None:
    """Add what is new; what a file says otherwise than before becomes a new revision."""
    known = {
        tuple(getattr(row, name) for name in TECHNOLOGY_KEY): row
        for row in ControlTechnology.objects.filter(current=True)
    }
    added, superseded = [], []
    for row in rows:
        values = asdict(row)
        values.pop("id")
        before = known.get(tuple(values[name] for name in TECHNOLOGY_KEY))
        if before is not None:
            if all(getattr(before, name) == value for name, value in values.items()):
                continue
            superseded.append(before.pk)
        added.append(ControlTechnology(revision=before.revision + 1 if before else 1, **values))
    ControlTechnology.objects.filter(pk__in=superseded).update(current=False)
    ControlTechnology.objects.bulk_create(added)


def _load_factors(rows: Iterable[FactorRow]) -> tuple[int, int]:
    current = dict(Factor.objects.filter(current=True).values_list("code", "revision"))
    # What a factor change published or retired stands until the file itself says something new.
    loaded = dict(
        Factor.objects.filter(change=None).order_by("code", "revision").values_list("code", "content_hash")
    )
    added, superseded = [], []
    for row in rows:
        code = row.key_code
        if loaded.get(code) == row.content_hash:
            continue
        if code in current:
            superseded.append(code)
        added.append(_factor(row, code, current.get(code, 0) + 1))
    Factor.objects.filter(code__in=superseded, current=True).update(current=False)
    Factor.objects.bulk_create(added, batch_size=500)
    return len(added) - len(superseded), len(superseded)


def _factor(row: FactorRow, code: str, revision: int) -> Factor:
    values = {name: getattr(row, name) for name in FIELDS if name not in {"id", "code"}}
    values["edition_id"] = values.pop("edition")
    values["region_codes"] = list(row.region_codes)
    for name in ("valid_from", "valid_to"):
        values[name] = dt.date.fromisoformat(values[name]) if values[name] else None
    return Factor(
        code=code, revision=revision, content_hash=row.content_hash, search=search_text(row), **values
    )


def search_text(row: FactorRow) -> str:
    """Lower-case text the library is searched in: as printed, in both languages, full pinyin and initials."""
    named = [
        row.unit, row.product, row.material, row.process, row.scale, row.stage,
        row.industry_name, row.technology, row.region,
    ]  # fmt: skip
    shown = [words.phrase(name, language) for name in named if name for language in ("zh", "en")]
    pollutant = pollutants.table().get(row.pollutant)
    shown += [pollutant.zh, pollutant.en] if pollutant else []
    texts = [row.industry, *named, row.pollutant, *shown]
    texts = list(dict.fromkeys(filter(None, texts)))
    chinese = [text for text in texts if not text.isascii()]
    return " ".join([*texts, *(part for text in chinese for part in _pinyin(text))]).lower()


@lru_cache(maxsize=8192)
def _pinyin(chinese: str) -> tuple[str, str]:
    """Full pinyin and initials."""
    from pypinyin import Style, lazy_pinyin  # a third of a second that not every start needs

    initials = lazy_pinyin(chinese, style=Style.FIRST_LETTER, errors="ignore")
    return "".join(lazy_pinyin(chinese, errors="ignore")), "".join(initials)


def _fill_search() -> None:
    """Make the search text anew where the words it is made of say otherwise now."""
    stale = []
    for factor in Factor.objects.filter(current=True):
        text = search_text(as_row(factor))
        if text != factor.search:
            factor.search = text
            stale.append(factor)
    Factor.objects.bulk_update(stale, ["search"], batch_size=500)
