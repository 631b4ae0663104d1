"""Texts of a merchant's own: reads a resource and says everything that is wrong with it.

A resource is `{language: {key: text}}`, flat or nested, written in our notation or in i18next's.
What is taken of it is flat and in ours: `{"en": {"status.trialing_one": "Last day", …}}`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal import languages, texts
from portal.wording import Forms, Refused, built_in, fitting, forms_of, printable, split, wanted

Flat = dict[str, str]

INLINE_AT_MOST = 32 * 1024
BYTES_AT_MOST = 256 * 1024
DEPTH_AT_MOST = 8
FAULTS_AT_MOST = 100  # that are told; more help nobody
NAMESPACE = "translation"  # in which i18next keeps texts where nothing else is said


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text, or with all of a resource; codes are stable, words aren't."""

    language: str
    key: str
    code: str
    words: str

    def __str__(self) -> str:
        place = " ".join(part for part in (self.language, self.key) if part)
        return f"{place}: {self.words}" if place else self.words

    def as_json(self) -> dict[str, str]:
        """Return it as API and page say it."""
        return asdict(self)


class ResourceError(Exception):
    """Nothing can be read of a resource, and why."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.fault = Fault("", "", code, words)


@dataclass(frozen=True)
class Resource:
    """The texts that can be used, by language, and what is wrong with the others."""

    texts: Mapping[str, Flat]
    faults: tuple[Fault, ...]


class FaultyTextsError(ValidationError):
    """Texts that can't be kept, with everything that is wrong with them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__([str(fault) for fault in faults])
        self.faults = tuple(faults)


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its names came more than once."""

    repeated: frozenset[str] = frozenset()


def parse(said: bytes, at_most: int = BYTES_AT_MOST) -> Any:
    """Return what JSON says; raises ResourceError where it is none, or too much."""
    if len(said) > at_most:
        raise _too_large(at_most)
    try:
        return json.loads(
            said.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        raise ResourceError("not_utf8", _("It isn't UTF-8.")) from error
    except RecursionError as error:
        raise ResourceError("too_deep", _("It is nested too deep.")) from error
    except json.JSONDecodeError as error:
        at = {"line": error.lineno, "column": error.colno}
        words = _("It isn't JSON: see line %(line)d, column %(column)d.") % at
        raise ResourceError("not_json", words) from error
    except ValueError as error:  # a number that no computer writes out
        raise ResourceError("not_json", _("It isn't JSON.")) from error


def read(given: Any) -> Resource:
    """Return what can be used of a resource, and say what is wrong with the rest of it."""
    if not isinstance(given, dict):
        return Resource({}, (Fault("", "", "not_an_object", _not_an_object()),))
    taken: dict[str, Flat] = {}
    faults: list[Fault] = []
    for code, own in given.items():
        language = languages.named(code) if isinstance(code, str) else ""
        problem = _of_language(code, own, language, taken, given)
        if problem is not None:
            faults.append(problem)
            continue
        taken[language], found = read_language(language, own)
        faults += found
    used = {language: flat for language, flat in taken.items() if flat}
    return Resource(used, tuple(faults[:FAULTS_AT_MOST]))


def read_language(language: str, own: Mapping[str, Any]) -> tuple[Flat, list[Fault]]:
    """Return what can be used of the texts of one language, and what is wrong with the others.

    A text one of whose plural forms is wrong can't be used at all.
    """
    if list(own) == [NAMESPACE] and isinstance(own[NAMESPACE], dict):
        own = own[NAMESPACE]
    found: dict[str, Flat] = {}
    faults: list[Fault] = []
    broken: set[str] = set()
    for path, text in _leaves(own, "", 1):
        key = ""
        try:
            key, category = split(path, language)
            fit = fitting(key, category, language, _once(text, path in found.get(key, {})))
        except Refused as error:
            told = text if isinstance(text, Refused) else error
            faults.append(Fault(language, printable(path), told.code, str(told)))
            broken.add(key)
            continue
        found.setdefault(key, {})[path] = fit
    whole = {key: _said(flat) for key, flat in found.items() if key not in broken}
    lacking = [fault for key, flat in whole.items() for fault in _lacking(language, key, flat)]
    broken |= {fault.key for fault in lacking}
    good = [flat for key, flat in whole.items() if key not in broken]
    return {path: text for flat in good for path, text in flat.items()}, [*faults, *lacking]


def kept(given: Any) -> dict[str, Flat]:
    """Return a resource as it is kept, without what the built-in texts say as well.

    Raises FaultyTextsError where anything is wrong with it.
    """
    found = read(given)
    if not found.faults and len(json.dumps(found.texts)) > BYTES_AT_MOST:
        raise FaultyTextsError([_too_large(BYTES_AT_MOST).fault])
    if found.faults:
        raise FaultyTextsError(found.faults)
    return without_built_in(found.texts)


def without_built_in(given: Mapping[str, Flat]) -> dict[str, Flat]:
    """Return texts by language without those that say what the built-in ones say."""
    own = {language: _different(language, flat) for language, flat in given.items()}
    return {language: flat for language, flat in sorted(own.items()) if flat}


def forms(language: str, flat: Mapping[str, str]) -> dict[str, Forms]:
    """Return texts as a catalogue has them: a form for each of its plurals."""
    own: dict[str, dict[str, str]] = {}
    for path, text in flat.items():
        key, category = split(path, language)
        own.setdefault(key, {})[category] = text
    return {key: forms_of(key, language, by_category) for key, by_category in own.items()}


def nested(flat: Mapping[str, str]) -> dict[str, Any]:
    """Return texts as i18next nests them; a key below one that is a text itself keeps its dots."""
    made: dict[str, Any] = {}
    for path, text in flat.items():
        names, place, above = path.split("."), made, ""
        while len(names) > 1 and (above := above + names[0]) not in flat:
            place = place.setdefault(names.pop(0), {})
            above += "."
        place[".".join(names)] = text
    return made


def _different(language: str, flat: Flat) -> Flat:
    same = {key for key, own in forms(language, flat).items() if own == _ours(key, language)}
    return {path: text for path, text in flat.items() if split(path, language)[0] not in same}


def _ours(key: str, language: str) -> Forms:
    return forms_of(key, language, built_in(key, language))


def _too_large(at_most: int) -> ResourceError:
    return ResourceError("too_large", _("It is larger than %(size)d KB.") % {"size": at_most >> 10})


def _of_language(
    code: Any, own: Any, language: str, taken: Mapping[str, Flat], given: Mapping[str, Any]
) -> Fault | None:
    """Say why nothing of a language can be read."""
    name = printable(str(code))
    if not language:
        known = {"languages": ", ".join(texts.languages())}
        words = _("There is no such language; there are %(languages)s.") % known
        return Fault(name, "", "unknown_language", words)
    if language in taken or code in getattr(given, "repeated", ()):
        return Fault(name, "", "language_twice", _("This language is there twice."))
    if not isinstance(own, dict):
        return Fault(name, "", "not_an_object", _not_an_object())
    return None


def _not_an_object() -> str:
    return _('Give texts by language and key: {"en": {"cancel.button": "…"}}.')


def _leaves(own: Mapping[str, Any], before: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Return every text with its whole key; what can't be one is a Refused in its place."""
    for name, value in own.items():
        path = f"{before}{name}"
        if name in getattr(own, "repeated", ()):
            yield path, Refused("duplicate_key", _("It is there twice."))
        elif isinstance(value, dict) and depth >= DEPTH_AT_MOST:
            yield path, Refused("too_deep", _("It is nested too deep."))
        elif isinstance(value, dict):
            yield from _leaves(value, f"{path}.", depth + 1)
        else:
            yield path, value


def _once(text: Any, is_there: bool) -> Any:
    if is_there or isinstance(text, Refused):
        raise Refused("duplicate_key", _("It is there twice.")) if is_there else text
    return text


def _said(flat: Flat) -> Flat:
    return {path: text for path, text in flat.items() if text}


def _lacking(language: str, key: str, flat: Flat) -> Iterator[Fault]:
    """Say which forms of a text are lacking that its language counts with."""
    lacking = [f"{key}_{name}" for name in wanted(key, language) if f"{key}_{name}" not in flat]
    if flat and lacking and key not in flat:
        words = _("It lacks %(names)s: the language counts with them.")
        yield Fault(language, key, "missing_plural", words % {"names": ", ".join(lacking)})


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        counts = Counter(name for name, _value in pairs)
        made.repeated = frozenset(name for name, count in counts.items() if count > 1)
    return made


def _no_constant(name: str) -> Any:
    raise ValueError(name)
