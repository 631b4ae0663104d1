"""Fills the install page's snippets in for one portal, and marks them up.

The very text that is shown is what tests run; docs/install.md says which they can't.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from portal.identity import needs_hash
from portal.models import IdentifyBy, Portal
from servicebot.hosts import portal_origin
from settings_ui.samples import PAGE, Part, Sample

FOLDER = Path(__file__).parent / "snippets"
NO_KEY = "YOUR_SECRET_KEY"
PLACEHOLDER = re.compile(r"__([A-Z_]+?)__")
# What means nothing in a string of any language here, so that none needs escaping of its own.
SAFE = re.compile(r"[\w.:/@\[\]-]*", re.ASCII)


@dataclass(frozen=True)
class Snippet:
    """A part of a sample as the page shows it."""

    id: str
    title: str | Promise
    text: str
    lexer: str

    @property
    def html(self) -> SafeString:
        """The text with its tokens marked by classes."""
        lexer = get_lexer_by_name(self.lexer, stripnl=False)
        marked: str = highlight(self.text, lexer, HtmlFormatter(nowrap=True))
        return mark_safe(marked)  # noqa: S308 -- Pygments has escaped it  # nosec B308


def page_snippet(portal: Portal) -> Snippet:
    """Return what goes into a page; without a hash where none is asked for."""
    file = "page.html" if needs_hash(portal) else "page_without_hash.html"
    return _snippet(Part(PAGE, file, "html"), values_for(portal))


def snippets_of(sample: Sample, portal: Portal, secret: str = "") -> list[Snippet]:
    """Return a sample's parts, filled in for a portal, with the key only where one is given."""
    values = values_for(portal, secret)
    return [_snippet(part, values) for part in sample.parts]


def values_for(portal: Portal, secret: str = "") -> Mapping[str, str]:
    """Return what stands for each placeholder."""
    by_email = portal.settings.identify_by == IdentifyBy.EMAIL
    return {
        "PORTAL_ID": portal.public_id,
        "SECRET_KEY": secret or NO_KEY,
        "HOST": portal_origin(),
        "IDENTIFY_BY": str(portal.settings.identify_by),
        "EXAMPLE": "ada@example.com" if by_email else "cus_ADA1",
        "USER_IDENTITY": "email" if by_email else "stripe_customer_id",
        "WORDPRESS_IDENTITY": "user_email" if by_email else "stripe_customer_id",
    }


def filled(file: str, values: Mapping[str, str]) -> str:
    """Return a snippet's text with its placeholders replaced.

    Raises ValueError for a value that could mean something in one of the languages.
    """
    for name, value in values.items():
        if not SAFE.fullmatch(value):
            raise ValueError(f"{name} can't stand in a snippet")
    text = (FOLDER / file).read_text(encoding="utf-8")
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _snippet(part: Part, values: Mapping[str, str]) -> Snippet:
    id_ = re.sub(r"[^a-z]+", "-", part.file.lower())
    return Snippet(f"code-{id_}", part.title, filled(part.file, values), part.lexer)
