"""manage.py check_texts: texts without Chinese, translated twice, or with other placeholders. Exits 1."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from census.conf.i18n import merge, missing, used, wrong_placeholders


class Command(BaseCommand):
    help = "List what is wrong with the translations; exit with 1 when there is anything."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--under", default="", help="only texts used in files that start with this path")
        parser.add_argument(
            "--po", action="store_true", help="print what is missing as po entries to fill in"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            merged = merge(settings.BASE_DIR / "locale" / "parts")
        except ValueError as error:
            raise CommandError(f"The translation file is broken: {error}") from error
        faults = 0
        for (text, context), places in missing(used(settings.BASE_DIR), merged.catalog).items():
            here = [
                place for place in places if any(place.startswith(p) for p in options["under"].split(","))
            ]
            if not here:
                continue
            faults += 1
            self._say_missing(text, context, here, as_po=options["po"])
        for conflict in merged.conflicts:
            self.stdout.write(f"translated twice: {conflict}")
        for fault in wrong_placeholders(merged.catalog):
            self.stdout.write(f"placeholders differ: {fault}")
        faults += len(merged.conflicts) + len(wrong_placeholders(merged.catalog))
        self.stderr.write(f"{faults} faults in the translations")
        if faults:
            sys.exit(1)

    def _say_missing(self, text: str, context: str | None, places: list[str], *, as_po: bool) -> None:
        if not as_po:
            self.stdout.write(f"{places[0]}: no Chinese for {text!r}")
            return
        quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        header = f'msgctxt "{context}"\n' if context else ""
        self.stdout.write(f'#: {places[0]}\n{header}msgid "{quoted}"\nmsgstr ""\n')
