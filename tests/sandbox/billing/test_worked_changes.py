"""Changes, trials, coupons and balances that Stripe has published, each with its source."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.billing.conftest import DAY, HOUR, SENT, Shop, amounts, item_of, period_end
from tests.sandbox.billing.published import at, billed_after, metered, update, use

RECOGNITION = "https://docs.stripe.com/revenue-recognition/examples/subscriptions"
CONTRA = "https://docs.stripe.com/revenue-recognition/examples/contra"
CYCLE = "https://docs.stripe.com/billing/subscriptions/billing-cycle"
COUPONS = "https://docs.stripe.com/billing/subscriptions/coupons"
CHANGES = "https://docs.stripe.com/billing/subscriptions/change-price"
MODES = ("classic", "flexible")


def started(shop: Shop, moment: int, price: str, **more: Any) -> Any:
    shop.clock.now = moment
    return shop.subscribe(shop.customer(), price, **more)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("new", "lines", "total"),
    [(12_000, [-3000, 4000, 12_000], 13_000), (3000, [-3000, 1000, 3000], 1000)],
)
def test_from_90_to_120_or_to_30_on_april_21(
    shop: Shop, mode: str, new: int, lines: list[int], total: int
) -> None:
    """Source: RECOGNITION, "Upgrade" and "Downgrade": 130 and 10 on May 1."""
    price = shop.price(9000)
    subscription = started(shop, at(2026, 4, 1), price, billing_mode={"type": mode})
    shop.pass_time(at(2026, 4, 21))
    update(shop, subscription, shop.price(new))

    shop.pass_time(at(2026, 5, 1) + HOUR)

    invoice = shop.latest(subscription)
    assert (amounts(invoice), invoice.total) == (lines, total)


def test_15_and_17_units_at_1_make_32(shop: Shop) -> None:
    """Source: RECOGNITION, "Monthly metered subscription", "Sum"."""
    subscription = started(shop, at(2026, 1, 15), metered(shop, amount=100))
    for month, day, units in ((1, 25, 15), (2, 4, 17)):
        shop.pass_time(at(2026, month, day))
        use(shop, subscription, units)

    assert billed_after(shop, subscription) == [3200]


def test_the_last_of_17_10_and_15_units_makes_15(shop: Shop) -> None:
    """Source: RECOGNITION, "Last during period"."""
    subscription = started(shop, at(2026, 1, 15), metered(shop, formula="last", amount=100))
    for month, day, units in ((1, 25, 17), (1, 27, 10), (2, 4, 15)):
        shop.pass_time(at(2026, month, day))
        use(shop, subscription, units)

    assert billed_after(shop, subscription) == [1500]


@pytest.mark.parametrize(("balance", "due"), [(-1100, 2000), (1000, 4100)])
def test_a_balance_is_settled_with_31(shop: Shop, balance: int, due: int) -> None:
    """Source: CONTRA, "Customer credit balance": 20 to pay after 11 of credit, 41 with 10 owed."""
    customer = shop.customer(balance=balance)

    subscription = shop.subscribe(customer, shop.price(3100), **SENT)

    invoice = shop.latest(subscription)
    assert (invoice.amount_due, invoice.ending_balance) == (due, 0)
    assert shop.stripe.customers.retrieve(customer).balance == 0


def test_an_invoice_of_minus_31_becomes_credit(shop: Shop) -> None:
    """Source: CONTRA, the same section: credited at once, and the invoice closed."""
    customer = shop.customer()
    item = {"customer": customer, "currency": "usd", "amount": -3100}
    shop.stripe.invoice_items.create(item)
    draft = {"customer": customer, "pending_invoice_items_behavior": "include"}

    invoice = shop.stripe.invoices.finalize_invoice(shop.stripe.invoices.create(draft).id)

    assert (invoice.total, invoice.amount_due, invoice.status) == (-3100, 0, "paid")
    assert shop.stripe.customers.retrieve(customer).balance == -3100


@pytest.mark.parametrize(
    ("interval", "moments", "totals"),
    [
        ("year", [at(2027, 1, 1)], [500, 1000]),
        ("month", [at(2026, 6, 1)], [500, 500, 500, 500, 1000, 1000]),
        ("week", [at(2026, 5, 15)], [500] * 18 + [1000, 1000]),
    ],
)
def test_half_off_for_four_months(
    shop: Shop, interval: str, moments: list[int], totals: list[int]
) -> None:
    """Source: COUPONS, "Coupon duration": a whole year, four months, or all weeks in them."""
    coupon = {"percent_off": 50, "duration": "repeating", "duration_in_months": 4}
    discounts = [{"coupon": shop.stripe.coupons.create(coupon).id}]
    price = shop.price(1000, interval)
    subscription = started(shop, at(2026, 1, 1), price, discounts=discounts)

    for moment in moments:
        shop.pass_time(moment + HOUR)

    assert [invoice.total for invoice in shop.invoices(subscription)] == totals


def test_a_trial_from_july_15_to_august_1_moves_the_23rd(shop: Shop) -> None:
    """Source: CYCLE, "Change the billing period using a trial period"."""
    subscription = started(shop, at(2026, 6, 23), shop.price(1000))
    shop.pass_time(at(2026, 7, 15))
    given = {"trial_end": at(2026, 8, 1), "proration_behavior": "none"}
    shop.stripe.subscriptions.update(subscription.id, given)

    shop.pass_time(at(2026, 9, 1) + HOUR)

    found = [(invoice.created, invoice.total) for invoice in shop.invoices(subscription)]
    assert found == [
        (at(2026, 6, 23), 1000),
        (at(2026, 7, 15), 0),
        (at(2026, 8, 1), 1000),
        (at(2026, 9, 1), 1000),
    ]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("day", "stub", "renewals"),
    [
        (15, (at(2026, 4, 22), at(2026, 5, 1)), [at(2026, 5, 1), at(2026, 6, 1)]),
        (28, (at(2026, 5, 5), at(2026, 6, 1)), [at(2026, 6, 1)]),
    ],
)
def test_seven_days_of_trial_before_a_cycle_on_the_1st(
    shop: Shop, mode: str, day: int, stub: tuple[int, int], renewals: list[int]
) -> None:
    """Source: CYCLE, "Configure proration behavior": a part of the month, then whole ones."""
    start = at(2026, 4, day)
    subscription = started(
        shop,
        start,
        shop.price(3000),
        trial_end=start + 7 * DAY,
        billing_cycle_anchor=at(2026, 5, 1),
        billing_mode={"type": mode},
    )

    preview = shop.preview(subscription)
    shop.pass_time(at(2026, 6, 1) + HOUR)

    [_, first, *whole] = shop.invoices(subscription)
    [line] = first.lines.data
    assert (line.period.start, line.period.end) == stub
    assert first.total == preview.total == round(3000 * (stub[1] - stub[0]) / MONTHS[stub[1]])
    assert [(invoice.created, invoice.total) for invoice in whole] == [
        (moment, 3000) for moment in renewals
    ]


MONTHS = {at(2026, 5, 1): 30 * DAY, at(2026, 6, 1): 31 * DAY}


def test_what_was_free_bills_and_starts_anew_when_it_costs(shop: Shop) -> None:
    """Source: CHANGES, "Handle zero-amount prices and quantities": classic billing."""
    free = shop.price(0)
    subscription = started(shop, at(2026, 4, 1), free, billing_mode={"type": "classic"})
    shop.pass_time(at(2026, 4, 11))

    after = update(shop, subscription, shop.price(1000))

    assert after.billing_cycle_anchor == at(2026, 4, 11)
    assert shop.latest(subscription).total == 1000


@pytest.mark.parametrize("mode", MODES)
def test_none_of_what_costs_is_not_free(shop: Shop, mode: str) -> None:
    """Source: CHANGES, the same section: no invoice and no new period."""
    price = shop.price(1000)
    subscription = started(shop, at(2026, 4, 1), price, quantity=0, billing_mode={"type": mode})
    shop.pass_time(at(2026, 4, 11))

    items = shop.change(subscription, quantity=2)
    after = shop.stripe.subscriptions.update(subscription.id, {"items": items})

    assert after.latest_invoice == subscription.latest_invoice
    assert after.billing_cycle_anchor == at(2026, 4, 1)


def test_from_a_month_to_a_year_the_date_moves_to_the_switch(shop: Shop) -> None:
    """Source: CHANGES, "Billing periods": classic billing; another monthly price keeps it."""
    price = shop.price(1000)
    subscription = started(shop, at(2026, 4, 1), price, billing_mode={"type": "classic"})
    shop.pass_time(at(2026, 4, 11))

    monthly = update(shop, subscription, shop.price(2000))
    yearly = update(shop, subscription, shop.price(10_000, "year"))

    assert period_end(monthly) == at(2026, 5, 1)
    assert (item_of(yearly).current_period_start, period_end(yearly)) == (
        at(2026, 4, 11),
        at(2027, 4, 11),
    )


@pytest.mark.parametrize(
    ("interval", "start", "bills"),
    [
        ("month", at(2026, 9, 2), [at(2026, 10, 2), at(2026, 11, 2), at(2026, 12, 2)]),
        ("week", at(2022, 6, 3), [at(2022, 6, 10), at(2022, 6, 17), at(2022, 6, 24)]),
    ],
)
def test_the_2nd_of_each_month_and_every_friday(
    shop: Shop, interval: str, start: int, bills: list[int]
) -> None:
    """Source: CYCLE, its examples of anchors."""
    subscription = started(shop, start, shop.price(1000, interval))

    shop.pass_time(bills[-1])

    assert [invoice.created for invoice in shop.invoices(subscription)] == [start, *bills]
