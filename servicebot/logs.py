"""Log lines that tell of nobody: what names a person or opens something is taken out of each.

Our own code logs neither. This is for what others say: paths of requests that were refused, and
the words of a database or a mail server in an exception.
"""

from __future__ import annotations

import logging
import re

GONE = "…"
# Each alternative begins where a word does and never goes back, so that a long line costs no more
# than it is long: whoever asks for a path decides what is in it.
TELLING = re.compile(
    r"""
      (?<=/invitations/)[^/\s"']++                             # the token of an invitation
    | (?<=/password/reset/key/)[^/\s"']++                      # the key of a forgotten password
    | \b(?:(?:sb|rk|sk|pk)_(?:test|live|api)|whsec)_[\w-]{8,}+ # keys, ours and Stripe's
    | (?<!\w)\w+_secret_\w++                                  # what Stripe.js needs to pay
    | (?<![\w-])eyJ[\w-]{8,}+\.[\w-]*+\.[\w-]*+               # signed tokens
    | (?<![.\w-])[.\w-]{8,}+:\w{6}:[\w-]{27,}+                # session tokens and quotes
    | gAAAAA[\w=-]{20,}+                                      # what is encrypted
    | \b[0-9A-Fa-f]{32,}+\b                                   # hashes
    | (?:(?<![^\s"'<>()\[\]{},;:=|/\\@])|(?<=%40))           # e-mails, and passwords in URLs
      (?:[^\s"'<>()\[\]{},;:=|/\\@%]|%(?!40))++(?:@|%40)[\w.%-]++
    """,
    re.VERBOSE,
)


def without_secrets(text: str) -> str:
    """Return a text without what names a person or opens something."""
    return TELLING.sub(GONE, text)


class Line(logging.Formatter):
    """Formats a record, its exception included, and takes out what nobody should read."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return without_secrets(super().format(record))
