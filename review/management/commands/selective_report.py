"""manage.py selective_report: what the statistics find of errors that are known, on the demo city."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from census.access.scope import Scope, enter
from review.demo.measuring import (
    SHARES,
    Ordering,
    by_class,
    by_detector,
    demo_truth,
    experiment,
    orderings,
)
from review.selective.loads import POLLUTANTS, Loads
from review.selective.reading import area_read
from review.selective.services import area_look
from sources.demo.world import planted_file, read_planted


class Command(BaseCommand):
    help = (
        "Recall and false alarms of the statistics against the demo's planted errors, and the curve of selective "
        "editing for errors planted in memory. Nothing is stored; the detectors never see what was planted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--region", default="330800000000", help="12-digit code of the demo city")
        parser.add_argument("--planted", type=Path, help="file of planted errors (default: that of the load)")
        parser.add_argument("--errors", type=int, default=150, help="errors planted in memory; 0: none")
        parser.add_argument("--seed", type=int, default=20171231)

    def handle(self, *args: Any, **options: Any) -> None:
        region = options["region"]
        if len(region) != 12 or not region.isdigit():
            raise CommandError(f"{region!r} is no 12-digit division code.")
        path = options["planted"] or planted_file(region)
        if not path.is_file():
            raise CommandError(
                f"No file of planted errors at {path}: run load_demo, or name it with --planted."
            )
        with enter(Scope.system(region)):
            begun = time.monotonic()
            area = area_read(region)
            if not area.documents:
                raise CommandError(f"There are no forms in {region}: run load_demo first.")
            read = time.monotonic()
            found = area_look(area)
            self.stdout.write(
                f"{len(area.objects):,} objects, {len(area.documents):,} forms; read {read - begun:.1f} s, "
                f"looked over {time.monotonic() - read:.1f} s; {len(found.doubts):,} doubts on "
                f"{len({d.object_id for d in found.doubts}):,} objects"
            )
            here = {str(object_id) for object_id in area.objects}
            known = [error for error in read_planted(path) if error.object_id in here]
            self._planted(known, area, found)
            truth = demo_truth(known, area)
            self.stdout.write("\nThe same errors in the totals (forms made to be missing are not counted)")
            self._curve(orderings(area, found, truth, seed=options["seed"]), truth)
            if options["errors"]:
                self._experiment(area, options["errors"], options["seed"])

    def _planted(self, known: list, area: Any, found: Any) -> None:
        self.stdout.write(
            "\nPlanted errors of the demo city (item named: the most suspect item is the planted one)"
        )
        self.stdout.write(f"{'class':<22}{'planted':>9}{'rules':>9}{'statist.':>9}{'either':>9}{'named':>9}")
        for line in by_class(known, area, found):
            parts = (line.by_rules, line.by_statistics, line.found, line.named)
            shares = "".join(f"{part / line.count:>8.0%} " for part in parts) if line.count else ""
            self.stdout.write(f"{line.kind:<22}{line.count:>9}{shares}")
        planted = {error.object_id for error in known}
        extra = sum(str(object_id) not in planted for object_id in area.failing)
        self.stdout.write(f"Objects with failing rules but nothing planted: {extra:,}")
        self.stdout.write(f"\n{'detector':<16}{'hits':>6}{'others':>8}  classes hit")
        for rule, hits, others, classes in by_detector(known, found):
            text = ", ".join(f"{kind} {count}" for kind, count in classes.most_common())
            self.stdout.write(f"{rule:<16}{hits:>6}{others:>8}  {text}")
        self.stdout.write(
            f"Digit tests: {len(found.tests)}, doubtful {sum(test.doubtful for test in found.tests)}"
        )

    def _experiment(self, area: Any, errors: int, seed: int) -> None:
        result = experiment(area, slips=errors, seed=seed)
        count = len(result.slips)
        self.stdout.write(
            f"\n{count} errors planted in memory (seed {seed}) in items that carry emissions: "
            f"{result.seen} on objects with a doubt, {result.named} items named first "
            f"({result.named / max(count, 1):.0%} of all, {result.named / max(result.seen, 1):.0%} of those seen)"
        )
        for kind, (made, seen, named) in result.kinds.items():
            self.stdout.write(f"  {kind:<7}{made:>5} planted {seen:>5} seen {named:>5} named")
        self._curve(result.orderings, result.truth)

    def _curve(self, orders: Sequence[Ordering], truth: Loads) -> None:
        self.stdout.write(
            "Share of the error in the totals among the first objects, by order of looking (errors: objects that "
            "have one)"
        )
        for name in ("errors", *POLLUTANTS):
            parts = [kg for (_object, own), kg in truth.items() if own == name]
            size = f"{sum(parts) / 1000:,.2f} t" if parts else ""
            head = "".join(f"{share:>9.1%}" for share in SHARES)
            self.stdout.write(f"  {name:<8}{size:>14}{head}")
            for order in orders:
                cells = "".join(f"{'–' if s is None else f'{s:.0%}':>9}" for s in order.shares[name])
                self.stdout.write(f"    {order.name:<18}{cells}")
