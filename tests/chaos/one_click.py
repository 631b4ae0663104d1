"""One customer who clicks once, at a real sandbox: what they are told is up to whoever tests."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import stripe

from servicebot.sandbox.doors import InProcessClient
from tests.chaos import compare, ledger
from tests.chaos.at_stripe import Journaling
from tests.chaos.at_stripe import ledger as journal_of
from tests.chaos.compare import Fault
from tests.chaos.history import Click, Json, Send

MONTHLY, DOUBLE = 1000, 2000
PAUSES = {"end_behavior": {"missing_payment_method": "pause"}}


class Run:
    """One customer with a subscription for 10.00 a month, who clicks once."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger.json"
        self.sandbox = Journaling()
        client: Any = stripe.StripeClient
        self.v1 = client("sk_test_chaos", http_client=InProcessClient(self.sandbox)).v1
        product = self.v1.products.create({"name": "Team"}).id
        self.price = self.priced(product, MONTHLY)
        self.dearer = self.priced(product, DOUBLE)
        self.customer = self.v1.customers.create({"email": "ada@example.com"}).id
        card = self.v1.payment_methods.attach("pm_card_visa", {"customer": self.customer}).id
        default = {"invoice_settings": {"default_payment_method": card}}
        self.v1.customers.update(self.customer, default)
        self.sub = self.bought()
        self.item = self.v1.subscriptions.retrieve(self.sub)["items"]["data"][0]["id"]
        self.since = time.monotonic()
        self.click = self.clicked("cancel", {})

    def priced(self, product: str, amount: int) -> str:
        recurring = {"interval": "month"}
        params = {"product": product, "currency": "usd", "unit_amount": amount}
        return str(self.v1.prices.create({**params, "recurring": recurring}).id)

    def bought(self) -> str:
        params = {"customer": self.customer, "items": [{"price": self.price}]}
        return str(self.v1.subscriptions.create(params).id)

    def clicked(self, kind: str, wants: Json) -> Click:
        """Begin another click; what it was told comes later."""
        wants = {"subscription": self.sub, **wants}
        self.click = Click(1, self.customer, kind, "/path", {}, "key", wants)
        self.click.began = time.monotonic()
        return self.click

    def told(self, status: int, code: str = "", **body: Any) -> None:
        """Answer the click."""
        now = time.monotonic()
        self.click.sends.append(Send(0, self.click.began, now, status, code, body))

    def told_done(self) -> None:
        """Answer that it is done, and how the subscription is now."""
        self.told(200, subscription=self.shown())

    def shown(self) -> Json:
        now = self.v1.subscriptions.retrieve(self.sub).to_dict()
        items = now["items"]["data"]
        return {
            "id": now["id"],
            "status": now["status"],
            "cancel_at_period_end": now["cancel_at_period_end"],
            "items": [
                {"price": {"id": i["price"]["id"]}, "quantity": i["quantity"]} for i in items
            ],
        }

    def cancel(self, *, at_end: bool = True) -> None:
        self.v1.subscriptions.update(self.sub, {"cancel_at_period_end": at_end})

    def move(self, price: str) -> None:
        """Move to a price, charged at once."""
        change = {"items": [{"id": self.item, "price": price}]}
        self.v1.subscriptions.update(self.sub, {**change, "proration_behavior": "always_invoice"})

    def pause(self) -> None:
        """Let a trial end without a card; the card comes after it."""
        default = self.v1.customers.retrieve(self.customer).invoice_settings.default_payment_method
        self.charge("")
        trial = {"trial_end": int(time.time()) + 5, "trial_settings": PAUSES}
        params = {"customer": self.customer, "items": [{"price": self.price}], **trial}
        self.sub = str(self.v1.subscriptions.create(params).id)
        self.sandbox.clock = lambda: int(time.time()) + 10
        self.charge(default)
        self.since = time.monotonic()
        self.clicked("resume", {"due": MONTHLY, "waits": False})

    def charge(self, card: str) -> None:
        """Charge a card from now on, or none."""
        default = {"invoice_settings": {"default_payment_method": card}}
        self.v1.customers.update(self.customer, default)

    def resume(self) -> Json:
        """Resume at Stripe; returns what it is then."""
        paid_for = {"payment_behavior": "resume_on_payment_success"}
        terms = {"billing_cycle_anchor": {"type": "now"}, **paid_for}
        return dict(self.v1.subscriptions.resume(self.sub, terms).to_dict())

    def spare(self) -> str:
        """Give a card that nothing is paid with, and click on removing it."""
        attach = self.v1.payment_methods.attach
        card = str(attach("pm_card_mastercard", {"customer": self.customer}).id)
        self.since = time.monotonic()
        self.clicked("remove_card", {"card": card})
        return card

    def told_cards(self, **more: str) -> None:
        """Answer that it is done, and which cards there are now, with `more` that aren't."""
        listed = self.v1.customers.payment_methods.list(self.customer).data
        cards = [{"id": id_} for id_ in (*(each.id for each in listed), *more.values())]
        self.told(200, customers=[{"payment_methods": cards}])

    def moving(self, due: int) -> None:
        """Click on the dearer plan, quoted as that."""
        wants = {"price": self.dearer, "quantity": 1, "due": due, "waits": False}
        self.clicked("change_plan", wants)

    def findings(self) -> list[tuple[Fault, str]]:
        """Return what the comparison finds."""
        self.path.write_text(json.dumps(journal_of(self.sandbox)))
        found = compare.compare([self.click], ledger.read(self.path), [self.customer], self.since)
        return [(each.fault, each.why) for each in found]

    def faults(self) -> list[Fault]:
        """Return only of which kinds they are."""
        return [fault for fault, _why in self.findings()]
