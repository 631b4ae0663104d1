"""Pausing by call, and how what was paused goes on."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.sandbox.billing.conftest import (
    DAY,
    HALF,
    HOUR,
    SENT,
    Shop,
    amounts,
    begun,
    item_of,
    refusal,
)

INVOICED = {"invoicing_behavior": "invoice"}
CHARGED = {"payment_behavior": "resume_on_payment_success"}
FAILS = "pm_card_chargeCustomerFail"


def pause(shop: Shop, subscription: Any, **given: Any) -> Any:
    return shop.stripe.subscriptions.pause(subscription.id, given)


def resume(shop: Shop, subscription: Any, **given: Any) -> Any:
    return shop.stripe.subscriptions.resume(subscription.id, given)


def waiting(shop: Shop) -> list[int]:
    found = shop.stripe.invoice_items.list({"pending": True}).data
    return [item.amount for item in found]


def test_pausing_stops_the_period_and_says_why(shop: Shop) -> None:
    subscription = begun(shop)

    after = pause(shop, subscription, type="subscription")

    why = after.status_details.paused
    assert (after.status, why.subscription.type) == ("paused", "pause_requested")
    assert why.transitioned_at == item_of(after).current_period_end == HALF
    assert shop.events()[-2:] == ["customer.subscription.paused", "invoiceitem.created"]


def test_what_is_paused_bills_nothing(shop: Shop) -> None:
    subscription = begun(shop)
    pause(shop, subscription)

    shop.pass_time(HALF + 90 * DAY)

    assert shop.again(subscription).status == "paused"
    assert len(shop.invoices(subscription)) == 1


def test_unused_time_waits_as_credit_for_the_next_invoice(shop: Shop) -> None:
    subscription = begun(shop)
    pause(shop, subscription)
    shop.pass_time(HALF + 10 * DAY)

    after = resume(shop, subscription, **CHARGED)

    assert amounts(shop.latest(subscription)) == [-500, 1000]
    assert (after.status, after.billing_cycle_anchor) == ("active", shop.clock.now)


@pytest.mark.parametrize(
    ("since", "credit"), [("now", [-500]), ("item_current_period_start", [-1000]), ("none", [])]
)
def test_how_much_comes_back_is_the_callers_choice(
    shop: Shop, since: str, credit: list[int]
) -> None:
    pause(shop, begun(shop), bill_for={"unused_time_from": {"type": since}})

    assert waiting(shop) == credit


def test_credit_is_invoiced_at_once_where_asked(shop: Shop) -> None:
    subscription = begun(shop)

    preview = shop.preview(subscription, pause=INVOICED)
    after = pause(shop, subscription, **INVOICED)

    invoice = shop.latest(subscription)
    assert amounts(invoice) == amounts(preview) == [-500]
    assert (after.status, invoice.status, invoice.ending_balance) == ("paused", "paid", -500)


@pytest.mark.parametrize(("through", "used"), [("now", [500]), ("none", [])])
def test_use_is_billed_up_to_the_pause(shop: Shop, through: str, used: list[int]) -> None:
    meter = shop.stripe.billing.meters.create(
        {"display_name": "Use", "event_name": "use", "default_aggregation": {"formula": "sum"}}
    )
    price = shop.price(10, recurring={"usage_type": "metered", "meter": meter.id})
    subscription = shop.subscribe(shop.customer(), price)
    payload = {"stripe_customer_id": subscription.customer, "value": "50"}
    shop.stripe.billing.meter_events.create({"event_name": "use", "payload": payload})
    shop.pass_time(HALF)

    pause(shop, subscription, bill_for={"outstanding_usage_through": {"type": through}})

    assert waiting(shop) == used


def test_a_pause_without_an_invoice_has_no_preview(shop: Shop) -> None:
    subscription = begun(shop)
    nothing = {**INVOICED, "bill_for": {"unused_time_from": {"type": "none"}}}

    later = refusal(lambda: shop.preview(subscription, pause={"type": "subscription"}))
    never = refusal(lambda: shop.preview(subscription, pause=nothing))

    assert {later.code, never.code} == {"invoice_upcoming_none"}
    assert pause(shop, subscription, **nothing).latest_invoice == subscription.latest_invoice


@pytest.mark.parametrize(
    "given",
    [{"billing_mode": {"type": "classic"}}, {"trial_period_days": 30}, SENT],
    ids=["classic", "trialing", "sent"],
)
def test_what_can_not_be_paused(shop: Shop, given: Any) -> None:
    subscription = begun(shop, **given)

    error = refusal(lambda: pause(shop, subscription))

    assert error.http_status == 400
    assert shop.again(subscription).status != "paused"


def test_no_pause_under_a_schedule_and_no_schedule_over_a_pause(shop: Shop) -> None:
    subscription = begun(shop)
    create = shop.stripe.subscription_schedules.create
    schedule = create({"from_subscription": subscription.id})

    error = refusal(lambda: pause(shop, subscription))
    shop.stripe.subscription_schedules.release(schedule.id)
    pause(shop, subscription)
    other = refusal(lambda: create({"from_subscription": subscription.id}))

    assert schedule.id in str(error)
    assert "paused" in str(other)


def test_neither_twice_nor_after_the_end(shop: Shop) -> None:
    subscription, ended = begun(shop), begun(shop)
    shop.stripe.subscriptions.cancel(ended.id)
    pause(shop, subscription)

    errors = [refusal(partial(pause, shop, each)) for each in (subscription, ended)]

    assert [error.http_status for error in errors] == [400, 400]


def test_by_itself_resuming_waits_until_somebody_pays(shop: Shop) -> None:
    subscription = begun(shop)
    pause(shop, subscription)

    after = resume(shop, subscription)

    invoice = shop.stripe.invoices.retrieve(after.latest_invoice)
    assert (after.status, invoice.status, invoice.attempted) == ("paused", "open", False)
    shop.stripe.invoices.pay(invoice.id)
    assert shop.again(subscription).status == "active"
    assert shop.events()[-1] == "customer.subscription.resumed"


def test_a_refused_first_attempt_resumes_past_due(shop: Shop) -> None:
    subscription = begun(shop)
    pause(shop, subscription)
    shop.give_card(subscription.customer, FAILS)
    invoice = resume(shop, subscription).latest_invoice

    refusal(lambda: shop.stripe.invoices.pay(invoice))

    assert shop.again(subscription).status == "past_due"


def test_an_attempt_that_nobody_makes_ends_after_23_hours(shop: Shop) -> None:
    subscription = begun(shop)
    pause(shop, subscription)
    resume(shop, subscription)

    shop.pass_time(shop.clock.now + 23 * HOUR)

    assert shop.latest(subscription).status == "void"
    assert shop.again(subscription).status == "paused"


def test_on_success_it_is_tried_again_and_stays_paused_meanwhile(shop: Shop) -> None:
    subscription = begun(shop)
    pause(shop, subscription)
    shop.give_card(subscription.customer, FAILS)

    after = resume(shop, subscription, **CHARGED)
    shop.give_card(subscription.customer)
    shop.pass_time(shop.clock.now + 3 * DAY)

    assert after.status == "paused"
    assert shop.again(subscription).status == "active"
    assert shop.latest(subscription).attempt_count == 2


def test_retries_come_to_an_end_and_the_pause_does_not(shop: Shop) -> None:
    subscription = begun(shop)
    pause(shop, subscription)
    shop.give_card(subscription.customer, FAILS)
    resume(shop, subscription, **CHARGED)

    shop.pass_time(shop.clock.now + 40 * DAY)

    assert shop.again(subscription).status == "paused"
    assert shop.latest(subscription).next_payment_attempt is None


def test_a_voided_resumption_leaves_it_paused_and_a_written_off_one_resumes(shop: Shop) -> None:
    subscription = begun(shop)
    pause(shop, subscription)

    shop.stripe.invoices.void_invoice(resume(shop, subscription).latest_invoice)
    voided = shop.again(subscription).status
    shop.stripe.invoices.mark_uncollectible(resume(shop, subscription).latest_invoice)

    assert (voided, shop.again(subscription).status) == ("paused", "active")


def test_an_old_invoice_that_is_paid_resumes_nothing(shop: Shop) -> None:
    subscription = begun(shop)
    shop.give_card(subscription.customer, FAILS)
    shop.pass_time(item_of(subscription).current_period_end + HOUR)
    owed = shop.latest(subscription)
    pause(shop, subscription)
    shop.give_card(subscription.customer)

    shop.stripe.invoices.pay(owed.id)

    assert shop.again(subscription).status == "paused"


def test_what_costs_nothing_resumes_at_once(shop: Shop) -> None:
    subscription = begun(shop)
    pause(shop, subscription, bill_for={"unused_time_from": {"type": "none"}})

    after = resume(
        shop,
        subscription,
        billing_cycle_anchor={"type": "unchanged"},
        proration_behavior="none",
    )

    assert after.status == "active"
    assert after.latest_invoice == subscription.latest_invoice


def test_only_what_is_paused_and_charged_resumes(shop: Shop) -> None:
    running, sent = begun(shop), begun(shop)
    pause(shop, sent)
    shop.stripe.subscriptions.update(sent.id, SENT)

    errors = [refusal(partial(resume, shop, each)) for each in (running, sent)]

    assert [error.http_status for error in errors] == [400, 400]
