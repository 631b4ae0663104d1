from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.billing.conftest import (
    DAY,
    HOUR,
    SENT,
    Shop,
    amounts,
    period_end,
    refusal,
)
from tests.sandbox.conftest import START


def unpaid(shop: Shop, card: str = "pm_card_chargeCustomerFail") -> Any:
    """Return a subscription whose renewal was not paid."""
    subscription = shop.subscribe(shop.customer(), shop.price())
    shop.give_card(subscription.customer, card)
    shop.pass_time(period_end(subscription) + HOUR)
    return subscription


def test_invoices_are_listed_newest_first_by_customer_subscription_status_and_date(
    shop: Shop,
) -> None:
    subscription = unpaid(shop)
    other = shop.subscribe(shop.customer(), shop.price())
    listed = shop.stripe.invoices.list

    def ids(**given: Any) -> list[str]:
        return [row.id for row in listed(given).data]

    first, second = shop.invoices(subscription)
    assert ids(subscription=subscription.id) == [second.id, first.id]
    assert ids(customer=subscription.customer, status="open") == [second.id]
    assert ids(created={"lte": START}) == [first.id]
    assert set(ids()) == {first.id, second.id, other.latest_invoice}


def test_lines_are_paged(shop: Shop) -> None:
    prices = [{"price": shop.price(amount)} for amount in (100, 200, 300)]
    subscription = shop.stripe.subscriptions.create({"customer": shop.customer(), "items": prices})
    lines = shop.stripe.invoices.line_items

    page = lines.list(subscription.latest_invoice, {"limit": 2})
    rest = lines.list(subscription.latest_invoice, {"starting_after": page.data[-1].id})

    assert ([line.amount for line in page.data], page.has_more) == ([100, 200], True)
    assert ([line.amount for line in rest.data], rest.has_more) == ([300], False)


def test_a_declined_payment_is_told_and_the_invoice_stays_open(shop: Shop) -> None:
    subscription = unpaid(shop)

    error = refusal(lambda: shop.stripe.invoices.pay(shop.latest(subscription).id))

    assert (error.http_status, error.code, error.error.decline_code) == (
        402,
        "card_declined",
        "generic_decline",
    )
    assert error.error.payment_intent.id.startswith("pi_")
    assert shop.latest(subscription).status == "open"


def test_a_payment_that_needs_the_bank_is_told(shop: Shop) -> None:
    subscription = unpaid(shop, "pm_card_threeDSecure2Required")
    invoice = shop.latest(subscription)

    error = refusal(lambda: shop.stripe.invoices.pay(invoice.id, {"off_session": False}))

    assert (error.http_status, error.code) == (402, "invoice_payment_intent_requires_action")
    again = shop.stripe.invoices.retrieve(invoice.id, {"expand": ["confirmation_secret"]})
    assert again.confirmation_secret.client_secret == error.error.payment_intent.client_secret


def test_an_invoice_is_paid_with_another_card(shop: Shop) -> None:
    subscription = unpaid(shop)
    card = shop.stripe.payment_methods.attach(
        "pm_card_mastercard", {"customer": subscription.customer}
    )

    paid = shop.stripe.invoices.pay(
        shop.latest(subscription).id, {"payment_method": card.id, "off_session": False}
    )

    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 1000, 0)
    assert shop.again(subscription).status == "active"


def test_attempts_share_one_payment_intent(shop: Shop) -> None:
    subscription = unpaid(shop)
    shop.give_card(subscription.customer)

    shop.stripe.invoices.pay(shop.latest(subscription).id)

    rows = shop.stripe.invoice_payments.list({"invoice": shop.latest(subscription).id}).data
    assert [(row.status, row.amount_paid, row.is_default) for row in rows] == [("paid", 1000, True)]
    found = shop.stripe.invoice_payments.retrieve(rows[0].id)
    assert found.payment.payment_intent == rows[0].payment.payment_intent


def test_an_invoice_is_paid_once(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())

    error = refusal(lambda: shop.stripe.invoices.pay(subscription.latest_invoice))

    assert (error.http_status, str(error.user_message)) == (400, "Invoice is already paid")


