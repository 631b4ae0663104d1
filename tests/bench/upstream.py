"""Stripe's part in the benchmark, in a process of its own: the sandbox, with customers made.

It remembers its answers to reads until something is written, so that its own work, which Stripe
does on machines of its own, isn't measured as ours. The set latency is waited each time.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import django

from servicebot.sandbox import doors
from servicebot.sandbox.faults import CallRecord
from servicebot.sandbox.server import run, serve
from servicebot.sandbox.wire import Answer, Call, api_key
from servicebot.sandbox.world import Sandbox

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account
    from tests.world import Shop

Key = tuple[str, str, str, bytes]
PREVIEW = "/v1/invoices/create_preview"
SUBSCRIPTIONS, INVOICES = 3, 12


class RememberingSandbox(Sandbox):
    """A sandbox that works out an answer to a read once."""

    def __init__(self) -> None:
        super().__init__()
        self._answers: dict[Key, Answer] = {}

    def handle(self, call: Call) -> Answer:
        """Answer a call, one asked before from memory, as late as any."""
        key = (api_key(call), call.method, call.path, call.body)
        is_read = call.method == "GET" or call.url == PREVIEW
        known = self._answers.get(key) if is_read else None
        if known:
            return self._late(call, known)
        answer = super().handle(call)
        if is_read:
            self._answers[key] = answer
        else:
            self._answers = {k: v for k, v in self._answers.items() if k[0] != key[0]}
        return answer

    def _late(self, call: Call, known: Answer) -> Answer:
        account, started = self.account(api_key(call)), time.monotonic()
        self.calls.append(
            CallRecord(account.name, account.livemode, call.method, call.url, {}, started)
        )
        time.sleep(account.weather.latency)
        return known


def grown(shop: Shop, account: Account, customer: str, more: int) -> list[str]:
    """Return a customer and as many more with the same of everything, under ids of their own."""
    theirs = {
        (kind, id_): row
        for kind, table in account.tables.items()
        for id_, row in table.items()
        if kind != "event" and customer in (id_, row.get("customer"))
    }
    hidden = {id_: value for id_, value in account.hidden.items() if (id_,) in _ids(theirs)}
    text = json.dumps([[kind, id_, row] for (kind, id_), row in theirs.items()])
    kept, ids = json.dumps(hidden), [customer]
    for number in range(more):
        copied, own = text, kept
        for _kind, id_ in theirs:
            other = f"{id_[:-6]}{number:06}"
            copied, own = copied.replace(id_, other), own.replace(id_, other)
        for kind, id_, row in json.loads(copied):
            account.tables[kind][id_] = row
        account.hidden.update(json.loads(own))
        ids.append(f"{customer[:-6]}{number:06}")
    return ids


def _ids(rows: dict[tuple[str, str], Any]) -> set[tuple[str]]:
    return {(id_,) for _kind, id_ in rows}


def opened(sandbox: Sandbox, name: str, customers: int) -> dict[str, Any]:
    """Make an account whose customers have some subscriptions, a card and a year of invoices."""
    from tests.world import Shop

    shop = Shop(name)
    shop.stock()
    customer = shop.customer("Ada")
    subscriptions = [shop.subscribe(customer) for _ in range(SUBSCRIPTIONS)]
    account = sandbox.account(shop.api_key)
    (first, *_others) = account.find("invoice", customer=customer)
    table = account.tables["invoice"]
    for number in range(INVOICES - SUBSCRIPTIONS):
        id_ = account.new_id("in_")
        table[id_] = {**json.loads(json.dumps(first)), "id": id_, "number": f"COPY-{number}"}
    ids = grown(shop, account, customer, customers - 1)
    return {
        "key": shop.api_key,
        "publishable_key": shop.publishable_key,
        "customers": ids,
        "email": "ada@example.com",
        "subscriptions": subscriptions,
    }


def main(port: int, slow: int) -> None:
    """Serve two accounts, one with many customers, until interrupted; print what they are."""
    sandbox = RememberingSandbox()
    with doors.use(sandbox):
        told = {"bench": opened(sandbox, "bench", 1), "slow": opened(sandbox, "slow", slow)}
        sandbox.findings.clear()
    server = serve(sandbox, "127.0.0.1", port)
    server.socket.listen(1024)
    print(json.dumps(told), flush=True)
    run(server)


if __name__ == "__main__":
    django.setup()
    main(*map(int, sys.argv[1:]))
