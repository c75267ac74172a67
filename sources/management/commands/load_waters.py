"""manage.py load_waters: the shipped list of water bodies. Idempotent."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sources.waters.services import waters_ship


class Command(BaseCommand):
    help = "Load the shipped list of water bodies; rows an office has loaded are left as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = waters_ship().counts
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            "{added} waters added, {replaced} replaced, {unchanged} unchanged.".format(**counts)
        )
