"""What a portal says in its merchant's own words, where its settings say so.

Each source lies over the one before: the built-in texts, those of the merchant's address, those
that are saved, and those of the snippet's `resource`, which belong to the page that they came with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from portal import texts
from portal.models import Portal
from portal.problems import Problem
from portal.resource import (
    INLINE_AT_MOST,
    Flat,
    Resource,
    ResourceError,
    forms,
    parse,
    read,
    read_language,
)
from portal.texts import Texts
from portal.wording import Forms


def texts_of(portal: Portal, language: str, inline: str = "") -> Texts:
    """Return what a portal says in a language; in English where that isn't there any more."""
    words = texts.catalogue(texts.offered(language))
    if not portal.settings.uses_custom_resource:
        return words
    language = words.language
    own: dict[str, Forms] = {}
    for source in (portal.fetched_texts, portal.settings.custom_texts):
        own |= _still_fitting(language, source.get(language, {}))
    if inline:
        own |= inline_forms(language, inline)
    return words.over(own) if own else words


def require_inline(portal: Portal, said: str) -> str:
    """Return the snippet's texts where the portal takes any, else nothing.

    Raises Problem resource_not_inline where they are no object in JSON, or too many: the page and
    its embed see to that, so nobody but a developer meets it. A single text that is wrong never
    locks anybody out; ours is in its place.
    """
    if not said or not portal.settings.uses_custom_resource:
        return ""
    try:
        inline_of(said)
    except ResourceError as error:
        raise Problem("resource_not_inline", why=error.fault.words) from error
    return said


@lru_cache(maxsize=64)
def inline_of(said: str) -> Resource:
    """Return what a snippet's `resource` has; raises ResourceError where it can't be one.

    It comes anew with every request, so what was checked is remembered.
    """
    given = parse(said.encode(errors="surrogatepass"), INLINE_AT_MOST)
    if not isinstance(given, dict):
        raise ResourceError("not_an_object", str(read(given).faults[0]))
    return read(given)


@lru_cache(maxsize=64)
def inline_forms(language: str, said: str) -> Mapping[str, Forms]:
    """Return the texts of one language that a snippet's `resource` has."""
    return forms(language, inline_of(said).texts.get(language, {}))


def _still_fitting(language: str, flat: Flat) -> Mapping[str, Forms]:
    return checked(language, json.dumps(flat)) if flat else {}


@lru_cache(maxsize=64)
def checked(language: str, said: str) -> Mapping[str, Forms]:
    """Return what still fits of texts that were kept: ours may say more by now."""
    good, _faults = read_language(language, json.loads(said))
    return forms(language, good)
