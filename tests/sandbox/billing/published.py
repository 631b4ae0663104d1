"""What the worked examples share: dates, a change, and a price of what is used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.sandbox.billing.conftest import HOUR, Shop, amounts, item_of, period_end


def at(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


def halfway(subscription: Any) -> int:
    item = item_of(subscription)
    return int((item.current_period_start + item.current_period_end) // 2)


def update(shop: Shop, subscription: Any, price: str, **more: Any) -> Any:
    given = {"items": shop.change(subscription, price=price), **more}
    return shop.stripe.subscriptions.update(subscription.id, given)


def metered(shop: Shop, *, formula: str = "sum", **price: Any) -> str:
    """Return a price of what the meter "use" has counted."""
    found = shop.stripe.billing.meters.list().data or [
        shop.stripe.billing.meters.create(
            {
                "display_name": "Use",
                "event_name": "use",
                "default_aggregation": {"formula": formula},
            }
        )
    ]
    recurring = {"usage_type": "metered", "meter": found[0].id}
    return shop.price(recurring=recurring, **price)


def use(shop: Shop, subscription: Any, value: int) -> None:
    payload = {"stripe_customer_id": subscription.customer, "value": str(value)}
    shop.stripe.billing.meter_events.create({"event_name": "use", "payload": payload})


def billed_after(shop: Shop, subscription: Any) -> list[int]:
    """Return the amounts of the invoice that comes after the period."""
    shop.pass_time(period_end(shop.again(subscription)) + HOUR)
    return amounts(shop.latest(subscription))
