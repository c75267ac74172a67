"""manage.py verify_seals: prove that what is finished is what was sealed."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from census.access.scope import Scope, enter
from census.seals.services import Proved, seal_evidence, verify_seals


class Command(BaseCommand):
    help = (
        "Proves finished runs, cuts, released tables, published reports, the factor library and the audit log "
        "against their seals; names whatever differs and exits with 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seal", action="store_true", help="afterwards, when all is well, seal what is new"
        )

    def handle(self, *, seal: bool, **_options: Any) -> None:
        began, proved, faults = time.monotonic(), Proved(), 0
        with enter(Scope.system()):
            for fault in verify_seals(proved):
                faults += 1
                self.stdout.write(self.style.ERROR(fault))
        if seal and not faults:
            with enter(Scope.system()):
                self.stdout.write(f"{seal_evidence()} seals set")
        elif proved.waiting:
            waiting = ", ".join(f"{count} {code}" for code, count in sorted(proved.waiting.items()))
            self.stdout.write(f"not sealed yet, so not proved: {waiting}")
        self.stdout.write(f"{proved.seals} seals proved, {faults} faults, {time.monotonic() - began:.1f} s")
        if faults:
            raise SystemExit(1)
