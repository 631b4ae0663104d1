"""Tax rates: on items, subscriptions, invoices and phases; inside and on top; for whom and why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.billing.conftest import (
    DAY,
    HOUR,
    SENT,
    Shop,
    period_end,
    refusal,
)


def rate(shop: Shop, percentage: float = 20, *, inclusive: bool = False, **more: Any) -> str:
    given = {"display_name": "VAT", "percentage": percentage, "inclusive": inclusive, **more}
    return str(shop.stripe.tax_rates.create(given).id)


def taxed(shop: Shop, amount: int = 1000, **more: Any) -> Any:
    """Return a subscription that is taxed with 20 % on top unless told otherwise."""
    given = {"default_tax_rates": [rate(shop)], **more}
    return shop.subscribe(shop.customer(), shop.price(amount), **given)


def sums(invoice: Any) -> tuple[int, ...]:
    """Return subtotal and total, each with and without tax."""
    return (
        invoice.subtotal,
        invoice.subtotal_excluding_tax,
        invoice.total,
        invoice.total_excluding_tax,
    )


def line_taxes(invoice: Any) -> list[list[int]]:
    return [[tax.amount for tax in line.taxes] for line in invoice.lines.data]


def rates_of(invoice: Any) -> list[str]:
    return [tax.tax_rate_details.tax_rate for tax in invoice.total_taxes]


def test_tax_on_top_is_added_and_tax_inside_is_part_of_the_price(shop: Shop) -> None:
    on_top = taxed(shop)
    inside = taxed(shop, default_tax_rates=[rate(shop, inclusive=True)])

    assert sums(shop.latest(on_top)) == (1000, 1000, 1200, 1000)
    assert sums(shop.latest(inside)) == (1000, 833, 1000, 833)
    assert shop.latest(on_top).amount_paid == 1200
    assert shop.latest(inside).amount_paid == 1000


def test_a_line_and_its_invoice_say_what_was_taxed_with_which_rate(shop: Shop) -> None:
    subscription = taxed(shop, default_tax_rates=[rate(shop, 25, inclusive=True)])

    invoice = shop.latest(subscription)

    [tax] = invoice.lines.data[0].taxes
    assert (tax.amount, tax.taxable_amount, tax.tax_behavior) == (200, 800, "inclusive")
    assert tax.tax_rate_details.tax_rate == subscription.default_tax_rates[0].id
    assert [each.to_dict() for each in invoice.total_taxes] == [tax.to_dict()]
    assert [each.id for each in invoice.default_tax_rates] == rates_of(invoice)


def test_an_items_own_rate_goes_before_the_subscriptions(shop: Shop) -> None:
    reduced, usual = rate(shop, 7), rate(shop, 19)
    items = [
        {"price": shop.price(1000, name="Book"), "tax_rates": [reduced]},
        {"price": shop.price(2000, name="Pen")},
    ]

    subscription = shop.stripe.subscriptions.create(
        {"customer": shop.customer(), "items": items, "default_tax_rates": [usual]}
    )

    invoice = shop.latest(subscription)
    assert line_taxes(invoice) == [[70], [380]]
    assert rates_of(invoice) == [reduced, usual]
    assert invoice.total == 3450


def test_several_rates_each_tax_the_same_amount(shop: Shop) -> None:
    on_top = taxed(shop, default_tax_rates=[rate(shop, 5), rate(shop, 9.975)])
    inside = [rate(shop, 5, inclusive=True), rate(shop, 10, inclusive=True)]

    within = taxed(shop, 1150, default_tax_rates=inside)

    assert line_taxes(shop.latest(on_top)) == [[50, 100]]
    assert line_taxes(shop.latest(within)) == [[50, 100]]
    assert sums(shop.latest(within)) == (1150, 1000, 1150, 1000)


def test_a_rate_is_rounded_once_an_invoice(shop: Shop) -> None:
    """Three times 0.004 make 0.012: one unit, on the line that reaches it."""
    items = [{"price": shop.price(4, name=name)} for name in ("A", "B", "C")]
    given = {"items": items, "default_tax_rates": [rate(shop, 10)], **SENT}

    subscription = shop.stripe.subscriptions.create({"customer": shop.customer(), **given})

    invoice = shop.latest(subscription)
    assert line_taxes(invoice) == [[0], [1], [0]]
    assert invoice.total == 13


@pytest.mark.parametrize(
    ("exempt", "reason"), [("exempt", "customer_exempt"), ("reverse", "reverse_charge")]
)
def test_who_is_exempt_pays_none_and_the_invoice_says_why(
    shop: Shop, exempt: str, reason: str
) -> None:
    """Tax that is inside is taken out of the price."""
    customer = shop.customer(tax_exempt=exempt)
    rates = [rate(shop), rate(shop, inclusive=True)]

    on_top, inside = (
        shop.latest(shop.subscribe(customer, shop.price(1000), default_tax_rates=[each]))
        for each in rates
    )

    assert sums(on_top) == (1000, 1000, 1000, 1000)
    assert sums(inside) == (1000, 833, 833, 833)
    assert {tax.taxability_reason for tax in (*on_top.total_taxes, *inside.total_taxes)} == {reason}
    assert on_top.customer_tax_exempt == exempt


def test_discounts_come_off_before_tax(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 50, "duration": "forever"}).id
    inside = [rate(shop, 25, inclusive=True)]
    discounts = [{"coupon": coupon}]

    on_top = taxed(shop, discounts=discounts)
    within = taxed(shop, discounts=discounts, default_tax_rates=inside)

    assert sums(shop.latest(on_top)) == (1000, 1000, 600, 500)
    assert sums(shop.latest(within)) == (1000, 800, 500, 400)


def test_what_is_added_to_the_first_invoice_is_taxed_too(shop: Shop) -> None:
    one_time = {"product": shop.product("Setup"), "currency": "usd", "unit_amount": 5000}
    price = shop.stripe.prices.create(one_time).id
    own = rate(shop, 10)

    subscription = taxed(
        shop, add_invoice_items=[{"price": price, "tax_rates": [own]}, {"price": price}]
    )

    assert line_taxes(shop.latest(subscription)) == [[200], [500], [1000]]


def test_an_invoice_by_hand_is_taxed_by_item_or_as_a_whole(shop: Shop) -> None:
    customer, own = shop.customer(), rate(shop, 10)
    item = {"customer": customer, "currency": "usd"}
    shop.stripe.invoice_items.create({**item, "amount": 1000, "tax_rates": [own]})
    shop.stripe.invoice_items.create({**item, "amount": 500})

    draft = shop.stripe.invoices.create(
        {
            "customer": customer,
            "default_tax_rates": [rate(shop)],
            "pending_invoice_items_behavior": "include",
        }
    )
    shop.stripe.invoice_items.create({**item, "amount": 2000, "invoice": draft.id})

    invoice = shop.stripe.invoices.finalize_invoice(draft.id)
    assert line_taxes(invoice) == [[100], [100], [400]]
    assert invoice.total == 4100


def test_somebody_exempted_before_the_draft_is_final_pays_no_tax(shop: Shop) -> None:
    subscription = taxed(shop)
    shop.pass_time(period_end(subscription))
    draft = shop.latest(subscription)

    shop.stripe.customers.update(subscription.customer, {"tax_exempt": "exempt"})
    shop.pass_time(period_end(subscription) + HOUR)

    assert (draft.status, draft.total) == ("draft", 1200)
    assert shop.latest(subscription).amount_paid == 1000


def test_tax_helps_an_amount_over_the_least_that_can_be_charged(shop: Shop) -> None:
    """40 cents and 10 of tax can be charged; the 40 alone could not."""
    subscription = taxed(shop, 40, default_tax_rates=[rate(shop, 25)])

    assert shop.latest(subscription).amount_paid == 50


def test_an_archived_rate_is_for_nothing_new_but_stays_where_it_is(shop: Shop) -> None:
    subscription = taxed(shop)
    archived = subscription.default_tax_rates[0].id
    shop.stripe.tax_rates.update(archived, {"active": False})

    error = refusal(lambda: taxed(shop, default_tax_rates=[archived]))
    shop.pass_time(period_end(subscription) + HOUR)

    assert (error.param, error.http_status) == ("default_tax_rates", 400)
    assert shop.latest(subscription).total == 1200


def test_which_rates_are_refused(shop: Shop) -> None:
    unknown = refusal(lambda: taxed(shop, default_tax_rates=["txr_none"]))
    many = refusal(lambda: taxed(shop, default_tax_rates=[rate(shop) for _ in range(11)]))

    assert (unknown.code, unknown.param) == ("resource_missing", "default_tax_rates")
    assert (many.code, many.param) == (None, "default_tax_rates")


def test_use_is_taxed_like_everything_else(shop: Shop) -> None:
    meter = shop.stripe.billing.meters.create(
        {"display_name": "Use", "event_name": "use", "default_aggregation": {"formula": "sum"}}
    )
    price = shop.price(10, recurring={"usage_type": "metered", "meter": meter.id})
    subscription = shop.subscribe(shop.customer(), price, default_tax_rates=[rate(shop)])
    payload = {"stripe_customer_id": subscription.customer, "value": "100"}
    shop.stripe.billing.meter_events.create({"event_name": "use", "payload": payload})

    shop.pass_time(period_end(subscription) + HOUR)

    assert shop.latest(subscription).total == 1200


def test_a_trial_is_not_taxed_and_what_follows_is(shop: Shop) -> None:
    subscription = taxed(shop, trial_period_days=7)

    preview = shop.preview(subscription)
    first = shop.latest(subscription)
    shop.pass_time(subscription.trial_end + HOUR + DAY)

    assert first.total == 0
    assert preview.total == shop.latest(subscription).amount_paid == 1200
