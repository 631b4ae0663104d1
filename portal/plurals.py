"""How a language counts: CLDR's categories, and which form of a catalogue each of them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from babel import Locale

from portal import texts

NAMES = ("zero", "one", "two", "few", "many", "other")
COUNTED = range(1000)
MANY = 10**6  # some languages have a form for millions, and may leave it out


@cache
def categories(language: str) -> Mapping[str, tuple[int, ...]]:
    """Return a language's categories, each with what it counts of the numbers below a thousand."""
    rule = Locale.parse(language, sep="-").plural_form
    found: dict[str, list[int]] = {name: [] for name in NAMES}
    for number in COUNTED:
        found[rule(number)].append(number)
    return {name: tuple(numbers) for name, numbers in found.items() if numbers}


@cache
def known(language: str) -> frozenset[str]:
    """Return every category that a language has, the one for millions among them."""
    rule = Locale.parse(language, sep="-").plural_form
    return frozenset({*rule.tags, "other"})


def is_for_one(language: str, category: str) -> bool:
    """Whether a category is for a single number; for 0 and 1 counts too, as in French."""
    return is_single(categories(language).get(category, ()))


def is_single(counted: Sequence[int]) -> bool:
    """Whether these numbers are one alone, or 0 and 1."""
    return len(counted) == 1 or tuple(counted) == (0, 1)


@cache
def in_order(language: str) -> tuple[str, ...]:
    """Return the category that each form of the language's catalogue is for."""
    rule = Locale.parse(language, sep="-").plural_form
    form = texts.catalogue(language).form
    order = {form(number): rule(number) for number in (MANY, *reversed(COUNTED))}
    return tuple(order[index] for index in sorted(order))
