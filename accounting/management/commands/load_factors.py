"""``manage.py load_factors``: load the factor library from accounting/factors/data. Idempotent."""

from django.core.management.base import BaseCommand, CommandError

from accounting.factors.normalise import FactorDataError
from accounting.factors.services import factor_load


class Command(BaseCommand):
    """A changed factor becomes a new revision. With a fault in the data files nothing is loaded."""

    help = "Load editions, factors and control technologies from accounting/factors/data."

    def handle(self, **options):
        try:
            report = factor_load()
        except FactorDataError as error:
            raise CommandError(
                f"Nothing was loaded; {len(error.faults)} faults in the data files:\n{error}"
            ) from error
        self.stdout.write(
            f"{report.added} factors added, {report.revised} revised, {report.unchanged} unchanged, "
            f"{report.technologies} control technologies."
        )
