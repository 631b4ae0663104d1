"""Writes happen once, say so in our shapes, and leave at Stripe what was meant."""

from __future__ import annotations

import pytest

from servicebot.gateway import errors
from servicebot.gateway.client import Gateway
from servicebot.sandbox.world import Sandbox
from tests.world import Objects, Shop


def test_a_change_is_made_and_shown(shop: Shop, gateway: Gateway, at_stripe: Objects) -> None:
    subscription = shop.subscribe(shop.customer("Ada"))

    changed = gateway.update_subscription(
        subscription, {"cancel_at_period_end": True, "metadata": {"a": "b"}}, key="one"
    )

    assert changed.cancels_at_period_end
    assert changed.metadata == {"a": "b"}
    assert changed.cancel_at == changed.period_end
    assert at_stripe[subscription]["cancel_at_period_end"] is True


def test_a_changed_subscription_still_shows_its_discount(shop: Shop, gateway: Gateway) -> None:
    off = {"amount_off": 500, "currency": "usd", "duration": "forever", "name": "Hello"}
    coupon = shop.stripe.v1.coupons.create(off)
    subscription = shop.subscribe(shop.customer("Ada"), discounts=[{"coupon": coupon.id}])

    changed = gateway.update_subscription(subscription, {"description": "x"}, key="one")
    ended = gateway.cancel_now(subscription, {}, key="two")

    assert [d.coupon.name for d in changed.discounts] == ["Hello"]
    assert [d.coupon.amount_off for d in ended.discounts] == [500]


def test_the_same_key_makes_one(shop: Shop, gateway: Gateway, at_stripe: Objects) -> None:
    customer = shop.customer("Ada")
    params = {"customer": customer, "items": [{"price": shop.prices["Team month"]}]}

    first = gateway.create_subscription(params, key="one")
    again = gateway.create_subscription(params, key="one")

    assert first == again
    assert len(at_stripe.all("subscription")) == 1


@pytest.mark.parametrize("fault", ["lost", "timeout", "reset"])
def test_an_answer_that_did_not_come_is_asked_for_again(
    world: Sandbox, shop: Shop, gateway: Gateway, at_stripe: Objects, fault: str
) -> None:
    params = {
        "customer": shop.customer("Ada"),
        "items": [{"price": shop.prices["Team month"]}],
    }
    world.account("sk_test_acme").weather.bring(fault)  # type: ignore[arg-type]

    made = gateway.create_subscription(params, key="one")

    assert [s["id"] for s in at_stripe.all("subscription")] == [made.id]


def test_a_write_that_stays_unanswered_is_unavailable_and_may_have_happened(
    world: Sandbox, shop: Shop, gateway: Gateway, at_stripe: Objects
) -> None:
    subscription = shop.subscribe(shop.customer("Ada"))
    world.account("sk_test_acme").weather.bring("lost", times=2)

    with pytest.raises(errors.UnavailableError):
        gateway.update_subscription(subscription, {"description": "x"}, key="one")

    assert at_stripe[subscription]["description"] == "x"
    assert gateway.update_subscription(subscription, {"description": "x"}, key="one")


def test_an_end_now_refunds_nothing_and_keeps_the_words(
    shop: Shop, gateway: Gateway, at_stripe: Objects
) -> None:
    customer = shop.customer("Ada")
    subscription = shop.subscribe(customer)
    details = {"feedback": "unused", "comment": "Bye"}

    ended = gateway.cancel_now(subscription, details, key="one")

    assert ended.status == "canceled"
    assert ended.ended_at is not None
    assert at_stripe[subscription]["cancellation_details"]["comment"] == "Bye"
    assert at_stripe[customer]["balance"] == 0
    assert all(invoice["total"] >= 0 for invoice in at_stripe.all("invoice"))


def test_a_card_is_saved_for_later_and_by_cards_alone(
    shop: Shop, gateway: Gateway, at_stripe: Objects
) -> None:
    customer = shop.customer("Ada")

    intent = gateway.create_setup_intent(customer, {"sb_portal": "p"}, key="one")

    kept = at_stripe[intent.id]
    assert (kept["customer"], kept["usage"]) == (customer, "off_session")
    assert kept["automatic_payment_methods"] == {"enabled": True, "allow_redirects": "never"}
    assert gateway.setup_intent(intent.id).metadata == {"sb_portal": "p"}
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert (intent.status, intent.payment_method_id) == ("requires_payment_method", "")


def test_an_attempt_that_is_given_up_is_canceled(
    shop: Shop, gateway: Gateway, at_stripe: Objects
) -> None:
    intent = gateway.create_setup_intent("", {}, key="")

    gateway.cancel_setup_intent(intent.id)

    assert at_stripe[intent.id]["status"] == "canceled"
    assert gateway.setup_intent(intent.id).customer_id == ""


