"""The portal's words: a stable key each, a catalogue per language in locale/.

`locale/LANGUAGE/LC_MESSAGES/portal.po` maps keys to texts with {placeholders}; English is complete
and what another language lacks falls back to it. Plurals follow the catalogue's own rule; the
placeholder `count` chooses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from copy import copy
from functools import cache, cached_property, lru_cache
from gettext import c2py
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from django.conf import settings
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

DOMAIN = "portal"
DEFAULT = "en"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
# What is between them is written in its own direction, and moves nothing around it.
ISOLATED = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
DIRECTING = re.compile("[\u202a-\u202e\u2066-\u2069]")


class UnknownTextError(KeyError):
    """A key that English doesn't have: a mistake in a template or in code."""


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that there are catalogues for, English first."""
    found = {path.parts[-3] for path in _folder().glob(f"*/LC_MESSAGES/{DOMAIN}.po")}
    return (DEFAULT, *sorted(found - {DEFAULT}))


@cache
def catalogue(language: str) -> Texts:
    """Return the texts of a language."""
    path = _folder() / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        parsed = read_po(file)
    forms = {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        for message in parsed
        if message.id
    }
    return Texts(language, forms, parsed.plural_expr)


def offered(language: str) -> str:
    """Return the language where there is a catalogue for it, else English."""
    return language if language in languages() else DEFAULT


def _folder() -> Path:
    folder: Path = settings.BASE_DIR / "locale"
    return folder


class Texts:
    """All texts of one language; `texts("cancel.button", date=…)` gives one."""

    def __init__(self, language: str, forms: Mapping[str, Any], plural: str) -> None:
        self.language = language
        self.forms = forms
        self._plural = c2py(plural)

    @cached_property
    def locale(self) -> Locale:
        """How the language writes amounts, dates and names, by CLDR."""
        return Locale.parse(self.language, sep="-")

    @cached_property
    def direction(self) -> str:
        """Which way the language is written, as HTML names it."""
        return "rtl" if self.locale.character_order == "right-to-left" else "ltr"

    def __contains__(self, key: str) -> bool:
        forms = self.forms.get(key)
        return any(forms) if isinstance(forms, tuple) else bool(forms)

    def __call__(self, key: str, **values: Any) -> SafeString:
        """Return a text with its placeholders filled, everything escaped.

        Whole numbers are written as the language does, and names keep their own direction. Raises
        UnknownTextError where English has no such key.
        """
        form = self._form(key, values.get("count"))

        def fill(match: re.Match[str]) -> str:
            return str(conditional_escape(self._written(values[match[1]])))

        # Escaped piece by piece: the text itself is text too, never markup.
        escaped = _escaped(form)
        if not values and not PLACEHOLDER.search(escaped):
            return escaped
        return mark_safe(PLACEHOLDER.sub(fill, escaped))  # noqa: S308 -- both parts are escaped  # nosec B308

    def _written(self, value: Any) -> Any:
        """Return a value as it stands among the language's words; a piece of page as it is."""
        if isinstance(value, int):
            return format_decimal(value, locale=self.locale)
        if isinstance(value, SafeString) or not isinstance(value, str):
            return value
        plain = DIRECTING.sub("", value)
        if self.direction == "ltr" and not any(map(_is_right_to_left, plain)):
            return plain
        return plain.join(ISOLATED)

    def form(self, count: int) -> int:
        """Return which of a plural's forms is for a number."""
        return self._plural(count)

    def over(self, forms: Mapping[str, Any]) -> Texts:
        """Return these texts with others in place of some, of the same language."""
        made = copy(self)
        made.forms = {**self.forms, **forms}
        return made

    def _form(self, key: str, count: int | None) -> str:
        forms: Any = self.forms.get(key)
        if key not in self:
            if self.language == DEFAULT:
                raise UnknownTextError(key)
            return catalogue(DEFAULT)._form(key, count)
        if isinstance(forms, str):
            return forms
        chosen: str = forms[self._plural(count or 0)]
        return chosen


@lru_cache(maxsize=2_000)  # a page says the same few texts for each subscription and invoice
def _escaped(form: str) -> SafeString:
    return conditional_escape(form)


def _is_right_to_left(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in {"R", "AL"}
