"""`manage.py reencrypt`: an old encryption key is given up, while everything runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.reencryption import Found, look, reencrypt


class Command(BaseCommand):
    """Encrypts anew what an old key has encrypted, or with --check says which keys are needed."""

    help = "Encrypt with the first of ENCRYPTION_KEYS all that an older one has encrypted."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --check."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 where an old key is needed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and count; fail where a key is missing, or with --check where an old one isn't."""
        found = look() if options["check"] else reencrypt()
        if not options["check"]:
            self.stdout.write(f"Rows encrypted anew: {found.replaced}.")
        for place, count in sorted(found.by_key.items()):
            self.stdout.write(f"Values that key {place} of ENCRYPTION_KEYS opens: {count}.")
        for row in found.unreadable:
            self.stderr.write(f"No key opens {row}.")
        faults = faults_of(found)
        if faults:
            raise CommandError(" ".join(faults))
        self.stdout.write("No key but the first is needed.")


def faults_of(found: Found) -> list[str]:
    """Say what stands in the way of giving up every key but the first."""
    told = [f"Key {place} of ENCRYPTION_KEYS is still needed." for place in found.old_keys]
    if found.unreadable:
        told.append(f"No key opens {len(found.unreadable)} values: is one missing?")
    return told
