"""manage.py demo_signins: one sign-in of each kind of post, when the campaign is synthetic."""

from typing import Any

from django.core.management.base import BaseCommand

from census.people.demo import DEMO_PASSWORD, demo_sign_ins


class Command(BaseCommand):
    help = "Print one sign-in of each kind of post of the synthetic campaign."

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = demo_sign_ins()
        if not accounts:
            self.stdout.write("The campaign is not synthetic, or has no people: no demo sign-ins.")
            return
        wide = max(len(account.username) for account in accounts)
        for account in accounts:
            name = account.username.ljust(wide)
            self.stdout.write(f"  {name}  {DEMO_PASSWORD}  {account.kind} · {account.region}")
