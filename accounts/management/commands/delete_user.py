"""`manage.py delete_user`: the end of a person's account, for who asks the operator for it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.people import delete_user


class Command(BaseCommand):
    """Deletes an account, unless a merchant would be left without an owner."""

    help = "Delete a person's account with its second factors, API tokens and log-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whose."""
        parser.add_argument("email", help="the address that they log in with")

    def handle(self, *args: Any, **given: Any) -> None:
        """Delete it, or say in one line why not."""
        user = User.objects.filter(email=given["email"]).first()
        if user is None:
            raise CommandError("There is no such account.")
        try:
            delete_user(user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write("The account is deleted.")
