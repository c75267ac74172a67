"""manage.py recount_progress: prove that the counts kept as the work goes on are what the tables say."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from census.access.scope import Scope, enter
from census.dispatch.counting import counts_of, drift, fold, refresh_derived, take
from census.dispatch.progress import current_campaign, differences, roll_up, store
from census.places.models import Region
from census.places.regions import NATION

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Count progress anew from the tables and compare it, place by place, with the counts kept as the work goes "
        "on and with today's snapshot. Ends with 1 when they differ; --write puts right what differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--region", default=NATION, help="12-digit code of the area (default: the nation)"
        )
        parser.add_argument("--write", action="store_true", help="put the counts right first")

    def handle(self, *args: Any, **options: Any) -> None:
        region, day = options["region"], timezone.localdate()
        if not Region.objects.filter(code=region).exists():
            raise CommandError(f"There is no division {region!r}. Give its 12-digit code of 2017.")
        folded = fold() + refresh_derived()
        self.stdout.write(f"{folded:,} counts brought up to date.")
        if options["write"]:
            self.stdout.write(f"{take(region):,} counts put right.")
            with enter(Scope.system(region)):
                store(current_campaign(), region, day, roll_up(counts_of(region), region))
        began = time.monotonic()
        with enter(Scope.system(region)):
            lines = [
                f"{place}, {measure}: kept {kept}, counted {counted}"
                for (place, measure), (kept, counted) in drift(region).items()
            ]
            lines += [
                f"{one.region} in {one.parent}, {one.measure}: snapshot {one.stored}, recount {one.counted}"
                for one in differences(region, day)
            ]
        for line in lines[:SHOWN]:
            self.stdout.write(line)
        if lines:
            self.stdout.write(f"{len(lines):,} rows differ.")
            sys.exit(1)
        self.stdout.write(
            f"Counts and the snapshot of {day} equal the recount ({time.monotonic() - began:.1f} s)."
        )
