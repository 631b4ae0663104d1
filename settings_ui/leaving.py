"""Why customers left: counts by reason over time, and the chart that shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import TruncMonth, TruncWeek
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.activity import Activity, ActivityAction
from accounts.models import Merchant

PERIODS = 12
COLOURS = 8  # those of the sheet; what comes after shares the last
WIDTH, HEIGHT, ROOM_BELOW, ROOM_ABOVE, ROOM_BEFORE = 360, 180, 20, 12, 24


def cancellations(merchant: Merchant, portal_id: str = "") -> QuerySet[Activity]:
    """Return every cancellation, newest first, `is_kept` where it was undone after all."""
    found: QuerySet[Activity] = merchant.activity.filter(action=ActivityAction.CANCEL)
    undone = merchant.activity.filter(
        action=ActivityAction.UNDO_CANCEL,
        customer_id=OuterRef("customer_id"),
        subject=OuterRef("subject"),
        at__gt=OuterRef("at"),
    )
    found = found.filter(portal_id=portal_id) if portal_id else found
    return found.annotate(is_kept=Exists(undone)).order_by("-at", "-pk")


@dataclass(frozen=True)
class Period:
    """A month or a week, and how many left in it, by reason."""

    start: datetime
    label: str
    short: str
    left: Counter[str]
    kept: int

    @property
    def total(self) -> int:
        """How many left."""
        return self.left.total()


@dataclass(frozen=True)
class Share:
    """One reason: how many left for it, and how many that said it stayed after all."""

    key: str
    name: str
    colour: int
    left: int
    kept: int
    percent: int


@dataclass(frozen=True)
class Bar:
    """A part of the chart's column: one reason in one period."""

    x: float
    y: float
    width: float
    height: float
    share: Share
    period: Period

    @property
    def count(self) -> int:
        """How many it stands for."""
        return self.period.left[self.share.key]


@dataclass(frozen=True)
class Leaving:
    """All that the page says in numbers; periods the oldest first, reasons the commonest first."""

    periods: Sequence[Period]
    shares: Sequence[Share]

    @property
    def left(self) -> int:
        """How many left."""
        return sum(period.total for period in self.periods)

    @property
    def kept(self) -> int:
        """How many canceled and stayed after all."""
        return sum(period.kept for period in self.periods)

    @property
    def table(self) -> list[tuple[Period, list[int]]]:
        """The chart's numbers: for each period how many left for each reason."""
        return [(p, [p.left[share.key] for share in self.shares]) for p in self.periods]

    @property
    def chart(self) -> Chart:
        """The same as bars."""
        return Chart(self)


@dataclass(frozen=True)
class Chart:
    """A column a period, with a part for each reason; in units of its view box."""

    of: Leaving
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def top(self) -> int:
        """What the highest line stands for: even, so that half of it is a number too."""
        most = max(period.total for period in self.of.periods)
        return max(2, 2 * ceil(most / 2))

    @property
    def lines(self) -> list[tuple[float, int]]:
        """The lines across and what they stand for."""
        return [(self._y(value), value) for value in (0, self.top // 2, self.top)]

    @property
    def labels(self) -> list[tuple[float, Period]]:
        """Where each period's name stands."""
        return [(self._x(n) + self._step / 2, p) for n, p in enumerate(self.of.periods)]

    @property
    def bars(self) -> list[Bar]:
        """Every part of every column that stands for somebody."""
        return [bar for n, period in enumerate(self.of.periods) for bar in self._column(n, period)]

    def _column(self, place: int, period: Period) -> list[Bar]:
        bars, below = [], 0
        for share in (s for s in self.of.shares if period.left[s.key]):
            below += period.left[share.key]
            y = self._y(below)
            height = round(self._y(below - period.left[share.key]) - y, 2)
            gap = self._step * 0.15
            bars.append(Bar(self._x(place) + gap, y, self._step - 2 * gap, height, share, period))
        return bars

    @property
    def _step(self) -> float:
        return (WIDTH - ROOM_BEFORE) / len(self.of.periods)

    def _x(self, place: int) -> float:
        return ROOM_BEFORE + place * self._step

    def _y(self, value: int) -> float:
        room = HEIGHT - ROOM_BELOW - ROOM_ABOVE
        return round(HEIGHT - ROOM_BELOW - room * value / self.top, 2)


def leaving(found: QuerySet[Activity], naming: Callable[[str], str], *, by_week: bool) -> Leaving:
    """Count cancellations by reason, over twelve weeks or months up to now.

    `naming` says what a reason is called; the key of those who gave none is empty.
    """
    starts = _starts(by_week=by_week)
    cut = (TruncWeek if by_week else TruncMonth)("at", tzinfo=UTC)
    rows = (
        found.filter(at__gte=starts[0])
        .order_by()
        .annotate(period=cut)
        .values("period", "reason", kept=F("is_kept"))
        .annotate(count=Count("pk"))
    )
    counted: list[dict[str, Any]] = [dict(row) for row in rows]
    periods = [_period(start, counted, by_week=by_week) for start in starts]
    return Leaving(periods, _shares(counted, naming))


def _period(start: datetime, rows: list[dict[str, Any]], *, by_week: bool) -> Period:
    mine = [row for row in rows if row["period"] == start]
    left = Counter({row["reason"]: row["count"] for row in mine if not row["kept"]})
    kept = sum(row["count"] for row in mine if row["kept"])
    names = ("j F Y", "j M") if by_week else ("F Y", "M")
    label, short = (date_format(start, name) for name in names)
    return Period(start, label, short, left, kept)


def _shares(rows: list[dict[str, Any]], naming: Callable[[str], str]) -> list[Share]:
    left: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for row in rows:
        (kept if row["kept"] else left)[row["reason"]] += row["count"]
    order = sorted({*left, *kept}, key=lambda key: (-left[key], -kept[key], key))
    whole = left.total() or 1
    return [
        Share(
            key=key,
            name=naming(key) if key else _("No reason given"),
            colour=min(place, COLOURS),
            left=left[key],
            kept=kept[key],
            percent=round(100 * left[key] / whole),
        )
        for place, key in enumerate(order, start=1)
    ]


def _starts(*, by_week: bool) -> list[datetime]:
    """Return when each of the periods up to now begins, the oldest first."""
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if by_week:
        monday = today - timedelta(days=today.weekday())
        return [monday - timedelta(weeks=n) for n in reversed(range(PERIODS))]
    months = [today.year * 12 + today.month - 1 - n for n in reversed(range(PERIODS))]
    return [today.replace(year=m // 12, month=m % 12 + 1, day=1) for m in months]
