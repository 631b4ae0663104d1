from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from servicebot.sandbox.billing import amounts, currencies, discounts, proration
from servicebot.sandbox.billing.discounts import Reduction
from servicebot.sandbox.billing.lines import money
from servicebot.sandbox.billing.periods import boundary, day_name, period_at
from servicebot.sandbox.billing.proration import Debit
from servicebot.sandbox.billing.terms import go_together


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[misc, arg-type]


def price(**more: Any) -> dict[str, Any]:
    return {"billing_scheme": "per_unit", "unit_amount": 1000, "currency": "usd", **more}


def tiers(mode: str) -> dict[str, Any]:
    rows = [
        {"up_to": 5, "unit_amount": 700, "flat_amount": None},
        {"up_to": 10, "unit_amount": 650, "flat_amount": 100},
        {"up_to": None, "unit_amount": 600, "flat_amount": None},
    ]
    return price(billing_scheme="tiered", tiers_mode=mode, tiers=rows, unit_amount=None)


def test_months_end_on_the_last_day_and_the_anchors_day_is_remembered() -> None:
    ends = [boundary(at(2027, 1, 31, 9), "month", 1, step) for step in range(1, 5)]

    days = [at(2027, 2, 28, 9), at(2027, 3, 31, 9), at(2027, 4, 30, 9), at(2027, 5, 31, 9)]
    assert ends == days


def test_a_leap_day_comes_back_in_leap_years() -> None:
    ends = [boundary(at(2028, 2, 29), "year", 1, step) for step in (1, 4)]

    assert ends == [at(2029, 2, 28), at(2032, 2, 29)]


def test_weeks_and_days_are_even() -> None:
    assert boundary(at(2027, 1, 1), "week", 2, 3) == at(2027, 2, 12)
    assert boundary(at(2027, 1, 1), "day", 10, -1) == at(2026, 12, 22)


def test_the_period_around_a_moment_starts_with_that_moment() -> None:
    anchor = at(2027, 1, 31)

    assert period_at(anchor, "month", 1, at(2027, 2, 28)) == (at(2027, 2, 28), at(2027, 3, 31))
    assert period_at(anchor, "month", 1, at(2027, 2, 27)) == (anchor, at(2027, 2, 28))
    assert period_at(anchor, "month", 3, at(2026, 12, 1)) == (at(2026, 10, 31), anchor)


@given(
    st.integers(1_000_000_000, 2_000_000_000),
    st.sampled_from(["day", "week", "month", "year"]),
    st.integers(1, 6),
    st.integers(1_000_000_000, 2_000_000_000),
)
def test_every_moment_lies_in_exactly_one_period(
    anchor: int, interval: str, count: int, moment: int
) -> None:
    start, end = period_at(anchor, interval, count, moment)

    assert start <= moment < end
    assert period_at(anchor, interval, count, end)[0] == end
    assert period_at(anchor, interval, count, end - 1) == (start, end)


def test_intervals_go_together_when_the_shortest_divides_them() -> None:
    """The combinations are those of docs.stripe.com/billing/subscriptions/mixed-interval."""
    good = [
        {("month", 1), ("month", 3)},
        {("month", 1), ("year", 1)},
        {("day", 1), ("week", 1)},
        {("day", 1), ("month", 3)},
        {("day", 1), ("year", 2)},
        {("week", 2), ("week", 4)},
        {("month", 2), ("month", 4), ("month", 6)},
    ]
    bad = [
        {("month", 2), ("month", 3)},
        {("month", 4), ("month", 6)},
        {("week", 1), ("month", 1)},
        {("day", 2), ("week", 1)},
        {("month", 5), ("year", 1)},
    ]

    assert [go_together(each) for each in good + bad] == [True] * len(good) + [False] * len(bad)


def test_halves_are_rounded_away_from_zero() -> None:
    assert [amounts.rounded(Fraction(n, 2)) for n in (1, 3, -1, -3)] == [1, 2, -1, -2]


def test_flat_prices_count_units_and_fractions_of_a_cent() -> None:
    assert amounts.price_amount(price(), 3) == 3000
    assert amounts.price_amount(price(unit_amount=None, unit_amount_decimal="0.125"), 100) == 13


def test_packages_are_billed_whole() -> None:
    up = price(transform_quantity={"divide_by": 100, "round": "up"})
    down = price(transform_quantity={"divide_by": 100, "round": "down"})

    assert amounts.price_amount(up, 101) == 2000
    assert amounts.price_amount(down, 199) == 1000


