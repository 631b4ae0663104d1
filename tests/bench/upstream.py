"""Stripe's part in the benchmark, in a process of its own: the sandbox, with customers made.

It remembers its answers to reads until something is written, so that its own work, which Stripe
does on machines of its own, isn't measured as ours. The set latency is waited each time.
"""

from __future__ import annotations

import json
import re
import sys
import time
from typing import Any

import django

from servicebot.sandbox import doors
from servicebot.sandbox.faults import CallRecord
from servicebot.sandbox.server import run, serve
from servicebot.sandbox.wire import Answer, Call, api_key
from servicebot.sandbox.world import Sandbox

Key = tuple[str, str, str, bytes]
CUSTOMER = re.compile(r"cus_\w+")
PREVIEW = "/v1/invoices/create_preview"
SUBSCRIPTIONS, INVOICES = 3, 12


class RememberingSandbox(Sandbox):
    """A sandbox that works out an answer to a read once, for all customers who are alike."""

    def __init__(self) -> None:
        super().__init__()
        self.alike: dict[str, str] = {}  # who, and who has just the same at Stripe
        self._answers: dict[Key, Answer] = {}

    def handle(self, call: Call) -> Answer:
        """Answer a call, one asked before from memory, as late as any."""
        named = CUSTOMER.search(call.path) or CUSTOMER.search(call.body.decode())
        original = self.alike.get(named[0]) if named else None
        if named and original:
            return self._renamed(call, named[0], original)
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

    def _renamed(self, call: Call, name: str, original: str) -> Answer:
        body = call.body.replace(name.encode(), original.encode())
        same = Call(call.method, call.path.replace(name, original), call.headers, body)
        found = self.handle(same)
        answered = found.body.replace(original.encode(), name.encode())
        return Answer(found.status, found.headers, answered)

    def _late(self, call: Call, known: Answer) -> Answer:
        account, started = self.account(api_key(call)), time.monotonic()
        self.calls.append(
            CallRecord(account.name, account.livemode, call.method, call.url, {}, started)
        )
        time.sleep(account.weather.latency)
        return known


def opened(sandbox: RememberingSandbox, name: str, customers: int) -> dict[str, Any]:
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
    ids = [customer, *(f"{customer[:-6]}{number:06}" for number in range(customers - 1))]
    sandbox.alike.update(dict.fromkeys(ids[1:], customer))
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
    # Who asked has been stopped, which is no news here.
    server.handle_error = lambda *_given: None  # type: ignore[method-assign]
    print(json.dumps(told), flush=True)
    run(server)


if __name__ == "__main__":
    django.setup()
    main(*map(int, sys.argv[1:]))
