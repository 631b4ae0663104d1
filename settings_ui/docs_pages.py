"""The pages of docs/, in the order in which they are read, and what is made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from servicebot.hosts import portal_origin
from settings_ui.docs_markdown import Rendered, render, title_of

FOLDER = "docs"
OF_PUBLIC_URL = re.compile(r"https://HOST(?=/(?!embed/))")
FIRST = "index"
SECTIONS: Sequence[tuple[str, Sequence[str]]] = (
    ("Start", (FIRST, "quick-start", "install", "embed")),
    ("Be safe", ("security", "signed-tokens", "pci", "privacy", "going-live")),
    ("Set up", ("settings", "services", "texts", "languages")),
    ("Build", ("events", "api", "reference/api", "errors", "reference/policy")),
    ("Solve", ("troubleshooting", "reference/permissions")),
    ("Run it yourself", ("self-hosting", "performance", "threat-model", "asvs", "reference/code")),
)
"""Pages by their place in docs/; one that isn't there yet is left out."""


@dataclass(frozen=True)
class Page:
    """A page as its neighbours name it."""

    name: str
    title: str

    @property
    def address(self) -> str:
        """Where it is served."""
        return address_of(self.name)


def address_of(name: str) -> str:
    """Return where a page is served."""
    return "/docs/" if name == FIRST else f"/docs/{name}/"


def folder() -> Path:
    """Return where the pages are."""
    base: Path = settings.BASE_DIR
    return base / FOLDER


def path_of(name: str) -> Path:
    """Return a page's file."""
    return folder() / f"{name}.md"


def contents() -> list[tuple[str, list[Page]]]:
    """Return the sections with the pages that are there."""
    found = [(section, [*_there(names)]) for section, names in SECTIONS]
    return [(section, pages) for section, pages in found if pages]


def _there(names: Sequence[str]) -> Iterator[Page]:
    for name in names:
        if path_of(name).is_file():
            yield Page(name, title_of(_source(name)))


def neighbours(name: str) -> tuple[Page | None, Page | None]:
    """Return what is read before a page and what after it."""
    pages = [page for _section, pages in contents() for page in pages]
    place = [page.name for page in pages].index(name)
    before = pages[place - 1] if place else None
    return before, (pages[place + 1] if place + 1 < len(pages) else None)


def rendered(name: str) -> Rendered | None:
    """Return a page as HTML, None where there is none of this name."""
    named = {each for _section, names in SECTIONS for each in names}
    if name not in named or not path_of(name).is_file():
        return None
    return _rendered(name, _source(name), settings.PUBLIC_URL, portal_origin())


@lru_cache(maxsize=64)
def _rendered(name: str, source: str, public_url: str, portal: str) -> Rendered:
    """Render a page; in policies, and of the script, our address is the portal's."""
    named = OF_PUBLIC_URL.sub(public_url, source).replace("https://HOST", portal)
    return render(named, name, address_of)


def _source(name: str) -> str:
    path = path_of(name)
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> str:
    return path.read_text(encoding="utf-8")
