"""The words, amounts and dates of the portal's templates. `texts` comes with every context."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal, format_percent
from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from portal import assets
from portal.money import in_words
from portal.policy import Reason, Verdict
from portal.quotes import new_nonce
from portal.reasons import Reason as LeavingReason
from portal.texts import Texts
from servicebot.gateway.shapes import Price, Step

register = template.Library()

BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}


def _texts(context: template.Context) -> Texts:
    texts: Texts = context["texts"]
    return texts


def _locale(context: template.Context) -> Locale:
    return _texts(context).locale


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of the portal's style sheet or script as it is now."""
    return assets.address_of(name)


@register.simple_tag(takes_context=True)
def text(context: template.Context, key: str, **values: Any) -> SafeString:
    """Return a text by its key, placeholders filled."""
    return _texts(context)(key, **values)


@register.simple_tag(takes_context=True)
def money(context: template.Context, amount: int | Decimal, currency: str) -> SafeString:
    """Return an amount, isolated so that text of the other direction leaves it whole.

    Its minus is one, since a hyphen isn't read out.
    """
    words = in_words(amount, currency, _texts(context).language)
    return format_html("<bdi>{}</bdi>", words.replace("-", "\N{MINUS SIGN}"))


@register.simple_tag(takes_context=True)
def number(context: template.Context, value: int | None) -> str:
    """Return a number as its language writes it; nothing where there is none."""
    return "" if value is None else format_decimal(value, locale=_locale(context))


@register.simple_tag(takes_context=True)
def percent(context: template.Context, value: Decimal) -> SafeString:
    """Return a percentage, isolated as amounts are."""
    words = format_percent(value / 100, locale=_locale(context), decimal_quantization=False)
    return format_html("<bdi>{}</bdi>", words)


@register.simple_tag(takes_context=True)
def day(context: template.Context, moment: datetime | None) -> str:
    """Return a date in full, in UTC as Stripe counts."""
    return _date(moment.date(), "long", _locale(context)) if moment else ""


@lru_cache(maxsize=10_000)  # invoices of many customers are made on the same days
def _date(on: date, length: Literal["long", "medium"], locale: Locale) -> str:
    return format_date(on, length, locale=locale)


@register.simple_tag(takes_context=True)
def ago(context: template.Context, moment: datetime) -> str:
    """Return how long ago something was, in minutes at the least."""
    passed = moment - timezone.now()
    return format_timedelta(passed, "minute", add_direction=True, locale=_locale(context))


@register.simple_tag(takes_context=True)
def short_day(context: template.Context, moment: datetime) -> SafeString:
    """Return a date for a table; where it is narrow, it may break after 18.11. as after a space."""
    parts = re.split(r"(?<=[./])", _date(moment.date(), "medium", _locale(context)))
    may_break = mark_safe("<wbr>")  # a constant  # nosec B308
    return format_html_join(may_break, "{}", ([part] for part in parts))


@register.simple_tag(takes_context=True)
def interval(context: template.Context, price: Price) -> SafeString:
    """Return how often a price is paid: per month, every 3 months."""
    return _how_often(context, f"interval.{price.interval}", price.interval_count)


@register.simple_tag(takes_context=True)
def every(context: template.Context, name: str, count: int) -> SafeString:
    """Return a billing interval as something to choose: Monthly, Every 3 months."""
    return _how_often(context, f"every.{name}", count)


def _how_often(context: template.Context, key: str, count: int) -> SafeString:
    # A text of its own for one: where no plural tells them apart, it would be every 1 month.
    texts = _texts(context)
    return texts(f"{key}.one") if count == 1 else texts(key, count=count)


@register.simple_tag(takes_context=True)
def blocked(context: template.Context, verdict: Verdict) -> SafeString | str:
    """Return why an action isn't possible; nothing where it is, or where it isn't offered."""
    if verdict.reason in {None, Reason.SETTING_OFF, Reason.NOT_PERMITTED}:
        return ""
    return _texts(context)(f"blocked.{verdict.reason}")


@register.simple_tag(takes_context=True)
def reason(context: template.Context, answer: LeavingReason) -> SafeString | str:
    """Return a reason to leave in words: the merchant's own, else the built-in ones."""
    texts = _texts(context)
    return answer.text(texts.language) or texts(f"cancel.reason.{answer.key}")


@register.simple_tag(takes_context=True)
def object(context: template.Context, id_: str) -> str:  # noqa: A001 -- Stripe's word
    """Return what the page around is told of something, by its id."""
    found: str = context["objects"].get(id_, "")
    return found


@register.simple_tag(takes_context=True)
def nonce(context: template.Context) -> str:
    """Return a key that makes one button's click one, or where it goes in a page that is kept."""
    return context.get("click_key") or new_nonce()


@register.simple_tag(takes_context=True)
def country(context: template.Context, code: str) -> str:
    """Return a country's name."""
    return str(_locale(context).territories.get(code, code))


@register.filter
def with_before(steps: tuple[Step, ...]) -> list[tuple[int | None, Step]]:
    """Return each step of a price after the last unit of the one before."""
    ends = [None, *(step.up_to for step in steps)]
    return list(zip(ends, steps, strict=False))


@register.filter
def tax_type(name: str) -> str:
    """Return a type of tax id as people write it: EU VAT."""
    return name.replace("_", " ").upper()


@register.filter
def brand(name: str) -> str:
    """Return a card's brand as it writes itself."""
    return BRANDS.get(name, name.title())


@register.filter
def negated(amount: int) -> int:
    """Return an amount that is taken off."""
    return -amount
