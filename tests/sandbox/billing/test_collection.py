"""Collecting: how it is paused, dunning by test clock, and what voiding gives back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.billing.conftest import DAY, HOUR, SENT, Shop, item_of, period_end, refusal
from tests.sandbox.conftest import START

FAILS = "pm_card_chargeCustomerFail"


def on_clock(shop: Shop, **more: Any) -> tuple[str, Any]:
    """Return a test clock with a subscription whose customer's card has stopped working."""
    clock = shop.stripe.test_helpers.test_clocks.create({"frozen_time": START}).id
    customer = shop.customer(test_clock=clock)
    subscription = shop.subscribe(customer, shop.price(1000), **more)
    shop.give_card(customer, FAILS)
    return clock, subscription


def advance(shop: Shop, clock: str, to: int) -> None:
    shop.stripe.test_helpers.test_clocks.advance(clock, {"frozen_time": to})


def history(shop: Shop, clock: str, subscription: Any, moments: list[int]) -> list[tuple[Any, ...]]:
    """Return status, attempts and the next attempt at each moment of a test clock."""
    found = []
    for moment in moments:
        advance(shop, clock, moment)
        invoice = shop.latest(subscription)
        status = shop.again(subscription).status
        found.append((status, invoice.attempt_count, invoice.next_payment_attempt))
    return found


@pytest.mark.parametrize("end", ["cancel", "unpaid", "past_due"])
def test_a_test_clock_leads_through_dunning_to_its_end(shop: Shop, end: str) -> None:
    shop.account.config["dunning"] = {"retry_days": [3, 5], "end": end}
    clock, subscription = on_clock(shop)
    first = period_end(subscription) + HOUR
    second, third = first + 3 * DAY, first + 8 * DAY

    told = history(shop, clock, subscription, [first - 1, first, second, third])

    last = {"cancel": "canceled"}.get(end, end)
    assert told == [
        ("active", 0, first),
        ("past_due", 1, second),
        ("past_due", 2, third),
        (last, 3, None),
    ]


def test_a_new_card_before_a_retry_ends_dunning(shop: Shop) -> None:
    shop.account.config["dunning"] = {"retry_days": [3]}
    clock, subscription = on_clock(shop)
    first = period_end(subscription) + HOUR
    advance(shop, clock, first)

    shop.give_card(subscription.customer)
    advance(shop, clock, first + 3 * DAY)

    assert shop.again(subscription).status == "active"
    assert shop.latest(subscription).amount_paid == 1000


def test_dunning_may_end_in_a_pause(shop: Shop) -> None:
    shop.account.config["dunning"] = {"retry_days": [3], "end": "pause"}
    clock, subscription = on_clock(shop)
    first = period_end(subscription) + HOUR

    told = history(shop, clock, subscription, [first, first + 3 * DAY])

    why = shop.again(subscription).status_details.paused.subscription.type
    assert [status for status, *_ in told] == ["past_due", "paused"]
    assert (why, shop.latest(subscription).status) == ("final_payment_failure", "open")


def test_what_can_not_be_paused_is_canceled_in_the_end(shop: Shop) -> None:
    shop.account.config["dunning"] = {"retry_days": [], "end": "pause"}
    clock, subscription = on_clock(shop, billing_mode={"type": "classic"})

    advance(shop, clock, period_end(subscription) + HOUR)

    after = shop.again(subscription)
    assert (after.status, after.cancellation_details.reason) == ("canceled", "payment_failed")


@pytest.mark.parametrize(("mode", "status"), [("flexible", "paused"), ("classic", "past_due")])
def test_the_first_failure_may_pause_already_and_retries_go_on(
    shop: Shop, mode: str, status: str
) -> None:
    shop.account.config["dunning"] = {"first": "pause", "retry_days": [3, 5]}
    clock, subscription = on_clock(shop, billing_mode={"type": mode})
    first = period_end(subscription) + HOUR

    told = history(shop, clock, subscription, [first, first + 3 * DAY])

    assert told == [(status, 1, first + 3 * DAY), (status, 2, first + 8 * DAY)]


def test_paying_late_does_not_end_a_pause_after_a_failure(shop: Shop) -> None:
    shop.account.config["dunning"] = {"first": "pause"}
    clock, subscription = on_clock(shop)
    advance(shop, clock, period_end(subscription) + HOUR)
    shop.give_card(subscription.customer)

    shop.stripe.invoices.pay(shop.latest(subscription).id)

    after = shop.again(subscription)
    assert after.status == "paused"
    assert after.status_details.paused.subscription.type == "first_payment_failure"


def paused(shop: Shop, behavior: str, balance: int = 0, **more: Any) -> Any:
    """Return a subscription whose collection is paused, of a customer with a balance."""
    subscription = shop.subscribe(shop.customer(), shop.price(1000))
    shop.stripe.customers.update(subscription.customer, {"balance": balance})
    given = {"pause_collection": {"behavior": behavior, **more}}
    return shop.stripe.subscriptions.update(subscription.id, given)


@pytest.mark.parametrize(
    ("behavior", "status"),
    [("void", "void"), ("mark_uncollectible", "uncollectible"), ("keep_as_draft", "draft")],
)
def test_while_collection_is_paused_invoices_are_closed_at_once_or_kept(
    shop: Shop, behavior: str, status: str
) -> None:
    subscription = paused(shop, behavior)

    shop.pass_time(period_end(subscription))
    at_once = shop.latest(subscription)
    shop.pass_time(period_end(subscription) + 3 * DAY)

    later = shop.latest(subscription)
    assert at_once.status == later.status == status
    assert (later.auto_advance, later.attempted) == (False, False)
    assert shop.again(subscription).status == "active"


def test_a_voided_invoice_leaves_the_customers_credit(shop: Shop) -> None:
    subscription = paused(shop, "void", balance=-300)

    shop.pass_time(period_end(subscription) + HOUR)

    assert shop.stripe.customers.retrieve(subscription.customer).balance == -300


def test_what_was_drafted_before_the_pause_is_collected(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(1000))
    shop.pass_time(period_end(subscription))
    given = {"pause_collection": {"behavior": "void"}}
    shop.stripe.subscriptions.update(subscription.id, given)

    shop.pass_time(period_end(subscription) + HOUR)

    assert shop.latest(subscription).status == "paid"


def test_a_kept_draft_is_collected_by_hand_after_the_pause(shop: Shop) -> None:
    subscription = paused(shop, "keep_as_draft", resumes_at=START + 45 * DAY)

    shop.pass_time(START + 70 * DAY)

    [_, kept, new] = shop.invoices(subscription)
    assert shop.again(subscription).pause_collection is None
    assert (kept.status, new.status) == ("draft", "paid")
    assert shop.stripe.invoices.pay(kept.id).status == "paid"


def test_voiding_gives_back_what_the_balance_paid(shop: Shop) -> None:
    customer = shop.customer(balance=-300)
    subscription = shop.subscribe(customer, shop.price(1000), **SENT)
    invoice = shop.latest(subscription)

    shop.stripe.invoices.void_invoice(invoice.id)

    assert (invoice.amount_due, invoice.ending_balance) == (700, 0)
    assert shop.stripe.customers.retrieve(customer).balance == -300


def test_a_pause_of_collection_that_ends_in_the_past_makes_no_sense(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(1000))
    given = {"pause_collection": {"behavior": "void", "resumes_at": START - DAY}}

    error = refusal(lambda: shop.stripe.subscriptions.update(subscription.id, given))

    assert error.param == "pause_collection[resumes_at]"
    assert item_of(shop.again(subscription)).id == item_of(subscription).id
