"""`manage.py create_merchant`: a merchant that can paste its snippet at once."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Mode
from portal.opening import Opened, open_merchant


class Command(BaseCommand):
    """Makes a merchant, its owner and a portal, and prints what its developer needs as JSON."""

    help = "Make a merchant, its owner and a portal; print portal id and secret key as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what a merchant is made of."""
        parser.add_argument("--email", required=True, help="the owner's, to log in with")
        parser.add_argument("--name", required=True, help="what customers know the business as")
        parser.add_argument("--mode", required=True, choices=Mode.values)
        parser.add_argument("--stripe-key", required=True, help="a restricted key: rk_…")
        parser.add_argument("--publishable-key", required=True, help="pk_… of the same account")
        parser.add_argument("--password", default="", help="made up and printed where left out")

    def handle(self, *args: Any, **given: Any) -> None:
        """Make it all, or say in one line why not."""
        try:
            opened = open_merchant(
                email=given["email"],
                name=given["name"],
                mode=given["mode"],
                api_key=given["stripe_key"],
                publishable_key=given["publishable_key"],
                password=given["password"],
            )
        except ValidationError as error:
            raise CommandError(in_one_line(error)) from error
        self.stdout.write(json.dumps(printed(opened), indent=2))


def printed(opened: Opened) -> dict[str, str]:
    """Return what is printed; these are secrets, so they go nowhere else."""
    shown = {"portal_id": opened.portal.public_id, "secret_key": opened.secret_key}
    return shown | ({"password": opened.password} if opened.password else {})


def in_one_line(error: ValidationError) -> str:
    """Return all that is wrong, each after the option it is about."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    options = {"api_key": "--stripe-key", "publishable_key": "--publishable-key", "name": "--name"}
    return " ".join(
        f"{options.get(field, field)}: {' '.join(messages)}"
        for field, messages in error.message_dict.items()
    )
