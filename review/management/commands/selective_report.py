"""manage.py selective_report: what the statistics find of errors that are known, on the demo city."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser

from review.demo.measuring import (
    SHARES,
    Ordering,
    by_class,
    by_detector,
    orderings,
    planted_again,
    true_errors,
)
from review.demo.truth import KnownErrorsCommand
from review.selective.loads import POLLUTANTS, Loads
from review.selective.reading import Area, area_read
from review.selective.services import area_look
from review.selective.survey import Survey
from sources.demo.plant import Planted


class Command(KnownErrorsCommand):
    help = (
        "Recall and false alarms of the statistics against the demo's planted errors, and the curve of selective "
        "editing; then the same for slips planted in memory by another draw. Nothing is stored; the detectors never "
        "see what was planted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--errors", type=int, default=150, help="slips planted in memory; 0: none")
        parser.add_argument("--seed", type=int, default=20171231)

    def report(self, region: str, options: dict[str, Any]) -> None:
        begun = time.monotonic()
        area = area_read(region)
        known = self.known({str(object_id) for object_id in area.objects} if area.documents else set())
        read = time.monotonic()
        found = area_look(area)
        self.stdout.write(
            f"{len(area.objects):,} objects, {len(area.documents):,} forms; read {read - begun:.1f} s, "
            f"looked over {time.monotonic() - read:.1f} s; {len(found.doubts):,} doubts on "
            f"{len({d.object_id for d in found.doubts}):,} objects"
        )
        self.stdout.write("\nPlanted errors of the demo city")
        self._found(known, area, found, options["seed"])
        planted = {error.object_id for error in known}
        if options["errors"]:
            again, slips = planted_again(area, wanted=options["errors"], seed=options["seed"], taken=planted)
            self.stdout.write(f"\n{len(slips)} slips more, planted in memory (seed {options['seed']})")
            self._found(slips, again, area_look(again), options["seed"])
        self._false(known, area, found)

    def _found(self, known: Sequence[Planted], area: Area, found: Survey, seed: int) -> None:
        """Found and named by class, and the curve."""
        self.stdout.write(
            "by failing rules, by statistics, by either; named: the most suspect item is the planted one"
        )
        self.stdout.write(f"{'class':<22}{'planted':>9}{'rules':>9}{'statist.':>9}{'either':>9}{'named':>9}")
        for line in by_class(known, area, found):
            parts = (line.by_rules, line.by_statistics, line.found, line.named)
            shares = "".join(f"{part / line.count:>8.0%} " for part in parts) if line.count else ""
            self.stdout.write(f"{line.kind:<22}{line.count:>9}{shares}")
        truth = true_errors(known, area)
        self._curve(orderings(area, found, truth, seed=seed), truth)

    def _false(self, known: Sequence[Planted], area: Area, found: Survey) -> None:
        planted = {error.object_id for error in known}
        extra = sum(str(object_id) not in planted for object_id in area.failing)
        self.stdout.write(f"\nObjects with failing rules but nothing planted: {extra:,}")
        self.stdout.write(f"{'detector':<16}{'hits':>6}{'others':>8}  classes hit")
        for rule, hits, others, classes in by_detector(known, found):
            text = ", ".join(f"{kind} {count}" for kind, count in classes.most_common())
            self.stdout.write(f"{rule:<16}{hits:>6}{others:>8}  {text}")
        self.stdout.write(
            f"Digit tests: {len(found.tests)}, doubtful {sum(test.doubtful for test in found.tests)}"
        )

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
