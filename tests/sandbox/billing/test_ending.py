from __future__ import annotations

from typing import Any

from tests.sandbox.billing.conftest import DAY, HOUR, Shop, amounts, item_of, period_end, refusal
from tests.sandbox.billing.published import halfway
from tests.sandbox.conftest import START

HALF = START + 15 * DAY


def begun(shop: Shop, **more: Any) -> Any:
    subscription = shop.subscribe(shop.customer(), shop.price(), **more)
    shop.pass_time(HALF)
    return subscription


def test_cancelling_at_the_periods_end_can_be_undone(shop: Shop) -> None:
    subscription = begun(shop)
    update = shop.stripe.subscriptions.update
    details = {"comment": "Too many features", "feedback": "too_complex"}

    flagged = update(
        subscription.id, {"cancel_at_period_end": True, "cancellation_details": details}
    )
    undone = update(
        subscription.id,
        {"cancel_at_period_end": False, "cancellation_details": {"comment": "", "feedback": ""}},
    )

    assert (flagged.status, flagged.cancel_at, flagged.canceled_at) == (
        "active",
        period_end(subscription),
        HALF,
    )
    assert flagged.cancellation_details.reason == "cancellation_requested"
    assert flagged.cancellation_details.feedback == "too_complex"
    assert (undone.cancel_at, undone.canceled_at) == (None, None)
    assert undone.cancellation_details.to_dict() == {
        "comment": None,
        "feedback": None,
        "feedback_option": None,
        "reason": None,
    }


def test_the_end_of_the_period_ends_it(shop: Shop) -> None:
    subscription = begun(shop)
    shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True})

    shop.pass_time(period_end(subscription) + DAY)

    ended = shop.again(subscription)
    assert (ended.status, ended.ended_at) == ("canceled", period_end(subscription))
    assert len(shop.invoices(subscription)) == 1
    assert shop.events()[-1] == "customer.subscription.deleted"


def test_a_flagged_end_follows_the_period(shop: Shop) -> None:
    subscription = begun(shop)
    update = shop.stripe.subscriptions.update
    update(subscription.id, {"cancel_at_period_end": True})

    after = update(subscription.id, {"billing_cycle_anchor": {"type": "now"}})

    assert after.cancel_at == period_end(after) == HALF + 31 * DAY


def test_waiting_prorations_are_billed_at_the_end(shop: Shop) -> None:
    subscription = begun(shop)
    update = shop.stripe.subscriptions.update
    update(subscription.id, {"items": shop.change(subscription, price=shop.price(3000))})
    update(subscription.id, {"cancel_at_period_end": True})

    shop.pass_time(period_end(subscription) + HOUR)

    invoice = shop.latest(subscription)
    assert (amounts(invoice), invoice.status) == ([-500, 1500], "paid")


def test_an_end_can_be_set_to_a_date(shop: Shop) -> None:
    subscription = begun(shop)
    at = START + 100 * DAY

    after = shop.stripe.subscriptions.update(subscription.id, {"cancel_at": at})

    assert (after.cancel_at, after.cancel_at_period_end) == (at, False)
    shop.pass_time(at)
    assert shop.again(subscription).ended_at == at


def test_an_end_inside_a_period_gives_back_the_rest(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(1000))
    shop.stripe.subscriptions.update(subscription.id, {"cancel_at": halfway(subscription)})

    preview = shop.preview(subscription)
    shop.pass_time(halfway(subscription) + HOUR)

    assert amounts(preview) == amounts(shop.latest(subscription)) == [-500]
    assert shop.stripe.customers.retrieve(subscription.customer).balance == -500


def test_an_end_can_be_set_by_name_and_taken_back(shop: Shop) -> None:
    subscription = begun(shop)
    update = shop.stripe.subscriptions.update

    named = update(subscription.id, {"cancel_at": "min_period_end"})
    cleared = update(subscription.id, {"cancel_at": ""})

    assert named.cancel_at == period_end(subscription)
    assert (cleared.cancel_at, cleared.canceled_at) == (None, None)


def test_cancelling_now_drops_what_waits(shop: Shop) -> None:
    subscription = begun(shop)
    shop.stripe.subscriptions.update(
        subscription.id, {"items": shop.change(subscription, price=shop.price(3000))}
    )

    ended = shop.stripe.subscriptions.cancel(
        subscription.id, {"cancellation_details": {"feedback": "unused"}}
    )

    assert (ended.status, ended.canceled_at, ended.ended_at) == ("canceled", HALF, HALF)
    assert ended.cancellation_details.feedback == "unused"
    assert ended.cancellation_details.reason == "cancellation_requested"
    assert shop.stripe.invoice_items.list({"customer": subscription.customer}).data == []


def test_cancelling_now_can_credit_and_bill(shop: Shop) -> None:
    subscription = begun(shop)

    shop.stripe.subscriptions.cancel(subscription.id, {"prorate": True, "invoice_now": True})

    invoice = shop.latest(subscription)
    customer = shop.stripe.customers.retrieve(subscription.customer)
    assert (amounts(invoice), customer.balance) == ([-500], -500)


