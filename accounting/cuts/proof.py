"""What a cut's digests are made of, and the proof that nothing behind them has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from django.db import connection
from django.utils.translation import gettext as _

from accounting.cuts.models import Cut, FrozenTable, Part
from accounting.runs.models import Run


def sha256(text: str) -> str:
    """Hex digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def members_read(*, campaign_id: int, run: Run, region: str) -> list[str]:
    """The lines of a part, sorted: see :class:`Part`. *region*: a county, or a city, province for its own rows.

    Of a run over a cut they are those of that cut, beside the lines of this run.
    """
    if run.data_cut_id:
        held = Part.objects.filter(cut_id=run.data_cut_id, region=region).first()
        return [lines_digest(run, region), *held.lines()[1:]] if held else []
    low, high = region[:6], region[:6] + "~"
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT 'object ' || id || ' ' || revision FROM sources_censusobject
               WHERE campaign_id = %(campaign)s AND region >= %(low)s AND region < %(high)s
               UNION ALL
               SELECT 'return ' || id || ' ' || object_id || ' ' || version_no || ' ' || encode(head_hash, 'hex')
               FROM sources_return
               WHERE campaign_id = %(campaign)s AND region >= %(low)s AND region < %(high)s
                 AND head_hash IS NOT NULL""",
            {"campaign": campaign_id, "low": low, "high": high},
        )
        lines = sorted(line for (line,) in cursor.fetchall())
    if not lines:
        return []
    return [lines_digest(run, region), *lines]


def lines_digest(run: Run, region: str) -> str:
    """``lines <count> <md5>`` over id, object and amounts of the run's lines of a part."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), COALESCE(md5(string_agg(concat_ws('|', id, object_id, pollutant, chosen,
                      COALESCE(generated_kg::text, '-'), COALESCE(removed_kg::text, '-'),
                      COALESCE(environment_kg::text, '-')), E'\\n' ORDER BY id)), '')
               FROM accounting_line WHERE run_id = %s AND region >= %s AND region < %s""",
            [run.pk, region[:6], region[:6] + "~"],
        )
        count, digest = cursor.fetchone()
    return f"lines {count} {digest}".rstrip()


def cut_digest(cut: Cut) -> str:
    """The digest of the whole cut from the digests it stores."""
    lines = [f"cut {cut.region} {cut.number} run {cut.run_id}"]
    lines += [f"part {region} {digest}" for region, digest in _digests(cut.parts, "region")]
    lines += [" ".join(("table", *row)) for row in _digests(cut.tables, "region", "code", "by")]
    return sha256("\n".join(lines))


def _digests(rows: Iterable, *names: str) -> list[tuple[str, ...]]:
    return sorted(rows.values_list(*names, "digest"))


def cut_faults(cut: Cut) -> Iterator[str]:
    """Yield everything in which the cut is not what it was when it was made; nothing when it is proved.

    Content against its digest, digests against the cut's, the named return versions against the history, the
    run's lines against their digest. The caller's scope must cover the cut's region.
    """
    if cut_digest(cut) != cut.digest:
        yield _("The digest of the cut does not fit the digests of its parts and tables.")
    for table in cut.tables.iterator(chunk_size=50):
        if sha256(table.content) != table.digest:
            yield _("Table %(code)s of %(region)s was changed after it was frozen.") % _named(table)
    for part in cut.parts.iterator(chunk_size=5):
        yield from _part_faults(cut, part)


def _part_faults(cut: Cut, part: Part) -> Iterator[str]:
    text = part.text()
    if sha256(text) != part.digest:
        yield _("The list of objects and forms of %(region)s was changed after it was frozen.") % _named(part)
    lines, *rest = text.split("\n")
    if lines != lines_digest(cut.run, part.region):
        yield _("Accounting lines of %(region)s are no longer those of the cut.") % _named(part)
    wanted = [line.split(" ") for line in rest if line.startswith("return ")]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM unnest(%s::uuid[], %s::int[], %s::text[]) AS held (id, no, hash)
               LEFT JOIN sources_returnversion v ON v.return_id = held.id AND v.no = held.no
               WHERE v.hash IS NULL OR encode(v.hash, 'hex') <> held.hash""",
            [[w[1] for w in wanted], [int(w[3]) for w in wanted], [w[4] for w in wanted]],
        )
        (lost,) = cursor.fetchone()
    if lost:
        yield _("%(count)s form versions of %(region)s are missing from the history or differ.") % {
            "count": lost,
            **_named(part),
        }


def _named(row: Part | FrozenTable) -> dict[str, str]:
    return {"region": row.region, "code": getattr(row, "code", "")}
