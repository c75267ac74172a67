"""manage.py recount_progress: prove that the progress snapshot is what the tables say."""

from __future__ import annotations

import datetime as dt
import sys
import time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from census.access.scope import Scope, enter
from census.dispatch.progress import current_campaign, differences, recount, store
from census.places.models import Region
from census.places.regions import NATION

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Count progress from the tables and compare it with the day's snapshot, row by row. Ends with 1 when they "
        "differ. Work done since the snapshot was taken shows as a difference: --write takes it anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--region", default=NATION, help="12-digit code of the area (default: the nation)"
        )
        parser.add_argument("--day", type=dt.date.fromisoformat, help="YYYY-MM-DD (default: today)")
        parser.add_argument("--write", action="store_true", help="take today's snapshot first")

    def handle(self, *args: Any, **options: Any) -> None:
        region, day = options["region"], options["day"] or timezone.localdate()
        if not Region.objects.filter(code=region).exists():
            raise CommandError(f"There is no division {region!r}. Give its 12-digit code of 2017.")
        if options["write"] and day != timezone.localdate():
            raise CommandError(
                "What was true on another day cannot be counted today: leave out --day or --write."
            )
        with enter(Scope.system(region)):
            if options["write"]:
                self._write(region, day)
            began = time.monotonic()
            found = differences(region, day)
        for one in found[:SHOWN]:
            self.stdout.write(
                f"{one.region} in {one.parent}, {one.measure}: snapshot {one.stored}, recount {one.counted}"
            )
        if found:
            self.stdout.write(f"{len(found):,} rows differ on {day}.")
            sys.exit(1)
        self.stdout.write(f"Snapshot of {day} equals the recount ({time.monotonic() - began:.1f} s).")

    def _write(self, region: str, day: dt.date) -> None:
        began = time.monotonic()
        try:
            rows = store(current_campaign(), region, day, recount(region))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{rows:,} rows written in {time.monotonic() - began:.1f} s.")
