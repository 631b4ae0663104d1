"""Whether the catalogues in locale/ are whole: what `manage.py messages --check` looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from portal import translations
from portal.blocked import MERCHANT_TEXTS
from portal.problems import PROBLEMS
from portal.reasons import FEEDBACKS
from portal.texts import DEFAULT, DOMAIN
from portal.translations import key_of, placeholders

IN_TEMPLATE = re.compile(r"\{%\s*text\s+[\"']([\w.]+)[\"']((?:\s+\w+=[^\s%]+)*)")
ARGUMENT = re.compile(r"(\w+)=")
DONE = re.compile(r"(?:done|failed)=[\"']([\w.]+)[\"']")
VIEWS = ("views", "subscription_views", "billing_views")
INTERVALS = ("day", "week", "month", "year")

Uses = dict[str, set[str]]


def faults(root: Path) -> Iterator[str]:
    """Say everything that is wrong with the portal's texts below a folder of the project."""
    used = uses(root)
    english = read(root, DEFAULT)
    yield from compare(used, english)
    for path in sorted((root / "locale").glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        language = path.parts[-3]
        twice = translations.repeated(path.read_text())
        yield from (f"{language} {key}: there more than once" for key in twice)
        yield from translations.faults(language, read(root, language), english)


def read(root: Path, language: str) -> Catalog:
    """Read a language's catalogue."""
    with (root / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file)


def uses(root: Path) -> Uses:
    """Return every key that is asked for, with the placeholders that are given."""
    found: Uses = {}
    for path in sorted((root / "portal/templates/portal").glob("*.html")):
        for key, given in IN_TEMPLATE.findall(path.read_text()):
            found.setdefault(key, set()).update(ARGUMENT.findall(given))
    for name in VIEWS:
        for key in DONE.findall((root / f"portal/{name}.py").read_text()):
            found.setdefault(key, set())
    return found | computed()


def computed() -> Uses:
    """Return the keys that code puts together."""
    counted = [f"{kind}.{name}" for kind in ("interval", "every") for name in INTERVALS]
    plain = [
        *(f"{key}.one" for key in counted),
        *(f"blocked.{reason}" for reason in MERCHANT_TEXTS),
        *(f"problem.{code}" for code in PROBLEMS),
        *(f"cancel.reason.{key}" for key in FEEDBACKS),
    ]
    return {key: {"count"} for key in counted} | {key: set() for key in plain}


def compare(used: Uses, english: Catalog) -> Iterator[str]:
    """Say which keys are missing, unused, or have placeholders that nobody fills."""
    known = {key_of(message): message for message in english if message.id}
    yield from (f"{key}: no text" for key in sorted(used.keys() - known.keys()))
    yield from (f"{key}: nobody uses it" for key in sorted(known.keys() - used.keys()))
    for key in sorted(used.keys() & known.keys()):
        unfilled = placeholders(known[key]) - used[key]
        if unfilled:
            yield f"{key}: nobody fills {', '.join(sorted(unfilled))}"
