from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.billing.conftest import (
    DAY,
    HALF,
    HOUR,
    Shop,
    amounts,
    begun,
    item_of,
    period_end,
    refusal,
)
from tests.sandbox.conftest import START


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


@pytest.mark.parametrize("mode", ["classic", "flexible"])
def test_a_trial_can_end_now(shop: Shop, mode: str) -> None:
    subscription = shop.subscribe(
        shop.customer(), shop.price(), trial_period_days=14, billing_mode={"type": mode}
    )
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


def test_a_trial_put_on_a_running_subscription_credits_the_rest(shop: Shop) -> None:
    subscription = begun(shop)

    after = shop.stripe.subscriptions.update(subscription.id, {"trial_end": HALF + 10 * DAY})

    assert (after.status, period_end(after)) == ("trialing", HALF + 10 * DAY)
    assert amounts(shop.latest(subscription)) == [-500, 0]


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


def test_items_show_their_prices_as_they_are(shop: Shop) -> None:
    subscription = begun(shop)

    shop.stripe.prices.update(item_of(subscription).price.id, {"active": False})

    listed = shop.stripe.subscriptions.list().data[0]
    assert item_of(shop.again(subscription)).price.active is False
    assert item_of(listed).plan.active is False
