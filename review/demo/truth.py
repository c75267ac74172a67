"""What commands that report on known errors share: the region, the file of planted errors, and their refusals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from census.access.scope import Scope, enter
from sources.demo.plant import Planted
from sources.demo.world import planted_file, read_planted


class KnownErrorsCommand(ABC, BaseCommand):
    """A command over a loaded demo city whose planted errors are known. Subclasses write :meth:`report`."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--region", default="330800000000", help="12-digit code of the demo city")
        parser.add_argument("--planted", type=Path, help="file of planted errors (default: that of the load)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.region = options["region"]
        if len(self.region) != 12 or not self.region.isdigit():
            raise CommandError(f"{self.region!r} is no 12-digit division code.")
        self.path = options["planted"] or planted_file(self.region)
        if not self.path.is_file():
            raise CommandError(
                f"No file of planted errors at {self.path}: run load_demo, or name it with --planted."
            )
        with enter(Scope.system(self.region)):
            self.report(self.region, options)

    @abstractmethod
    def report(self, region: str, options: dict[str, Any]) -> None:
        """Write the report, in a scope over *region*."""

    def known(self, objects: Collection[str]) -> list[Planted]:
        """The planted errors on *objects* (ids of those that have forms). Raises CommandError where there are none."""
        if not objects:
            raise CommandError(f"There are no forms in {self.region}: run load_demo first.")
        return [error for error in read_planted(self.path) if error.object_id in objects]
