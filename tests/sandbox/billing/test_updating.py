from __future__ import annotations

from typing import Any

import pytest

from servicebot.sandbox.billing.lines import TIMES
from servicebot.sandbox.resources import payment_intents
from tests.sandbox.billing.conftest import (
    DAY,
    HOUR,
    Shop,
    amounts,
    item_of,
    period_end,
    refusal,
)
from tests.sandbox.conftest import START

HALF = START + 15 * DAY


def begun(shop: Shop, card: str = "pm_card_visa", amount: int = 1000, **more: Any) -> Any:
    """Return a subscription that is half a month old."""
    subscription = shop.subscribe(shop.customer(card), shop.price(amount), **more)
    shop.pass_time(HALF)
    return subscription


def broke(shop: Shop, card: str = "pm_card_chargeCustomerFail", **more: Any) -> Any:
    """Return a half-old subscription whose customer's card stopped working."""
    subscription = begun(shop, **more)
    shop.give_card(subscription.customer, card)
    return subscription


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


def test_the_last_item_stays(shop: Shop) -> None:
    subscription = begun(shop)

    error = refusal(
        lambda: shop.stripe.subscriptions.update(
            subscription.id, {"items": shop.change(subscription, deleted=True)}
        )
    )

    assert "at least one active plan" in str(error)


def test_a_price_of_another_currency_is_refused(shop: Shop) -> None:
    subscription = begun(shop)
    euros = shop.price(900, currency="eur")

    error = refusal(
        lambda: shop.stripe.subscriptions.update(
            subscription.id, {"items": shop.change(subscription, price=euros)}
        )
    )

    assert (error.http_status, error.param) == (400, "items[0][price]")


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


def test_a_discounted_debit_is_credited_net_of_its_discount(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 50, "duration": "once"})
    subscription = begun(shop, discounts=[{"coupon": coupon.id}])

    preview = shop.preview(
        subscription,
        items=shop.change(subscription, price=shop.price(2000)),
        proration_behavior="always_invoice",
    )

    assert amounts(preview) == [-250, 1000]


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


def pend(shop: Shop, subscription: Any, price: str, **more: Any) -> Any:
    return shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, price=price),
            "proration_behavior": "always_invoice",
            "payment_behavior": "pending_if_incomplete",
            **more,
        },
    )


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


def test_proration_dates_are_inside_the_period(shop: Shop) -> None:
    subscription = begun(shop)

    error = refusal(
        lambda: shop.stripe.subscriptions.update(
            subscription.id,
            {
                "items": shop.change(subscription, price=shop.price(2000)),
                "proration_date": START - 1,
            },
        )
    )

    assert error.param == "proration_date"


def test_proration_dates_need_prorations(shop: Shop) -> None:
    subscription = begun(shop)

    error = refusal(
        lambda: shop.preview(
            subscription,
            items=shop.change(subscription, quantity=2),
            proration_behavior="none",
            proration_date=HALF,
        )
    )

    assert error.param == "proration_date"


def test_plans_change_freely_in_a_trial(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(), trial_period_days=14)
    price = shop.price(9000, "year")

    after = shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, price=price),
            "proration_behavior": "always_invoice",
        },
    )

    assert (after.status, after.trial_end) == ("trialing", subscription.trial_end)
    assert after.latest_invoice == subscription.latest_invoice
    shop.pass_time(subscription.trial_end + HOUR)
    assert amounts(shop.latest(subscription)) == [9000]
    assert period_end(shop.again(subscription)) == subscription.trial_end + 365 * DAY


def test_a_trial_can_end_now(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(), trial_period_days=14)
    shop.pass_time(START + DAY)

    after = shop.stripe.subscriptions.update(subscription.id, {"trial_end": "now"})

    assert (after.status, after.trial_end) == ("active", START + DAY)
    assert amounts(shop.latest(subscription)) == [1000]
    assert "customer.subscription.trial_will_end" in shop.events()


def test_a_trial_can_be_made_longer(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(), trial_period_days=14)
    later = START + 20 * DAY

    after = shop.stripe.subscriptions.update(subscription.id, {"trial_end": later})

    assert after.trial_end == after.billing_cycle_anchor == period_end(after) == later


