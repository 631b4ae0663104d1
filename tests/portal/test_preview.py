"""What the preview shows is what the portal shows: every state, made at Stripe and compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.core.cache import cache

from portal import fixtures
from portal.fixtures import EMAIL, NAMES, PLANS, PRICES, Dates, seconds
from portal.models import RECOMMENDED
from portal.preview import preview
from portal.states import STATES
from tests.base import ServicebotTestCase
from tests.portal.shapes.scene import OFF, toggles

NOW = datetime(2027, 6, 20, 12, tzinfo=UTC)
ALL_ON = {name: name not in OFF for name in toggles()}
# What decides who gets in stays as it is.
RECOMMENDED_ALONE = {
    name: name in RECOMMENDED for name in toggles() if not name.startswith(("is_", "requires_"))
}
OFF_TEXT = "Back on Monday,\nwith <new> plans."
DECLINING = "pm_card_chargeCustomerFail"
PAUSES = {"end_behavior": {"missing_payment_method": "pause"}}
BY_INVOICE = {"collection_method": "send_invoice", "days_until_due": 14}
# What Stripe or chance names anew each time: ids, nonces, invoice numbers and addresses.
MASKS = (
    r"(?<=\"key\": \")[^\"]+",
    r"\b(?:sub|cus|in|pm|si|price|prod|di)_\w+",
    r"(?<=href=\")[^\"]+",
    r"(?:PREVIEW\d|[0-9A-Z]{8})-\d{4}",
)


def masked(html: str) -> str:
    """Return a page without what is new in every one, and without empty lines."""
    for mask in MASKS:
        html = re.sub(mask, "…", html)
    return "\n".join(line.strip() for line in html.splitlines() if line.strip())


class World(ServicebotTestCase):
    """Acme sells what the preview's merchant sells, and time at Stripe is moved by hand."""

    def setUp(self) -> None:
        self.enterContext(time_machine.travel(NOW, tick=False))
        super().setUp()
        self.dates = Dates(NOW)
        self.api_ = self.acme.shop.stripe.v1
        self.customer = ""
        for plan in PLANS:
            self.acme.shop.products[plan.name] = self.api_.products.create(plan.product).id
        for name, price in PRICES.items():
            amount, interval = price["unit_amount"], price["interval"]
            made = self.acme.shop.price(price["plan"], amount, interval)
            self.acme.shop.prices[name] = made
        self.switch(**ALL_ON, off_text=OFF_TEXT)
        self.sandbox.account(self.acme.shop.api_key).config["dunning"] = {
            "retry_days": [30],
            "end": "unpaid",
        }

    def at(self, moment: datetime) -> None:
        """Let Stripe's time be a moment, and what is due by then happen."""
        self.sandbox.clock = lambda: seconds(moment)
        self.api_.customers.list({"limit": 1})

    def takes_on(self, at: datetime, card: str = "pm_card_visa", number: int = 1) -> None:
        """Make the customer."""
        self.at(at)
        name = NAMES[number - 1]
        self.customer = self.acme.shop.customer(name, card, email=EMAIL)
        # Stripe's test cards expire as the sandbox says; the preview's so that none is expired.
        for method in self.stripe.all("payment_method"):
            method["card"] |= {"exp_month": 12, "exp_year": NOW.year + fixtures.YEARS_OF_CARD}

    def pays_with(self, card: str) -> None:
        """Put another card in the place of the customer's."""
        before = self.stripe[self.customer]["invoice_settings"]["default_payment_method"]
        method = self.api_.payment_methods.attach(card, {"customer": self.customer}).id
        default = {"invoice_settings": {"default_payment_method": method}}
        self.api_.customers.update(self.customer, default)
        self.api_.payment_methods.detach(before)
        self.stripe[method]["card"] |= {"exp_month": 12, "exp_year": NOW.year + 3}

    def subscribes(self, *items: str, card: str = "pm_card_visa", **given: Any) -> str:
        """Let the customer come two months ago; returns the subscription."""
        self.takes_on(self.dates.began, card)
        return self.acme.shop.subscribe(self.customer, *items, **given)

    def holds(self, subscription: str, **fields: Any) -> None:
        """Write what a subscription is at Stripe, where no call leads there."""
        self.stripe[subscription].update(fields)

    def portal_page(self, state: str) -> str:
        """Return what the portal's session answers."""
        cache.clear()
        given = {"email": EMAIL}
        if not STATES[state].is_unsecured:
            given["hash"] = self.hash(EMAIL)
        at, headers = f"/portal/{self.portal.public_id}/session", {"Sec-Fetch-Site": "same-origin"}
        return self.client.post(at, given, headers=headers).content.decode()


Story = Callable[[World], Any]


def subscribed(*items: str, **given: Any) -> Story:
    return lambda world: world.subscribes(*items, **given)


def trial(began: dict[str, int], card: str = "pm_card_visa") -> Story:
    """Begin a trial of 14 days some days ago."""

    def story(world: World) -> None:
        world.takes_on(world.dates.ago(**began), card)
        world.acme.shop.subscribe(world.customer, trial_period_days=14, trial_settings=PAUSES)

    return story