def test_cancelling_now_can_leave_the_credit_for_later(shop: Shop) -> None:
    subscription = begun(shop)
    more = shop.change(subscription, quantity=2)
    shop.stripe.subscriptions.update(subscription.id, {"items": more})

    shop.stripe.subscriptions.cancel(subscription.id, {"prorate": True})

    other = shop.subscribe(subscription.customer, shop.price(2000))
    waiting = shop.stripe.invoice_items.list({"customer": subscription.customer, "pending": True})
    assert sorted(row.amount for row in waiting.data) == [-1000, -500, 1000]
    assert shop.latest(other).total == 2000
    draft = shop.stripe.invoices.create(
        {"customer": subscription.customer, "pending_invoice_items_behavior": "include"}
    )
    assert draft.total == -500


def test_metered_use_is_billed_when_cancelling_now(shop: Shop) -> None:
    meter, price = metered(shop)
    subscription = shop.subscribe(shop.customer(), price)
    use(shop, subscription, 7)
    shop.pass_time(HALF)

    shop.stripe.subscriptions.cancel(subscription.id, {"invoice_now": True})

    assert amounts(shop.latest(subscription)) == [70]
    assert meter.status == "active"


def metered(shop: Shop) -> tuple[Any, str]:
    meter = shop.stripe.billing.meters.create(
        {
            "display_name": "Calls",
            "event_name": "calls",
            "default_aggregation": {"formula": "sum"},
        }
    )
    recurring = {"usage_type": "metered", "meter": meter.id}
    return meter, shop.price(10, recurring=recurring, name="Calls")


def use(shop: Shop, subscription: Any, value: int) -> None:
    payload = {"stripe_customer_id": subscription.customer, "value": str(value)}
    shop.stripe.billing.meter_events.create({"event_name": "calls", "payload": payload})


def test_metered_use_is_billed_after_the_period(shop: Shop) -> None:
    _, price = metered(shop)
    subscription = shop.subscribe(shop.customer(), price)
    use(shop, subscription, 7)
    shop.pass_time(HALF)
    use(shop, subscription, 5)

    preview = shop.preview(subscription)
    shop.pass_time(period_end(subscription) + HOUR)

    assert subscription.latest_invoice is None
    assert "quantity" not in item_of(subscription)
    assert amounts(preview) == amounts(shop.latest(subscription)) == [120]
    assert shop.latest(subscription).lines.data[0].quantity == 12


def test_metered_items_take_no_quantity(shop: Shop) -> None:
    _, price = metered(shop)

    error = refusal(lambda: shop.subscribe(shop.customer(), price, quantity=2))

    assert error.param == "items[0][quantity]"


def test_what_has_ended_takes_notes_only(shop: Shop) -> None:
    subscription = begun(shop)
    shop.stripe.subscriptions.cancel(subscription.id)
    update = shop.stripe.subscriptions.update

    error = refusal(lambda: update(subscription.id, {"cancel_at_period_end": True}))
    noted = update(
        subscription.id,
        {"metadata": {"a": "1"}, "cancellation_details": {"comment": "Sorry"}},
    )

    message = "A canceled subscription can only update its cancellation_details and metadata."
    assert message in str(error)
    assert noted.metadata["a"] == "1"
    assert noted.cancellation_details.comment == "Sorry"
    assert noted.cancellation_details.reason == "cancellation_requested"


def test_what_has_ended_cannot_be_cancelled_again(shop: Shop) -> None:
    subscription = begun(shop)
    shop.stripe.subscriptions.cancel(subscription.id)

    error = refusal(lambda: shop.stripe.subscriptions.cancel(subscription.id))

    assert (error.http_status, error.code) == (404, "resource_missing")


def test_open_invoices_of_a_canceled_subscription_rest(shop: Shop) -> None:
    subscription = begun(shop)
    shop.give_card(subscription.customer, "pm_card_chargeCustomerFail")
    shop.pass_time(period_end(subscription) + HOUR)
    assert shop.again(subscription).status == "past_due"

    shop.stripe.subscriptions.cancel(subscription.id)

    invoice = shop.latest(subscription)
    assert (invoice.status, invoice.auto_advance, invoice.next_payment_attempt) == (
        "open",
        False,
        None,
    )


def test_deleting_a_customer_ends_their_subscriptions(shop: Shop) -> None:
    subscription = begun(shop)

    shop.stripe.customers.delete(subscription.customer)

    assert shop.again(subscription).status == "canceled"


def test_lists_leave_out_what_has_ended_unless_asked(shop: Shop) -> None:
    customer, price = shop.customer(), shop.price()
    gone, here = shop.subscribe(customer, price), shop.subscribe(customer, price)
    shop.stripe.subscriptions.cancel(gone.id)

    def listed(**more: Any) -> list[str]:
        rows = shop.stripe.subscriptions.list({"customer": customer, **more}).data
        return [row.id for row in rows]

    assert listed() == [here.id]
    assert set(listed(status="all")) == {gone.id, here.id}
    assert listed(status="canceled") == listed(status="ended") == [gone.id]
    assert listed(price=price) == [here.id]
    assert listed(price=shop.price()) == []
