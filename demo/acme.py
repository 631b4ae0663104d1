"""Acme Analytics at work: what its own server does in its Stripe account, call by call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo import catalogue
from demo.people import PEOPLE

if TYPE_CHECKING:
    from demo.backend import Client, Subscription

VISA = "pm_card_visa"
MASTERCARD = "pm_card_mastercard"
DECLINING = "pm_card_chargeCustomerFail"
ASKING_THE_BANK = "pm_card_threeDSecure2Required"


class Acme:
    """The merchant's server, with the ids that it keeps."""

    def __init__(self, client: Client) -> None:
        # The sandbox checks every parameter; the SDK's types don't take plain dicts.
        self.api: Any = client.v1
        self.prices: dict[str, str] = {}

    def stock(self) -> None:
        """Make what is sold: plans, the price of old, and what is paid by use."""
        for plan in catalogue.PLANS:
            product = self.api.products.create(plan.as_stripe())
            for key, price in plan.prices().items():
                self._price(product.id, key, price)
            if plan.name == catalogue.OLD_PLAN:
                self._price(product.id, catalogue.OLD_PRICE, catalogue.old_price())
        product = self.api.products.create(catalogue.METERED)
        meter = self.api.billing.meters.create(catalogue.METER)
        self._price(product.id, catalogue.METERED_PRICE, catalogue.metered_price(meter.id))
        coupon = self.api.coupons.create(catalogue.COUPON)
        promotion = {"type": "coupon", "coupon": coupon.id}
        self.api.promotion_codes.create({"promotion": promotion, "code": catalogue.CODE})

    def _price(self, product: str, key: str, price: dict[str, Any]) -> None:
        made = self.api.prices.create({"product": product, "lookup_key": key, **price})
        self.prices[key] = made.id

    def archive(self, key: str) -> None:
        """Sell a price no more; who has it keeps it."""
        self.api.prices.update(self.prices[key], {"active": False})

    def take_on(self, key: str, card: str | None = VISA) -> str:
        """Make a customer, with a card where one is given; return its id."""
        person = PEOPLE[key]
        customer = self.api.customers.create({"name": person.name, "email": person.email})
        if card:
            self.keep_card(customer.id, card)
        return str(customer.id)

    def keep_card(self, customer: str, card: str) -> None:
        """Charge a customer's invoices to a card from now on."""
        method = self.api.payment_methods.attach(card, {"customer": customer}).id
        self.api.customers.update(
            customer, {"invoice_settings": {"default_payment_method": method}}
        )

    def subscribe(self, customer: str, *items: str, **params: Any) -> Subscription:
        """Start a subscription to prices by their lookup keys; `key:3` is three of one."""
        wanted = [self._item(item) for item in items]
        given = {"customer": customer, "items": wanted, **params}
        made: Subscription = self.api.subscriptions.create(given)
        return made

    def _item(self, item: str) -> dict[str, Any]:
        key, _, quantity = item.partition(":")
        return {"price": self.prices[key]} | ({"quantity": int(quantity)} if quantity else {})

    def count_calls(self, customer: str, calls: int) -> None:
        """Report use of what is metered."""
        payload = {"stripe_customer_id": customer, "value": str(calls)}
        event = {"event_name": catalogue.METER_EVENT, "payload": payload}
        self.api.billing.meter_events.create(event)

    def plan_change(self, subscription: Subscription, key: str) -> None:
        """Let a subscription go on with another price when its period ends."""
        schedules = self.api.subscription_schedules
        schedule = schedules.create({"from_subscription": subscription.id})
        phase = schedule.phases[0]
        now = {
            "items": [{"price": item.price, "quantity": item.quantity} for item in phase.items],
            "start_date": phase.start_date,
            "end_date": phase.end_date,
        }
        then = {"items": [{"price": self.prices[key], "quantity": 1}], "proration_behavior": "none"}
        schedules.update(schedule.id, {"phases": [now, then], "end_behavior": "release"})
