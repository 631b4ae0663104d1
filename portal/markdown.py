"""Plain text for the pages of docs/ that code writes."""

from __future__ import annotations

import re

FOOT = """
This page is written from the code by `manage.py reference`, so don't edit it.
"""
MEANS_SOMETHING = re.compile(r"([\\*<>|\[\]])")


def plain(text: object) -> str:
    """Return a text as Markdown that shows it as it is; marks of code in it stay."""
    return MEANS_SOMETHING.sub(r"\\\1", str(text).replace("&", "&amp;"))
