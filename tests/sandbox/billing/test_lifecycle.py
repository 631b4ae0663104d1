from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from stripe import StripeClient

from servicebot.sandbox.billing import lifecycle
from servicebot.sandbox.doors import InProcessClient
from servicebot.sandbox.world import Sandbox
from tests.sandbox.billing.conftest import DAY, HOUR, Shop, amounts, item_of, period_end, refusal
from tests.sandbox.conftest import KEY, START, Clock


def on_clock(shop: Shop, card: str | None = "pm_card_visa", **more: Any) -> tuple[str, Any]:
    """Return a test clock and a subscription that lives on it."""
    clock = shop.stripe.test_helpers.test_clocks.create({"frozen_time": START}).id
    customer = shop.customer(card, test_clock=clock)
    return clock, shop.subscribe(customer, shop.price(), **more)


def advance(shop: Shop, clock: str, to: int) -> None:
    shop.stripe.test_helpers.test_clocks.advance(clock, {"frozen_time": to})


def test_a_clock_renews_with_a_draft_that_is_paid_an_hour_later(shop: Shop) -> None:
    clock, subscription = on_clock(shop)
    end = period_end(subscription)

    advance(shop, clock, end)
    draft = shop.latest(subscription)
    advance(shop, clock, end + HOUR)

    paid = shop.latest(subscription)
    assert (draft.status, draft.number, draft.billing_reason) == (
        "draft",
        None,
        "subscription_cycle",
    )
    assert draft.automatically_finalizes_at == draft.next_payment_attempt == end + HOUR
    assert (draft.period_start, draft.period_end) == (START, end)
    assert (paid.status, paid.status_transitions.paid_at) == ("paid", end + HOUR)
    renewed = item_of(shop.again(subscription))
    assert renewed.current_period_start == end
    assert renewed.current_period_end == end + 31 * DAY


def test_events_carry_the_clocks_time(shop: Shop) -> None:
    clock, subscription = on_clock(shop)

    advance(shop, clock, period_end(subscription) + DAY)

    rows: Any = shop.account.tables["event"].values()
    seen = {row["type"]: row["created"] for row in rows}
    assert seen["invoice.created"] == period_end(subscription)
    assert seen["invoice.finalized"] == seen["invoice.paid"] == period_end(subscription) + HOUR


def test_other_clocks_stand_still(shop: Shop) -> None:
    clock, subscription = on_clock(shop)
    _, other = on_clock(shop)

    advance(shop, clock, period_end(subscription) + HOUR)

    assert len(shop.invoices(other)) == 1


def test_rows_on_clocks_are_hidden_unless_named(shop: Shop) -> None:
    clock, subscription = on_clock(shop)
    listed = shop.stripe.subscriptions.list

    assert listed().data == []
    assert listed({"test_clock": clock}).data[0].id == subscription.id
    assert listed({"customer": subscription.customer}).data[0].id == subscription.id


def test_a_year_of_months_is_caught_up_in_order(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())

    shop.pass_time(START + 365 * DAY)

    invoices = shop.invoices(subscription)
    starts = [invoice.lines.data[0].period.start for invoice in invoices]
    assert len(invoices) == 13
    assert starts == sorted(starts)
    assert [invoice.number[-4:] for invoice in invoices[:12]] == [f"{n:04d}" for n in range(1, 13)]


def failing(shop: Shop, **dunning: Any) -> Any:
    """Return a subscription whose renewal has just failed."""
    shop.account.config["dunning"] = dunning
    subscription = shop.subscribe(shop.customer(), shop.price())
    shop.give_card(subscription.customer, "pm_card_chargeCustomerFail")
    shop.pass_time(period_end(subscription) + HOUR)
    return subscription


def test_a_failed_renewal_is_past_due_and_tried_again(shop: Shop) -> None:
    subscription = failing(shop, retry_days=[3, 5])
    failed = period_end(subscription) + HOUR

    first = shop.latest(subscription)
    shop.pass_time(failed + 3 * DAY)
    second = shop.latest(subscription)

    assert shop.again(subscription).status == "past_due"
    assert (first.attempt_count, first.next_payment_attempt) == (1, failed + 3 * DAY)
    assert (second.attempt_count, second.next_payment_attempt) == (2, failed + 8 * DAY)
    assert shop.events().count("invoice.payment_failed") == 2


