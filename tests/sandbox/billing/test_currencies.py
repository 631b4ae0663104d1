"""Currencies without decimals, with three, and those that are whole but counted in hundredths."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.billing.conftest import HALF, HOUR, Shop, amounts, item_of, period_end, refusal

NOT_WHOLE = "invalid_charge_amount_no_decimal_compatible"
THREE_DECIMAL = ("bhd", "jod", "kwd", "omr", "tnd")


def upgraded(shop: Shop, currency: str, old: int, new: int, **more: Any) -> tuple[Any, Any]:
    """Return the preview and the invoice of an upgrade at half time."""
    price = shop.price(old, currency=currency)
    subscription = shop.subscribe(shop.customer(), price, **more)
    shop.pass_time(HALF)
    change = {
        "items": shop.change(subscription, price=shop.price(new, currency=currency)),
        "proration_behavior": "always_invoice",
    }
    preview = shop.preview(subscription, **change)
    shop.stripe.subscriptions.update(subscription.id, change)
    return preview, shop.latest(subscription)


def test_yen_are_whole(shop: Shop) -> None:
    preview, invoice = upgraded(shop, "jpy", 980, 1985)

    assert amounts(preview) == amounts(invoice) == [-490, 993]
    assert invoice.amount_paid == 503
    assert shop.stripe.payment_intents.list().data[0].amount == 503


def test_a_line_names_an_amount_as_its_currency_is_written(shop: Shop) -> None:
    words = [
        shop.latest(shop.subscribe(shop.customer(), shop.price(amount, currency=currency)))
        .lines.data[0]
        .description
        for amount, currency in ((980, "jpy"), (4950, "kwd"), (500, "isk"))
    ]

    assert [text.partition("at ")[2] for text in words] == [
        *("¥980 / month)", "4.950 KWD / month)", "5.00 ISK / month)")
    ]


@pytest.mark.parametrize("mode", ["classic", "flexible"])
@pytest.mark.parametrize("currency", THREE_DECIMAL)
def test_thousandths_end_in_zero_wherever_they_are_worked_out(
    shop: Shop, currency: str, mode: str
) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 33, "duration": "forever"}).id
    vat = {"display_name": "VAT", "percentage": 5, "inclusive": False}
    rate = shop.stripe.tax_rates.create(vat).id

    preview, invoice = upgraded(
        shop,
        currency,
        4970,
        9990,
        discounts=[{"coupon": coupon}],
        default_tax_rates=[rate],
        billing_mode={"type": mode},
    )

    [tax] = invoice.total_taxes
    assert amounts(preview) == amounts(invoice) == [-1670, 3350]
    assert (tax.amount, invoice.total, invoice.amount_paid) == (80, 1760, 1760)


def test_a_discount_is_spread_in_chargeable_parts(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"amount_off": 1000, "currency": "kwd"}).id
    prices = [shop.price(amount, currency="kwd", name=str(amount)) for amount in (1000, 2000)]

    subscription = shop.stripe.subscriptions.create(
        {
            "customer": shop.customer(),
            "items": [{"price": price} for price in prices],
            "discounts": [{"coupon": coupon}],
        }
    )

    cuts = [line.discount_amounts[0].amount for line in shop.latest(subscription).lines.data]
    assert cuts == [330, 670]


def test_a_balance_that_can_not_be_charged_waits(shop: Shop) -> None:
    customer = shop.customer(balance=4)

    subscription = shop.subscribe(customer, shop.price(5120, currency="kwd"))

    invoice = shop.latest(subscription)
    assert (invoice.total, invoice.amount_due, invoice.ending_balance) == (5120, 5120, 4)


@pytest.mark.parametrize("currency", [*THREE_DECIMAL, "isk", "ugx"])
def test_amounts_that_can_not_be_charged_are_refused(shop: Shop, currency: str) -> None:
    customer = shop.customer()
    intent = {"amount": 5124, "currency": currency, "customer": customer}
    options = {currency: {"unit_amount": 5124}}
    cut = {"currency_options": {currency: {"amount_off": 5124}}}
    create = shop.stripe

    errors = [
        refusal(lambda: shop.price(5124, currency=currency)),
        refusal(lambda: shop.price(5000, currency_options=options)),
        refusal(lambda: create.coupons.create({"amount_off": 5124, "currency": currency})),
        refusal(lambda: create.coupons.create({"amount_off": 5, "currency": "usd", **cut})),
        refusal(lambda: create.payment_intents.create(intent)),
        refusal(lambda: create.invoice_items.create(intent)),
    ]

    assert {error.code for error in errors} == {NOT_WHOLE}
    assert [error.param for error in errors] == [
        "unit_amount",
        f"currency_options[{currency}][unit_amount]",
        "amount_off",
        f"currency_options[{currency}][amount_off]",
        *("amount", "amount"),
    ]


def test_an_intent_is_not_changed_to_what_can_not_be_charged(shop: Shop) -> None:
    intent = shop.stripe.payment_intents.create({"amount": 5120, "currency": "kwd"})

    error = refusal(lambda: shop.stripe.payment_intents.update(intent.id, {"amount": 5124}))

    assert error.code == NOT_WHOLE


def test_fractions_of_a_unit_are_rounded_with_the_line(shop: Shop) -> None:
    price = shop.price(None, currency="kwd", unit_amount_decimal="333.5")

    subscription = shop.subscribe(shop.customer(), price, quantity=3)

    assert shop.latest(subscription).total == 1000


def test_a_price_of_several_currencies_is_renewed_in_the_subscriptions(shop: Shop) -> None:
    price = shop.price(1000, currency_options={"jpy": {"unit_amount": 1500}})
    subscription = shop.subscribe(shop.customer(), price, currency="jpy")

    preview = shop.preview(subscription)
    shop.pass_time(period_end(subscription) + HOUR)

    invoice = shop.latest(subscription)
    assert item_of(subscription).price.currency == "usd"
    assert (preview.currency, preview.total) == (invoice.currency, invoice.total) == ("jpy", 1500)


def test_the_least_amount_of_a_code_is_counted_in_the_subscriptions_currency(shop: Shop) -> None:
    price = shop.price(1000, currency_options={"jpy": {"unit_amount": 1500}})
    coupon = shop.stripe.coupons.create({"percent_off": 10}).id
    code = shop.stripe.promotion_codes.create(
        {
            "promotion": {"type": "coupon", "coupon": coupon},
            "restrictions": {"minimum_amount": 1200, "minimum_amount_currency": "jpy"},
        }
    ).id

    subscription = shop.subscribe(
        shop.customer(), price, currency="jpy", discounts=[{"promotion_code": code}]
    )

    assert shop.latest(subscription).total == 1350
