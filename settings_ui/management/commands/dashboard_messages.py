"""`manage.py dashboard_messages`: collect what is marked for translation in the dashboard."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from settings_ui import catalogues


class Command(BaseCommand):
    """Writes the dashboard's catalogues anew, or says how they differ from the code."""

    help = "Collect the dashboard's texts in its catalogues. Needs GNU gettext."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let it only look."""
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if late")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write what has changed, or name it."""
        if not options["check"]:
            for path in catalogues.write(settings.BASE_DIR):
                self.stdout.write(f"Wrote {path}")
            return
        found = list(catalogues.faults(settings.BASE_DIR))
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError(f"{len(found)} texts: run manage.py dashboard_messages.")
        self.stdout.write("The dashboard's catalogues are up to date.")
