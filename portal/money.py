"""Amounts as people read them.

Stripe counts in the smallest unit it charges in, which isn't always CLDR's: its table is at
https://docs.stripe.com/currencies (zero-decimal and three-decimal currencies; ISK and UGX are
charged with two decimals although nobody writes them). So divide by Stripe's, display by CLDR's,
but never round away what is charged.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

ZERO_DECIMAL = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split()  # noqa: SIM905 -- a table
)
RIGHT_TO_LEFT, LEFT_TO_RIGHT = "\N{RIGHT-TO-LEFT MARK}", "\N{LEFT-TO-RIGHT MARK}"
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])


def exponent(currency: str) -> int:
    """Return how many decimals Stripe's amounts of a currency have."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


@lru_cache(maxsize=10_000)  # a page says few amounts often, and CLDR's patterns are slow
def in_words(amount: int | Decimal, currency: str, language: str) -> str:
    """Return an amount of minor units as its language writes it; parts of a cent stay visible."""
    code, locale = currency.upper(), language.replace("-", "_")
    value = Decimal(amount).scaleb(-exponent(currency.lower()))
    words = format_currency(
        value,
        code,
        locale=locale,
        currency_digits=value == round(value, get_currency_precision(code)),
        decimal_quantization=amount == int(amount),
    )
    # A mark keeps US$ in one piece where it stands among right-to-left text; CLDR's marks don't.
    symbol = get_currency_symbol(code, locale)
    is_mixed = RIGHT_TO_LEFT in words and symbol[0].isascii() and symbol[0].isalpha()
    return words.replace(symbol, f"{symbol}{LEFT_TO_RIGHT}") if is_mixed else words
