from __future__ import annotations

from functools import partial
from typing import Any

import pytest

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


def scheduled(shop: Shop, price: str, subscription: Any, **second: Any) -> Any:
    """Let a subscription move to another price when its period ends."""
    schedules = shop.stripe.subscription_schedules
    schedule = schedules.create({"from_subscription": subscription.id})
    first = schedule.phases[0]
    row = first["items"][0]
    return schedules.update(
        schedule.id,
        {
            "end_behavior": "release",
            "metadata": {"why": "downgrade"},
            "phases": [
                {
                    "items": [{"price": row.price, "quantity": row.quantity}],
                    "start_date": first.start_date,
                    "end_date": first.end_date,
                },
                {
                    "items": [{"price": price, "quantity": 1}],
                    "duration": {"interval": "month", "interval_count": 1},
                    "proration_behavior": "none",
                    **second,
                },
            ],
        },
    )


def begun(shop: Shop, **more: Any) -> Any:
    return shop.subscribe(shop.customer(), shop.price(4000), **more)


def test_a_schedule_is_made_from_a_subscription(shop: Shop) -> None:
    subscription = begun(shop)

    schedule = shop.stripe.subscription_schedules.create({"from_subscription": subscription.id})

    phase = schedule.phases[0]
    assert (schedule.status, schedule.end_behavior) == ("active", "release")
    assert (phase.start_date, phase.end_date) == (START, period_end(subscription))
    assert phase["items"][0].price == item_of(subscription).price.id
    assert shop.again(subscription).schedule == schedule.id


def test_a_subscription_has_one_schedule(shop: Shop) -> None:
    subscription = begun(shop)
    create = shop.stripe.subscription_schedules.create
    create({"from_subscription": subscription.id})

    error = refusal(lambda: create({"from_subscription": subscription.id}))

    assert "already attached to a schedule" in str(error)


def test_a_downgrade_starts_with_the_next_period_and_lets_go_after_it(shop: Shop) -> None:
    subscription, cheap = begun(shop), shop.price(1000)
    schedule = scheduled(shop, cheap, subscription, metadata={"plan": "cheap"})
    end = period_end(subscription)

    preview = shop.preview(subscription)
    shop.pass_time(end + HOUR)

    after = shop.again(subscription)
    assert (item_of(after).price.id, after.metadata["plan"]) == (cheap, "cheap")
    assert item_of(after).id == item_of(subscription).id
    assert amounts(preview) == amounts(shop.latest(subscription)) == [1000]
    assert item_of(after).current_period_start == end
    shop.pass_time(end + 40 * DAY)
    released = shop.stripe.subscription_schedules.retrieve(schedule.id)
    assert (released.status, released.released_subscription) == ("released", subscription.id)
    assert shop.again(subscription).schedule is None
    assert shop.again(subscription).status == "active"


@pytest.mark.parametrize("mode", ["classic", "flexible"])
def test_a_shorter_interval_starts_a_new_cycle_at_the_end(shop: Shop, mode: str) -> None:
    subscription = shop.subscribe(
        shop.customer(), shop.price(90_000, "year"), billing_mode={"type": mode}
    )
    scheduled(shop, shop.price(1000), subscription)
    end = period_end(subscription)

    shop.pass_time(end + HOUR)

    after = shop.again(subscription)
    assert (item_of(after).current_period_start, after.billing_cycle_anchor) == (end, end)
    assert (period_end(after) - end) // DAY in {30, 31}
    assert amounts(shop.latest(subscription)) == [1000]


def test_a_longer_interval_starts_a_new_cycle_too(shop: Shop) -> None:
    subscription = begun(shop)
    yearly = shop.price(9000, "year")
    scheduled(shop, yearly, subscription, duration={"interval": "year"})
    end = period_end(subscription)

    shop.pass_time(end + HOUR)

    assert period_end(shop.again(subscription)) == end + 365 * DAY
    assert amounts(shop.latest(subscription)) == [9000]


def test_a_schedule_manages_the_end_of_its_subscription(shop: Shop) -> None:
    subscription = begun(shop)
    scheduled(shop, shop.price(1000), subscription)

    for change in ({"cancel_at_period_end": True}, {"cancel_at": START + 90 * DAY}):
        error = refusal(partial(shop.stripe.subscriptions.update, subscription.id, change))
        assert "managed by the subscription schedule" in str(error)


