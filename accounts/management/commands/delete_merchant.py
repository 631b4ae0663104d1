"""`manage.py delete_merchant`: a merchant's end, for the operator."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.belongings import merchant_named, tables
from accounts.models import Merchant
from accounts.teams import end_merchant


class Command(BaseCommand):
    """Deletes a merchant with all that is its own, where its name is said."""

    help = "Delete a merchant with all that is its own, at once and for good. Name it to confirm."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whose end it is, and the proof that it is meant."""
        parser.add_argument("merchant", help="its number, or the id of one of its portals")
        parser.add_argument("--name", default="", help="what it is called, to the letter")

    def handle(self, *args: Any, **given: Any) -> None:
        """Delete it; without its name, only say what would go."""
        merchant = merchant_named(given["merchant"])
        if merchant is None:
            raise CommandError("There is no such merchant.")
        self.stdout.write(counted(merchant))
        if given["name"] != merchant.name:
            raise CommandError(f'Nothing was deleted. Say its name: --name "{merchant.name}"')
        end_merchant(merchant)
        self.stdout.write(f"{merchant.name} is deleted.")


def counted(merchant: Merchant) -> str:
    """Say how much hangs on it."""
    counts = {table.model._meta.label: table.rows(merchant).count() for table in tables()}
    return "\n".join(f"{count:8} {label}" for label, count in counts.items() if count)
