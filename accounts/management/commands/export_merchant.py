"""`manage.py export_merchant`: all that is kept of one merchant, in a file for its owner."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.belongings import exported, merchant_named


class Command(BaseCommand):
    """Writes JSON lines into a new file that only you can read. No secret is in it."""

    help = "Write all that is kept of a merchant, without its secrets, into a file of JSON lines."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whose and where."""
        parser.add_argument("merchant", help="its number, or the id of one of its portals")
        parser.add_argument("--to", required=True, type=Path, help="a file that isn't there yet")

    def handle(self, *args: Any, **given: Any) -> None:
        """Write it, and say how much it is."""
        merchant = merchant_named(given["merchant"])
        if merchant is None:
            raise CommandError("There is no such merchant.")
        lines = 0
        with _new_file(given["to"]) as file:
            for line in exported(merchant):
                file.write(line)
                lines += 1
        self.stdout.write(f"{lines} lines on {merchant.name} are in {given['to']}.")


def _new_file(path: Path) -> Any:
    """Open a file for its owner alone; one that is there already may be somebody else's to read."""
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.") from error
    return os.fdopen(made, "w", encoding="utf-8")