def test_releasing_leaves_the_subscription_as_it_is(shop: Shop) -> None:
    subscription = begun(shop)
    schedule = scheduled(shop, shop.price(1000), subscription)

    released = shop.stripe.subscription_schedules.release(schedule.id)

    assert (released.status, released.subscription) == ("released", None)
    assert shop.again(subscription).schedule is None
    shop.pass_time(period_end(subscription) + HOUR)
    assert amounts(shop.latest(subscription)) == [4000]


def test_what_is_released_cannot_be_changed(shop: Shop) -> None:
    subscription = begun(shop)
    schedule = scheduled(shop, shop.price(1000), subscription)
    shop.stripe.subscription_schedules.release(schedule.id)

    error = refusal(lambda: shop.stripe.subscription_schedules.release(schedule.id))

    assert error.http_status == 400


def test_cancelling_a_schedule_ends_the_subscription(shop: Shop) -> None:
    subscription = begun(shop)
    schedule = scheduled(shop, shop.price(1000), subscription)
    shop.pass_time(START + 15 * DAY)

    ended = shop.stripe.subscription_schedules.cancel(schedule.id, {"prorate": False})

    assert (ended.status, shop.again(subscription).status) == ("canceled", "canceled")


def test_cancelling_the_subscription_ends_its_schedule(shop: Shop) -> None:
    subscription = begun(shop)
    schedule = scheduled(shop, shop.price(1000), subscription)

    shop.stripe.subscriptions.cancel(subscription.id)

    found = shop.stripe.subscription_schedules.retrieve(schedule.id)
    assert found.status == "canceled"
    assert "subscription_schedule.canceled" in shop.events()


def test_a_schedule_can_end_with_the_subscription(shop: Shop) -> None:
    subscription = begun(shop)
    schedules = shop.stripe.subscription_schedules
    schedule = schedules.create({"from_subscription": subscription.id})
    schedules.update(schedule.id, {"end_behavior": "cancel"})

    assert shop.again(subscription).cancel_at == period_end(subscription)
    shop.pass_time(period_end(subscription) + HOUR)
    assert shop.again(subscription).status == "canceled"
    assert schedules.retrieve(schedule.id).status == "completed"


def test_a_change_of_the_running_phase_happens_now(shop: Shop) -> None:
    subscription = begun(shop)
    schedules = shop.stripe.subscription_schedules
    schedule = schedules.create({"from_subscription": subscription.id})
    dear = shop.price(8000)
    shop.pass_time(START + 15 * DAY)

    schedules.update(
        schedule.id,
        {
            "proration_behavior": "always_invoice",
            "phases": [
                {
                    "items": [{"price": dear}],
                    "start_date": schedule.phases[0].start_date,
                    "end_date": schedule.phases[0].end_date,
                }
            ],
        },
    )

    assert item_of(shop.again(subscription)).price.id == dear
    assert amounts(shop.latest(subscription)) == [-2000, 4000]


def test_discounts_are_carried_into_the_next_phase(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 10, "duration": "forever"})
    subscription = begun(shop, discounts=[{"coupon": coupon.id}])
    discount = subscription.discounts[0]

    scheduled(shop, shop.price(1000), subscription, discounts=[{"discount": discount}])
    preview = shop.preview(subscription)
    shop.pass_time(period_end(subscription) + HOUR)

    assert shop.again(subscription).discounts == [discount]
    assert preview.total == shop.latest(subscription).total == 900


def test_discounts_that_the_next_phase_does_not_name_are_gone(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 10, "duration": "forever"})
    subscription = begun(shop, discounts=[{"coupon": coupon.id}])

    scheduled(shop, shop.price(1000), subscription)
    preview = shop.preview(subscription)
    shop.pass_time(period_end(subscription) + HOUR)

    assert shop.again(subscription).discounts == []
    assert preview.total == shop.latest(subscription).total == 1000


def test_phases_follow_each_other(shop: Shop) -> None:
    subscription = begun(shop)
    price = shop.price(1000)

    error = refusal(lambda: scheduled(shop, price, subscription, start_date=START + 5 * DAY))

    assert error.param == "phases[1][start_date]"


def test_a_schedule_starts_a_subscription(shop: Shop) -> None:
    customer = shop.customer()

    schedule = shop.stripe.subscription_schedules.create(
        {
            "customer": customer,
            "start_date": "now",
            "end_behavior": "release",
            "phases": [{"items": [{"price": shop.price(), "quantity": 2}]}],
        }
    )

    subscription = shop.stripe.subscriptions.retrieve(schedule.subscription)
    assert (subscription.status, item_of(subscription).quantity) == ("active", 2)
    assert subscription.schedule == schedule.id


