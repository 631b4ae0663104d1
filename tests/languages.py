"""Languages for tests: English in other catalogues, each text marked with its language."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.test import override_settings

from portal import own_texts, plurals, texts
from portal.translations import forms

CACHED = (
    plurals.categories,
    plurals.known,
    plurals.in_order,
    own_texts.inline_of,
    own_texts.inline_forms,
    own_texts.checked,
)
CATALOGUE = Path("LC_MESSAGES") / "portal.po"


@contextmanager
def spoken(*languages: str) -> Iterator[None]:
    """Have English and these alone; what one of them says begins with its code, as in `de:Save`."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "static").symlink_to(settings.BASE_DIR / "static")
        english = settings.BASE_DIR / "locale" / texts.DEFAULT / CATALOGUE
        for language in (texts.DEFAULT, *languages):
            path = root / "locale" / language / CATALOGUE
            path.parent.mkdir(parents=True)
            path.write_bytes(english.read_bytes())
            if language != texts.DEFAULT:
                mark(path, language)
        with override_settings(BASE_DIR=root):
            forget()
            yield
        forget()


def forget() -> None:
    """Read the catalogues anew."""
    texts.languages.cache_clear()
    texts.catalogue.cache_clear()
    for cached in CACHED:
        cached.cache_clear()


def mark(path: Path, language: str) -> None:
    """Put the language's code before every text, each plural form that the language has among them.

    Its rule for plurals is its own.
    """
    with path.open("rb") as file:
        english = read_po(file)
    marked = Catalog(locale=language.replace("-", "_"))
    for message in english:
        if message.id:
            marked.add(message.id, _marked(message, language, marked.num_plurals))
    with path.open("wb") as file:
        write_po(file, marked, width=0)


def _marked(message: Message, language: str, count: int) -> str | tuple[str, ...]:
    text = f"{language}:{forms(message)[-1]}"
    return (text,) * count if message.pluralizable else text
