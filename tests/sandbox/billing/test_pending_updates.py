from __future__ import annotations

import pytest

from servicebot.sandbox.resources import payment_intents
from tests.sandbox.billing.conftest import (
    DAY,
    HALF,
    HOUR,
    Shop,
    amounts,
    begun,
    broke,
    item_of,
    pend,
    period_end,
    refusal,
)


def test_a_failed_payment_leaves_the_change_and_past_due(shop: Shop) -> None:
    subscription = broke(shop)
    price = shop.price(2000)

    after = shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, price=price),
            "proration_behavior": "always_invoice",
        },
    )

    assert (after.status, item_of(after).price.id) == ("past_due", price)
    assert shop.latest(subscription).status == "open"


def test_error_if_incomplete_changes_nothing(shop: Shop) -> None:
    subscription = broke(shop)
    before = shop.again(subscription).to_dict(for_json=True)

    error = refusal(
        lambda: shop.stripe.subscriptions.update(
            subscription.id,
            {
                "items": shop.change(subscription, price=shop.price(2000)),
                "proration_behavior": "always_invoice",
                "payment_behavior": "error_if_incomplete",
            },
        )
    )

    assert (error.http_status, error.code) == (402, "card_declined")
    assert shop.again(subscription).to_dict(for_json=True) == before
    assert len(shop.invoices(subscription)) == 1


def test_default_incomplete_changes_at_once_and_waits_for_payment(shop: Shop) -> None:
    subscription = begun(shop)
    price = shop.price(2000)

    after = shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, price=price),
            "proration_behavior": "always_invoice",
            "payment_behavior": "default_incomplete",
        },
    )

    assert (after.status, item_of(after).price.id) == ("past_due", price)
    shop.stripe.invoices.pay(after.latest_invoice)
    assert shop.again(subscription).status == "active"


def test_a_pending_update_waits_23_hours(shop: Shop) -> None:
    subscription, price = broke(shop), shop.price(2000)
    old = item_of(subscription).price.id

    after = pend(shop, subscription, price)

    assert (after.status, item_of(after).price.id) == ("active", old)
    assert after.pending_update.expires_at == HALF + 23 * HOUR
    assert after.pending_update.subscription_items[0].price.id == price
    shop.pass_time(HALF + 23 * HOUR)
    expired = shop.again(subscription)
    assert expired.pending_update is None
    assert item_of(expired).price.id == old
    assert shop.latest(subscription).status == "void"
    assert "customer.subscription.pending_update_expired" in shop.events()
    payment = shop.stripe.invoice_payments.list({"invoice": after.latest_invoice}).data[0]
    intent = shop.stripe.payment_intents.retrieve(payment.payment.payment_intent)
    assert (payment.status, intent.status) == ("canceled", "canceled")


def test_a_pending_update_is_applied_when_paid(shop: Shop) -> None:
    subscription, price = broke(shop), shop.price(2000)
    after = pend(shop, subscription, price)
    shop.give_card(subscription.customer)

    shop.stripe.invoices.pay(after.latest_invoice)

    applied = shop.again(subscription)
    assert (applied.pending_update, item_of(applied).price.id) == (None, price)
    assert "customer.subscription.pending_update_applied" in shop.events()
    preview = shop.preview(
        applied,
        items=shop.change(applied, price=shop.price(1000)),
        proration_behavior="always_invoice",
    )
    assert amounts(preview) == [-1000, 500]


def test_voiding_the_invoice_drops_a_pending_update(shop: Shop) -> None:
    subscription = broke(shop)
    after = pend(shop, subscription, shop.price(2000))

    shop.stripe.invoices.void_invoice(after.latest_invoice)

    assert shop.again(subscription).pending_update is None


def test_a_pending_update_is_applied_once_the_bank_agrees(shop: Shop) -> None:
    subscription, price = broke(shop, "pm_card_authenticationRequired"), shop.price(2000)

    after = pend(shop, subscription, price)

    invoice = shop.stripe.invoices.retrieve(after.latest_invoice, {"expand": ["payments"]})
    intent = invoice.payments.data[0].payment.payment_intent
    assert shop.stripe.payment_intents.retrieve(intent).status == "requires_action"
    shop.stripe.payment_intents.confirm(intent, {"payment_method": "pm_card_visa"})
    assert item_of(shop.again(subscription)).price.id == price


def test_a_paid_change_pends_nothing(shop: Shop) -> None:
    subscription, price = begun(shop), shop.price(2000)

    after = pend(shop, subscription, price)

    assert (after.pending_update, item_of(after).price.id) == (None, price)


def test_only_some_changes_can_pend(shop: Shop) -> None:
    subscription = broke(shop)

    error = refusal(lambda: pend(shop, subscription, shop.price(), description="New"))

    assert (error.http_status, error.param) == (400, "description")


def test_a_second_change_replaces_a_pending_one(shop: Shop) -> None:
    subscription = broke(shop)
    first = pend(shop, subscription, shop.price(2000))

    second = pend(shop, subscription, shop.price(3000))

    assert second.latest_invoice != first.latest_invoice
    assert shop.stripe.invoices.retrieve(first.latest_invoice).status == "void"
    assert second.pending_update is not None


def test_a_sent_invoice_of_a_change_waits_for_its_payer(shop: Shop) -> None:
    subscription = begun(shop, collection_method="send_invoice", days_until_due=7)

    shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, price=shop.price(3000)),
            "proration_behavior": "always_invoice",
        },
    )

    invoice = shop.latest(subscription)
    assert (invoice.status, invoice.amount_due, invoice.due_date) == ("open", 1000, HALF + 7 * DAY)


def test_changes_can_pend_only_where_they_are_charged(shop: Shop) -> None:
    subscription = begun(shop, collection_method="send_invoice", days_until_due=7)

    error = refusal(lambda: pend(shop, subscription, shop.price(2000)))

    assert error.param == "payment_behavior"


def test_a_change_that_is_charged_needs_a_card(shop: Shop) -> None:
    subscription = begun(shop)
    shop.stripe.customers.update(
        subscription.customer, {"invoice_settings": {"default_payment_method": ""}}
    )

    error = refusal(lambda: pend(shop, subscription, shop.price(2000)))

    assert error.code == "resource_missing"
    assert len(shop.invoices(subscription)) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_the_banks_answer_decides_on_a_pending_update(shop: Shop, accepted: bool) -> None:
    subscription, price = broke(shop, "pm_card_threeDSecure2Required"), shop.price(2000)
    pended = pend(shop, subscription, price)
    payment = shop.stripe.invoice_payments.list({"invoice": pended.latest_invoice}).data[0]
    intent = shop.account.get("payment_intent", payment.payment.payment_intent)

    payment_intents.settle(shop.account, intent, accepted=accepted)

    after = shop.again(subscription)
    assert (item_of(after).price.id == price) is accepted
    assert (after.pending_update is None) is accepted
    assert shop.latest(subscription).status == ("paid" if accepted else "open")
    assert ("invoice.payment_failed" in shop.events()) is not accepted


def test_a_pending_update_ends_with_its_period_at_the_latest(shop: Shop) -> None:
    subscription = broke(shop)
    shop.pass_time(period_end(subscription) - HOUR)

    after = pend(shop, subscription, shop.price(40_000))

    assert after.pending_update.expires_at == period_end(subscription)
