"""Every shape of a subscription that a merchant's Stripe account can hold, as Stripe makes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.portal.shapes.scene import ASKING, DAY, DECLINING, PAUSES, START, Scene
from tests.portal.shapes.visitor import Json

Building = Callable[[Scene], Json]
DUNNING = {"retry_days": [3], "end": "unpaid"}


def _simply(*prices: str, **extra: Any) -> Building:
    return lambda scene: scene.subscribe(*prices, **extra)


def _ended(*prices: str, **extra: Any) -> Building:
    return lambda scene: scene.end(scene.subscribe(*prices, **extra))


def _changed(change: Json, *prices: str, **extra: Any) -> Building:
    return lambda scene: scene.update(scene.subscribe(*prices, **extra), **change)


def past_due(scene: Scene) -> Json:
    made = scene.subscribe()
    scene.pay_with(DECLINING)
    scene.pass_days(33)
    return made


def unpaid(scene: Scene) -> Json:
    scene.account.config["dunning"] = DUNNING
    made = past_due(scene)
    scene.pass_days(5)
    return made


def unpaid_with_draft(scene: Scene) -> Json:
    made = unpaid(scene)
    scene.pass_days(25)
    return made


def incomplete_expired(scene: Scene) -> Json:
    made = scene.subscribe(payment_behavior="default_incomplete")
    scene.pass_days(2)
    return made


def paused(scene: Scene) -> Json:
    made = scene.subscribe(card="", trial_period_days=3, trial_settings=PAUSES)
    scene.pass_days(4)
    return made


def paused_with_card(scene: Scene) -> Json:
    made = paused(scene)
    scene.pay_with("pm_card_visa")
    return made


def paused_by_invoice(scene: Scene) -> Json:
    return scene.update(paused(scene), collection_method="send_invoice", days_until_due=7)


def paused_because(why: str) -> Building:
    """Pause in the middle of a period, as Stripe does for this reason."""

    def build(scene: Scene) -> Json:
        made = scene.subscribe()
        paused_ = {"type": "subscription", "transitioned_at": START, "subscription": {"type": why}}
        return scene.hold(made, status="paused", status_details={"paused": paused_})

    return build


def planned_here(scene: Scene) -> Json:
    made = scene.subscribe("Business month")
    price = scene.shop.prices["Starter month"]
    return scene.plan(made, "Starter month", metadata={"sb_scheduled_change": price})


def planned_by_merchant(scene: Scene) -> Json:
    return scene.plan(scene.subscribe("Business month"), "Starter month")


def empty_schedule(scene: Scene) -> Json:
    made = scene.subscribe()
    scene.schedule(made)
    return made


def ends_by_schedule(scene: Scene) -> Json:
    made = scene.subscribe()
    scene.schedule(made, end_behavior="cancel")
    return made


def ending_with_empty_schedule(scene: Scene) -> Json:
    made = scene.subscribe(cancel_at_period_end=True)
    scene.schedule(made)
    return made


def pending_update(scene: Scene) -> Json:
    made = scene.subscribe()
    return _hold(scene, made)


def ending_with_pending_update(scene: Scene) -> Json:
    made = scene.subscribe(cancel_at_period_end=True)
    return _hold(scene, made)


def _hold(scene: Scene, made: Json) -> Json:
    scene.pay_with(DECLINING)
    price = scene.shop.prices["Business month"]
    return scene.update(
        made,
        items=[{"id": made["items"]["data"][0]["id"], "price": price}],
        proration_behavior="always_invoice",
        payment_behavior="pending_if_incomplete",
    )


def with_discounts(count: int) -> Building:
    def build(scene: Scene) -> Json:
        coupons = [
            scene.stripe.coupons.create({"percent_off": 1, "duration": "forever"}).id
            for _ in range(count)
        ]
        return scene.subscribe(discounts=[{"coupon": each} for each in coupons])

    return build


def archived(scene: Scene) -> Json:
    made = scene.subscribe()
    scene.archive("Team month")
    return made


def with_archived_extra(scene: Scene) -> Json:
    made = scene.subscribe("Team month", "Archive")
    scene.archive("Archive")
    return made


def archived_and_ended(scene: Scene) -> Json:
    return scene.end(archived(scene))


def with_archived_extra_and_ended(scene: Scene) -> Json:
    return scene.end(with_archived_extra(scene))


def planned_at_a_price_now_archived(scene: Scene) -> Json:
    """A change of ours on a subscription with a card of its own, whose price was archived since."""
    made = with_a_card_of_its_own(scene)
    price = scene.shop.prices["Starter month"]
    made = scene.plan(made, "Starter month", metadata={"sb_scheduled_change": price})
    scene.archive("Team month")
    return made


def started_again(scene: Scene) -> Json:
    made = scene.end(scene.subscribe())
    scene.again(metadata={"sb_resubscribed_from": made["id"]})
    return made


def ended_in_another_currency(scene: Scene) -> Json:
    scene.shop.prices["Team euro"] = scene.shop.price("Team", 4500, "month", currency="eur")
    made = scene.end(scene.subscribe("Team euro"))
    scene.again("Team month")
    return made


def once_in_another_currency(scene: Scene) -> Json:
    scene.shop.prices["Team euro"] = scene.shop.price("Team", 4500, "month", currency="eur")
    made = scene.end(scene.subscribe("Team euro"))
    scene.end(scene.again("Team month"))
    return made


def another_currency(scene: Scene) -> Json:
    for tier, amount in (("Team", 4500), ("Business", 9000)):
        price = scene.shop.price(tier, amount, "month", currency="eur")
        scene.shop.prices[f"{tier} euro"] = price
    return scene.subscribe("Team euro")


def only_price_of_its_currency(scene: Scene) -> Json:
    scene.shop.prices["Team euro"] = scene.shop.price("Team", 4500, "month", currency="eur")
    return scene.subscribe("Team euro")


def free(card: str) -> Building:
    def build(scene: Scene) -> Json:
        scene.shop.prices["Free"] = scene.shop.price("Starter", 0, "month")
        return scene.subscribe("Free", card=card)

    return build


def with_a_card_of_its_own(scene: Scene) -> Json:
    made = scene.subscribe()
    own = scene.stripe.payment_methods.attach("pm_card_visa", {"customer": scene.customer})
    return scene.update(made, default_payment_method=own.id)


def ended_with_a_card_of_its_own(scene: Scene) -> Json:
    return scene.end(with_a_card_of_its_own(scene))


CLASSIC = {"billing_mode": {"type": "classic"}}
BY_INVOICE = {"collection_method": "send_invoice", "days_until_due": 14, "card": ""}
TRIAL = {"trial_period_days": 10}
FIXED_END = START + 100 * DAY

SHAPES: dict[str, Building] = {
    "active": _simply(),
    "yearly": _simply("Team year"),
    "trialing": _simply(**TRIAL),
    "trialing_without_card": _simply(card="", **TRIAL),
    "past_due": past_due,
    "unpaid": unpaid,
    "unpaid_with_draft": unpaid_with_draft,
    "incomplete": _simply(payment_behavior="default_incomplete"),
    "incomplete_asking_the_bank": _simply(card=ASKING),
    "incomplete_and_ending": _simply(
        payment_behavior="default_incomplete", cancel_at_period_end=True
    ),
    "incomplete_expired": incomplete_expired,
    "paused": paused,
    "paused_with_card": paused_with_card,
    "paused_by_invoice": paused_by_invoice,
    "paused_after_failed_payments": paused_because("final_payment_failure"),
    "paused_by_merchant": paused_because("pause_requested"),
    "canceled": _ended(),
    "canceled_with_card_of_its_own": ended_with_a_card_of_its_own,
    "canceled_without_card": _ended(card="", **TRIAL),
    "canceled_by_invoice": _ended(**BY_INVOICE),
    "canceled_several_items": _ended("Team month", "Archive:2", "Calls"),
    "canceled_metered": _ended("Calls"),
    "canceled_outside_services": _ended("Support:3"),
    "canceled_two_plans": _ended("Team month", "Starter month"),
    "canceled_archived": archived_and_ended,
    "canceled_archived_extra": with_archived_extra_and_ended,
    "canceled_classic": _ended(**CLASSIC),
    "canceled_and_started_again": started_again,
    "canceled_in_another_currency": ended_in_another_currency,
    "canceled_once_in_another_currency": once_in_another_currency,
    "ends_at_period_end": _simply(cancel_at_period_end=True),
    "ends_by_agreement": _simply(cancel_at=FIXED_END),
    "ends_by_agreement_in_this_period": _simply(cancel_at=START + 10 * DAY),
    "trial_that_ends": _simply(cancel_at_period_end=True, **TRIAL),
    "past_due_and_ending": lambda scene: scene.update(past_due(scene), cancel_at_period_end=True),
    "planned_here": planned_here,
    "planned_by_merchant": planned_by_merchant,
    "planned_here_then_archived": planned_at_a_price_now_archived,
    "empty_schedule": empty_schedule,
    "ends_by_schedule": ends_by_schedule,
    "ending_with_empty_schedule": ending_with_empty_schedule,
    "pending_update": pending_update,
    "ending_with_pending_update": ending_with_pending_update,
    "collection_kept_as_draft": _changed({"pause_collection": {"behavior": "keep_as_draft"}}),
    "collection_uncollectible": _changed({"pause_collection": {"behavior": "mark_uncollectible"}}),
    "collection_void": _changed({"pause_collection": {"behavior": "void"}}),
    "several_items": _simply("Team month", "Archive:2"),
    "several_items_with_use": _simply("Team month", "Archive", "Calls"),
    "two_plans": _simply("Team month", "Starter month"),
    "metered": _simply("Calls"),
    "outside_services": _simply("Support"),
    "by_invoice": _simply(**BY_INVOICE),
    "trial_by_invoice": _simply(**BY_INVOICE, **TRIAL),
    "discounted": with_discounts(1),
    "twenty_discounts": with_discounts(20),
    "counted": _simply("Seats:7"),
    "counted_in_trial": _simply("Seats:7", **TRIAL),
    "counted_by_invoice": _simply("Seats:7", **BY_INVOICE),
    "counted_beside_a_plan": _simply("Team month", "Seats:7"),
    "counted_twice": _simply("Seats:7", "Licence:2"),
    "unit_not_enabled": _simply("Hours:7"),
    "archived": archived,
    "archived_extra": with_archived_extra,
    "another_currency": another_currency,
    "only_price_of_its_currency": only_price_of_its_currency,
    "free": free("pm_card_visa"),
    "free_without_card": free(""),
    "card_of_its_own": with_a_card_of_its_own,
    "classic": _simply(**CLASSIC),
    "classic_several_items": _simply("Team month", "Archive", **CLASSIC),
    "classic_counted": _simply("Seats:7", **CLASSIC),
}