def test_metadata_is_merged_and_fields_are_cleared(shop: Shop) -> None:
    subscription = begun(shop, metadata={"a": "1", "b": "2"}, description="Old")

    after = shop.stripe.subscriptions.update(
        subscription.id, {"metadata": {"b": "", "c": "3"}, "description": ""}
    )

    assert after.metadata.to_dict() == {"a": "1", "c": "3"}
    assert after.description is None


def test_a_card_of_somebody_else_is_refused(shop: Shop) -> None:
    subscription = begun(shop)
    strange = shop.give_card(shop.customer())

    error = refusal(
        lambda: shop.stripe.subscriptions.update(
            subscription.id, {"default_payment_method": strange}
        )
    )

    assert error.param == "default_payment_method"


def test_discounts_are_put_on_kept_and_cleared(shop: Shop) -> None:
    subscription = begun(shop)
    update = shop.stripe.subscriptions.update
    first = shop.stripe.coupons.create({"percent_off": 10, "duration": "forever"})
    second = shop.stripe.coupons.create(
        {"amount_off": 100, "currency": "usd", "duration": "forever"}
    )

    one = update(subscription.id, {"discounts": [{"coupon": first.id}]}).discounts
    given = [{"discount": one[0]}, {"coupon": second.id}]
    both = update(subscription.id, {"discounts": given}).discounts
    none = update(subscription.id, {"discounts": ""}).discounts

    assert both[0] == one[0]
    assert (len(both), none) == (2, [])
    assert shop.stripe.coupons.retrieve(first.id).times_redeemed == 1


def test_a_coupon_for_one_invoice_leaves_with_it(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 20, "duration": "once"})

    subscription = begun(shop, discounts=[{"coupon": coupon.id}])

    first = shop.latest(subscription)
    assert (first.subtotal, first.total) == (1000, 800)
    assert first.total_discount_amounts[0].amount == 200
    assert subscription.discounts == []
    shop.pass_time(period_end(subscription) + HOUR)
    assert shop.latest(subscription).total == 1000


def test_a_coupon_for_some_months_runs_out(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create(
        {"percent_off": 20, "duration": "repeating", "duration_in_months": 2}
    )
    subscription = begun(shop, discounts=[{"coupon": coupon.id}])

    shop.pass_time(START + 100 * DAY)

    assert [invoice.total for invoice in shop.invoices(subscription)] == [800, 800, 1000, 1000]
    assert shop.again(subscription).discounts == []
    assert "customer.discount.deleted" in shop.events()


def test_codes_with_a_minimum_are_for_new_subscriptions(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 20, "duration": "once"})
    code = shop.stripe.promotion_codes.create(
        {
            "promotion": {"type": "coupon", "coupon": coupon.id},
            "restrictions": {"minimum_amount": 500, "minimum_amount_currency": "usd"},
        }
    )
    given = [{"promotion_code": code.id}]

    subscription = shop.subscribe(shop.customer(), shop.price(), discounts=given)
    error = refusal(lambda: shop.stripe.subscriptions.update(subscription.id, {"discounts": given}))

    assert shop.latest(subscription).total == 800
    assert "minimum amount" in str(error)


def test_collection_can_be_paused_and_goes_on_by_itself(shop: Shop) -> None:
    subscription = begun(shop)
    pause = {"behavior": "void", "resumes_at": START + 40 * DAY}

    after = shop.stripe.subscriptions.update(subscription.id, {"pause_collection": pause})

    assert (after.status, after.pause_collection.behavior) == ("active", "void")
    shop.pass_time(START + 70 * DAY)
    assert [invoice.status for invoice in shop.invoices(subscription)] == ["paid", "void", "paid"]
    assert shop.again(subscription).pause_collection is None


@pytest.mark.parametrize(
    ("behavior", "status"), [("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible")]
)
def test_paused_collection_keeps_or_writes_off(shop: Shop, behavior: str, status: str) -> None:
    subscription = begun(shop)
    update = shop.stripe.subscriptions.update
    update(subscription.id, {"pause_collection": {"behavior": behavior}})

    shop.pass_time(period_end(subscription) + HOUR)

    assert shop.latest(subscription).status == status
    assert update(subscription.id, {"pause_collection": ""}).pause_collection is None


