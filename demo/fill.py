"""Filling the sandbox with a past, and making sure that everybody is who they should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from demo import backend
from demo.acme import Acme
from demo.people import PEOPLE, Person
from demo.stories import stories
from demo.story import DAY, Clock, tell
from servicebot.sandbox.world import Sandbox

DUNNING = {"retry_days": [3, 5, 7], "end": "unpaid"}
EVENTS_KEPT = 30 * DAY


class FillError(Exception):
    """A customer isn't there, or isn't in the state that their name says."""


@dataclass(frozen=True)
class Found:
    """One of the demo's customers as Stripe has them."""

    email: str
    customer_id: str
    subscriptions: tuple[dict[str, Any], ...]


def is_filled(sandbox: Sandbox) -> bool:
    """Whether the demo's past has been written."""
    return bool(backend.client(sandbox).v1.customers.list({"limit": 1}).data)


def fill(sandbox: Sandbox) -> None:
    """Write the demo's past into an empty sandbox, and keep it only when it came out right."""
    path, real_time = sandbox.path, sandbox.clock
    clock = Clock()
    sandbox.path, sandbox.clock = None, clock
    sandbox.account(backend.SECRET_KEY).config["dunning"] = DUNNING
    tell(stories(Acme(backend.client(sandbox))), clock)
    forget_events(sandbox, before=clock.end - EVENTS_KEPT)
    verify(find_everybody(sandbox))
    sandbox.path, sandbox.clock = path, real_time
    sandbox.save()


def readdress(sandbox: Sandbox) -> None:
    """Let the links of earlier invoices lead to where the sandbox is served this time."""
    for invoice in sandbox.account(backend.SECRET_KEY).tables["invoice"].values():
        for name in ("hosted_invoice_url", "invoice_pdf"):
            if invoice[name]:
                path = urlsplit(invoice[name]).path
                invoice[name] = f"{sandbox.public_url}{path}"


def reach_this_machine(sandbox: Sandbox) -> None:
    """Let events be sent to Servicebot, which Stripe itself could not reach here."""
    sandbox.account(backend.SECRET_KEY).config["allow_loopback"] = True


def forget_events(sandbox: Sandbox, before: int) -> None:
    """Drop old events, as Stripe does: they would be most of what is kept."""
    events = sandbox.account(backend.SECRET_KEY).tables["event"]
    for event in [event for event in events.values() if event["created"] < before]:
        del events[event["id"]]


def find_everybody(sandbox: Sandbox) -> dict[str, Found]:
    """Return the demo's customers, found by e-mail as anybody would."""
    client = backend.client(sandbox)
    return {key: _find(client, person) for key, person in PEOPLE.items()}


def _find(client: backend.Client, person: Person) -> Found:
    same_address = client.v1.customers.list({"email": person.email}).data
    customer = next((found for found in same_address if found.name == person.name), None)
    if customer is None:
        raise FillError(f"{person.name} isn't in the sandbox; `make demo-reset` starts anew.")
    listed = client.v1.subscriptions.list({"customer": customer.id, "status": "all"}).data
    subscriptions = tuple(one.to_dict(for_json=True) for one in listed)
    return Found(person.email, customer.id, subscriptions)


def verify(found: dict[str, Found]) -> None:
    """Raise FillError where a customer's subscriptions don't show what they should."""
    for key, person in PEOPLE.items():
        subscriptions = found[key].subscriptions
        statuses = tuple(subscription["status"] for subscription in subscriptions)
        if statuses != person.statuses:
            raise FillError(f"{key} is {statuses}, not {person.statuses}")
        shows = TRAITS.get(key)
        if shows and not shows(subscriptions[0]):
            raise FillError(f"{key} doesn't show what the name says: {subscriptions[0]}")


def _items(subscription: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = subscription["items"]["data"]
    return items


def _recurring(subscription: dict[str, Any]) -> dict[str, Any]:
    recurring: dict[str, Any] = _items(subscription)[0]["price"]["recurring"]
    return recurring


# What a status alone doesn't say.
TRAITS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "yearly": lambda it: _recurring(it)["interval"] == "year",
    "ends_at_period_end": lambda it: it["cancel_at_period_end"],
    "several_items": lambda it: len(_items(it)) > 2,
    "metered": lambda it: _recurring(it)["usage_type"] == "metered",
    "sends_invoice": lambda it: it["collection_method"] == "send_invoice",
    "scheduled": lambda it: bool(it["schedule"]),
    "discounted": lambda it: len(it["discounts"]) == 1,
    "quantity": lambda it: _items(it)[0]["quantity"] > 1,
    "yen": lambda it: it["currency"] == "jpy",
}
