"""manage.py load_reference: divisions, industries and code lists, from the files in census/places/data."""

from typing import Any

from django.core.management.base import BaseCommand

from census.places.loading import Loaded, load_all


class Command(BaseCommand):
    help = "Load the reference data. Files that have not changed since the last load are skipped."

    def handle(self, *args: Any, **options: Any) -> None:
        load_all(self._say)

    def _say(self, loaded: Loaded) -> None:
        how = "unchanged" if loaded.skipped else f"{loaded.seconds:.1f} s"
        self.stdout.write(f"{loaded.name}: {loaded.rows:,} rows, {how}")
        self.stdout.flush()
