"""manage.py first_administrator: the account that creates all others, for a new installation."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.people.services import PostTerms, person_create
from census.places.regions import NATION


class Command(BaseCommand):
    help = "Create a data administrator of a region (the nation by default) and print the one-time password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name")
        parser.add_argument("--region", default=NATION, help="12-digit division code")

    def handle(self, *args: Any, username: str, name: str, region: str, **options: Any) -> None:
        post = PostTerms("data_administrator", region, frozenset(CATEGORIES))
        actor = Scope.system()
        try:
            with enter(actor):
                user, password = person_create(actor, username=username, name=name, post=post)
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        self.stdout.write(f"User name: {user.username}\nOne-time password: {password}")
