"""What is wrong with a language's catalogue, beside the English one and by its own rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from gettext import c2py

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.plural import to_gettext

from portal.plurals import COUNTED, MANY, is_single
from portal.texts import DEFAULT, PLACEHOLDER

SAME = "same as English"
"""What stands in the line above an entry that rightly is what it is in English: `# same as …`."""
BRACE = re.compile("[{}\N{FULLWIDTH LEFT CURLY BRACKET}\N{FULLWIDTH RIGHT CURLY BRACKET}]")
COUNTS = frozenset(["count", "units"])
"""The placeholders that say how many, so that a form for one number can do without."""
MARKUP = re.compile(r"[<>]|&#?\w+;")

Rule = Callable[[int], int]


def faults(language: str, catalogue: Catalog, english: Catalog) -> Iterator[str]:
    """Say everything that is wrong with a catalogue."""
    rule = _rule(catalogue)
    own = {key_of(message): message for message in catalogue if message.id}
    known = {key_of(message): message for message in english if message.id}
    yield from (f"{language}: {fault}" for fault in _of_header(language, catalogue, rule))
    yield from (f"{language} {key}: English has no such key" for key in own if key not in known)
    for key, message in known.items():
        found = _of_text(own.get(key), message, catalogue, rule, is_english=language == DEFAULT)
        yield from (f"{language} {key}: {fault}" for fault in found)


def key_of(message: Message) -> str:
    """Return a message's key."""
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> tuple[str, ...]:
    """Return a message's texts: one, or one for each plural form."""
    string = message.string
    return tuple(string) if isinstance(string, list | tuple) else (string or "",)


def placeholders(message: Message) -> set[str]:
    """Return the names that a message has filled in."""
    return {name for form in forms(message) for name in PLACEHOLDER.findall(form)}


def _rule(catalogue: Catalog) -> Rule | None:
    try:
        return c2py(catalogue.plural_expr)
    except ValueError:
        return None


def _of_header(language: str, catalogue: Catalog, rule: Rule | None) -> Iterator[str]:
    """Say what is wrong with the header: another language's name, or another's plurals."""
    said = str(catalogue.locale_identifier or "").replace("_", "-")
    if said != language:
        yield f"the header's Language is {said or 'missing'}"
    locale = Locale.parse(language, sep="-")
    by_cldr = locale.plural_form
    if rule is None or not _is_right(rule, by_cldr, catalogue.num_plurals):
        yield f"Plural-Forms isn't the language's, which is {to_gettext(by_cldr)}"


def _is_right(rule: Rule, by_cldr: Callable[[int], str], count: int) -> bool:
    """Whether a rule tells apart what CLDR does, and nothing else."""
    pairs = {(rule(n), by_cldr(n)) for n in COUNTED}
    own, other = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    if not len(pairs) == len(own) == len(other):
        return False
    with_millions = other | {by_cldr(MANY)}
    return len(other) <= count <= len(with_millions) and rule(MANY) < count


def _of_text(
    own: Message | None,
    english: Message,
    catalogue: Catalog,
    rule: Rule | None,
    *,
    is_english: bool,
) -> Iterator[str]:
    """Say what is wrong with one text; what is missing or unsure has no other faults yet."""
    if own is None or not all(forms(own)):
        yield "not translated"
        return
    if own.fuzzy:
        yield "fuzzy"
        return
    wanted = catalogue.num_plurals if english.pluralizable else 1
    if len(forms(own)) != wanted or bool(own.pluralizable) != bool(english.pluralizable):
        yield f"{len(forms(own))} plural forms of {wanted}"
        return
    if not is_english:
        yield from _of_english_words(own, english)
        yield from _of_placeholders(own, english, rule)
    for form in forms(own):
        yield from _of_form(form)


def _of_english_words(own: Message, english: Message) -> Iterator[str]:
    """Say whether a text was left in English, or wrongly says that it is the same."""
    both = [form for form in forms(own) if form in forms(english)]
    is_marked = any(SAME in comment for comment in own.user_comments)
    if any(map(_has_words, both)) and not is_marked:
        yield f"left in English; where that is right, put “# {SAME}” above it"
    if is_marked and not both:
        yield f"marked “# {SAME}”, and isn't"


def _has_words(form: str) -> bool:
    return any(letter.isalpha() for letter in PLACEHOLDER.sub("", form))


def _of_placeholders(own: Message, english: Message, rule: Rule | None) -> Iterator[str]:
    """Say which forms lack a placeholder, have one of their own, or say one too often."""
    wanted = placeholders(english)
    most = Counter[str]()
    for form in forms(english):
        most |= Counter(PLACEHOLDER.findall(form))
    for index, form in enumerate(forms(own)):
        found = Counter(PLACEHOLDER.findall(form))
        may_lack = COUNTS if own.pluralizable and _is_for_one(rule, index) else frozenset()
        if found.keys() - wanted or wanted - found.keys() - may_lack:
            yield f"other placeholders than English in “{form}”"
        elif found - most:
            yield f"a placeholder twice in “{form}”"


def _is_for_one(rule: Rule | None, index: int) -> bool:
    """Whether a plural form is for a single number; for 0 and 1 counts too, as in French."""
    return is_single([n for n in COUNTED if rule is not None and rule(n) == index])


def _of_form(form: str) -> Iterator[str]:
    """Say what no text may have in any language."""
    if BRACE.search(PLACEHOLDER.sub("", form)):
        yield f"a broken placeholder in “{form}”"
    if MARKUP.search(form):
        yield f"markup in “{form}”"
    if form != form.strip():
        yield f"space around “{form}”"


def repeated(source: str) -> Mapping[str, int]:
    """Return the keys that stand in a catalogue more than once; only its last text would count."""
    counts = Counter(re.findall(r'^msgid "(.+)"$', source, re.MULTILINE))
    return {key: count for key, count in counts.items() if count > 1}