def downgrading(world: World) -> None:
    subscription = world.subscribes()
    world.at(NOW)
    schedules, price = world.api_.subscription_schedules, world.acme.shop.prices["Starter month"]
    made = schedules.create({"from_subscription": subscription})
    phase = made.phases[0]
    now = {
        "items": [{"price": item.price, "quantity": item.quantity} for item in phase.items],
        "start_date": phase.start_date,
        "end_date": phase.end_date,
    }
    then = {"items": [{"price": price, "quantity": 1}], "proration_behavior": "none"}
    metadata = {"sb_scheduled_change": price}
    change = {"phases": [now, then], "end_behavior": "release", "metadata": metadata}
    schedules.update(made.id, change)


def ending(world: World) -> None:
    subscription = world.subscribes()
    world.at(NOW)
    world.api_.subscriptions.update(subscription, {"cancel_at_period_end": True})


def fails(world: World) -> None:
    world.subscribes()
    world.at(world.dates.ago(days=12))
    world.pays_with(DECLINING)


def unpaid(world: World) -> None:
    world.sandbox.account(world.acme.shop.api_key).config["dunning"]["retry_days"] = [3]
    fails(world)


def incomplete(world: World) -> None:
    world.takes_on(world.dates.ago(hours=2))
    world.acme.shop.subscribe(world.customer, payment_behavior="default_incomplete")


def paused_because(why: str) -> Story:
    """Pause as Stripe does for this reason."""

    def story(world: World) -> None:
        subscription = world.subscribes()
        world.at(NOW)
        paused = {"type": "subscription", "transitioned_at": 1, "subscription": {"type": why}}
        world.holds(subscription, status="paused", status_details={"paused": paused})

    return story


def collection_paused(world: World) -> None:
    subscription = world.subscribes()
    world.at(NOW)
    held = {"pause_collection": {"behavior": "void"}}
    world.api_.subscriptions.update(subscription, held)


def canceled(world: World) -> None:
    subscription = world.subscribes()
    world.at(world.dates.ago(days=3))
    world.api_.subscriptions.cancel(subscription)


def pending(world: World) -> None:
    subscription = world.subscribes()
    world.at(world.dates.ago(hours=1))
    world.pays_with(DECLINING)
    item = world.stripe[subscription]["items"]["data"][0]["id"]
    change = {
        "items": [{"id": item, "price": world.acme.shop.prices["Business month"]}],
        "proration_behavior": "always_invoice",
        "payment_behavior": "pending_if_incomplete",
    }
    world.api_.subscriptions.update(subscription, change)


def discounted(world: World) -> None:
    world.at(world.dates.began)
    coupon = world.api_.coupons.create(fixtures.COUPON)
    world.subscribes(discounts=[{"coupon": coupon.id}])


def counted(world: World) -> None:
    items = [{"price": world.acme.shop.prices["Business month"], "quantity": 5}]
    world.takes_on(world.dates.began)
    world.api_.subscriptions.create({"customer": world.customer, "items": items})


def by_invoice(world: World) -> None:
    world.subscribes(card="", **BY_INVOICE)
    for moment in reversed(world.dates.turns[1:]):
        world.at(moment + timedelta(hours=2))
        for invoice in world.stripe.all("invoice"):
            if invoice["customer"] == world.customer and invoice["status"] == "open":
                world.api_.invoices.pay(invoice["id"], {"paid_out_of_band": True})


def several(world: World) -> None:
    ended = world.subscribes("Starter year")
    world.acme.shop.subscribe(world.customer)
    world.at(world.dates.ago(days=3))
    world.api_.subscriptions.cancel(ended)


def two_customers(world: World) -> None:
    for number in (2, 1):
        world.takes_on(world.dates.began, number=number)
        world.acme.shop.subscribe(world.customer)


def nothing(world: World) -> None:
    world.takes_on(NOW, card="")


def off(world: World) -> None:
    world.switch(is_on=False)


STORIES: dict[str, Story] = {
    "active": subscribed(),
    "trialing": trial({"days": 4}),
    "trialing_without_card": trial({"days": 4}, card=""),
    "downgrading": downgrading,
    "ending": ending,
    "discounted": discounted,
    "counted": counted,
    "free": subscribed("Free", card=""),
    "by_invoice": by_invoice,
    "past_due": fails,
    "unpaid": unpaid,
    "incomplete": incomplete,
    "pending": pending,
    "paused_without_card": trial({"days": 20}, card=""),
    # Stripe pauses so where a merchant's own rules say it; the sandbox is told that it has.
    "paused_after_failure": paused_because("final_payment_failure"),
    "paused_by_merchant": paused_because("pause_requested"),
    "collection_paused": collection_paused,
    "canceled": canceled,
    "several": several,
    "two_customers": two_customers,
    "nothing": nothing,
    "unsecured": subscribed(),
    "off": off,
}


class ComparisonTests(World):
    def compare(self, state: str) -> None:
        STORIES[state](self)
        self.at(NOW)
        if STATES[state].is_unsecured:
            self.switch(requires_security_hash=False)
        for settings in ({}, RECOMMENDED_ALONE):
            self.switch(**settings)

            portal = masked(self.portal_page(state))

            assert masked(preview(self.portal, STATES[state], "en")) == portal


def _add(state: str) -> None:
    def test(self: ComparisonTests) -> None:
        self.compare(state)

    setattr(ComparisonTests, f"test_{state}_is_what_the_portal_answers", test)


for _state in STATES:
    _add(_state)
