"""manage.py verify_history: walk the hash chains of all returns and check the seals."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from census.access.scope import Scope, enter
from sources.returns.seals import Verified, history_mark, seal_history, verify_history


class Command(BaseCommand):
    help = (
        "Walks the history of all returns; names every changed, missing or swapped version and exits with 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seal", action="store_true", help="afterwards, when all is well, add a seal")

    def handle(self, *, seal: bool, **_options: Any) -> None:
        began, verified, faults = time.monotonic(), Verified(), 0
        with enter(Scope.system()):
            for fault in verify_history(verified):
                faults += 1
                self.stdout.write(self.style.ERROR(str(fault)))
        if seal and not faults:
            self._seal()
        self.stdout.write(
            f"{verified.versions} versions of {verified.returns} returns, {verified.seals} seals, "
            f"{faults} faults, {time.monotonic() - began:.1f} s"
        )
        if faults:
            raise SystemExit(1)

    def _seal(self) -> None:
        with enter(Scope.system()):
            mark = history_mark()
        with enter(Scope.system()):
            made = seal_history(mark)
        if made:
            self.stdout.write(f"seal {made.pk} over {made.versions} versions, root {bytes(made.root).hex()}")
