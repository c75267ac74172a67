"""manage.py compile_texts: makes the Chinese catalogue of the pages from locale/parts/*.po."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from census.conf.i18n import compile_texts


class Command(BaseCommand):
    help = "Compile the translations in locale/parts into the data folder."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            merged = compile_texts(settings.BASE_DIR / "locale" / "parts", settings.LOCALE_PATHS[0])
        except ValueError as error:
            raise CommandError(f"The translation file is broken: {error}") from error
        for conflict in merged.conflicts:
            self.stderr.write(f"translated twice: {conflict}")
        self.stdout.write(f"{len(merged.catalog)} texts compiled")
