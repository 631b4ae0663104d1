from __future__ import annotations

from typing import Any

import pytest
import stripe

from servicebot.sandbox.billing.lines import TIMES
from tests.sandbox.billing.conftest import DAY, HOUR, Shop, amounts, item_of, period_end, refusal
from tests.sandbox.conftest import START


def test_a_subscription_starts_active_and_paid(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(1000), metadata={"plan": "a"})

    invoice = shop.latest(subscription)
    assert subscription.status == "active"
    assert subscription.billing_mode.type == "flexible"
    assert subscription.metadata["plan"] == "a"
    assert item_of(subscription).current_period_start == START
    assert period_end(subscription) == START + 30 * DAY
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == (
        "paid",
        1000,
        "subscription_create",
    )
    assert invoice.parent.subscription_details.subscription == subscription.id
    assert invoice.parent.subscription_details.metadata["plan"] == "a"


def test_invoices_are_numbered_by_customer(shop: Shop) -> None:
    ada, ben, price = shop.customer(), shop.customer(), shop.price()

    numbers = [shop.latest(shop.subscribe(who, price)).number for who in (ada, ada, ben)]

    assert [number[-5:] for number in numbers] == ["-0001", "-0002", "-0001"]
    assert numbers[0][:8] == numbers[1][:8] != numbers[2][:8]


