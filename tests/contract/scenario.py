"""What the portal asks of Stripe, from a catalogue to an ended subscription, as one story.

It runs against the sandbox with every other test, and with `make stripe` against Stripe's own test
mode: the same calls through the product's gateway, the same facts asserted, and every answer held
against the SDK's types.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import stripe
from django.conf import settings

from servicebot.gateway.billing_shapes import Subscription
from servicebot.gateway.client import Gateway
from servicebot.gateway.wire import CLIENT_SECONDS
from servicebot.sandbox.contract import Finding, check_answer, checked_request
from servicebot.sandbox.wire import Call, decode

FINDINGS: list[Finding] = []
"""What was wrong with what the checking client heard."""


class CheckingClient(stripe.HTTPXClient):
    """The product's own client, holding all that goes through it against the SDK's types."""

    def request(self, method: str, url: str, *given: Any, **more: Any) -> Any:
        headers, post_data = [*given, None, None][:2]
        body, status, answered = super().request(method, url, *given, **more)
        path = url.removeprefix(settings.STRIPE_API_BASE)
        sent = post_data.encode() if isinstance(post_data, str) else post_data or b""
        call = Call(method.upper(), path, headers or {}, sent)
        FINDINGS.extend(checked_request(call.method, path, decode(call))[1])
        FINDINGS.extend(check_answer(call.method, path, status, json.loads(body)))
        return body, status, answered


def checking_client() -> CheckingClient:
    """Return the client that `make stripe` names in STRIPE_HTTP_CLIENT."""
    return CheckingClient(timeout=CLIENT_SECONDS, allow_sync_methods=True)


@dataclass
class Story:
    """A merchant's account with one customer; `mark` keeps two runs apart."""

    shop: Any
    gateway: Gateway
    mark: str

    def key(self, name: str) -> str:
        return f"{self.mark}-{name}"

    def price(self, tier: str, amount: int) -> str:
        product = self.shop.products.create(
            {"name": f"{tier} {self.mark}", "metadata": {"sb_service": self.mark, "sb_tier": tier}}
        )
        recurring = {"interval": "month"}
        given = {"product": product.id, "currency": "usd", "unit_amount": amount}
        return str(self.shop.prices.create({**given, "recurring": recurring}).id)

    def customer(self) -> str:
        made = self.shop.customers.create(
            {"name": "Ada", "email": f"ada+{self.mark}@example.com", "metadata": {"run": self.mark}}
        )
        card = self.shop.payment_methods.attach("pm_card_visa", {"customer": made.id})
        default = {"invoice_settings": {"default_payment_method": card.id}}
        self.shop.customers.update(made.id, default)
        return str(made.id)


def tell(story: Story) -> None:
    """Do everything once, asserting what no clock changes."""
    starter, team = story.price("Starter", 1900), story.price("Team", 4900)
    customer = story.customer()
    begun = story.gateway.create_subscription(
        {"customer": customer, "items": [{"price": starter}], "metadata": {"run": story.mark}},
        key=story.key("begin"),
    )
    assert begun.status == "active"
    reads(story, customer, begun)
    changed = upgrades(story, begun, team)
    discounts(story, changed)
    plans_a_downgrade(story, changed, starter)
    saves_a_card(story, customer)
    billing_details(story, customer)
    ends(story, changed)


def reads(story: Story, customer: str, begun: Subscription) -> None:
    gateway = story.gateway
    assert gateway.customer(customer).name == "Ada"
    assert [each.id for each in gateway.subscriptions(customer)] == [begun.id]
    assert [m.brand for m in gateway.payment_methods(customer)] == ["visa"]
    (paid,) = gateway.invoices(customer).invoices
    assert (paid.status, paid.total, paid.subscription_id) == ("paid", 1900, begun.id)
    assert gateway.invoice(paid.id).number
    coming = gateway.upcoming(customer)
    assert coming is not None
    assert (coming.subscription_id, coming.amount_due) == (begun.id, 1900)
    assert begun.items[0].price.id in {price.id for price in gateway.prices()}
    assert begun.items[0].price.product_id in {product.id for product in gateway.products()}


def upgrades(story: Story, begun: Subscription, team: str) -> Subscription:
    """Preview a change, make it, and find the amount charged that was shown."""
    item = begun.items[0]
    moment = int(item.period_start.timestamp())
    change = {
        "items": [{"id": item.id, "price": team, "quantity": 2}],
        "proration_behavior": "always_invoice",
        "proration_date": moment,
    }
    shown = story.gateway.preview({"subscription": begun.id, "subscription_details": change})
    assert shown.amount_due == 2 * 4900 - 1900
    paying = {**change, "payment_behavior": "pending_if_incomplete"}
    changed = story.gateway.update_subscription(begun.id, paying, key=story.key("upgrade"))
    assert changed.pending_update is None
    assert [(i.price.id, i.quantity) for i in changed.items] == [(team, 2)]
    charged = story.gateway.invoice(changed.latest_invoice_id)
    assert (charged.status, charged.amount_due) == ("paid", shown.amount_due)
    return changed


