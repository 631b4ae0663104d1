"""Write the pages of docs/reference/ that code knows better than people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import policy_reference

PAGES = {"docs/reference/policy.md": policy_reference.markdown}


class Command(BaseCommand):
    """Writes them, or with --check only says which are out of date."""

    help = "Write the reference pages of the documentation."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --check."""
        parser.add_argument("--check", action="store_true", help="Fail where one is out of date.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare every page."""
        for name, page in PAGES.items():
            path, text = settings.BASE_DIR / name, page()
            is_same = path.exists() and path.read_text() == text
            if options["check"] and not is_same:
                raise CommandError(f"{name} is out of date: run manage.py reference.")
            if not is_same:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                self.stdout.write(f"Wrote {name}.")