def test_a_new_card_ends_dunning(shop: Shop) -> None:
    subscription = failing(shop, retry_days=[3, 5])
    shop.give_card(subscription.customer)

    shop.pass_time(shop.clock.now + 3 * DAY)

    assert shop.again(subscription).status == "active"
    assert shop.latest(subscription).status == "paid"


@pytest.mark.parametrize(
    ("end", "status"), [("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")]
)
def test_dunning_ends_as_configured(shop: Shop, end: str, status: str) -> None:
    subscription = failing(shop, retry_days=[3], end=end)

    shop.pass_time(shop.clock.now + 3 * DAY)

    after = shop.again(subscription)
    invoice = shop.latest(subscription)
    assert after.status == status
    assert (invoice.status, invoice.next_payment_attempt) == ("open", None)
    reason = "payment_failed" if end == "cancel" else None
    assert after.cancellation_details.reason == reason


def test_an_unpaid_subscription_only_drafts(shop: Shop) -> None:
    subscription = failing(shop, retry_days=[], end="unpaid")

    shop.pass_time(START + 70 * DAY)

    draft = shop.latest(subscription)
    assert (draft.status, draft.auto_advance) == ("draft", False)
    shop.give_card(subscription.customer)
    shop.stripe.invoices.finalize_invoice(draft.id)
    shop.stripe.invoices.pay(draft.id)
    assert shop.again(subscription).status == "active"


def test_a_manual_payment_leaves_the_count(shop: Shop) -> None:
    subscription = failing(shop, retry_days=[3])
    shop.give_card(subscription.customer)

    paid = shop.stripe.invoices.pay(shop.latest(subscription).id)

    assert (paid.status, paid.attempt_count) == ("paid", 1)
    assert shop.again(subscription).status == "active"


def test_a_trial_warns_three_days_before_and_bills_an_hour_after(shop: Shop) -> None:
    clock, subscription = on_clock(shop, trial_period_days=14)

    advance(shop, clock, START + 11 * DAY)
    assert shop.events().count("customer.subscription.trial_will_end") == 1
    advance(shop, clock, START + 14 * DAY + HOUR)

    assert shop.events().count("customer.subscription.trial_will_end") == 1
    after = shop.again(subscription)
    assert (after.status, after.trial_end) == ("active", START + 14 * DAY)
    assert shop.latest(subscription).amount_paid == 1000


@pytest.mark.parametrize(
    ("behavior", "status"),
    [("create_invoice", "past_due"), ("cancel", "canceled"), ("pause", "paused")],
)
def test_a_trial_without_a_card_ends_as_it_is_set(shop: Shop, behavior: str, status: str) -> None:
    subscription = shop.subscribe(
        shop.customer(card=None),
        shop.price(),
        trial_period_days=14,
        trial_settings={"end_behavior": {"missing_payment_method": behavior}},
    )

    shop.pass_time(START + 14 * DAY + HOUR)

    assert shop.again(subscription).status == status


CHARGED = {"payment_behavior": "resume_on_payment_success"}


def paused(shop: Shop, **more: Any) -> Any:
    subscription = shop.subscribe(
        shop.customer(card=None),
        shop.price(),
        trial_period_days=14,
        trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
        **more,
    )
    shop.pass_time(START + 20 * DAY)
    return shop.again(subscription)


def test_a_paused_subscription_says_why_and_bills_nothing(shop: Shop) -> None:
    subscription = paused(shop)

    shop.pass_time(START + 60 * DAY)

    why = subscription.status_details.paused
    assert why.subscription.type == "trial_end_without_payment_method"
    assert why.transitioned_at == START + 14 * DAY
    assert len(shop.invoices(subscription)) == 1
    assert "customer.subscription.paused" in shop.events()


def test_a_paused_subscription_resumes_with_a_card(shop: Shop) -> None:
    subscription = paused(shop)
    shop.give_card(subscription.customer)

    after = shop.stripe.subscriptions.resume(
        subscription.id, {"billing_cycle_anchor": {"type": "now"}, **CHARGED}
    )

    assert (after.status, after.status_details) == ("active", None)
    assert after.billing_cycle_anchor == item_of(after).current_period_start == shop.clock.now
    assert shop.latest(after).amount_paid == 1000
    assert "customer.subscription.resumed" in shop.events()


def test_resuming_on_the_old_cycle_bills_the_rest_of_the_period(shop: Shop) -> None:
    subscription = paused(shop)
    shop.give_card(subscription.customer)

    after = shop.stripe.subscriptions.resume(
        subscription.id, {"billing_cycle_anchor": {"type": "unchanged"}, **CHARGED}
    )

    assert after.billing_cycle_anchor == START + 14 * DAY
    assert amounts(shop.latest(after)) == [806]


