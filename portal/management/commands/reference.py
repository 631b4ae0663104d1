"""Write the pages of docs/ that code knows better than people, and the code in the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import (
    api_reference,
    code_reference,
    errors_reference,
    permissions_reference,
    policy_reference,
    settings_reference,
)
from portal.code_blocks import SourceError, filled

PAGES: dict[str, Callable[[], str]] = {
    "docs/errors.md": errors_reference.markdown,
    "docs/reference/api.md": api_reference.markdown,
    "docs/reference/permissions.md": permissions_reference.markdown,
    "docs/reference/policy.md": policy_reference.markdown,
    "docs/settings.md": settings_reference.markdown,
}
# Read off all the other pages, so written last.
CODE = "docs/reference/code.md"


class Command(BaseCommand):
    """Writes them, or with --check only says which are out of date."""

    help = "Write the reference pages of the documentation, and the code in all of its pages."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --check."""
        parser.add_argument("--check", action="store_true", help="Fail where one is out of date.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare every page."""
        for path, text in pages(settings.BASE_DIR):
            name = path.relative_to(settings.BASE_DIR)
            is_same = path.exists() and path.read_text() == text
            if options["check"] and not is_same:
                raise CommandError(f"{name} is out of date: run manage.py reference.")
            if not is_same:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                self.stdout.write(f"Wrote {name}.")


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield every page with what should stand in it."""
    try:
        for name, page in PAGES.items():
            yield root / name, filled(page(), root)
        for path in code_reference.written(root):
            if str(path.relative_to(root)) not in {*PAGES, CODE}:
                yield path, filled(path.read_text(), root)
        yield root / CODE, code_reference.markdown(root)
    except SourceError as error:
        raise CommandError(str(error)) from error
