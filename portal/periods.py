"""Billing periods by the calendar, as Stripe counts them."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from servicebot.gateway.shapes import Coupon, Price

MONTHS = {"month": 1, "year": 12}
DAYS = {"day": 1, "week": 7}


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same day some months later, or the last of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def period_after(moment: datetime, price: Price) -> datetime:
    """Return when a period of a price that starts at a moment ends."""
    if price.interval in MONTHS:
        return months_after(moment, MONTHS[price.interval] * price.interval_count)
    return moment + timedelta(days=DAYS[price.interval] * price.interval_count)


def outlasts_period(coupon: Coupon, price: Price, start: datetime) -> bool:
    """Whether a coupon put on with a period's start takes something off the next period as well."""
    if coupon.duration != "repeating":
        return coupon.duration == "forever"
    ends = months_after(start, coupon.duration_in_months or 0)
    return ends > period_after(start, price)
