"""The comparison finds what was planted: each kind of untruth, in the ledger of a real sandbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos import plan
from tests.chaos.compare import Fault
from tests.chaos.history import Json
from tests.chaos.one_click import DOUBLE, MONTHLY, Run

REFUSED = 409


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


def test_what_goes_on_as_quoted_is_no_finding(run: Run) -> None:
    run.pause()
    run.resume()
    run.told_done()

    assert run.findings() == []


def test_going_on_that_waits_for_its_payment_is_no_finding(run: Run) -> None:
    run.pause()
    failing = run.v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": run.customer}
    )
    run.charge(failing.id)
    run.since = run.clicked("resume", run.click.wants).began
    run.resume()
    run.told(200, subscription=run.shown(), requires_action={"client_secret": "pi_secret_1"})

    assert run.shown()["status"] == "paused"
    assert run.findings() == []


def test_paying_for_going_on_lets_it_go_on(run: Run) -> None:
    run.pause()
    good = run.v1.customers.retrieve(run.customer).invoice_settings.default_payment_method
    failing = run.v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": run.customer}
    )
    run.charge(failing.id)
    invoice = run.resume()["latest_invoice"]
    run.since = run.clicked("pay", {"invoice": invoice, "due": MONTHLY}).began
    run.v1.invoices.pay(invoice, {"payment_method": good})
    run.told(200)

    assert run.shown()["status"] == "active"
    assert run.findings() == []


def test_told_that_it_goes_on_and_it_does_not_is_lost(run: Run) -> None:
    run.pause()
    run.told_done()

    assert run.faults() == [Fault.LOST, Fault.LOST]  # neither that nor its payment


def test_told_that_it_stays_paused_and_it_goes_on_is_wrong(run: Run) -> None:
    run.pause()
    run.resume()
    run.told(REFUSED, "action_blocked")

    assert Fault.WRONG in run.faults()


def test_going_on_for_another_amount_than_quoted_is_wrong(run: Run) -> None:
    run.pause()
    run.click.wants["due"] = DOUBLE
    run.resume()
    run.told_done()

    assert run.findings() == [(Fault.WRONG, "charged 1000, and 2000 was to be")]


def test_a_card_that_is_told_to_be_gone_and_is_is_no_finding(run: Run) -> None:
    run.v1.payment_methods.detach(run.spare())
    run.told(503, "stripe_unavailable")
    run.told_cards()

    assert run.findings() == []


def test_a_default_that_is_removed_leaves_none(run: Run) -> None:
    card = run.spare()
    run.v1.subscriptions.cancel(run.sub)
    run.charge(card)
    run.since = run.clicked("remove_card", {"card": card}).began
    run.v1.payment_methods.detach(card)
    run.told_cards()

    assert run.findings() == []


def test_told_that_there_is_no_such_card_and_it_was_removed_is_wrong(run: Run) -> None:
    run.v1.payment_methods.detach(run.spare())
    run.told(503, "stripe_unavailable")
    run.told(404, "not_found")

    assert Fault.WRONG in run.faults()


def test_a_card_that_is_told_to_be_gone_and_is_not_is_lost(run: Run) -> None:
    run.spare()
    run.told_cards()

    assert run.faults() == [Fault.LOST]


def test_another_card_that_is_gone_is_found(run: Run) -> None:
    other, asked = run.spare(), run.spare()
    run.v1.payment_methods.detach(other)
    run.v1.payment_methods.detach(asked)
    run.told_cards()

    assert run.findings() == [(Fault.WRONG, f"beside it: removed {other} {{}} x1")]


def test_a_card_that_is_gone_and_still_shown_is_wrong(run: Run) -> None:
    card = run.spare()
    run.v1.payment_methods.detach(card)
    run.told_cards(gone=card)

    assert run.faults() == [Fault.WRONG]


def test_a_seed_is_a_plan() -> None:
    def made(seed: int) -> plan.Plan:
        return plan.make(seed, 300, 50, frozenset({"worker", "server", "redis", "postgres"}))

    assert made(1) == made(1)
    assert replace(made(1), seed=2) != made(2)
    assert {act.kind for act in made(1).acts} == set(plan.KINDS)
    assert {blow.target for blow in made(1).blows} == {"worker", "server", "redis", "postgres"}
    assert {act.fault.kind for act in made(1).acts if act.fault} == set(plan.FAULTS)