def discounts(story: Story, subscription: Subscription) -> None:
    coupon = story.shop.coupons.create(
        {"percent_off": 10, "duration": "forever", "name": "Ten percent"}
    )
    promotion = {"type": "coupon", "coupon": coupon.id}
    typed = story.mark.upper()
    story.shop.promotion_codes.create({"promotion": promotion, "code": typed})
    (code,) = story.gateway.promotion_codes(typed.lower())
    change = {"discounts": [{"promotion_code": code.id}]}
    next_one = story.gateway.preview({"subscription": subscription.id, **change})
    assert next_one.amount_due == 2 * 4900 * 90 // 100
    put_on = story.gateway.update_subscription(subscription.id, change, key=story.key("coupon"))
    assert [d.coupon.id for d in put_on.discounts] == [coupon.id]
    assert story.gateway.coupon(coupon.id).is_valid


def plans_a_downgrade(story: Story, subscription: Subscription, starter: str) -> None:
    schedule = story.gateway.create_schedule(subscription.id, key=story.key("schedule"))
    now = schedule.phases[-1].repeated()
    later = {
        "items": [{"price": starter, "quantity": 1}],
        "duration": {"interval": "month", "interval_count": 1},
        "proration_behavior": "none",
        **({"discounts": now["discounts"]} if "discounts" in now else {}),
    }
    change = {
        "phases": [now, later],
        "end_behavior": "release",
        "metadata": {"sb_scheduled_change": starter},
    }
    planned = story.gateway.update_schedule(schedule.id, change, key=story.key("phases"))
    assert [phase.price_ids for phase in planned.coming] == [(starter,)]
    story.gateway.release_schedule(schedule.id, key=story.key("release"))
    released = story.gateway.subscription(subscription.id)
    assert (released.schedule_id, released.items[0].quantity) == ("", 2)


def saves_a_card(story: Story, customer: str) -> None:
    intent = story.gateway.create_setup_intent(customer, {"run": story.mark}, key=story.key("card"))
    assert intent.status == "requires_payment_method"
    assert story.gateway.setup_intent(intent.id).customer_id == customer
    story.gateway.cancel_setup_intent(intent.id)
    second = story.shop.payment_methods.attach("pm_card_mastercard", {"customer": customer})
    changed = story.gateway.make_default(customer, second.id, key=story.key("default"))
    assert changed.default_payment_method_id == second.id
    first = next(m for m in story.gateway.payment_methods(customer) if m.brand == "visa")
    assert story.gateway.detach(first.id, key=story.key("detach")).customer_id == ""


def billing_details(story: Story, customer: str) -> None:
    address = {"line1": "1 High Street", "city": "Berlin", "country": "DE"}
    changed = story.gateway.update_customer(customer, {"phone": "+4930123", "address": address})
    assert (changed.phone, changed.address.city) == ("+4930123", "Berlin")
    tax_id = story.gateway.add_tax_id(customer, "eu_vat", "DE123456789")
    assert [t.value for t in story.gateway.customer(customer).tax_ids] == ["DE123456789"]
    story.gateway.remove_tax_id(customer, tax_id.id)


def ends(story: Story, subscription: Subscription) -> None:
    """End with the period, keep it after all, and end at once."""
    answer = {
        "metadata": {"cancellation_reason": "unused"},
        "cancellation_details": {"feedback": "unused"},
    }
    gateway, id_ = story.gateway, subscription.id
    going = gateway.update_subscription(
        id_, {"cancel_at_period_end": True, **answer}, key=story.key("cancel")
    )
    assert going.cancels_at_period_end
    assert going.metadata["cancellation_reason"] == "unused"
    nothing = {
        "cancel_at_period_end": False,
        "metadata": {"cancellation_reason": ""},
        "cancellation_details": {"feedback": "", "comment": ""},
    }
    kept = gateway.update_subscription(id_, nothing, key=story.key("undo"))
    assert not kept.cancels_at_period_end
    assert "cancellation_reason" not in kept.metadata
    ended = gateway.cancel_now(id_, {"feedback": "unused"}, key=story.key("end"))
    assert ended.status == "canceled"
    assert gateway.upcoming(ended.customer_id) is None
