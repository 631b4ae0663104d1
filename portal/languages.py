"""Which of the languages that there are somebody gets, and what a language is called.

Codes come from browsers and snippets, so they may be anything: BCP 47 in any case, with an
underscore, withdrawn ones such as `iw`, or rubbish, which nobody hears.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from portal import texts

READ_AT_MOST = 30
LONGEST = 35  # of a code: RFC 5646 asks for no more
TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-(?P<extended>[a-z]{3}))?(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?(?:-[a-z0-9]{1,8})*"
)


@dataclass(frozen=True)
class Tag:
    """A code that was understood; `is_bare` says that it names neither script nor region."""

    language: str
    script: str
    region: str
    is_bare: bool


def choose(said: Iterable[str], defaults: Iterable[str], offered: Sequence[str]) -> str:
    """Return one of the languages offered: what was said, else a default, else English.

    `said` is for this customer, `defaults` for all; the strongest come first. Regions give way, so
    `de-AT` gets `de` and `pt-PT` gets `pt-BR`. Scripts don't while anything else that was said is
    there: who asks for zh-TW and then en reads Traditional Chinese, and gets English. Where nothing
    else was said, Simplified is nearer to them than the site's default.
    """
    for codes in (said, defaults):
        tags = list(_read_all(codes))
        for keeps_script in (True, False):
            for tag in tags:
                if found := _match(tag, offered, keeps_script=keeps_script):
                    return found
    return texts.DEFAULT


def named(code: str) -> str:
    """Return the language of ours that a code names, region or not; empty where there is none."""
    tag = read(code)
    return _match(tag, texts.languages(), keeps_script=True) if tag else ""


@lru_cache(maxsize=512)
def read(code: str) -> Tag | None:
    """Return a code's parts, the script it stands for among them; None for rubbish."""
    text = code.strip().replace("_", "-").lower()
    found = TAG.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        return None
    parts = found.groupdict(default="")
    language = parts["extended"] or parts["language"]
    language = get_global("language_aliases").get(language, language)
    script, region = parts["script"].title(), parts["region"].upper()
    likely_script, likely_region = _likely(language, script, region)
    is_bare = not (script or region)
    return Tag(language, script or likely_script, region or likely_region, is_bare)


@cache
def name_of(language: str) -> str:
    """Return a language's name in itself, as a list or a menu writes it."""
    own = Locale.parse(language, sep="-")
    name: str = own.languages.get(str(own)) or own.get_display_name() or language
    return name[0].upper() + name[1:]


def choices() -> list[tuple[str, str]]:
    """Return the languages that there are, by their own names."""
    return [(language, name_of(language)) for language in texts.languages()]


def _read_all(codes: Iterable[str]) -> Iterator[Tag]:
    """Read codes in their order, so many that nobody has more.

    Browsers add `zh` after `zh-TW`: a bare code is in the script that its language had before.
    """
    scripts: dict[str, str] = {}
    for code, _number in zip(codes, range(READ_AT_MOST), strict=False):
        tag = read(code)
        if tag is None:
            continue
        if tag.is_bare and tag.language in scripts:
            tag = Tag(tag.language, scripts[tag.language], tag.region, is_bare=True)
        scripts.setdefault(tag.language, tag.script)
        yield tag


def _match(tag: Tag, offered: Sequence[str], *, keeps_script: bool) -> str:
    """Return the language nearest to a code, that of its own region first; empty for none."""
    near = {language: other for language in offered if (other := read(language))}
    same = [code for code, other in near.items() if other.language == tag.language]
    if keeps_script:
        same = [code for code in same if near[code].script == tag.script]
    own = [code for code in same if near[code].region == tag.region]
    return next(iter([*own, *same]), "")


def _likely(language: str, script: str, region: str) -> tuple[str, str]:
    """Return CLDR's likeliest script and region of what is known of a code."""
    known = get_global("likely_subtags")
    for key in (f"{language}_{region}", f"{language}_{script}", language):
        if key in known:
            _language, likely_script, likely_region = known[key].split("_")
            return likely_script, likely_region
    return "", ""
