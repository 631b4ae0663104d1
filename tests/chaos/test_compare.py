"""The comparison finds what was planted: each kind of untruth, in the ledger of a real sandbox."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import stripe

from servicebot.sandbox.doors import InProcessClient
from tests.chaos import compare, ledger, plan
from tests.chaos.at_stripe import Journaling
from tests.chaos.at_stripe import ledger as journal_of
from tests.chaos.compare import Fault
from tests.chaos.history import Click, Json, Send

MONTHLY, DOUBLE = 1000, 2000
REFUSED = 409


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


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_what_was_told_and_is_so_is_no_finding(run: Run) -> None:
    run.cancel()
    run.told(503, "stripe_unavailable")
    run.told_done()

    assert run.findings() == []


def test_what_was_quoted_and_charged_is_no_finding(run: Run) -> None:
    run.moving(due=DOUBLE - MONTHLY)
    run.move(run.dearer)
    run.told_done()

    assert run.findings() == []


def test_a_refusal_after_which_nothing_happened_is_no_finding(run: Run) -> None:
    run.told(REFUSED, "action_blocked")

    assert run.findings() == []


def test_who_is_put_off_and_nothing_happened_is_no_finding(run: Run) -> None:
    run.told(429, "rate_limited")

    assert run.findings() == []


def test_who_is_put_off_and_it_was_done_is_wrong(run: Run) -> None:
    run.cancel()
    run.told(429, "rate_limited")

    assert Fault.WRONG in run.faults()


def test_told_done_and_not_done_is_lost(run: Run) -> None:
    run.told_done()

    assert run.faults() == [Fault.LOST]


def test_never_told_is_lost(run: Run) -> None:
    run.told(0)
    run.told(503, "stripe_unavailable")

    assert run.faults() == [Fault.LOST]


def test_told_refused_and_done_is_wrong(run: Run) -> None:
    run.cancel()
    run.told(REFUSED, "action_blocked")

    assert Fault.WRONG in run.faults()


def test_told_both_is_wrong(run: Run) -> None:
    run.cancel()
    run.told_done()
    run.told(REFUSED, "action_blocked")

    assert run.faults() == [Fault.WRONG]


def test_of_two_tabs_one_is_refused(run: Run) -> None:
    run.cancel()
    run.told_done()
    run.click.rival = [replace(run.click.sends[0], status=REFUSED, code="action_blocked", body={})]

    assert run.findings() == []


def test_two_tabs_and_two_changes_are_doubled(run: Run) -> None:
    run.cancel()
    run.cancel(at_end=False)
    run.cancel()
    run.told_done()
    run.click.rival = [*run.click.sends]

    assert Fault.DOUBLED in run.faults()


def test_one_click_and_two_changes_are_doubled(run: Run) -> None:
    run.cancel()
    run.cancel(at_end=False)
    run.cancel()
    run.told_done()

    assert Fault.DOUBLED in run.faults()


def test_one_click_and_two_charges_are_doubled(run: Run) -> None:
    run.moving(due=DOUBLE - MONTHLY)
    run.move(run.dearer)
    extra = {"customer": run.customer, "amount": 100, "currency": "usd"}
    run.v1.invoice_items.create(extra)
    asked = {"customer": run.customer, "pending_invoice_items_behavior": "include"}
    invoice = run.v1.invoices.create(asked)
    run.v1.invoices.pay(invoice.id)
    run.told_done()

    assert Fault.DOUBLED in run.faults()


def test_another_amount_than_quoted_is_wrong(run: Run) -> None:
    run.moving(due=DOUBLE)
    run.move(run.dearer)
    run.told_done()

    assert run.findings() == [(Fault.WRONG, "charged 1000, and 2000 was to be")]


def test_a_charge_that_never_came_is_lost(run: Run) -> None:
    run.moving(due=DOUBLE)
    change = {"items": [{"id": run.item, "price": run.dearer}], "proration_behavior": "none"}
    run.v1.subscriptions.update(run.sub, change)
    run.told_done()

    assert run.findings() == [(Fault.LOST, "charged 0, and 2000 was to be")]


def test_another_plan_than_quoted_is_found(run: Run) -> None:
    run.move(run.dearer)
    run.moving(due=0)
    run.click.wants["price"] = run.price
    run.since = run.click.began
    run.told_done()

    assert run.faults() == [Fault.LOST]


@pytest.mark.parametrize(
    "lie",
    [
        lambda shown: shown | {"status": "canceled"},
        lambda shown: shown | {"cancel_at_period_end": False},
        lambda shown: shown | {"items": []},
        lambda shown: shown | {"id": "sub_other"},
    ],
)
def test_an_answer_that_shows_another_state_is_found(run: Run, lie: Callable[[Json], Json]) -> None:
    run.cancel()
    run.told(200, subscription=lie(run.shown()))

    assert len(run.findings()) == 1


def test_what_happens_beside_a_click_is_wrong(run: Run) -> None:
    other = run.bought()
    run.clicked("cancel", {})
    run.since = run.click.began
    run.cancel()
    run.v1.subscriptions.cancel(other)
    run.told_done()

    assert run.findings() == [(Fault.WRONG, f"beside it: ended {other} {{}} x1")]


def test_what_happens_before_any_click_is_wrong(run: Run) -> None:
    run.cancel()
    run.clicked("undo_cancel", {})
    run.cancel(at_end=False)
    run.told_done()

    assert run.faults() == [Fault.WRONG]


def test_a_change_that_comes_too_late_belongs_to_the_next_click(run: Run) -> None:
    first = run.click
    run.told(REFUSED, "action_blocked")
    second = run.clicked("details", {"name": "Ada"})
    first.until = second.began
    run.cancel()
    run.v1.customers.update(run.customer, {"name": "Ada"})
    run.told(200)

    assert run.findings() == [(Fault.WRONG, f"beside it: ends {run.sub} {{}} x1")]


def test_a_seed_is_a_plan() -> None:
    def made(seed: int) -> plan.Plan:
        return plan.make(seed, 300, 50, frozenset({"worker", "server", "redis", "postgres"}))

    assert made(1) == made(1)
    assert replace(made(1), seed=2) != made(2)
    assert {act.kind for act in made(1).acts} == set(plan.KINDS)
    assert {blow.target for blow in made(1).blows} == {"worker", "server", "redis", "postgres"}
    assert {act.fault.kind for act in made(1).acts if act.fault} == set(plan.FAULTS)
