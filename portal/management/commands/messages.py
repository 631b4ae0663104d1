"""`manage.py messages --check`: whether every text of the portal is there, whole and used."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.catalogues import faults


class Command(BaseCommand):
    """Compares the catalogues in locale/ with what templates and code ask for."""

    help = "Check that every text of the portal exists, is used, and is whole in every language."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare that checking is all this does."""
        parser.add_argument("--check", action="store_true", help="exit 1 where anything is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        """Name everything that is wrong."""
        found = list(faults(settings.BASE_DIR))
        for fault in found:
            self.stderr.write(fault)
        if found and options["check"]:
            raise CommandError(f"{len(found)} faults in the portal's texts")
        if not found:
            self.stdout.write("The portal's texts are whole.")
