"""A merchant who sells what the shapes need, and the small things that make a shape."""

from __future__ import annotations

from typing import Any

from portal import sessions
from portal.identity import Identity, Proof
from portal.models import PortalSettings
from portal.toggles import Toggle
from servicebot.sandbox.world import Sandbox
from tests.portal.shapes.visitor import Json, Visitor
from tests.world import Tenant, make_tenant

CODE = "THANKS"
DAY = 24 * 60 * 60
START = 1_800_000_000
OFF = {
    "cancels_immediately",
    "requires_signed_token",
    "schedules_downgrades",
    "shows_only_active_subscriptions",
    "uses_custom_resource",
}
DECLINING, ASKING = "pm_card_chargeCustomerFail", "pm_card_threeDSecure2Required"
PAUSES = {"end_behavior": {"missing_payment_method": "pause"}}


class Scene:
    """One merchant with a portal that offers everything, and a customer on a clock of their own."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.tenant: Tenant = make_tenant("Acme")
        self.shop = self.tenant.shop
        self.account = sandbox.account(self.shop.api_key)
        self.stripe: Any = self.shop.stripe.v1
        self.customer = ""
        self._stock()
        self.switch(**{name: name not in OFF for name in toggles()})

    def _stock(self) -> None:
        """Sell more than the catalogue: seats, an add-on, use, and what belongs to no service."""
        sold: tuple[tuple[str, Json], ...] = (
            ("Seats", {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}),
            ("Licence", {"unit_label": "licence", "metadata": {"sb_quantity_enabled": "true"}}),
            ("Hours", {"unit_label": "hour"}),
            ("Archive", {"metadata": {"sb_addon": "true"}}),
            ("Support", {}),
            ("Calls", {}),
        )
        for name, extra in sold:
            self.shop.products[name] = self.stripe.products.create({"name": name, **extra}).id
            if name != "Calls":
                self.shop.prices[name] = self.shop.price(name, 900, "month")
        meter = self.stripe.billing.meters.create(
            {
                "display_name": "Calls",
                "event_name": "call",
                "default_aggregation": {"formula": "sum"},
            }
        )
        by_use = {"interval": "month", "usage_type": "metered", "meter": meter.id}
        self.shop.prices["Calls"] = self.shop.price("Calls", 2, "month", recurring=by_use)
        coupon = self.stripe.coupons.create({"percent_off": 10, "duration": "forever"})
        promotion = {"type": "coupon", "coupon": coupon.id}
        self.stripe.promotion_codes.create({"promotion": promotion, "code": CODE})

    def switch(self, **settings: Any) -> None:
        """Set settings of the portal."""
        row = self.tenant.portal.settings
        for name, value in settings.items():
            setattr(row, name, value)
        row.save()

    def visitor(self, *customers: str) -> Visitor:
        """Let the customer in."""
        portal = self.tenant.portal
        secret = portal.active_secrets()[0].pk
        ids = customers or (self.customer,)
        session = sessions.begin(portal, Proof(Identity("email", "ada@example.com"), secret), ids)
        return Visitor(portal, self.shop.stripe, session.token())

    # What shapes are made of

    def ada(self, card: str = "pm_card_visa") -> str:
        """Take Ada on, with a clock of her own."""
        clock = self.stripe.test_helpers.test_clocks.create({"frozen_time": START})
        self.customer = self.shop.customer("Ada", card, test_clock=clock.id)
        return self.customer

    def subscribe(self, *prices: str, card: str = "pm_card_visa", **extra: Any) -> Json:
        """Subscribe Ada to prices of the catalogue; `name:3` is three of one."""
        self.ada(card)
        return self.again(*prices, **extra)

    def again(self, *prices: str, **extra: Any) -> Json:
        """Subscribe her to more."""
        items = [self._item(name) for name in prices or ("Team month",)]
        made = self.stripe.subscriptions.create(
            {"customer": self.customer, "items": items, **extra}
        )
        return self.raw(made.id)

    def _item(self, name: str) -> Json:
        price, _, quantity = name.partition(":")
        return {"price": self.shop.prices[price]} | (
            {"quantity": int(quantity)} if quantity else {}
        )

    def raw(self, id_: str) -> Json:
        """Return what Stripe holds under an id."""
        found: Json = next(rows[id_] for rows in self.account.tables.values() if id_ in rows)
        return found

    def hold(self, subscription: Json, **fields: Any) -> Json:
        """Write what a subscription is at Stripe, where no call leads there."""
        raw = self.raw(subscription["id"])
        raw |= fields
        return raw

    def update(self, subscription: Json, **change: Any) -> Json:
        """Change a subscription behind the portal's back."""
        self.stripe.subscriptions.update(subscription["id"], change)
        return self.raw(subscription["id"])

    def end(self, subscription: Json) -> Json:
        """Cancel a subscription at once."""
        self.stripe.subscriptions.cancel(subscription["id"])
        return self.raw(subscription["id"])

    def archive(self, name: str) -> None:
        """Sell a price no more."""
        self.stripe.prices.update(self.shop.prices[name], {"active": False})

    def pay_with(self, card: str) -> str:
        """Make a card Ada's default; return it."""
        method = self.stripe.payment_methods.attach(card, {"customer": self.customer})
        default = {"invoice_settings": {"default_payment_method": method.id}}
        self.stripe.customers.update(self.customer, default)
        return str(method.id)

    def pass_days(self, *days: int) -> None:
        """Let time pass for Ada, a clock moving two intervals at most at once."""
        clock = self.raw(self.customer)["test_clock"]
        for some in days:
            until = self.raw(clock)["frozen_time"] + some * DAY
            self.stripe.test_helpers.test_clocks.advance(clock, {"frozen_time": until})

    def schedule(self, subscription: Json, **extra: Any) -> Any:
        """Put a subscription under a schedule that changes nothing yet."""
        made = self.stripe.subscription_schedules.create({"from_subscription": subscription["id"]})
        if extra:
            self.stripe.subscription_schedules.update(made.id, extra)
        return made

    def plan(self, subscription: Json, price: str, **extra: Any) -> Json:
        """Plan another price for the next period."""
        made = self.schedule(subscription)
        phase = made.phases[0]
        now = {
            "items": [{"price": item.price, "quantity": item.quantity} for item in phase.items],
            "start_date": phase.start_date,
            "end_date": phase.end_date,
        }
        then: Json = {"items": [{"price": self.shop.prices[price]}], "proration_behavior": "none"}
        change = {"phases": [now, then], "end_behavior": "release", **extra}
        self.stripe.subscription_schedules.update(made.id, change)
        return self.raw(subscription["id"])


def toggles() -> list[str]:
    """Return the names of the settings that are on or off."""
    return [n for n, s in PortalSettings.declared().items() if isinstance(s, Toggle)]