def test_an_invoice_is_settled_outside_of_stripe(shop: Shop) -> None:
    subscription = unpaid(shop)

    paid = shop.stripe.invoices.pay(shop.latest(subscription).id, {"paid_out_of_band": True})

    assert paid.status == "paid"
    intents = shop.stripe.payment_intents.list({"customer": subscription.customer}).data
    assert intents[0].status in {"canceled", "succeeded"}


def test_void_and_uncollectible_close_an_open_invoice(shop: Shop) -> None:
    one, two = unpaid(shop), shop.subscribe(shop.customer(card=None), shop.price(), **SENT)
    invoices = shop.stripe.invoices

    voided = invoices.void_invoice(shop.latest(one).id)
    lost = invoices.mark_uncollectible(two.latest_invoice)

    assert (voided.status, voided.status_transitions.voided_at) == ("void", shop.clock.now)
    assert lost.status == "uncollectible"
    assert {"invoice.voided", "invoice.marked_uncollectible"} <= set(shop.events())


def test_what_is_paid_is_not_voided(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())

    error = refusal(lambda: shop.stripe.invoices.void_invoice(subscription.latest_invoice))

    assert error.http_status == 400


def test_an_invoice_made_by_hand(shop: Shop) -> None:
    customer = shop.customer()
    items = shop.stripe.invoice_items
    items.create({"customer": customer, "amount": 2500, "currency": "usd", "description": "Help"})

    draft = shop.stripe.invoices.create(
        {
            "customer": customer,
            "pending_invoice_items_behavior": "include",
            "metadata": {"by": "hand"},
        }
    )
    open_ = shop.stripe.invoices.finalize_invoice(draft.id)
    paid = shop.stripe.invoices.pay(draft.id)

    assert (draft.status, draft.number, draft.billing_reason) == ("draft", None, "manual")
    assert (amounts(open_), open_.status, open_.lines.data[0].description) == (
        [2500],
        "open",
        "Help",
    )
    assert (paid.status, paid.parent, paid.metadata["by"]) == ("paid", None, "hand")
    assert items.list({"customer": customer, "pending": True}).data == []


def test_items_are_added_to_a_draft_and_deleted_before(shop: Shop) -> None:
    customer = shop.customer()
    product = shop.product("Setup")
    once = shop.stripe.prices.create({"product": product, "currency": "usd", "unit_amount": 700})
    draft = shop.stripe.invoices.create({"customer": customer, "currency": "usd"})
    items = shop.stripe.invoice_items

    items.create(
        {
            "customer": customer,
            "invoice": draft.id,
            "pricing": {"price": once.id},
            "quantity": 2,
        }
    )
    loose = items.create({"customer": customer, "amount": 5, "currency": "usd"})
    gone = items.delete(loose.id)

    assert shop.stripe.invoices.retrieve(draft.id).total == 1400
    assert gone.deleted is True


