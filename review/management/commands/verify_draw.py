"""manage.py verify_draw: draw the samples of quality verifications again and compare."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.verification.models import Plan
from review.verification.plans import draw_faults


class Command(BaseCommand):
    help = "Draw the samples of quality verifications again from frame and seed, and compare with the sheets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plans", nargs="*", help="ids of plans; all drawn ones by default")

    def handle(self, *args: Any, **options: Any) -> None:
        plans = Plan.objects.exclude(frame_hash="").order_by("drawn_at")
        if options["plans"]:
            try:
                plans = plans.filter(pk__in=options["plans"])
                found = {str(plan.pk) for plan in plans}
            except ValidationError as error:
                raise CommandError("; ".join(error.messages)) from error
            if missing := set(options["plans"]) - found:
                raise CommandError(f"No drawn plan has the id {', '.join(sorted(missing))}.")
        bad = 0
        for plan in plans.select_related("frame"):
            faults = draw_faults(plan)
            bad += bool(faults)
            verdict = "does NOT agree" if faults else "agrees"
            self.stdout.write(
                f"{plan.pk} {plan.title}: seed {plan.seed}, frame {plan.frame_hash} of {plan.frame_size} "
                f"objects, {plan.sheets.count()} sheets: {verdict}"
            )
            for fault in faults:
                self.stdout.write(f"  {fault}")
        if bad:
            raise CommandError(f"{bad} samples do not agree with their frame and seed.")