def test_the_invoice_says_how_it_was_paid_when_asked(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    expand = ["payments.data.payment.payment_intent", "confirmation_secret"]

    invoice = shop.stripe.invoices.retrieve(subscription.latest_invoice, {"expand": expand})

    payment = invoice.payments.data[0]
    assert "payments" not in shop.latest(subscription)
    assert (payment.status, payment.amount_paid) == ("paid", 1000)
    assert payment.payment.payment_intent.status == "succeeded"
    assert invoice.confirmation_secret.client_secret.startswith("pi_")


def test_hosted_page_and_pdf_are_served_by_the_sandbox(shop: Shop) -> None:
    shop.account.sandbox.public_url = "http://127.0.0.1:9"

    invoice = shop.latest(shop.subscribe(shop.customer(), shop.price()))

    page = f"http://127.0.0.1:9/invoice/acct_acme/{invoice.id}"
    assert (invoice.hosted_invoice_url, invoice.invoice_pdf) == (page, f"{page}/pdf")


def test_without_a_payment_method_it_is_refused(shop: Shop) -> None:
    error = refusal(lambda: shop.subscribe(shop.customer(card=None), shop.price()))

    assert (error.http_status, error.code) == (400, "resource_missing")
    assert "no attached payment source or default payment method" in str(error)


def test_a_declined_card_leaves_it_incomplete(shop: Shop) -> None:
    customer = shop.customer("pm_card_chargeCustomerFail")

    subscription = shop.subscribe(customer, shop.price())

    invoice = shop.latest(subscription)
    assert subscription.status == "incomplete"
    assert (invoice.status, invoice.attempt_count, invoice.next_payment_attempt) == (
        "open",
        1,
        None,
    )
    assert "invoice.payment_failed" in shop.events()


def test_error_if_incomplete_leaves_nothing(shop: Shop) -> None:
    customer, price = shop.customer("pm_card_chargeCustomerFail"), shop.price()

    error = refusal(lambda: shop.subscribe(customer, price, payment_behavior="error_if_incomplete"))

    assert isinstance(error, stripe.CardError)
    assert (error.http_status, error.code) == (402, "card_declined")
    assert shop.stripe.subscriptions.list({"customer": customer, "status": "all"}).data == []
    assert shop.stripe.invoices.list({"customer": customer}).data == []


def test_pending_if_incomplete_is_for_updates(shop: Shop) -> None:
    error = refusal(
        lambda: shop.subscribe(
            shop.customer(), shop.price(), payment_behavior="pending_if_incomplete"
        )
    )

    assert (error.http_status, error.param) == (400, "payment_behavior")


def test_default_incomplete_waits_for_the_browser(shop: Shop) -> None:
    customer = shop.customer(card=None)
    subscription = shop.subscribe(
        customer,
        shop.price(),
        payment_behavior="default_incomplete",
        payment_settings={"save_default_payment_method": "on_subscription"},
        expand=["latest_invoice.confirmation_secret", "latest_invoice.payments"],
    )
    assert subscription.status == "incomplete"
    intent = subscription.latest_invoice.payments.data[0].payment.payment_intent

    shop.stripe.payment_intents.confirm(intent, {"payment_method": "pm_card_visa"})

    after = shop.again(subscription)
    assert after.status == "active"
    assert after.default_payment_method.startswith("pm_")
    assert shop.latest(subscription).status == "paid"
    assert "customer.subscription.updated" in shop.events()


def test_three_d_secure_waits_for_the_bank(shop: Shop) -> None:
    subscription = shop.subscribe(
        shop.customer("pm_card_authenticationRequired"),
        shop.price(),
        expand=["latest_invoice.payments"],
    )

    intent_id = subscription.latest_invoice.payments.data[0].payment.payment_intent
    intent = shop.stripe.payment_intents.retrieve(intent_id)
    assert (subscription.status, intent.status) == ("incomplete", "requires_action")
    assert "invoice.payment_action_required" in shop.events()


def test_an_unpaid_first_invoice_expires_after_23_hours(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer("pm_card_chargeCustomerFail"), shop.price())

    shop.pass_time(START + 23 * HOUR)

    after = shop.again(subscription)
    assert (after.status, after.ended_at) == ("incomplete_expired", START + 23 * HOUR)
    assert shop.latest(subscription).status == "void"


def test_a_trial_costs_nothing_at_first(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(card=None), shop.price(), trial_period_days=14)

    invoice = shop.latest(subscription)
    assert subscription.status == "trialing"
    assert subscription.trial_end == period_end(subscription) == START + 14 * DAY
    assert subscription.billing_cycle_anchor == subscription.trial_end
    assert (invoice.status, invoice.total) == ("paid", 0)
    assert invoice.lines.data[0].description == f"Free trial for 1 {TIMES} Basic"


def test_sent_invoices_are_not_charged(shop: Shop) -> None:
    subscription = shop.subscribe(
        shop.customer(card=None),
        shop.price(),
        collection_method="send_invoice",
        days_until_due=7,
    )

    invoice = shop.latest(subscription)
    assert (subscription.status, invoice.status) == ("active", "open")
    assert invoice.due_date == START + 7 * DAY


def test_sent_invoices_need_days_until_due(shop: Shop) -> None:
    error = refusal(
        lambda: shop.subscribe(shop.customer(), shop.price(), collection_method="send_invoice")
    )

    assert error.param == "days_until_due"


def test_an_anchor_in_the_future_prorates_the_first_period(shop: Shop) -> None:
    anchor = START + 10 * DAY

    subscription = shop.subscribe(shop.customer(), shop.price(3000), billing_cycle_anchor=anchor)

    assert period_end(subscription) == anchor
    assert amounts(shop.latest(subscription)) == [1000]


def test_without_proration_the_time_before_the_anchor_is_free(shop: Shop) -> None:
    subscription = shop.subscribe(
        shop.customer(),
        shop.price(3000),
        billing_cycle_anchor=START + 10 * DAY,
        proration_behavior="none",
    )

    assert subscription.status == "active"
    assert subscription.latest_invoice is None


def test_one_time_items_go_on_the_first_invoice(shop: Shop) -> None:
    product = shop.product("Setup")
    fee = shop.stripe.prices.create({"product": product, "currency": "usd", "unit_amount": 500})

    subscription = shop.subscribe(
        shop.customer(), shop.price(), add_invoice_items=[{"price": fee.id}]
    )

    assert amounts(shop.latest(subscription)) == [1000, 500]


def test_zero_decimal_currencies_are_whole_numbers(shop: Shop) -> None:
    price = shop.price(500, currency="jpy")

    subscription = shop.subscribe(shop.customer(), price, quantity=3)

    invoice = shop.latest(subscription)
    assert (subscription.currency, invoice.currency, invoice.total) == ("jpy", "jpy", 1500)


def test_a_price_in_another_currency_is_used_in_it(shop: Shop) -> None:
    price = shop.price(1000, currency_options={"eur": {"unit_amount": 900}})

    subscription = shop.subscribe(shop.customer(), price, currency="eur")

    assert (subscription.currency, shop.latest(subscription).total) == ("eur", 900)


@pytest.mark.parametrize("given", [{"items": []}, {}])
def test_items_are_needed(shop: Shop, given: Any) -> None:
    customer = shop.customer()

    error = refusal(lambda: shop.stripe.subscriptions.create({"customer": customer, **given}))

    assert (error.code, error.param) == ("parameter_missing", "items")


def test_prices_no_longer_sold_are_refused(shop: Shop) -> None:
    price = shop.price()
    shop.stripe.prices.update(price, {"active": False})

    error = refusal(lambda: shop.subscribe(shop.customer(), price))

    assert "inactive" in str(error)


def test_a_customer_pays_in_one_currency_while_anything_runs_in_it(shop: Shop) -> None:
    customer = shop.customer()
    running = shop.subscribe(customer, shop.price())
    euros = shop.price(900, currency="eur")

    error = refusal(lambda: shop.subscribe(customer, euros))
    shop.stripe.subscriptions.cancel(running.id)
    other = shop.subscribe(customer, euros)

    assert "cannot combine currencies on a single customer" in str(error)
    assert other.currency == shop.stripe.customers.retrieve(customer).currency == "eur"


def test_one_time_prices_are_refused(shop: Shop) -> None:
    product = shop.product()
    once = shop.stripe.prices.create({"product": product, "currency": "usd", "unit_amount": 5})

    error = refusal(lambda: shop.subscribe(shop.customer(), once.id))

    assert "type=recurring" in str(error)


def test_items_are_listed_and_read_one_by_one(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    items = shop.stripe.subscription_items

    listed = items.list({"subscription": subscription.id}).data

    assert [row.id for row in listed] == [item_of(subscription).id]
    assert items.retrieve(listed[0].id).subscription == subscription.id
    assert refusal(lambda: items.retrieve("si_nobodys")).http_status == 404


def test_a_trial_ends_at_a_date_or_never_begins(shop: Shop) -> None:
    customer, price = shop.customer(), shop.price()

    dated = shop.subscribe(customer, price, trial_end=START + 9 * DAY)
    none = shop.subscribe(customer, price, trial_end="now")
    error = refusal(lambda: shop.subscribe(customer, price, trial_end=START - DAY))

    assert (dated.status, dated.trial_end) == ("trialing", START + 9 * DAY)
    assert (none.status, none.trial_end) == ("active", None)
    assert error.param == "trial_end"


def test_an_anchor_lies_in_the_future(shop: Shop) -> None:
    error = refusal(
        lambda: shop.subscribe(shop.customer(), shop.price(), billing_cycle_anchor=START - DAY)
    )

    assert error.param == "billing_cycle_anchor"


def test_a_quantity_is_not_negative(shop: Shop) -> None:
    error = refusal(lambda: shop.subscribe(shop.customer(), shop.price(), quantity=-1))

    assert (error.code, error.param) == ("parameter_invalid_integer", "items[0][quantity]")


def test_a_coupon_in_another_currency_takes_nothing_off_or_its_own_amount(shop: Shop) -> None:
    plain = {"amount_off": 500, "currency": "usd", "duration": "forever"}
    bare = shop.stripe.coupons.create(plain)
    optional = {"eur": {"amount_off": 400}}
    both = shop.stripe.coupons.create({**plain, "currency_options": optional})
    price = shop.price(1000, currency="eur")

    totals = [
        shop.latest(shop.subscribe(shop.customer(), price, discounts=[{"coupon": coupon.id}])).total
        for coupon in (bare, both)
    ]

    assert totals == [1000, 600]


def test_a_coupon_for_some_products_takes_nothing_off_others(shop: Shop) -> None:
    product = shop.product("Pro")
    coupon = shop.stripe.coupons.create(
        {"percent_off": 50, "duration": "forever", "applies_to": {"products": [product]}}
    )
    items = [{"price": shop.price(1000)}, {"price": shop.price(3000, product=product)}]

    subscription = shop.stripe.subscriptions.create(
        {"customer": shop.customer(), "items": items, "discounts": [{"coupon": coupon.id}]}
    )

    assert shop.latest(subscription).total == 2500
