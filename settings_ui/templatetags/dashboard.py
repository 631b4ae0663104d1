"""Prices and times as the dashboard says them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.money import in_words
from servicebot.gateway.shapes import Price

register = template.Library()


@register.filter
def price_words(price: Price) -> str:
    """Return what a price is in one line: US$49.00 per month, with a 14-day trial."""
    said = _("%(amount)s %(interval)s") % {"amount": _amount(price), "interval": _interval(price)}
    if not price.trial_days:
        return said
    with_trial = ngettext(
        "%(price)s, %(days)d-day trial", "%(price)s, %(days)d-day trial", price.trial_days
    )
    return with_trial % {"price": said, "days": price.trial_days}


@register.filter
def ago(at: datetime) -> str:
    """Return how long something is past, roughly: 3 minutes ago."""
    if timezone.now() - at < timedelta(minutes=1):
        return _("just now")
    return _("%(age)s ago") % {"age": timesince(at, depth=1)}


@register.filter
def currencies(price: Price) -> str:
    """Return in what other currencies a price is charged."""
    return ", ".join(sorted(code.upper() for code in price.others if code != price.currency))


def _amount(price: Price) -> str:
    if price.unit_amount_decimal is None:
        steps = len(price.steps)
        tiered = ngettext("%(code)s, %(steps)d step", "%(code)s, %(steps)d steps", steps)
        return tiered % {"code": price.currency.upper(), "steps": steps}
    if not price.unit_amount_decimal:
        return _("Free (%(code)s)") % {"code": price.currency.upper()}
    amount = in_words(price.unit_amount_decimal, price.currency, get_language() or "en")
    if price.package_size > 1:
        return _package(price) % {"amount": amount, "units": price.package_size}
    return _("%(amount)s for each unit used,") % {"amount": amount} if price.is_metered else amount


def _package(price: Price) -> str:
    many = price.package_size
    if price.is_metered:
        return ngettext(
            "%(amount)s per %(units)d unit used,", "%(amount)s per %(units)d units used,", many
        )
    return ngettext("%(amount)s per %(units)d unit,", "%(amount)s per %(units)d units,", many)


def _interval(price: Price) -> str:
    many = {
        "day": ngettext("per day", "every %(count)d days", price.interval_count),
        "week": ngettext("per week", "every %(count)d weeks", price.interval_count),
        "month": ngettext("per month", "every %(count)d months", price.interval_count),
        "year": ngettext("per year", "every %(count)d years", price.interval_count),
    }
    return many[price.interval] % {"count": price.interval_count}
