"""Prove that a cut, and what it rests on, is what it was when it was frozen."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounting.cuts.models import Cut
from accounting.cuts.proof import cut_faults
from census.access.scope import Scope, enter


class Command(BaseCommand):
    help = "Prove the digests of a data cut: tables, objects, form versions, accounting lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("region", help="12-digit code of the office's region")
        parser.add_argument("number", type=int, help="number of the cut within that office")

    def handle(self, *args: Any, region: str, number: int, **options: Any) -> None:
        with enter(Scope.system(region, "verify_cut")):
            cut = Cut.objects.select_related("run").filter(region=region, number=number).first()
            if cut is None:
                raise CommandError(f"There is no cut {number} of region {region}.")
            if not cut.made:
                raise CommandError(f"Cut {number} of region {region} is not frozen yet.")
            faults = list(cut_faults(cut))
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"Cut {number} of region {region} is NOT what it was: {len(faults)} faults.")
        self.stdout.write(
            f"Cut {number} of region {region} is proved: {cut.objects_held:,} objects, "
            f"{cut.returns_held:,} forms, {cut.tables.count():,} tables, digest {cut.digest}"
        )
