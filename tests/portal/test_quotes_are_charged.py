"""What a quote said is what the change then charged, whatever is changed, when and of whom."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, assume, example, given, settings

from portal import sessions
from portal.blocked import MERCHANT_TEXTS
from portal.identity import Identity, Proof
from portal.problems import PROBLEMS
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.portal.quoting import HOUR, Case, Json, Terms, World, cases
from tests.world import Tenant, make_tenant

START = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)
ALLOWED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
LEAST = 50
few = settings(max_examples=25, suppress_health_check=ALLOWED)
fewer = settings(max_examples=15, suppress_health_check=ALLOWED)
# A code that is good for one invoice, which isn't that of the change: in a trial there is none.
UNSPENT = Case(
    currency="usd",
    mode="classic",
    old=Terms(1900, "month"),
    new=Terms(4900, "month"),
    quantity=1,
    new_quantity=2,
    extra=700,
    discount={"percent_off": 1, "duration": "once"},
    code=None,
    share=0.2,
    balance=0,
    proration="always_invoice",
    plans_downgrades=False,
    trial_days=14,
    by_invoice=False,
)


class Stage(ExitStack):
    """One merchant with everything on; each example has a Stripe and a time of its own."""

    def __init__(self, tenant: Tenant) -> None:
        super().__init__()
        self.tenant = tenant
        self.client = Client()
        self.time = self.enter_context(time_machine.travel(START, tick=False))
        self.sandbox = Sandbox()

    def begin(self, case: Case, **world: Any) -> World:
        """Make the case at Stripe and let its part of the period pass."""
        cache.clear()
        self.time.move_to(START)
        self.sandbox = Sandbox()
        self.enter_context(doors.use(self.sandbox))
        row = self.tenant.portal.settings
        on = ("can_change_plan", "can_change_quantity", "can_use_coupon", "can_resubscribe")
        more = ("can_change_plan_when_canceled", "can_use_coupon_to_resubscribe", "can_cancel")
        for name, value in {**dict.fromkeys((*on, *more), True), **case.settings}.items():
            setattr(row, name, value)
        row.save()
        made = World(case, self.sandbox, **world)
        start, end = made.period()
        self.time.move_to(datetime.fromtimestamp(int(start + (end - start) * case.share), UTC))
        return made

    def api(self, world: World, path: str, **body: Any) -> Any:
        portal = self.tenant.portal
        identity = Identity("email", "ada@example.com")
        secret_id = portal.active_secrets()[0].pk
        token = sessions.begin(portal, Proof(identity, secret_id), (world.customer,)).token()
        return self.client.post(
            f"/api/v1/portal/subscriptions/{world.subscription}/{path}",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )

    def quoted(self, world: World, action: str, **asked: Any) -> tuple[Json, Json] | None:
        """Preview and confirm; None where it isn't possible, which has to be said in words."""
        before = world.invoices()
        first = self.api(world, "preview", action=action, **asked)
        assert before == world.invoices()
        if first.status_code != 200:
            told = first.json()
            assert told["code"] in PROBLEMS
            assert told.get("reason", "same_plan") in MERCHANT_TEXTS
            assert told.get("reason") != "refused_by_stripe", told
            return None
        shown = first.json()
        answer = self.api(world, action.replace("_", "-"), quote=shown["quote"])
        assert answer.status_code == 200, answer.content
        assert self.sandbox.findings == []
        assert self.sandbox.refused == []
        return shown, answer.json()

    def require_charged(self, world: World, shown: Json, before: list[Json], id_: str = "") -> None:
        """Fail unless what was invoiced at once is what was shown."""
        made = world.invoices(id_)[len(before) :]
        assert sum(invoice["amount_due"] for invoice in made) == shown["due_now"]
        assert len(made) <= 1
        for invoice in made:
            lines = [(line["description"], line["amount"]) for line in invoice["lines"]["data"]]
            assert lines == [(line["description"], line["amount"]) for line in shown["lines"]]
            assert max(0, -invoice["total"]) == shown["credit"]
        if not made:
            assert (shown["lines"], shown["credit"]) == ([], 0)

    def require_next(self, world: World, shown: Json, id_: str = "") -> None:
        """Fail unless the next invoice is what was shown, on the day that was shown."""
        if shown["next_at"] is None:
            return
        next_at = datetime.fromisoformat(shown["next_at"])
        before = len(world.invoices(id_))
        self.time.move_to(next_at.timestamp() - HOUR)
        assert len(world.invoices(id_)) == before
        self.time.move_to(next_at.timestamp() + 2 * HOUR)
        made = world.invoices(id_)[before:]
        assert [i["created"] for i in made] == [next_at.timestamp()]
        is_too_little = shown["next_amount"] < LEAST  # then it waits on the customer's balance
        assert made[0]["amount_due"] in {shown["next_amount"], 0 if is_too_little else None}


@pytest.fixture
def tenant(db: None) -> Tenant:
    with doors.use(Sandbox()):
        return make_tenant("Acme")


@few
@example(UNSPENT)
@given(cases)
def test_a_change_of_plan(tenant: Tenant, case: Case) -> None:
    with Stage(tenant) as stage:
        world = stage.begin(case)
        before = world.invoices()

        done = stage.quoted(world, "change_plan", price=world.new, **world.code())

        assume(done)
        assert done is not None
        stage.require_charged(world, done[0], before)
        stage.require_next(world, done[0])
        if not done[0]["starts_at"] or done[0]["next_at"]:
            prices = [i["price"]["id"] for i in world.stripe[world.subscription]["items"]["data"]]
            assert world.new in prices


@few
@example(UNSPENT)
@given(cases)
def test_a_change_of_quantity(tenant: Tenant, case: Case) -> None:
    with Stage(tenant) as stage:
        world = stage.begin(case)
        before = world.invoices()

        done = stage.quoted(world, "change_quantity", quantity=case.new_quantity)

        assume(done)
        assert done is not None
        stage.require_charged(world, done[0], before)
        stage.require_next(world, done[0])


@fewer
@given(cases)
def test_a_code(tenant: Tenant, case: Case) -> None:
    with Stage(tenant) as stage:
        assume(case.code)
        world = stage.begin(case)
        before = world.invoices()

        done = stage.quoted(world, "apply_coupon", **world.code())

        assume(done)
        assert done is not None
        assert done[0]["due_now"] == 0
        stage.require_charged(world, done[0], before)
        stage.require_next(world, done[0])


@fewer
@given(cases)
def test_coming_back(tenant: Tenant, case: Case) -> None:
    with Stage(tenant) as stage:
        world = stage.begin(case)
        world.api.subscriptions.cancel(world.subscription)
        price = world.new if case.new_quantity > 4 else ""

        done = stage.quoted(world, "resubscribe", price=price, **world.code())

        assume(done)
        assert done is not None
        shown, answer = done
        id_ = answer["subscription"]["id"]
        if answer["requires_action"]:
            intent = answer["requires_action"]["client_secret"].split("_secret_")[0]
            method = answer["requires_action"]["payment_method"]
            world.api.payment_intents.confirm(intent, {"payment_method": method})
        stage.require_charged(world, shown, [], id_)
        if not case.by_invoice:
            assert world.stripe[id_]["status"] == "active"
        stage.require_next(world, shown, id_)
