"""Schedules come in whole and go back whole: what a phase doesn't repeat changes at its start."""

from __future__ import annotations

from typing import Any

from servicebot.gateway.client import Gateway
from servicebot.gateway.schedule_shapes import Phase, Schedule
from tests.world import Shop

DAY = 24 * 60 * 60


def begin(shop: Shop, **extra: Any) -> str:
    """Return a subscription of Ada's with a discount."""
    off = {"percent_off": 10, "duration": "forever"}
    coupon = shop.stripe.v1.coupons.create(off)
    return shop.subscribe(shop.customer("Ada"), discounts=[{"coupon": coupon.id}], **extra)


def test_a_schedule_made_of_a_subscription_shows_on_it(shop: Shop, gateway: Gateway) -> None:
    subscription = begin(shop)

    made = gateway.create_schedule(subscription, key="one")

    found = gateway.subscription(subscription)
    assert found.schedule_id == made.id
    assert found.schedule is not None
    assert found.schedule.coming == ()
    assert found.schedule.phases[0].price_ids == (shop.prices["Team month"],)


def test_phases_go_back_as_they_came(shop: Shop, gateway: Gateway) -> None:
    subscription = begin(shop)
    made = gateway.create_schedule(subscription, key="one")
    (now,) = made.phases
    following = {
        "items": [{"price": shop.prices["Starter month"], "quantity": 2}],
        "discounts": now.repeated()["discounts"],
        "duration": {"interval": "month", "interval_count": 1},
        "proration_behavior": "none",
    }
    ours = {"sb_scheduled_change": "yes"}
    phases = {"phases": [now.repeated(), following], "metadata": ours, "end_behavior": "release"}

    planned = gateway.update_schedule(made.id, phases, key="two")
    again = gateway.update_schedule(
        made.id, {"phases": [phase.repeated() for phase in planned.phases]}, key="three"
    )

    assert again.phases == planned.phases
    assert planned.metadata == ours
    (coming,) = planned.coming
    assert coming.price_ids == (shop.prices["Starter month"],)
    assert coming.repeated()["discounts"] == now.repeated()["discounts"]


def test_a_released_schedule_leaves_its_subscription(shop: Shop, gateway: Gateway) -> None:
    subscription = begin(shop)
    made = gateway.create_schedule(subscription, key="one")

    gateway.release_schedule(made.id, key="two")

    assert gateway.subscription(subscription).schedule is None


FULL: dict[str, Any] = {
    "add_invoice_items": [
        {"price": {"id": "price_3"}, "quantity": 1, "tax_rates": [], "discounts": []}
    ],
    "application_fee_percent": None,
    "automatic_tax": {"enabled": True, "liability": {"type": "self"}},
    "billing_cycle_anchor": "phase_start",
    "billing_thresholds": None,
    "collection_method": "send_invoice",
    "currency": "usd",
    "default_payment_method": {"id": "pm_1"},
    "default_tax_rates": [{"id": "txr_1"}],
    "description": "As agreed",
    "discounts": [{"coupon": "C", "discount": None, "promotion_code": None}],
    "end_date": 40 * DAY,
    "invoice_settings": {"account_tax_ids": ["atxi_1"], "days_until_due": 7, "issuer": None},
    "items": [
        {
            "price": "price_1",
            "quantity": 3,
            "tax_rates": [{"id": "txr_2"}],
            "discounts": [{"promotion_code": "promo_1"}],
            "metadata": {},
            "billing_thresholds": None,
        }
    ],
    "metadata": {"po": "17"},
    "on_behalf_of": "acct_1",
    "proration_behavior": "none",
    "start_date": 10 * DAY,
    "transfer_data": {"destination": "acct_2", "amount_percent": 5},
    "trial_end": 12 * DAY,
}


def test_every_field_that_is_set_is_repeated() -> None:
    assert Phase.from_stripe(FULL).repeated() == {
        "add_invoice_items": [{"price": "price_3", "quantity": 1}],
        "automatic_tax": {"enabled": True, "liability": {"type": "self"}},
        "billing_cycle_anchor": "phase_start",
        "collection_method": "send_invoice",
        "default_payment_method": "pm_1",
        "default_tax_rates": ["txr_1"],
        "description": "As agreed",
        "discounts": [{"coupon": "C"}],
        "end_date": 40 * DAY,
        "invoice_settings": {"account_tax_ids": ["atxi_1"], "days_until_due": 7},
        "items": [
            {
                "price": "price_1",
                "quantity": 3,
                "tax_rates": ["txr_2"],
                "discounts": [{"promotion_code": "promo_1"}],
            }
        ],
        "metadata": {"po": "17"},
        "on_behalf_of": "acct_1",
        "proration_behavior": "none",
        "start_date": 10 * DAY,
        "transfer_data": {"destination": "acct_2", "amount_percent": 5},
        "trial_end": 12 * DAY,
    }


def test_before_it_begins_every_phase_is_to_come() -> None:
    raw = {
        "id": "sub_sched_1",
        "status": "not_started",
        "end_behavior": "release",
        "default_settings": {"default_payment_method": None},
        "metadata": {},
        "current_phase": None,
        "phases": [FULL, {**FULL, "start_date": 40 * DAY, "end_date": 70 * DAY}],
    }

    assert len(Schedule.from_stripe(raw).coming) == 2
