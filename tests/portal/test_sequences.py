"""Whatever a customer does in whatever order, with answers lost and clicks repeated on the way:
nothing is had twice, no reason stands without its cancellation, and a new card is everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import stripe
import time_machine
from django.core.cache import cache
from django.test import Client
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from portal import sessions
from portal.identity import Identity
from portal.problems import PROBLEMS
from servicebot.sandbox import controls, doors
from servicebot.sandbox.faults import Kind
from servicebot.sandbox.world import Sandbox
from tests.world import Objects, Tenant, make_tenant

START = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)
GONE = {"canceled", "incomplete_expired"}
ON = (
    *("can_change_plan", "can_change_quantity", "can_use_coupon", "can_resubscribe", "can_cancel"),
    *("can_change_plan_when_canceled", "can_use_coupon_to_resubscribe", "can_update_card"),
    "shows_all_invoices",
)
FLIPPED = ("cancels_immediately", "schedules_downgrades", "asks_cancellation_reason")
CARDS = ("visa", "mastercard", "chargeCustomerFail", "threeDSecure2Required")
NOTED = ("cancellation_reason", "cancellation_comment")
TOUCHED = "/v1/(subscriptions|customers/cus_)"
# Mostly nothing goes wrong.
faults = st.sampled_from(["none"] * 4 + ["lost", "429", "500", "timeout"])
prices = st.sampled_from(["Starter month", "Team month", "Business month", "Team year"])


class Visits(RuleBasedStateMachine):
    """Ada and what she does; Ben, whom nothing of it may touch; and the merchant's switches."""

    tenant: Tenant
    quotes: Any = Bundle("quotes")
    intents: Any = Bundle("intents")

    def __init__(self) -> None:
        super().__init__()
        cache.clear()
        self.open = ExitStack()
        self.time = self.open.enter_context(time_machine.travel(START, tick=False))
        self.sandbox = self.open.enter_context(doors.use(Sandbox()))
        self.client = Client()
        self.shop = self.tenant.shop
        self.shop.prices.clear()
        self.shop.stock()
        self.stripe = Objects(self.sandbox, self.shop.api_key)
        self.count_seats()
        self.ada, self.ben = self.shop.customer("Ada"), self.shop.customer("Ben")
        own = self.shop.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": self.ada}).id
        self.shop.subscribe(self.ada, "Team month", default_payment_method=own)
        self.shop.subscribe(self.ada, "Starter month")
        self.bens = self.shop.subscribe(self.ben, "Team month")
        self.before = self.of_ben()
        self.saved = ""
        self.last: tuple[str, dict[str, Any]] | None = None
        self.switch(**{**dict.fromkeys(FLIPPED, False), **dict.fromkeys(ON, True)})

    def teardown(self) -> None:
        self.open.close()

    def count_seats(self) -> None:
        counted = {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}
        self.shop.stripe.v1.products.update(self.shop.products["Team"], counted)
        coupon = self.shop.stripe.v1.coupons.create({"percent_off": 10, "duration": "forever"})
        promotion = {"type": "coupon", "coupon": coupon.id}
        self.shop.stripe.v1.promotion_codes.create({"promotion": promotion, "code": "TEN"})

    # How it is done

    def switch(self, **given: bool) -> None:
        row = self.tenant.portal.settings
        for name, value in given.items():
            setattr(row, name, value)
        row.save()

    def subscriptions(self) -> list[Any]:
        found = self.stripe.all("subscription")
        return [each for each in found if each["customer"] == self.ada]

    def subscription(self, number: int) -> str:
        found = self.subscriptions()
        return str(found[number % len(found)]["id"])

    def of_ben(self) -> list[Any]:
        """Return what is Ben's, less what only time changes."""
        return [
            (row["id"], row.get("metadata"), row.get("default_payment_method"))
            for kind in ("subscription", "payment_method", "setup_intent")
            for row in self.stripe.all(kind)
            if row["customer"] == self.ben
        ]

    def post(self, path: str, **body: Any) -> Any:
        secret_id = self.tenant.portal.active_secrets()[0].pk
        identity = Identity("email", "ada@example.com")
        token = sessions.begin(self.tenant.portal, identity, (self.ada,), secret_id).token()
        headers = {"Authorization": f"Bearer {token}"}
        if "key" in body:
            headers["Idempotency-Key"] = body.pop("key")
        answer = self.client.post(
            f"/api/v1/portal{path}", body, content_type="application/json", headers=headers
        )
        if answer.status_code >= 400:
            assert answer.json()["code"] in PROBLEMS, answer.content
            assert answer.json().get("reason") != "refused_by_stripe", (path, answer.content)
        return answer

    def click(self, path: str, fault: str, **body: Any) -> Any:
        """Press a button; where no answer came, press it again, as people do."""
        body["key"] = f"click-{len(self.sandbox.calls)}"
        self.last = path, body
        weather = self.sandbox.account(self.shop.api_key).weather
        if fault != "none":
            # Both tries of the SDK's own fail.
            weather.bring(cast("Kind", fault), times=2, method="POST", path=TOUCHED)
        answer = self.post(path, **body)
        weather.clear()
        return self.post(path, **body) if answer.status_code == 503 else answer

    # What is done

    @rule(number=st.integers(0, 5), reason=st.sampled_from(["", "unused"]), fault=faults)
    def cancel(self, number: int, reason: str, fault: str) -> None:
        self.click(f"/subscriptions/{self.subscription(number)}/cancel", fault, reason=reason)

    @rule(number=st.integers(0, 5), fault=faults)
    def undo_cancel(self, number: int, fault: str) -> None:
        self.click(f"/subscriptions/{self.subscription(number)}/undo-cancel", fault)

    @rule(number=st.integers(0, 5), fault=faults)
    def undo_scheduled_change(self, number: int, fault: str) -> None:
        self.click(f"/subscriptions/{self.subscription(number)}/undo-scheduled-change", fault)

    @rule(
        target=quotes,
        number=st.integers(0, 5),
        asked=st.one_of(
            prices.map(lambda name: {"action": "change_plan", "price": name}),
            prices.map(lambda name: {"action": "resubscribe", "price": name}),
            st.just({"action": "resubscribe"}),
            st.just({"action": "resubscribe", "coupon": "ten"}),
            st.integers(1, 5).map(lambda n: {"action": "change_quantity", "quantity": n}),
            st.just({"action": "apply_coupon", "coupon": "ten"}),
            st.just({"action": "resume"}),
        ),
    )
    def preview(self, number: int, asked: dict[str, Any]) -> Any:
        id_ = self.subscription(number)
        price = {"price": self.shop.prices[asked["price"]]} if "price" in asked else {}
        answer = self.post(f"/subscriptions/{id_}/preview", **{**asked, **price})
        if answer.status_code != 200:
            return multiple()
        return id_, asked["action"].replace("_", "-"), answer.json()["quote"]

    @rule(target=intents, quote=quotes, fault=faults)
    def confirm(self, quote: tuple[str, str, str], fault: str) -> Any:
        id_, path, token = quote
        answer = self.click(f"/subscriptions/{id_}/{path}", fault, quote=token)
        waiting = answer.json().get("requires_action") if answer.status_code == 200 else None
        return waiting["client_secret"].split("_secret_")[0] if waiting else multiple()

    @rule(intent=consumes(intents), outcome=st.sampled_from(["accept", "refuse"]))
    def answer_the_bank(self, intent: str, outcome: str) -> None:
        self.confirm_payment(intent)
        self.settle(intent, outcome)

    def confirm_payment(self, intent: str) -> None:
        """Do what Stripe.js does with a payment that waits."""
        found = self.stripe[intent]
        method = self.stripe[self.ada]["invoice_settings"]["default_payment_method"]
        if found["status"] in {"requires_confirmation", "requires_payment_method"}:
            intents = self.shop.stripe.v1.payment_intents
            try:
                intents.confirm(intent, {"payment_method": method})
            except stripe.CardError:
                return

    def settle(self, intent: str, outcome: str) -> None:
        found = self.stripe[intent]
        if found["status"] == "requires_action":
            given = {"client_secret": found["client_secret"], "outcome": outcome}
            controls.complete(self.sandbox, intent, given)

    @rule(card=st.sampled_from(CARDS), fault=faults)
    def replace_card(self, card: str, fault: str) -> None:
        begun = self.post("/payment-method/setup", customer=self.ada).json()["setup_intent"]
        confirmed = self.shop.stripe.v1.setup_intents.confirm(
            begun, {"payment_method": f"pm_card_{card}"}
        )
        self.settle(begun, "accept")
        answer = self.click("/payment-method", fault, setup_intent=begun)
        assert answer.status_code == 200, answer.content
        assert confirmed.id == begun
        self.saved = self.stripe[begun]["payment_method"]
        self.require_card_everywhere()

    def require_card_everywhere(self) -> None:
        assert self.stripe[self.ada]["invoice_settings"]["default_payment_method"] == self.saved
        for each in self.subscriptions():
            if each["status"] not in GONE:
                assert each["default_payment_method"] in {None, self.saved}
            if each["schedule"]:
                schedule = self.stripe[each["schedule"]]
                named = {phase["default_payment_method"] for phase in schedule["phases"][-1:]}
                assert named <= {None, self.saved}

    @rule(fault=faults)
    def pay(self, fault: str) -> None:
        owed = [i for i in self.stripe.all("invoice") if i["customer"] == self.ada]
        for invoice in [i["id"] for i in owed if i["status"] == "open"][:2]:
            self.click(f"/invoices/{invoice}/pay", fault)

    @rule(days=st.sampled_from([1, 10, 32]))
    def time_passes(self, days: int) -> None:
        self.time.shift(timedelta(days=days))
        self.shop.stripe.v1.customers.retrieve(self.ben)

    @rule(name=st.sampled_from(FLIPPED), value=st.booleans())
    def merchant_switches(self, name: str, value: bool) -> None:
        self.switch(**{name: value})

    @rule()
    def press_again(self) -> None:
        """Repeat the last click to the letter, as a second tab or a nervous finger does."""
        if self.last:
            path, body = self.last
            self.post(path, **dict(body))

    # What holds

    def living(self) -> Iterator[tuple[str, list[Any]]]:
        """Return what was begun in the place of each subscription and hasn't ended."""
        for old in self.subscriptions():
            yield (
                old["id"],
                [
                    each
                    for each in self.subscriptions()
                    if each["metadata"].get("sb_resubscribed_from") == old["id"]
                    and each["status"] not in GONE
                ],
            )

    @invariant()
    def nothing_is_had_twice(self) -> None:
        for old, successors in self.living():
            assert len(successors) <= 1, old

    @invariant()
    def a_reason_stands_with_its_cancellation(self) -> None:
        for each in self.subscriptions():
            if any(each["metadata"].get(name) for name in NOTED):
                assert each["cancel_at_period_end"] or each["status"] in GONE, each

    @invariant()
    def what_is_bens_stays_as_it_was(self) -> None:
        assert self.of_ben() == self.before

    @invariant()
    def nothing_broke_the_contract(self) -> None:
        assert self.sandbox.findings == []
        assert self.sandbox.refused == []


@pytest.fixture
def tenant(db: None) -> Tenant:
    with doors.use(Sandbox()):
        return make_tenant("Acme")


def test_no_sequence_doubles_loses_or_crosses_anything(tenant: Tenant) -> None:
    class Acme(Visits):
        pass

    Acme.tenant = tenant
    few = settings(max_examples=15, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(Acme, settings=few)