def test_a_default_is_one_customers_alone(shop: Shop, gateway: Gateway, at_stripe: Objects) -> None:
    ada, ben = shop.customer("Ada"), shop.customer("Ben")
    others = at_stripe[ben]["invoice_settings"]["default_payment_method"]
    card = shop.stripe.v1.payment_methods.attach("pm_card_mastercard", {"customer": ada})

    changed = gateway.make_default(ada, card.id, key="one")

    assert changed.default_payment_method_id == card.id
    assert at_stripe[ben]["invoice_settings"]["default_payment_method"] == others
    newest, _older = gateway.payment_methods(ada)
    assert (newest.brand, newest.last4, newest.type) == ("mastercard", "4444", "card")


def test_a_card_that_is_declined_says_so_and_the_invoice_stays_open(
    shop: Shop, gateway: Gateway, at_stripe: Objects
) -> None:
    customer = shop.customer("Ada", "pm_card_chargeCustomerFail")
    subscription = shop.subscribe(customer, payment_behavior="default_incomplete")
    started = gateway.subscription(subscription)
    card = gateway.customer(customer).default_payment_method_id

    with pytest.raises(errors.CardDeclinedError) as caught:
        gateway.pay_invoice(started.latest_invoice_id, card)

    assert caught.value.code == "card_declined"
    assert str(caught.value)
    assert at_stripe[started.latest_invoice_id]["status"] == "open"


def test_a_bank_that_wants_to_be_asked_is_no_decline(shop: Shop, gateway: Gateway) -> None:
    customer = shop.customer("Ada", "pm_card_threeDSecure2Required")
    subscription = shop.subscribe(customer, payment_behavior="default_incomplete")
    invoice = gateway.subscription(subscription).latest_invoice_id
    card = gateway.customer(customer).default_payment_method_id

    with pytest.raises(errors.AuthenticationRequiredError):
        gateway.pay_invoice(invoice, card)

    assert gateway.invoice(invoice).client_secret


def test_a_customer_without_a_card_has_none(shop: Shop, gateway: Gateway) -> None:
    customer = shop.customer("Ada", card="")

    assert gateway.payment_methods(customer) == ()
    assert gateway.customer(customer).default_payment_method_id == ""


def test_a_paused_one_says_why_and_runs_again(shop: Shop, gateway: Gateway) -> None:
    clocks = shop.stripe.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": 1_800_000_000})
    ada = shop.customer("Ada", card="", test_clock=clock.id)
    without_card = {"end_behavior": {"missing_payment_method": "pause"}}
    subscription = shop.subscribe(ada, trial_period_days=3, trial_settings=without_card)
    clocks.advance(clock.id, {"frozen_time": 1_800_000_000 + 4 * 24 * 3600})
    method = shop.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": ada})
    gateway.make_default(ada, method.id, key="card")
    paused = gateway.subscription(subscription)

    terms = {
        "billing_cycle_anchor": {"type": "now"},
        "payment_behavior": "resume_on_payment_success",
    }
    resumed = gateway.resume(subscription, terms, key="one")

    assert (paused.status, paused.paused_because) == ("paused", "trial_end_without_payment_method")
    assert (resumed.status, resumed.paused_because) == ("active", "")


def test_a_draft_is_finalized_and_not_charged(
    shop: Shop, gateway: Gateway, at_stripe: Objects
) -> None:
    ada = shop.customer("Ada")
    shop.stripe.v1.invoice_items.create({"customer": ada, "amount": 100, "currency": "usd"})
    draft = shop.stripe.v1.invoices.create(
        {"customer": ada, "pending_invoice_items_behavior": "include"}
    )

    invoice = gateway.finalize_invoice(draft.id)

    assert (invoice.status, invoice.amount_remaining) == ("open", 100)
    assert at_stripe[draft.id]["auto_advance"] is False


def test_a_card_is_taken_from_its_customer(shop: Shop, gateway: Gateway) -> None:
    ada = shop.customer("Ada")
    (method,) = gateway.payment_methods(ada)

    gone = gateway.detach(method.id, key="one")

    assert gateway.payment_method(method.id).customer_id == gone.customer_id == ""
    assert gateway.payment_methods(ada) == ()


def test_a_write_leaves_stripes_id_of_it(world: Sandbox, shop: Shop, gateway: Gateway) -> None:
    customer = shop.customer("Ada")
    before = gateway.last_request_id

    gateway.update_customer(customer, {"name": "Ada Ltd"})
    changed = gateway.last_request_id
    gateway.customer(customer)
    tax_id = gateway.add_tax_id(customer, "eu_vat", "DE123456789")
    gateway.remove_tax_id(customer, tax_id.id)

    assert before == ""
    assert changed == world.calls[-4].request_id
    assert gateway.last_request_id == world.calls[-1].request_id
