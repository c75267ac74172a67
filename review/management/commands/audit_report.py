"""manage.py audit_report: how many of the errors planted in the demo city the rules and the statistics find."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from review.demo.recall import STATISTICS, Hit, alarms, false_rules, recall
from review.demo.truth import KnownErrorsCommand
from review.editor.force import level_of, rules_of
from review.findings.reading import read_shard, shards_of, unswept, witnesses
from review.rules.catalogue import audit_rules
from review.selective.reading import area_read
from review.selective.services import area_look
from sources.forms.check_set import check_set

HEADS = ("planted", "expected", "fired", "exact", "on object", "statistics", "either")


class Command(KnownErrorsCommand):
    help = (
        "Found of planted errors by class, and false alarms by kind of rule, against the ground truth of load_demo. "
        "The rules in force are run over all forms; nothing is stored, and they never see what was planted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--rules-only", action="store_true", help="leave the statistics out")

    def report(self, region: str, options: dict[str, Any]) -> None:
        begun = time.monotonic()
        objects: set[str] = set()
        hits = list(_rule_hits(region, objects))
        known = self.known(objects)
        ruled = time.monotonic()
        if not options["rules_only"]:
            hits += _doubts(region)
        done = time.monotonic()
        self.stdout.write(
            f"{len(objects):,} objects, {len(known):,} planted errors; rules {ruled - begun:.1f} s, "
            f"statistics {done - ruled:.1f} s"
        )
        self._recall(known, hits)
        self._alarms(known, hits)

    def _recall(self, known: list, hits: list[Hit]) -> None:
        self.stdout.write(
            "\nFound, by class of planted error. expected: a rule of the forms must fire; fired: it did; exact: a rule "
            "names the planted item; on object: any rule fails there"
        )
        self.stdout.write(f"{'class':<22}" + "".join(f"{head:>12}" for head in HEADS))
        for one in recall(known, hits):
            fired = f"{one.fired / one.expected:.0%}" if one.expected else "–"
            shares = (one.exact, one.on_object, one.doubted, one.either)
            cells = (
                str(one.planted),
                str(one.expected),
                fired,
                *(f"{n / max(one.planted, 1):.0%}" for n in shares),
            )
            self.stdout.write(f"{one.error:<22}" + "".join(f"{cell:>12}" for cell in cells))

    def _alarms(self, known: list, hits: list[Hit]) -> None:
        self.stdout.write("\nFalse alarms: objects hit in which nothing was planted")
        self.stdout.write(f"{'kind of rule':<22}{'hits':>12}{'objects':>12}{'false':>12}{'right':>12}")
        for one in alarms(known, hits):
            right = f"{1 - one.false / max(one.objects, 1):.0%}"
            self.stdout.write(f"{one.family:<22}{one.hits:>12,}{one.objects:>12,}{one.false:>12,}{right:>12}")
        worst = ", ".join(f"{rule} {count:,}" for rule, count in false_rules(known, hits))
        self.stdout.write(f"Rules with most of them: {worst or 'none'}")


def _rule_hits(region: str, objects: set[str]) -> Iterator[Hit]:
    rules, families = rules_of(region), {n: rule.family for n, rule in audit_rules().rules.items()}
    catalogue = rules.catalogue(level_of(region))
    for shard in shards_of(region):
        with unswept():
            sheets, _objects, own = read_shard(shard, city_forms=witnesses(catalogue))
            objects |= {sheets[at].object_id for at in own}
            for at, verdict in check_set(sheets, _objects, catalogue=catalogue).verdicts():
                if at in own and verdict.severity != "info":
                    sheet = sheets[at]
                    row = f"{verdict.row[0]}/{verdict.row[1]}" if verdict.row else ""
                    family = families.get(verdict.rule, f"form: {verdict.kind}")
                    yield Hit(
                        sheet.object_id,
                        verdict.rule,
                        family,
                        sheet.form,
                        sheet.sheet,
                        row,
                        verdict.indicators,
                    )


def _doubts(region: str) -> Iterator[Hit]:
    for doubt in area_look(area_read(region)).doubts:
        place = doubt.place
        yield Hit(
            str(doubt.object_id), doubt.rule, STATISTICS, place.form, place.sheet, place.row, (place.item,)
        )