def test_graduated_tiers_price_each_unit_by_its_tier() -> None:
    graduated = tiers("graduated")

    assert amounts.price_amount(graduated, 5) == 3500
    assert amounts.price_amount(graduated, 6) == 3500 + 650 + 100
    assert amounts.price_amount(graduated, 20) == 3500 + 5 * 650 + 100 + 10 * 600


def test_volume_tiers_price_all_units_by_the_last() -> None:
    volume = tiers("volume")

    assert amounts.price_amount(volume, 5) == 3500
    assert amounts.price_amount(volume, 6) == 6 * 650 + 100
    assert amounts.price_amount(volume, 20) == 12_000


def test_the_first_tiers_flat_fee_is_due_even_without_use() -> None:
    rows = [{"up_to": None, "unit_amount": 5, "flat_amount": 900}]
    flat = price(billing_scheme="tiered", tiers_mode="graduated", tiers=rows)

    assert amounts.price_amount(flat, 0) == 900


def reduce(percent: int | None = None, amount: int = 0, products: Any = None) -> Reduction:
    share = None if percent is None else Fraction(percent)
    return Reduction("di_1", share, amount, "forever", products)


def test_percentages_come_off_each_line() -> None:
    cuts = discounts.spread([(1000, "a"), (333, "b")], [reduce(percent=25)])

    assert cuts == [[("di_1", 250)], [("di_1", 83)]]


def test_an_amount_is_spread_in_proportion_and_never_more_than_the_whole() -> None:
    assert discounts.spread([(1000, "a"), (2000, "b")], [reduce(amount=100)]) == [
        [("di_1", 33)],
        [("di_1", 67)],
    ]
    assert discounts.spread([(40, "a")], [reduce(amount=100)]) == [[("di_1", 40)]]
    assert discounts.net(1000, "a", [reduce(amount=300), reduce(percent=10)]) == 630


def test_discounts_come_one_after_the_other() -> None:
    cuts = discounts.spread([(1000, "a")], [reduce(percent=50), reduce(amount=100), reduce(10)])

    assert cuts == [[("di_1", 500), ("di_1", 100), ("di_1", 40)]]


def test_a_coupon_for_some_products_leaves_the_others() -> None:
    cuts = discounts.spread([(1000, "a"), (1000, "b")], [reduce(10, products=frozenset({"b"}))])

    assert cuts == [[], [("di_1", 100)]]


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**5), min_size=1, max_size=6))
def test_portions_add_up_to_the_last_unit(total: int, weights: list[int]) -> None:
    parts = discounts.portions(total, weights)

    assert sum(parts) == (total if sum(weights) else 0)
    assert all(part >= 0 for part in parts)


def test_a_debit_gives_back_what_was_paid_for_the_rest() -> None:
    debit = Debit(net=750, start=0, end=100)

    assert debit.unused(50) == 375
    assert debit.unused(100) == 0
    assert debit.unused(-50) == 750


@given(st.integers(1, 10**6), st.integers(1, 10**7), st.data())
def test_credit_and_charge_of_the_same_price_cancel(amount: int, length: int, data: Any) -> None:
    moment = data.draw(st.integers(0, length))

    debit = Debit(net=amount, start=0, end=length)

    assert debit.unused(moment) == proration.remaining(amount, (0, length), moment)


def test_too_little_is_not_charged() -> None:
    assert [currencies.chargeable(n, "usd") for n in (-5, 0, 49, 50)] == [0, 0, 0, 50]
    assert currencies.chargeable(1, "krw") == 1


def test_what_can_not_be_charged_of_an_amount_is_left() -> None:
    """The examples are those of docs.stripe.com/currencies: 5.124 KWD and 5 ISK."""
    assert currencies.chargeable(5124, "kwd") == 5120
    assert currencies.chargeable(550, "isk") == 500


def test_amounts_are_rounded_to_what_their_currency_can_charge() -> None:
    third = price(unit_amount=None, unit_amount_decimal="333.33")

    rounded = {
        currency: amounts.price_amount({**third, "currency": currency}, 1)
        for currency in ("usd", "jpy", "kwd", "isk")
    }

    assert rounded == {"usd": 333, "jpy": 333, "kwd": 330, "isk": 300}


def test_amounts_are_written_as_their_currency_is() -> None:
    assert money(123_456, "usd") == "$1,234.56"
    assert money(500, "jpy") == "¥500"
    assert money(1234, "kwd") == "1.234 KWD"
    assert money(500, "ugx") == "5.00 UGX"


def test_days_are_written_as_stripe_does() -> None:
    assert day_name(at(2026, 11, 3, 23, 59)) == "03 Nov 2026"