def test_schedules_are_listed_by_customer(shop: Shop) -> None:
    one, two = begun(shop), begun(shop)
    create = shop.stripe.subscription_schedules.create
    mine = create({"from_subscription": one.id})
    create({"from_subscription": two.id})

    found = shop.stripe.subscription_schedules.list({"customer": one.customer})

    assert [row.id for row in found.data] == [mine.id]


def test_a_phase_that_starts_inside_a_period_is_prorated(shop: Shop) -> None:
    subscription, dear = begun(shop), shop.price(8000)
    schedules = shop.stripe.subscription_schedules
    schedule = schedules.create({"from_subscription": subscription.id})
    first = schedule.phases[0]
    half = START + 15 * DAY
    same = {"items": [{"price": first["items"][0].price}], "start_date": first.start_date}

    schedules.update(
        schedule.id,
        {
            "phases": [
                {**same, "end_date": half},
                {
                    "items": [{"price": dear}],
                    "proration_behavior": "always_invoice",
                    "end_date": half + 90 * DAY,
                },
            ],
        },
    )
    shop.pass_time(half)

    assert item_of(shop.again(subscription)).price.id == dear
    assert amounts(shop.latest(subscription)) == [-2000, 4000]


def test_items_come_and_go_with_phases(shop: Shop) -> None:
    subscription = begun(shop)
    one, two = shop.price(100, name="One"), shop.price(200, name="Two")

    scheduled(shop, one, subscription, items=[{"price": one}, {"price": two}])
    shop.pass_time(period_end(subscription) + HOUR)

    rows = shop.again(subscription)["items"].data
    assert [row.price.id for row in rows] == [one, two]
    assert amounts(shop.latest(subscription)) == [100, 200]


def test_days_until_due_are_carried_into_the_next_phase(shop: Shop) -> None:
    subscription = begun(shop, collection_method="send_invoice", days_until_due=7)

    scheduled(
        shop,
        shop.price(1000),
        subscription,
        collection_method="send_invoice",
        invoice_settings={"days_until_due": 9},
    )
    shop.pass_time(period_end(subscription) + HOUR)

    assert shop.again(subscription).days_until_due == 9


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"from_subscription": "sub_x", "end_behavior": "cancel"}, "from_subscription"),
        ({"phases": [{"items": [{"quantity": 1}]}]}, "items"),
        ({"phases": [{"items": [{"price": "price_x"}]}], "start_date": START + DAY}, "start_date"),
    ],
)
def test_schedules_that_make_no_sense_are_refused(shop: Shop, given: Any, param: str) -> None:
    whose = {} if "from_subscription" in given else {"customer": shop.customer()}

    error = refusal(lambda: shop.stripe.subscription_schedules.create({**whose, **given}))

    assert (error.http_status, error.param) == (400, param)


def test_what_has_ended_is_not_scheduled(shop: Shop) -> None:
    subscription = begun(shop)
    shop.stripe.subscriptions.cancel(subscription.id)

    error = refusal(
        lambda: shop.stripe.subscription_schedules.create({"from_subscription": subscription.id})
    )

    assert error.param == "from_subscription"


def test_the_last_phase_ends_in_the_future(shop: Shop) -> None:
    subscription = begun(shop)
    schedules = shop.stripe.subscription_schedules
    schedule = schedules.create({"from_subscription": subscription.id})
    shop.pass_time(START + 5 * DAY)
    phase = {
        "items": [{"price": shop.price()}],
        "start_date": START,
        "end_date": START + DAY,
    }

    error = refusal(lambda: schedules.update(schedule.id, {"phases": [phase]}))

    assert error.param == "phases"


def test_a_new_card_must_be_written_to_the_schedule(shop: Shop) -> None:
    subscription = begun(shop)
    schedules = shop.stripe.subscription_schedules
    schedule = scheduled(shop, shop.price(1000), subscription)
    card = shop.give_card(subscription.customer)
    shop.stripe.subscriptions.update(subscription.id, {"default_payment_method": card})
    other = shop.give_card(subscription.customer)

    schedules.update(schedule.id, {"default_settings": {"default_payment_method": other}})
    shop.pass_time(period_end(subscription) + HOUR)

    assert shop.again(subscription).default_payment_method == other
