from __future__ import annotations

import pytest

from servicebot.sandbox.billing.lines import TIMES
from tests.sandbox.billing.conftest import (
    DAY,
    HALF,
    HOUR,
    Shop,
    amounts,
    begun,
    item_of,
    period_end,
)
from tests.sandbox.billing.published import halfway
from tests.sandbox.conftest import START


def test_prorations_wait_for_the_next_invoice(shop: Shop) -> None:
    subscription = begun(shop)

    after = shop.stripe.subscriptions.update(
        subscription.id, {"items": shop.change(subscription, price=shop.price(2000))}
    )

    items = shop.stripe.invoice_items.list({"customer": subscription.customer, "pending": True})
    assert sorted(item.amount for item in items.data) == [-500, 1000]
    assert after.latest_invoice == subscription.latest_invoice
    shop.pass_time(period_end(subscription) + HOUR)
    assert amounts(shop.latest(subscription)) == [-500, 1000, 2000]


def test_always_invoice_bills_the_difference_now(shop: Shop) -> None:
    subscription = begun(shop)

    shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, price=shop.price(2000)),
            "proration_behavior": "always_invoice",
        },
    )

    invoice = shop.latest(subscription)
    credit, charge = invoice.lines.data
    assert (invoice.status, invoice.total, invoice.billing_reason) == (
        "paid",
        500,
        "subscription_update",
    )
    assert (credit.period.start, credit.period.end) == (HALF, period_end(subscription))
    details = credit.parent.subscription_item_details
    assert details.proration is True
    assert details.proration_details.credited_items.invoice == subscription.latest_invoice
    assert charge.description.startswith("Remaining time on Basic after ")


def test_without_proration_nothing_is_billed_until_renewal(shop: Shop) -> None:
    subscription = begun(shop)

    shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, price=shop.price(2000)),
            "proration_behavior": "none",
        },
    )

    shop.pass_time(period_end(subscription) + HOUR)
    assert amounts(shop.latest(subscription)) == [2000]


def test_a_new_price_resets_the_quantity_unless_it_is_sent(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(), quantity=4)
    update = shop.stripe.subscriptions.update

    kept = update(
        subscription.id, {"items": shop.change(subscription, price=shop.price(), quantity=4)}
    )
    reset = update(subscription.id, {"items": shop.change(subscription, price=shop.price())})

    assert (item_of(kept).quantity, item_of(reset).quantity) == (4, 1)


def test_quantity_changes_are_prorated(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(), quantity=2)
    shop.pass_time(HALF)

    preview = shop.preview(
        subscription,
        items=shop.change(subscription, quantity=5),
        proration_behavior="always_invoice",
    )

    assert amounts(preview) == [-1000, 2500]
    assert preview.lines.data[0].description.startswith(f"Unused time on 2 {TIMES} Basic")


def test_items_are_added_and_deleted(shop: Shop) -> None:
    subscription = begun(shop)
    extra = shop.price(4000, name="Extra")
    update = shop.stripe.subscriptions.update

    added = update(subscription.id, {"items": [{"price": extra, "quantity": 2}]})
    first = shop.change(subscription, deleted=True)
    left = update(subscription.id, {"items": first})

    assert [row.price.id for row in added["items"].data][1] == extra
    assert [row.price.id for row in left["items"].data] == [extra]
    found = shop.stripe.invoice_items.list({"customer": subscription.customer, "pending": True})
    assert sorted(row.amount for row in found.data) == [-500, 4000]


@pytest.mark.parametrize("mode", ["classic", "flexible"])
def test_another_interval_with_a_new_anchor_bills_at_once(shop: Shop, mode: str) -> None:
    subscription = begun(shop, billing_mode={"type": mode})

    after = shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, price=shop.price(10_000, "year")),
            "billing_cycle_anchor": {"type": "now"},
        },
    )

    assert amounts(shop.latest(subscription)) == [-500, 10_000]
    assert item_of(after).current_period_start == after.billing_cycle_anchor == HALF
    assert period_end(after) == HALF + 365 * DAY


def test_classic_billing_starts_anew_by_itself_with_another_interval(shop: Shop) -> None:
    subscription = begun(shop, billing_mode={"type": "classic"})
    yearly = shop.change(subscription, price=shop.price(10_000, "year"))

    after = shop.stripe.subscriptions.update(
        subscription.id, {"items": yearly, "proration_behavior": "none"}
    )

    assert after.billing_cycle_anchor == HALF
    assert amounts(shop.latest(subscription)) == [10_000]


