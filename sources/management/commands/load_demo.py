"""manage.py load_demo --city 330800 --seed 1: the synthetic demo world of a city, a province or the nation."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from census.access.scope import Scope
from census.audit.models import AuditEntry
from census.audit.services import audit_record
from census.places.models import Region
from census.places.regions import NATION
from sources.demo.world import load_world
from sources.objects.models import CensusObject


class Command(BaseCommand):
    help = "Load synthetic objects, filled forms, people, problem lists and an accounting run."

    def add_arguments(self, parser: CommandParser) -> None:
        area = parser.add_mutually_exclusive_group(required=True)
        area.add_argument("--city", help="6-digit code of a city, such as 330800 (Quzhou)")
        area.add_argument("--province", help="6-digit code of a province, such as 370000 (Shandong)")
        area.add_argument("--nation", action="store_true", help="the whole nation, county by county")
        parser.add_argument("--seed", type=int, default=1, help="equal seeds give equal worlds")
        parser.add_argument(
            "--objects", type=int, help="how many objects; by default the area's usual number"
        )
        parser.add_argument("--scale", type=float, default=1.0, help="share of that number, for small worlds")
        parser.add_argument("--counties", type=int, help="only the first so many counties")
        parser.add_argument(
            "--corrected", action="store_true", help="correct the largest slips, and make a second data cut"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when the register holds real objects"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and CensusObject.objects.filter(synthetic=False).exists():
            self.stdout.write("The register holds objects that are not synthetic: no demo data loaded.")
            return
        code = NATION if options["nation"] else (options["city"] or options["province"]).ljust(12, "0")
        region = Region.objects.filter(code=code, level=2 if options["city"] else 1).first()
        if region is None and not options["nation"]:
            kind = "city" if options["city"] else "province"
            raise CommandError(
                f"There is no {kind} with the code {code[:6]}. Use its 6-digit code of 2017, "
                "and run load_reference first."
            )
        whole = options["objects"] is None and options["scale"] == 1 and options["counties"] is None
        finished = AuditEntry.objects.filter(action="demo.finished", region=code)
        if options["if_empty"] and whole and finished.exists():
            self.stdout.write("The demo world is loaded.")
            return
        if options["scale"] <= 0 or (options["objects"] or 1) <= 0:
            raise CommandError("--scale and --objects must be above zero.")
        began = time.monotonic()
        try:
            summary = load_world(
                code,
                seed=options["seed"],
                today=timezone.localdate(),
                objects=options["objects"],
                scale=options["scale"],
                limit=options["counties"],
                say=self.stdout.write,
                corrected=options["corrected"],
            )
        except LookupError as error:
            raise CommandError(str(error)) from error
        if whole and not finished.exists():  # the next start need not look at every county and stage again
            with transaction.atomic():
                audit_record(Scope.system(code), "demo.finished", subject="region", subject_id=code)
        for stage in summary.stages:
            self.stdout.write(f"{stage.name}: {stage.text} in {stage.seconds:.1f} s")
        if summary.skipped:
            self.stdout.write(f"{summary.skipped} counties were there already.")
        self.stdout.write(
            f"{summary.objects:,} objects, {summary.returns:,} forms, {summary.versions:,} versions, "
            f"{summary.people:,} people, {summary.visits:,} visits, {summary.planted:,} planted errors "
            f"in {time.monotonic() - began:.1f} s. All of it is synthetic."
        )
