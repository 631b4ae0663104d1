"""What every customer of the demo can do besides: pay what is open, remove a card, change whom
invoices are made out to, and page through them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from demo.people import PEOPLE
from portal import texts
from portal.blocked import MERCHANT_TEXTS
from portal.models import Portal
from tests.demo.at_stripe import DemoAccount, Row
from tests.demo.visitor import Customer

Record = Callable[[str, object], None]

CELLS = "cells of demo customers and actions"
PAYING = {
    "past_due": "card_declined",
    "unpaid": "card_declined",
    "incomplete": "asks_bank",
    "sends_invoice": "card_missing",
}
"""What becomes of paying what somebody owes with the card that they have."""


@pytest.fixture
def who(portal: Portal, filled: DemoAccount, request: pytest.FixtureRequest) -> Customer:
    return Customer(portal, filled, request.param)


everybody = pytest.mark.parametrize("who", PEOPLE, indirect=True, ids=str)


def open_invoices(who: Customer) -> list[Row]:
    return [row for row in who.stripe.of("invoice", who.id) if row["status"] == "open"]


def newest_draft(who: Customer) -> list[str]:
    """Return the invoice that Stripe has left a draft, as it does where nothing is paid."""
    newest = {s["latest_invoice"] for s in who.stripe.of("subscription", who.id)}
    return [id_ for id_ in newest if who.stripe[id_]["status"] == "draft"]


def with_good_card(who: Customer) -> str:
    """Give somebody a card that works, as they would; return it."""
    intent = who.done("post", "/payment-method/setup", customer=who.id)["setup_intent"]
    who.stripe.api.setup_intents.confirm(intent, {"payment_method": "pm_card_mastercard"})
    who.done("post", "/payment-method", setup_intent=intent)
    return str(who.stripe[who.id]["invoice_settings"]["default_payment_method"])


@everybody
def test_what_is_open_can_be_paid_and_nothing_else(who: Customer, record_property: Record) -> None:
    paid = [row for row in who.stripe.of("invoice", who.id) if row["status"] == "paid"]
    owed = open_invoices(who)
    assert bool(owed) is (who.key in PAYING)

    for invoice in paid[-1:]:
        answer = who.call("post", f"/invoices/{invoice['id']}/pay")
        assert (answer.status_code, answer.json()["reason"]) == (409, "nothing_to_pay")
        words = texts.catalogue("en")("blocked.nothing_to_pay")
        assert words in who.page(f"invoices/{invoice['id']}/pay").content.decode()
        assert answer.json()["detail"] == MERCHANT_TEXTS["nothing_to_pay"]
        assert who.stripe.changed() == []
    for invoice in owed:
        first = who.call("post", f"/invoices/{invoice['id']}/pay").json()
        waits = first.get("requires_action")
        assert PAYING[who.key] == (first.get("reason") or first.get("code") or "asks_bank")
        assert bool(waits) is (PAYING[who.key] == "asks_bank")
        with_good_card(who)
        again = who.done("post", f"/invoices/{invoice['id']}/pay")
        assert (again["invoice"]["status"], again["requires_action"]) == ("paid", None)
        assert who.stripe[invoice["id"]]["amount_paid"] == invoice["amount_due"]
        assert who.stripe.strangers_changed(who.id) == []
    for draft in newest_draft(who):
        who.done("post", f"/invoices/{draft}/pay")
        assert who.stripe[draft]["status"] == "paid"
    if owed:
        assert {s["status"] for s in who.stripe.of("subscription", who.id)} == {"active"}
    record_property(CELLS, len(paid[-1:]) + 2 * len(owed))


@everybody
def test_a_card_goes_when_nothing_is_paid_with_it(who: Customer, record_property: Record) -> None:
    cards = [card["id"] for card in who.stripe.of("payment_method", who.id)]
    runs = any(
        s["status"] not in {"canceled", "incomplete_expired"}
        for s in who.stripe.of("subscription", who.id)
    )

    for card in cards:
        answer = who.call("delete", f"/payment-method/{card}")
        is_default = who.stripe.was(who.id)["invoice_settings"]["default_payment_method"] == card
        is_free = not is_default or not runs
        assert answer.status_code == (200 if is_free else 409), answer.content
        assert (who.stripe[card]["customer"] is None) is is_free
    if cards:
        with_good_card(who)
    for card in cards:
        if who.stripe[card]["customer"]:
            who.done("delete", f"/payment-method/{card}")
            assert who.stripe[card]["customer"] is None
    assert who.stripe.strangers_changed(who.id) == []
    record_property(CELLS, 2 * len(cards))


@everybody
def test_billing_details_are_everybodys_own(who: Customer, record_property: Record) -> None:
    tax_id = {"type": "eu_vat", "value": "DE123456789"}
    body = {"name": "New Name", "address": {"city": "Berlin", "country": "DE"}}

    who.done("patch", f"/customers/{who.id}", **body, tax_ids=[tax_id])
    wrong = who.call("patch", f"/customers/{who.id}", tax_ids=[{**tax_id, "value": "12"}])

    now = who.stripe[who.id]
    assert (now["name"], now["address"]["city"]) == ("New Name", "Berlin")
    assert now["email"] == who.stripe.was(who.id)["email"]
    assert [row["value"] for row in who.stripe.of("tax_id", who.id)] == ["DE123456789"]
    assert (wrong.status_code, wrong.json()["reason"]) == (400, "tax_id_invalid")
    assert who.stripe.strangers_changed(who.id) == []
    record_property(CELLS, 2)


@everybody
def test_every_invoice_is_found_by_paging(who: Customer, record_property: Record) -> None:
    found: list[Row] = []
    cursor: str | None = ""
    pages = 0
    while cursor is not None:
        page = who.done("get", "/invoices", customer=who.id, cursor=cursor)
        found, cursor, pages = [*found, *page["invoices"]], page["cursor"], pages + 1

    own = [row["id"] for row in who.stripe.of("invoice", who.id) if row["status"] != "draft"]
    assert [row["id"] for row in reversed(found)] == own
    assert pages == max(1, -(-len(who.stripe.of("invoice", who.id)) // 12))
    assert who.stripe.changed() == []
    record_property(CELLS, 1)
