"""Billing periods: the calendar of a subscription, counted from its anchor in UTC."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

SECONDS = {"day": 86_400, "week": 7 * 86_400}
MONTHS = {"month": 1, "year": 12}
HOUR = 3_600
DAY = 86_400

Period = tuple[int, int]


def boundary(anchor: int, interval: str, count: int, step: int) -> int:
    """Return the moment `step` intervals from the anchor; the anchor's day is remembered."""
    if interval in SECONDS:
        return anchor + SECONDS[interval] * count * step
    return _months_on(anchor, MONTHS[interval] * count * step)


def _months_on(anchor: int, months: int) -> int:
    moment = datetime.fromtimestamp(anchor, UTC)
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())


def _steps_near(anchor: int, interval: str, count: int, moment: int) -> int:
    if interval in SECONDS:
        return (moment - anchor) // (SECONDS[interval] * count)
    first, last = (datetime.fromtimestamp(at, UTC) for at in (anchor, moment))
    months = (last.year - first.year) * 12 + last.month - first.month
    return months // (MONTHS[interval] * count)


def period_at(anchor: int, interval: str, count: int, moment: int) -> Period:
    """Return the whole period around a moment; one that starts at the moment contains it."""
    step = _steps_near(anchor, interval, count, moment) + 1
    while boundary(anchor, interval, count, step) > moment:
        step -= 1
    return boundary(anchor, interval, count, step), boundary(anchor, interval, count, step + 1)


def day_name(moment: int) -> str:
    """Return a date as Stripe prints it in the description of a line: 22 Nov 2026."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at.day:02d} {calendar.month_abbr[at.month]} {at.year}"


def days(count: int) -> int:
    """Return that many days in seconds."""
    return int(timedelta(days=count).total_seconds())
