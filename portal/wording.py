"""A merchant's own text in place of one of ours: what may stand in it, and what must."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal import plurals, texts
from portal.texts import DEFAULT, DIRECTING, PLACEHOLDER

LETTERS_AT_MOST = 1000
I18NEXT = re.compile(r"\{\{\s*-?\s*(\w+)\s*\}\}")
BRACE = re.compile("[{}]")
SPACES = re.compile("[ \t\r\n]+")
FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}  # controls, halves of a letter, ends of line
SEEN = {"L", "N", "P", "S"}
SHOWN_AT_MOST = 80

Forms = str | tuple[str, ...]


class Refused(Exception):  # noqa: N818 -- a text is refused, the product is well
    """Why a text can't be used: a stable code, and words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def split(path: str, language: str) -> tuple[str, str]:
    """Return the key of ours that is meant, and the plural category where one is named.

    Raises Refused where there is no such text.
    """
    known = texts.catalogue(DEFAULT).forms
    if path in known:
        return path, ""
    key, _line, category = path.rpartition("_")
    if key not in known or category not in plurals.NAMES:
        raise Refused("unknown_key", _("There is no text with this key."))
    if not is_counted(key):
        raise Refused("unknown_plural", _("This text has no plural."))
    if category not in plurals.known(language):
        own = {"names": ", ".join(name for name in plurals.categories(language))}
        raise Refused("unknown_plural", _("This language counts with %(names)s.") % own)
    return key, category


def is_counted(key: str) -> bool:
    """Whether a text has a form for each category of plurals."""
    return isinstance(texts.catalogue(DEFAULT).forms[key], tuple)


def wanted(key: str, language: str) -> list[str]:
    """Return the categories that a text must have a form for."""
    return list(plurals.categories(language)) if is_counted(key) else []


def placeholders(key: str) -> list[str]:
    """Return what is filled into a text, each once, in the order of the English one."""
    forms = texts.catalogue(DEFAULT).forms[key]
    every = forms if isinstance(forms, tuple) else (forms,)
    return list(dict.fromkeys(name for form in every for name in PLACEHOLDER.findall(form)))


def fitting(key: str, category: str, language: str, text: Any) -> str:
    """Return a text as it is kept, empty where nothing is said; raises Refused.

    What is filled in, such as an amount, can't be left out: a price without its amount is no price.
    A form for one thing may leave the number out.
    """
    if not isinstance(text, str):
        raise Refused("not_text", _("It isn't a text."))
    tidy = I18NEXT.sub(r"{\1}", SPACES.sub(" ", text).strip(" "))
    if not tidy:
        return ""
    _require_plain(tidy)
    own = _placeholders_in(tidy)
    known = set(placeholders(key))
    may_lack = {"count"} if plurals.is_for_one(language, category) else set()
    if own - known:
        raise Refused("unknown_placeholder", _unknown(own - known, known))
    if known - own - may_lack:
        lacking = {"names": _braced(known - own - may_lack)}
        raise Refused("missing_placeholder", _("It lacks %(names)s.") % lacking)
    return tidy


def built_in(key: str, language: str) -> Mapping[str, str]:
    """Return our own text by plural category; by the empty one where it has no plural."""
    words = texts.catalogue(language)
    if key not in words:
        words = texts.catalogue(DEFAULT)
    forms = words.forms[key]
    if isinstance(forms, str):
        return {"": forms}
    named = dict(zip(plurals.in_order(words.language), forms, strict=False))
    return {name: named.get(name, forms[-1]) for name in plurals.categories(language)}


def forms_of(key: str, language: str, own: Mapping[str, str]) -> Forms:
    """Return a text of the merchant's by its categories as the language's catalogue has one."""
    if not is_counted(key):
        return own[""]
    order = plurals.in_order(language)
    return tuple(own.get(name) or own.get("") or own["other"] for name in order)


def printable(text: str) -> str:
    """Return what a merchant wrote as it can be told: not too much, and nothing unseen."""
    cut = text if len(text) <= SHOWN_AT_MOST else f"{text[:SHOWN_AT_MOST]}…"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)


def _require_plain(text: str) -> None:
    if len(text) > LETTERS_AT_MOST:
        most = {"most": LETTERS_AT_MOST}
        raise Refused("too_long", _("It has more than %(most)d characters.") % most)
    bad = [c for c in text if unicodedata.category(c) in FORBIDDEN or DIRECTING.match(c)]
    if bad:
        named = {"name": f"U+{ord(bad[0]):04X}"}
        raise Refused("forbidden_character", _("It has a character in it: %(name)s.") % named)
    if not any(unicodedata.category(c)[0] in SEEN for c in text):
        raise Refused("blank", _("There is nothing to read in it."))


def _placeholders_in(text: str) -> set[str]:
    if BRACE.search(PLACEHOLDER.sub("", text)):
        raise Refused(
            "broken_placeholder", _("A brace is without its partner, or has no name in it.")
        )
    return set(PLACEHOLDER.findall(text))


def _unknown(own: set[str], known: set[str]) -> str:
    if not known:
        return _("Nothing is filled into this text: take %(names)s out.") % {"names": _braced(own)}
    named = {"names": _braced(own), "known": _braced(known)}
    return _("Nobody fills %(names)s; there is %(known)s.") % named


def _braced(names: set[str]) -> str:
    return ", ".join(f"{{{printable(name)}}}" for name in sorted(names))
