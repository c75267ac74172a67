"""manage.py load_rules: the shipped audit rules as first versions in the rule editor. Idempotent."""

from typing import Any

from django.core.management.base import BaseCommand

from review.editor.importing import rules_update


class Command(BaseCommand):
    help = "Load the catalogue of audit rules as versions; rules an office has changed are left as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        report = rules_update()
        if report is None:
            self.stdout.write("The shipped rules are those loaded last.")
            return
        self.stdout.write(f"{report.added} rule versions added, {report.unchanged} unchanged.")
        if report.kept:
            self.stdout.write(
                f"The shipped text of {', '.join(report.kept)} changed; an office's own version stays in force."
            )
