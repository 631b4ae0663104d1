"""Ada before her portal: what she clicks, what the merchant turns, and what is at Stripe then."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
import time_machine
from django.core.cache import cache
from django.test import Client

from portal import sessions
from portal.blocked import MERCHANT_TEXTS
from portal.clicks import BegunClick, DoneClick
from portal.identity import Identity, Proof
from portal.problems import PROBLEMS
from servicebot.sandbox import controls
from servicebot.sandbox.faults import Kind
from servicebot.sandbox.world import SAVED, Sandbox
from tests.world import Objects, Shop, Tenant

Json = dict[str, Any]
START = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)
UNANSWERED = 503
ENDED = {"canceled", "incomplete_expired"}
BEGAN = "sb_resubscribed_from"


@dataclass(frozen=True)
class Click:
    """One press of a button: the request, and the key that makes it one."""

    path: str
    body: tuple[tuple[str, Any], ...]
    key: str

    @property
    def json(self) -> Json:
        return dict(self.body)


@dataclass(frozen=True)
class Weather:
    """What goes wrong at Stripe during the next click."""

    kind: Kind
    method: str
    path: str
    times: int


@dataclass
class Begun:
    """How things are at Stripe before Ada does anything, to begin from again and again."""

    shop: Shop
    ada: str
    ben: str
    ben_sub: str
    state: str
    at: float


def begin(sandbox: Sandbox, time: time_machine.Traveller) -> Begun:
    """Sell, and let Ada and Ben buy: of hers one runs, one has ended, one is paused."""
    time.move_to(START)
    shop = Shop("acme")
    v1: Any = shop.stripe.v1
    shop.stock()
    for product in shop.products.values():
        counted = {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}
        v1.products.update(product, counted)
    for code, lasting in (("HALF", "forever"), ("ONCE", "once")):
        coupon = v1.coupons.create({"percent_off": 50, "duration": lasting})
        promotion = {"type": "coupon", "coupon": coupon.id}
        v1.promotion_codes.create({"promotion": promotion, "code": code})
    ben = shop.customer("Ben")
    ben_sub = shop.subscribe(ben, "Business year")
    ada = shop.customer("Ada", card="")
    pauses = {"end_behavior": {"missing_payment_method": "pause"}}
    shop.subscribe(ada, trial_period_days=1, trial_settings=pauses)
    time.shift(timedelta(hours=25))
    own = v1.payment_methods.attach("pm_card_visa", {"customer": ada}).id
    ended = shop.subscribe(ada, "Starter month", default_payment_method=own)
    v1.subscriptions.cancel(ended)
    discount = {"coupon": v1.coupons.create({"percent_off": 10, "duration": "forever"}).id}
    shop.subscribe(ada, discounts=[discount], default_payment_method=own)
    account = sandbox.account(shop.api_key)
    state = json.dumps({name: getattr(account, name) for name in SAVED})
    return Begun(shop, ada, ben, ben_sub, state, datetime.now(UTC).timestamp())


@dataclass
class Portal:
    """Ada's visits, with her Stripe; each request is made at a moment that the tests choose."""

    tenant: Tenant
    sandbox: Sandbox
    time: time_machine.Traveller
    begun: Begun
    client: Client = field(default_factory=Client)
    weather: Weather | None = None
    unanswered: list[Click] = field(default_factory=list)
    given_up: list[Click] = field(default_factory=list)  # half done, and refused since
    waiting: list[Json] = field(default_factory=list)
    saved: str = ""
    keys: int = 0

    def __post_init__(self) -> None:
        cache.clear()
        for remembered in (DoneClick, BegunClick):
            remembered.objects.all().delete()  # its keys are used again
        self.time.move_to(self.begun.at)
        self.shop, self.ada, self.ben = self.begun.shop, self.begun.ada, self.begun.ben
        self.api: Any = self.shop.stripe.v1
        self.account = self.sandbox.account(self.shop.api_key)
        self.account.restore(json.loads(self.begun.state))
        self.stripe = Objects(self.sandbox, self.shop.api_key)

    def of_ben(self) -> Json:
        """Return what Ada could wrongly change of Ben's."""
        customer, subscription = self.stripe[self.ben], self.stripe[self.begun.ben_sub]
        names = ("status", "metadata", "discounts", "schedule", "cancel_at_period_end")
        return {
            "methods": [
                method["id"]
                for method in self.stripe.all("payment_method")
                if method["customer"] == self.ben
            ],
            "default": customer["invoice_settings"]["default_payment_method"],
            "balance": customer["balance"],
            "card": subscription["default_payment_method"],
            "price": subscription["items"]["data"][0]["price"]["id"],
            **{name: str(subscription[name]) for name in names},
        }

    # What happens around Ada

    def pass_time(self, hours: float) -> None:
        """Let time pass, and Stripe do what falls due meanwhile."""
        self.time.shift(timedelta(hours=hours))
        self.api.customers.retrieve(self.ben)

    def switch(self, **settings: Any) -> None:
        """Set settings of the portal."""
        row = self.tenant.portal.settings
        for name, value in settings.items():
            setattr(row, name, value)
        row.save()

    # What Ada does

    def new_key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"

    def press(self, click: Click) -> Any:
        """Press a button of the API's; return the answer, which is one that the docs know."""
        answer = self._sent(f"/api/v1/portal{click.path}", click.json, click.key)
        told = answer.json()
        assert answer.status_code < 500 or answer.status_code == UNANSWERED, answer.content
        if answer.status_code == UNANSWERED:
            assert told["code"] == "stripe_unavailable", told
            self.unanswered = [*(c for c in self.unanswered if c != click), click]
            return answer
        if click in self.unanswered and answer.status_code >= 400:
            self.given_up.append(click)
        self.unanswered = [each for each in self.unanswered if each != click]
        if answer.status_code < 300:
            self._note(told)
        else:
            check_problem(answer.status_code, told)
        return answer

    def _note(self, told: Json) -> None:
        if told.get("requires_action"):
            self.waiting.append(told["requires_action"])

    def page(self, path: str, **data: Any) -> Any:
        """Post to the page; return the answer, which is the page or a problem with its code."""
        answer = self._sent(f"/portal/{self.tenant.portal.public_id}/{path}", data)
        problem = answer.headers.get("Servicebot-Problem")
        if answer.status_code != 200:
            assert PROBLEMS[problem][0] == answer.status_code, answer.content
        return answer

    def _sent(self, url: str, data: Json, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self._token()}"}
        sent: Json = {"content_type": "application/json"} if url.startswith("/api/") else {}
        if key:
            headers["Idempotency-Key"] = key
        if self.weather:
            brought = self.weather
            self.account.weather.bring(
                brought.kind, times=brought.times, method=brought.method, path=brought.path
            )
        try:
            return self.client.post(url, data, headers=headers, **sent)
        finally:
            self.weather = None
            self.account.weather.clear()

    def _token(self) -> str:
        portal = self.tenant.portal
        identity = Identity("email", "ada@example.com")
        secret_id = portal.active_secrets()[0].pk
        return sessions.begin(portal, Proof(identity, secret_id), (self.ada,)).token()

    def enter_card(self, card: str, *, accepts: bool) -> str:
        """Enter a card as Stripe.js does; returns the attempt, which may have come to nothing."""
        self.time.shift(1)  # what is newer is told by the second
        begun = self.page("card/begin", customer=self.ada, key=self.new_key())
        if begun.status_code != 200:
            return ""
        intent = str(begun.json()["client_secret"]).partition("_secret_")[0]
        try:
            self.api.setup_intents.confirm(intent, {"payment_method": card})
        except stripe.CardError:
            return intent
        self._ask_bank(intent, accepts=accepts)
        return intent

    def confirm_payment(self, waiting: Json, *, accepts: bool) -> None:
        """Let Stripe.js confirm a payment that waits, with the card that it was given."""
        intent = waiting["client_secret"].partition("_secret_")[0]
        try:
            self.api.payment_intents.confirm(intent, {"payment_method": waiting["payment_method"]})
        except (stripe.CardError, stripe.InvalidRequestError):
            return  # declined, or what it was for is over
        self._ask_bank(intent, accepts=accepts)

    def _ask_bank(self, intent: str, *, accepts: bool) -> None:
        found = self.stripe[intent]
        if found["status"] == "requires_action":
            said = {"client_secret": found["client_secret"]}
            said["outcome"] = "accept" if accepts else "refuse"
            controls.complete(self.sandbox, intent, said)

    # What is at Stripe

    def subscriptions(self) -> list[Json]:
        """Return Ada's subscriptions, oldest first."""
        return [s for s in self.stripe.all("subscription") if s["customer"] == self.ada]

    def invoices(self) -> list[Json]:
        """Return Ada's invoices, oldest first."""
        return [i for i in self.stripe.all("invoice") if i["customer"] == self.ada]

    def default_card(self) -> str | None:
        """Return the card that Ada's invoices are charged to."""
        default: str | None = self.stripe[self.ada]["invoice_settings"]["default_payment_method"]
        return default

    def cards_named(self) -> set[str]:
        """Return the cards that running subscriptions and their schedules name."""
        running = [s for s in self.subscriptions() if s["status"] not in ENDED]
        found = {s["default_payment_method"] for s in running}
        for schedule in (self.stripe[s["schedule"]] for s in running if s["schedule"]):
            start = schedule["current_phase"]["start_date"]
            left = [phase for phase in schedule["phases"] if phase["start_date"] >= start]
            found.add(schedule["default_settings"]["default_payment_method"])
            found |= {phase["default_payment_method"] for phase in left}
        return {str(card) for card in found - {None}}


def check_problem(status: int, told: Json) -> None:
    """Fail unless a refusal is one that the docs know."""
    assert told["code"] in PROBLEMS, told
    assert PROBLEMS[told["code"]][0] == status, told
    assert told.get("reason", "same_plan") in MERCHANT_TEXTS, told
    assert told.get("reason") != "refused_by_stripe", told