@pytest.mark.parametrize("mode", ["classic", "flexible"])
def test_rhythms_that_do_not_go_together_are_refused(shop: Shop, mode: str) -> None:
    subscription = begun(shop, billing_mode={"type": mode})
    weekly = shop.price(100, "week")

    error = refusal(
        lambda: shop.stripe.subscriptions.update(subscription.id, {"items": [{"price": weekly}]})
    )

    assert error.param == "items"


def test_unknown_parameters_are_refused_by_name(shop: Shop) -> None:
    subscription = begun(shop)

    error = refusal(
        lambda: shop.stripe.subscriptions.update(subscription.id, {"application_fee_percent": 5})
    )

    assert (error.code, error.param) == ("sandbox_unsupported", "application_fee_percent")


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


def test_a_trial_put_on_a_running_subscription_credits_the_rest(shop: Shop) -> None:
    subscription = begun(shop)

    after = shop.stripe.subscriptions.update(subscription.id, {"trial_end": HALF + 10 * DAY})

    assert (after.status, period_end(after)) == ("trialing", HALF + 10 * DAY)
    assert amounts(shop.latest(subscription)) == [-500, 0]


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


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"items": [{"id": "si_nobodys", "quantity": 2}]}, "items[0][id]"),
        ({"items": [{"quantity": 2}]}, "items[0][price]"),
        ({"trial_end": START - DAY}, "trial_end"),
        ({"trial_end": START + 800 * DAY}, "trial_end"),
        ({"cancel_at": START - DAY}, "cancel_at"),
        ({"days_until_due": 4}, "days_until_due"),
        ({"proration_date": HALF}, "proration_date"),
    ],
)
def test_what_makes_no_sense_is_refused(shop: Shop, change: dict[str, Any], param: str) -> None:
    subscription = begun(shop)

    error = refusal(lambda: shop.stripe.subscriptions.update(subscription.id, change))

    assert (error.http_status, error.param) == (400, param)


def test_an_end_is_set_in_one_way(shop: Shop) -> None:
    subscription = begun(shop)

    error = refusal(
        lambda: shop.stripe.subscriptions.update(
            subscription.id, {"cancel_at_period_end": True, "cancel_at": HALF + DAY}
        )
    )

    assert "only specify one" in str(error)


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


def test_items_show_their_prices_as_they_are(shop: Shop) -> None:
    subscription = begun(shop)

    shop.stripe.prices.update(item_of(subscription).price.id, {"active": False})

    listed = shop.stripe.subscriptions.list().data[0]
    assert item_of(shop.again(subscription)).price.active is False
    assert item_of(listed).plan.active is False


def test_taxes_are_not_worked_out(shop: Shop) -> None:
    subscription = begun(shop)
    update = shop.stripe.subscriptions.update

    error = refusal(lambda: update(subscription.id, {"automatic_tax": {"enabled": True}}))

    assert error.code == "sandbox_unsupported"
    assert update(subscription.id, {"automatic_tax": {"enabled": False}}).id == subscription.id


def test_a_coupon_for_one_invoice_is_kept_for_the_next_period(shop: Shop) -> None:
    subscription = begun(shop)
    coupon = shop.stripe.coupons.create({"percent_off": 50, "duration": "once"})

    after = shop.stripe.subscriptions.update(
        subscription.id,
        {
            "discounts": [{"coupon": coupon.id}],
            "items": shop.change(subscription, price=shop.price(2000)),
            "proration_behavior": "always_invoice",
        },
    )

    assert amounts(shop.latest(subscription)) == [-500, 1000]
    assert len(after.discounts) == 1
    shop.pass_time(period_end(subscription) + HOUR)
    assert shop.latest(subscription).total == 1000


def test_a_lasting_coupon_is_in_the_prorations_of_the_same_call(shop: Shop) -> None:
    subscription = begun(shop)
    coupon = shop.stripe.coupons.create({"percent_off": 50, "duration": "forever"})

    shop.stripe.subscriptions.update(
        subscription.id,
        {
            "discounts": [{"coupon": coupon.id}],
            "items": shop.change(subscription, price=shop.price(4000)),
            "proration_behavior": "always_invoice",
        },
    )

    invoice = shop.latest(subscription)
    charge = invoice.lines.data[1]
    assert amounts(invoice) == [-500, 1000]
    assert [cut.amount for cut in charge.discount_amounts] == [0]
    assert charge.discountable is False


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
