"""Every action on every customer of the demo: done, with the state checked at Stripe, or blocked
with its code, in the customer's words and in the merchant's.

TABLE is the whole of it, written down: a change of what is possible has to change it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from demo.people import PEOPLE
from portal.models import Portal
from portal.policy import Action
from tests.demo.at_stripe import DemoAccount
from tests.demo.visitor import DOING, Customer, require_blocked

Record = Callable[[str, object], None]

ORDER = tuple(Action)
DONE = "done"
CELLS = "cells of demo customers and actions"
# What becomes of every action, in the order of Action, and of whose: `key/2` is somebody's second
# subscription.
TABLE = (
    (
        "active yearly trialing trialing_without_card two_subscriptions/2 same_email_1 "
        "same_email_2 several_items discounted yen many_invoices",
        "done nothing_scheduled not_counted done done not_ending not_paused not_ended done",
    ),
    (
        "ends_at_period_end",
        "done nothing_scheduled not_counted already_ending already_ending done not_paused "
        "not_ended done",
    ),
    (
        "past_due unpaid",
        "payment_open nothing_scheduled payment_open done done not_ending not_paused not_ended "
        "done",
    ),
    (
        "incomplete",
        "first_payment_open nothing_scheduled first_payment_open first_payment_open done "
        "not_ending not_paused not_ended done",
    ),
    (
        "paused",
        "paused nothing_scheduled paused paused done not_ending card_missing not_ended done",
    ),
    (
        "canceled canceled_old_price",
        "ended ended ended ended ended ended ended done ended",
    ),
    (
        "two_subscriptions quantity",
        "done nothing_scheduled done done done not_ending not_paused not_ended done",
    ),
    (
        "metered",
        "not_a_plan nothing_scheduled not_counted done done not_ending not_paused not_ended done",
    ),
    (
        "sends_invoice",
        "done nothing_scheduled not_counted done done not_ending not_paused not_ended "
        "paid_by_invoice",
    ),
    (
        "scheduled",
        "schedule_attached schedule_attached schedule_attached schedule_attached "
        "schedule_attached not_ending not_paused not_ended done",
    ),
)
EXPECTED = {key: becomes.split() for keys, becomes in TABLE for key in keys.split()}


def subscriptions_of(filled: DemoAccount, key: str) -> Iterator[tuple[str, str]]:
    """Return a customer's subscriptions with the names of their rows in EXPECTED."""
    for number, subscription in enumerate(filled.people[key].subscriptions, 1):
        yield (key if number == 1 else f"{key}/{number}"), subscription["id"]


@pytest.mark.parametrize("key", PEOPLE)
def test_every_action_is_done_or_blocked_with_its_code(
    key: str,
    portal: Portal,
    filled: DemoAccount,
    record_property: Record,
) -> None:
    who, cells = Customer(portal, filled, key), 0
    for row, id_ in subscriptions_of(filled, key):
        verdicts = who.shown(id_)["actions"]
        said = [DONE if v["allowed"] else v["reason"] for v in verdicts.values()]
        assert dict(zip(ORDER, said, strict=True)) == dict(zip(ORDER, EXPECTED[row], strict=True))
        for action, reason in zip(ORDER, said, strict=True):
            filled.begin_anew()
            if reason == DONE:
                DOING[action](who, id_)
                assert filled.strangers_changed(who.id) == [], (row, action)
                assert filled.changed() != []
            else:
                require_blocked(who, id_, action, reason)
            cells += 1
    record_property(CELLS, cells)


def judged(who: Customer, key: str, **settings: object) -> Iterator[tuple[str, list[str]]]:
    """Return a row's name and what becomes of each action where some settings are otherwise."""
    row = who.portal.settings
    for name, value in settings.items():
        setattr(row, name, value)
    row.save()
    for name, id_ in subscriptions_of(who.stripe, key):
        verdicts = who.shown(id_)["actions"].values()
        for action, verdict in zip(ORDER, verdicts, strict=True):
            if verdict["allowed"]:
                who.stripe.begin_anew()
                DOING[action](who, id_)
                assert who.stripe.strangers_changed(who.id) == []
        yield name, [DONE if v["allowed"] else v["reason"] for v in verdicts]


def otherwise(who: Customer, key: str, record: Record, **settings: object) -> dict[Action, str]:
    """Return what is otherwise than in TABLE where some settings are."""
    found: dict[Action, str] = {}
    for name, said in judged(who, key, **settings):
        pairs = zip(ORDER, said, EXPECTED[name], strict=True)
        found |= {action: now for action, now, before in pairs if now != before}
        record(CELLS, len(said))
    return found


@pytest.mark.parametrize("key", PEOPLE)
def test_canceling_at_once_is_possible_with_what_is_set_to_end(
    key: str, portal: Portal, filled: DemoAccount, record_property: Record
) -> None:
    who = Customer(portal, filled, key)

    found = otherwise(who, key, record_property, cancels_immediately=True)

    assert found == ({Action.CANCEL: DONE} if key == "ends_at_period_end" else {})


@pytest.mark.parametrize("key", ["active", "yearly", "several_items", "quantity", "yen"])
def test_smaller_plans_start_at_once_where_they_are_not_planned(
    key: str, portal: Portal, filled: DemoAccount, record_property: Record
) -> None:
    who = Customer(portal, filled, key)

    assert otherwise(who, key, record_property, schedules_downgrades=False) == {}


def test_without_another_plan_an_old_price_keeps_its_customer_out(
    portal: Portal, filled: DemoAccount, record_property: Record
) -> None:
    who = Customer(portal, filled, "canceled_old_price")
    off = {"can_change_plan_when_canceled": False}

    found = otherwise(who, "canceled_old_price", record_property, **off)

    assert found == {Action.RESUBSCRIBE: "price_not_sold"}


@pytest.mark.parametrize("key", ["active", "same_email_2", "canceled", "quantity"])
def test_the_same_holds_for_who_is_known_by_customer_id(
    key: str, portal: Portal, filled: DemoAccount, record_property: Record
) -> None:
    portal.settings.identify_by = "customer_id"
    portal.settings.save()
    who = Customer(portal, filled, key)

    assert otherwise(who, key, record_property) == {}
