"""The sandbox in a process of its own: every write is kept, and faults find one customer's calls.

When it is told to stop it writes all that happened to a file, the ledger.
"""

from __future__ import annotations

import argparse
import json
import signal
from contextvars import ContextVar
from dataclasses import asdict
from pathlib import Path
from typing import Any, SupportsIndex

from servicebot.gateway.webhooks import EVENTS
from servicebot.sandbox.errors import StripeFault
from servicebot.sandbox.faults import CallRecord, Fault, Weather
from servicebot.sandbox.server import Timing, run, serve
from servicebot.sandbox.wire import Answer, Call, api_key, decode
from servicebot.sandbox.world import Account, Sandbox

OWNED = (
    *("subscription", "invoice", "subscription_schedule", "payment_method"),
    *("setup_intent", "payment_intent"),
)
NAMING = ("customer", "subscription", "from_subscription")
WEBHOOK_SECONDS = 1.0

about: ContextVar[str] = ContextVar("about", default="")


class Writes(list[CallRecord]):
    """All calls that may have changed something; none is forgotten, however many come after it."""

    def append(self, record: CallRecord) -> None:
        """Keep a write."""
        if record.method != "GET" and not record.path.endswith("/create_preview"):
            super().append(record)

    def __delitem__(self, _old: SupportsIndex | slice) -> None:
        """Forget nothing."""


class PersonalWeather(Weather):
    """Faults whose `path` begins with the customer whom a call is about: `/cus_1/v1/invoices`."""

    def take(self, method: str, path: str) -> Fault | None:
        """Use up the first fault that is meant for this call."""
        found = super().take(method, f"/{about.get()}{path}")
        if found:
            STRUCK.append({"customer": about.get(), "kind": found.kind, "path": path})
        return found


STRUCK: list[dict[str, str]] = []


class Journaling(Sandbox):
    """The sandbox, knowing whom each call is about."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = Writes()

    def account_named(self, name: str, *, livemode: bool = False) -> Account:
        """Return an account whose faults are for single customers."""
        account = super().account_named(name, livemode=livemode)
        if not isinstance(account.weather, PersonalWeather):
            account.weather = PersonalWeather()
            account.config["allow_loopback"] = True
        return account

    def handle(self, call: Call) -> Answer:
        """Answer as ever."""
        about.set(self._owner(call))
        return super().handle(call)

    def _owner(self, call: Call) -> str:
        """Return the customer that a call is about, by the first id that it names."""
        try:
            account = self.account(api_key(call))
        except StripeFault:
            return ""
        params = decode(call)
        named = [*call.url.split("/")[3:4], *(str(params.get(name, "")) for name in NAMING)]
        return next((owner for id_ in named if (owner := _owner_of(account, id_))), "")


def _owner_of(account: Account, id_: str) -> str:
    if id_.startswith("cus_"):
        return id_
    rows = (account.tables.get(kind, {}).get(id_) for kind in OWNED)
    return next((row["customer"] or "" for row in rows if row), "")


def ledger(sandbox: Journaling) -> dict[str, Any]:
    """Return all that there is at Stripe and all that was written to it."""
    return {
        "accounts": {account.name: account.tables for account in sandbox.accounts.values()},
        "writes": [asdict(call) for call in sandbox.calls],
        "struck": STRUCK,
        "webhooks": _webhooks(sandbox),
        "refused": [asdict(found) for found in [*sandbox.findings, *sandbox.refused]],
    }


def _webhooks(sandbox: Journaling) -> dict[str, int]:
    """Count the events that the product has taken, and those that it hasn't yet."""
    found = {"taken": 0, "waiting": 0}
    for account in sandbox.accounts.values():
        events = account.tables.get("event", {}).values()
        found["waiting"] += len(account.deliveries)
        found["taken"] += sum(e["type"] in EVENTS and not e["pending_webhooks"] for e in events)
    return found


def _stop(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Serve until told to stop, then write the ledger."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ledger", type=Path, required=True)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    sandbox = Journaling()
    run(serve(sandbox, port=given.port, timing=Timing(webhook_seconds=WEBHOOK_SECONDS)))
    with sandbox.lock:
        given.ledger.write_text(json.dumps(ledger(sandbox)))


if __name__ == "__main__":
    main()