def test_pending_items_come_with_the_next_renewal(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    shop.stripe.invoice_items.create(
        {
            "customer": subscription.customer,
            "amount": 300,
            "currency": "usd",
            "subscription": subscription.id,
        }
    )

    preview = shop.preview(subscription)
    shop.pass_time(period_end(subscription) + HOUR)

    assert amounts(preview) == amounts(shop.latest(subscription)) == [300, 1000]


def test_a_draft_can_be_deleted(shop: Shop) -> None:
    draft = shop.stripe.invoices.create({"customer": shop.customer(), "currency": "usd"})

    assert shop.stripe.invoices.delete(draft.id).deleted is True


def test_metadata_and_advancing_are_updated(shop: Shop) -> None:
    subscription = unpaid(shop)
    update = shop.stripe.invoices.update

    changed = update(shop.latest(subscription).id, {"auto_advance": False, "metadata": {"a": "1"}})

    assert (changed.auto_advance, changed.metadata["a"]) == (False, "1")


def test_credit_is_used_before_the_card(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(balance=-300), shop.price())

    invoice = shop.latest(subscription)

    assert (invoice.total, invoice.amount_due, invoice.amount_paid) == (1000, 700, 700)
    assert (invoice.starting_balance, invoice.ending_balance) == (-300, 0)


def test_credit_comes_back_from_an_invoice_that_is_voided(shop: Shop) -> None:
    customer = shop.customer("pm_card_chargeCustomerFail", balance=-300)
    subscription = shop.subscribe(customer, shop.price())
    used = shop.stripe.customers.retrieve(customer).balance

    shop.stripe.invoices.void_invoice(subscription.latest_invoice)

    assert (used, shop.stripe.customers.retrieve(customer).balance) == (0, -300)


def test_too_small_an_amount_waits_on_the_balance(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(20))

    invoice = shop.latest(subscription)

    customer = shop.stripe.customers.retrieve(subscription.customer)
    assert (invoice.status, invoice.amount_due, invoice.ending_balance) == ("paid", 0, 20)
    assert customer.balance == 20


def test_voiding_the_first_invoice_ends_what_waited_for_it(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer("pm_card_chargeCustomerFail"), shop.price())

    shop.stripe.invoices.void_invoice(subscription.latest_invoice)

    assert shop.again(subscription).status == "incomplete_expired"


@pytest.mark.parametrize(
    ("given", "found"),
    [({"gte": START + 5 * DAY}, 1), ({"lt": START + 5 * DAY}, 0), (START + 5 * DAY, 1)],
)
def test_sent_invoices_are_found_by_their_due_date(shop: Shop, given: Any, found: int) -> None:
    shop.subscribe(shop.customer(card=None), shop.price(), **SENT)
    shop.subscribe(shop.customer(), shop.price())

    assert len(shop.stripe.invoices.list({"due_date": given}).data) == found


def test_what_is_settled_takes_metadata_only(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    update = shop.stripe.invoices.update

    error = refusal(lambda: update(subscription.latest_invoice, {"description": "Late"}))

    assert error.http_status == 400
    assert update(subscription.latest_invoice, {"metadata": {"a": "1"}}).metadata["a"] == "1"


def test_a_void_invoice_is_not_paid(shop: Shop) -> None:
    subscription = unpaid(shop)
    voided = shop.stripe.invoices.void_invoice(shop.latest(subscription).id)

    assert refusal(lambda: shop.stripe.invoices.pay(voided.id)).http_status == 400


def test_an_invoice_is_finalized_once(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())

    error = refusal(lambda: shop.stripe.invoices.finalize_invoice(subscription.latest_invoice))

    assert "already finalized" in str(error)


def test_a_draft_of_a_subscription_is_not_deleted(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    shop.pass_time(period_end(subscription))

    error = refusal(lambda: shop.stripe.invoices.delete(shop.latest(subscription).id))

    assert error.http_status == 400


def test_a_draft_told_to_advance_is_collected(shop: Shop) -> None:
    customer = shop.customer()
    shop.stripe.invoice_items.create({"customer": customer, "amount": 900, "currency": "usd"})
    given = {"customer": customer, "pending_invoice_items_behavior": "include"}
    draft = shop.stripe.invoices.create(given)

    shop.stripe.invoices.update(draft.id, {"auto_advance": True})
    shop.pass_time(START + HOUR)

    assert shop.stripe.invoices.retrieve(draft.id).status == "paid"


def test_items_on_an_invoice_stay_there(shop: Shop) -> None:
    customer = shop.customer()
    items = shop.stripe.invoice_items
    draft = shop.stripe.invoices.create({"customer": customer, "currency": "usd"})
    item = items.create({"customer": customer, "amount": 5, "invoice": draft.id})
    shop.stripe.invoices.finalize_invoice(draft.id)

    held = refusal(lambda: items.delete(item.id))
    late = refusal(lambda: items.create({"customer": customer, "amount": 5, "invoice": draft.id}))

    assert items.retrieve(item.id).invoice == draft.id
    assert held.http_status == 400
    assert late.param == "invoice"


def test_payments_are_found_by_their_intent(shop: Shop) -> None:
    shop.subscribe(shop.customer(), shop.price())
    mine = shop.latest(shop.subscribe(shop.customer(), shop.price()))
    listed = shop.stripe.invoice_payments.list
    intent = listed({"invoice": mine.id}).data[0].payment.payment_intent

    found = listed({"payment": {"type": "payment_intent", "payment_intent": intent}})

    assert [row.invoice for row in found.data] == [mine.id]