def test_resuming_needs_a_card(shop: Shop) -> None:
    subscription = paused(shop)

    error = refusal(lambda: shop.stripe.subscriptions.resume(subscription.id))

    assert error.code == "resource_missing"
    assert shop.again(subscription).status == "paused"


def test_resuming_on_success_stays_paused_until_paid(shop: Shop) -> None:
    subscription = paused(shop)
    shop.give_card(subscription.customer, "pm_card_chargeCustomerFail")

    after = shop.stripe.subscriptions.resume(subscription.id, CHARGED)

    assert after.status == "paused"
    shop.give_card(subscription.customer)
    shop.stripe.invoices.pay(after.latest_invoice)
    assert shop.again(subscription).status == "active"


def test_an_overdue_sent_invoice_is_past_due_until_paid(shop: Shop) -> None:
    subscription = shop.subscribe(
        shop.customer(card=None),
        shop.price(),
        collection_method="send_invoice",
        days_until_due=7,
    )

    shop.pass_time(START + 8 * DAY)

    invoice = shop.latest(subscription)
    assert (shop.again(subscription).status, invoice.status) == ("past_due", "open")
    shop.stripe.invoices.pay(invoice.id, {"paid_out_of_band": True})
    assert shop.again(subscription).status == "active"


def test_the_subscriptions_card_comes_before_the_customers(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    own = shop.stripe.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": subscription.customer}
    )
    shop.stripe.subscriptions.update(subscription.id, {"default_payment_method": own.id})

    shop.pass_time(period_end(subscription) + HOUR)

    assert shop.again(subscription).status == "past_due"


def test_renewals_wait_for_the_bank_where_it_asks(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    shop.give_card(subscription.customer, "pm_card_threeDSecure2Required")

    shop.pass_time(period_end(subscription) + HOUR)

    assert shop.again(subscription).status == "past_due"
    assert "invoice.payment_action_required" in shop.events()


def test_looking_again_costs_nothing_when_nothing_is_due(shop: Shop) -> None:
    shop.subscribe(shop.customer(), shop.price())
    shop.stripe.customers.list()
    before = len(shop.account.tables["event"])
    note = shop.account.hidden["billing"][""]

    lifecycle.advance(shop.account, None, shop.clock.now)

    assert note["due"] > shop.clock.now
    assert len(shop.account.tables["event"]) == before


def test_days_are_clipped_to_short_months_and_come_back(shop: Shop) -> None:
    shop.clock.now = 1_801_386_000  # 31 January 2027
    moments = [shop.clock.now]
    subscription = shop.subscribe(shop.customer(), shop.price())

    for _ in range(3):
        moments.append(period_end(shop.again(subscription)))
        shop.pass_time(moments[-1] + HOUR)

    lengths = [(end - start) // DAY for start, end in pairwise(moments)]
    assert lengths == [28, 31, 30]


def test_everything_goes_on_after_a_restart(shop: Shop, clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    world = Sandbox(path, clock=clock)
    before = Shop(api(world), clock, world)
    subscription = before.subscribe(before.customer(), before.price(1000))
    before.give_card(subscription.customer, "pm_card_chargeCustomerFail")
    clock.now += 15 * DAY
    before.stripe.subscriptions.update(
        subscription.id,
        {
            "items": before.change(subscription, price=before.price(2000)),
            "proration_behavior": "always_invoice",
            "payment_behavior": "pending_if_incomplete",
        },
    )

    world = Sandbox(path, clock=clock)
    after = Shop(api(world), clock, world)
    after.give_card(subscription.customer)
    after.stripe.invoices.pay(after.again(subscription).latest_invoice)
    after.pass_time(period_end(subscription) + HOUR)

    assert [invoice.total for invoice in after.invoices(subscription)] == [1000, 500, 2000]
    assert world.findings == []


def api(world: Sandbox) -> Any:
    return StripeClient(KEY, http_client=InProcessClient(world), max_network_retries=0).v1


def test_invoices_outlive_their_customer(shop: Shop) -> None:
    subscription = failing(shop, retry_days=[3])
    shop.stripe.customers.delete(subscription.customer)

    shop.pass_time(shop.clock.now + 40 * DAY)

    invoice = shop.latest(subscription)
    error = refusal(lambda: shop.stripe.invoices.pay(invoice.id))
    assert (invoice.status, error.code) == ("open", "resource_missing")