def test_flexible_billing_keeps_its_anchor_with_another_interval(shop: Shop) -> None:
    subscription = begun(shop)
    yearly = shop.change(subscription, price=shop.price(36_500, "year"))

    after = shop.stripe.subscriptions.update(subscription.id, {"items": yearly})

    assert after.billing_cycle_anchor == START
    assert period_end(after) == START + 365 * DAY
    assert after.latest_invoice == subscription.latest_invoice


def test_what_a_renewal_charged_can_be_credited(shop: Shop) -> None:
    subscription = begun(shop)
    shop.pass_time(period_end(subscription) + HOUR)
    shop.pass_time(halfway(shop.again(subscription)))

    preview = shop.preview(
        subscription,
        items=shop.change(subscription, price=shop.price(2000)),
        proration_behavior="always_invoice",
    )

    assert amounts(preview) == [-500, 1000]


def test_flexible_billing_credits_what_was_paid(shop: Shop) -> None:
    """The price went up for free in between; only what was debited comes back."""
    subscription = begun(shop)
    update = shop.stripe.subscriptions.update
    free = shop.change(subscription, price=shop.price(4000))
    update(subscription.id, {"items": free, "proration_behavior": "none"})

    preview = shop.preview(
        subscription,
        items=shop.change(subscription, price=shop.price(2000)),
        proration_behavior="always_invoice",
    )

    assert amounts(preview) == [-500, 1000]


def test_classic_billing_credits_the_current_price(shop: Shop) -> None:
    subscription = begun(shop, billing_mode={"type": "classic"})
    update = shop.stripe.subscriptions.update
    free = shop.change(subscription, price=shop.price(4000))
    update(subscription.id, {"items": free, "proration_behavior": "none"})

    preview = shop.preview(
        subscription,
        items=shop.change(subscription, price=shop.price(2000)),
        proration_behavior="always_invoice",
    )

    assert amounts(preview) == [-2000, 1000]


def test_a_downgrade_leaves_credit_for_later_invoices(shop: Shop) -> None:
    subscription = begun(shop, amount=4000)

    shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, price=shop.price(1000)),
            "proration_behavior": "always_invoice",
        },
    )

    invoice = shop.latest(subscription)
    customer = shop.stripe.customers.retrieve(subscription.customer)
    assert (invoice.total, invoice.amount_due, invoice.status) == (-1500, 0, "paid")
    assert (invoice.starting_balance, invoice.ending_balance, customer.balance) == (0, -1500, -1500)
    shop.pass_time(period_end(subscription) + HOUR)
    renewal = shop.latest(subscription)
    assert (renewal.total, renewal.amount_due, renewal.ending_balance) == (1000, 0, -500)


def test_metered_use_is_billed_when_its_item_is_dropped_in_flexible_billing(shop: Shop) -> None:
    meter = shop.stripe.billing.meters.create(
        {
            "display_name": "Use",
            "event_name": "use",
            "default_aggregation": {"formula": "count"},
        }
    )
    price = shop.price(200, recurring={"usage_type": "metered", "meter": meter.id})
    items = [{"price": price}, {"price": shop.price(1000)}]
    subscription = shop.stripe.subscriptions.create({"customer": shop.customer(), "items": items})
    for _ in range(3):
        payload = {"stripe_customer_id": subscription.customer, "value": "9"}
        shop.stripe.billing.meter_events.create({"event_name": "use", "payload": payload})
    shop.pass_time(HALF)

    shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, deleted=True),
            "proration_behavior": "always_invoice",
        },
    )

    assert amounts(shop.latest(subscription)) == [600]


def test_a_credit_names_the_invoice_of_the_charge_it_takes_back(shop: Shop) -> None:
    subscription = begun(shop)
    update = shop.stripe.subscriptions.update
    update(subscription.id, {"items": shop.change(subscription, price=shop.price(2000))})
    extra = [{"price": shop.price(100, name="Extra")}]
    update(subscription.id, {"items": extra, "proration_behavior": "always_invoice"})
    billed = shop.latest(subscription)

    update(
        subscription.id,
        {
            "items": shop.change(subscription, price=shop.price(3000)),
            "proration_behavior": "always_invoice",
        },
    )

    credit = shop.latest(subscription).lines.data[0]
    origin = credit.parent.subscription_item_details.proration_details.credited_items
    charge = next(line for line in billed.lines.data if line.amount == 1000)
    assert (origin.invoice, origin.invoice_line_items) == (billed.id, [charge.id])
