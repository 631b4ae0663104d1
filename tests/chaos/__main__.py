"""`make chaos`: customers click while everything around them fails, and nothing may be untrue.

It exits non-zero where what customers were told isn't what is at Stripe. SEED repeats a plan,
ACTIONS says how many clicks, BLOWS which of worker, server, redis and postgres are killed.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from random import SystemRandom

from tests.chaos import compare, ledger, plan, report
from tests.chaos.buyers import Buyer
from tests.chaos.driver import Customer
from tests.chaos.plan import Act, Blow, Plan
from tests.chaos.processes import Place, place
from tests.chaos.wire import Wire
from tests.serving import ROOT

AT_ONCE = 8  # customers who click at the same time
SECONDS_AT_MOST = 45 * 60
SHOWN_EVERY = 200
DATABASE = ROOT / "scripts" / "database.py"
WEBHOOKS: tuple[dict[str, object], ...] = (
    {"webhooks_late": 2, "webhooks_doubled": True},
    {"webhooks_reversed": True},
    {"webhooks_late": 4, "webhooks_reversed": True, "webhooks_doubled": True},
    {},
    {"webhooks_late": 1},
)


class Run:
    """The customers at their plan, and what is killed meanwhile."""

    def __init__(self, here: Place, planned: Plan, customers: list[Customer]) -> None:
        self.here, self.planned, self.customers = here, planned, customers
        self.struck: list[str] = []
        self._waiting: queue.SimpleQueue[Customer] = queue.SimpleQueue()
        self._left = {c.buyer.number: list(numbered(planned, c)) for c in customers}
        self._made = 0
        self._lock = threading.Condition()
        self.began = time.monotonic()
        self._ends = self.began + SECONDS_AT_MOST

    def play(self) -> None:
        """Make every click; customers take turns, AT_ONCE of them at a time."""
        for customer in self.customers:
            if self._left[customer.buyer.number]:
                self._waiting.put(customer)
        striker = threading.Thread(target=self._strike, daemon=True)
        striker.start()
        with ThreadPoolExecutor(AT_ONCE) as hands:
            for made in [hands.submit(self._click) for _act in self.planned.acts]:
                made.result()
        striker.join(60)

    def _click(self) -> None:
        customer = self._waiting.get()
        left = self._left[customer.buyer.number]
        number, act = left.pop(0)
        try:
            if time.monotonic() < self._ends:
                customer.do(number, act)
        finally:
            if left:
                self._waiting.put(customer)
            with self._lock:
                self._made += 1
                self._lock.notify_all()
                if self._made % SHOWN_EVERY == 0:
                    print(f"{self._made} after {time.monotonic() - self.began:.0f} s", flush=True)

    def _strike(self) -> None:
        for blow in self.planned.blows:
            with self._lock:
                self._lock.wait_for(partial(self._is_due, blow), SECONDS_AT_MOST)
            self.struck.append(self.here.strike(blow.target, blow.which))

    def _is_due(self, blow: Blow) -> bool:
        return self._made >= blow.after


def numbered(planned: Plan, customer: Customer) -> list[tuple[int, Act]]:
    """Return what a customer does, with each click's number in the whole plan."""
    number = customer.buyer.number
    return [(n, act) for n, act in enumerate(planned.acts) if act.customer == number]


def opened(here: Place, customers: int) -> list[Buyer]:
    """Make the database and all that a run begins with."""
    here.postgres.start()
    database = here.env["DATABASE_URL"]
    subprocess.run([sys.executable, str(DATABASE), "make", database], check=True)  # noqa: S603
    opening = [sys.executable, "-m", "tests.chaos.opening", str(customers)]
    made = subprocess.run(  # noqa: S603 -- our own module
        opening, cwd=ROOT, env={**os.environ, **here.env}, check=True, stdout=subprocess.PIPE
    )
    return [Buyer(**each) for each in json.loads(made.stdout)]


def main() -> int:
    """Run it; returns the exit status."""
    given = os.environ
    seed = int(given.get("SEED") or SystemRandom().randrange(1_000_000))
    actions, customers = int(given.get("ACTIONS") or 2200), int(given.get("CUSTOMERS") or 50)
    blows = frozenset((given.get("BLOWS") or "worker,server,redis,postgres").split(","))
    planned = plan.make(seed, actions, customers, blows)
    print(f"SEED={seed}, {actions} actions by {customers} customers", flush=True)
    began = time.monotonic()
    with place() as here:
        buyers = opened(here, customers)
        for server in here.servers:
            server.start()
        here.wait()
        wire = Wire(here.urls, here.stripe_url)
        for key, how in zip(sorted({b.api_key for b in buyers}), WEBHOOKS, strict=False):
            wire.stripe(key, "/_sandbox/config", json=how)
        with ThreadPoolExecutor(2 * AT_ONCE) as doubles:
            clicking = [Customer(buyer, wire, doubles) for buyer in buyers]
            run = Run(here, planned, clicking)
            run.play()
        here.stripe.stop()
        happened = ledger.read(here.ledger)
        if given.get("KEEP"):
            keep(here, run, Path(given["KEEP"]))
    return conclude(run, happened, time.monotonic() - began, seed)


def keep(here: Place, run: Run, where: Path) -> None:
    """Keep logs, ledger and what was clicked, for whoever looks for the reason of a finding."""
    where.mkdir(parents=True, exist_ok=True)
    for file in (*here.folder.glob("*.log"), here.ledger):
        shutil.copy(file, where)
    clicks = [asdict(click) for customer in run.customers for click in customer.clicks]
    (where / "history.json").write_text(json.dumps(clicks))


def conclude(run: Run, happened: ledger.Ledger, seconds: float, seed: int) -> int:
    """Print what came of it; returns the exit status."""
    clicks = sorted((c for each in run.customers for c in each.clicks), key=lambda c: c.number)
    findings = compare.compare(clicks, happened, [c.buyer.id for c in run.customers], run.began)
    refused = [send for each in run.customers for send in each.refused]
    stuck = [why for each in run.customers for why in each.stuck]
    broken = sum(send.status == 500 for c in clicks for send in (*c.sends, *c.rival))
    print(report.table(clicks, refused, run.struck, happened, findings))
    print(f"never answered: {len(stuck)}, answers 500: {broken}")
    print(f"calls that Stripe doesn't know: {len(happened.refused)}")
    print(report.told(findings))
    print("\n".join([*stuck[:10], *map(str, happened.refused[:10])]))
    print(f"took {seconds:.0f} s; again: make chaos SEED={seed} ACTIONS={len(run.planned.acts)}")
    return 1 if findings or stuck or broken or happened.refused else 0


if __name__ == "__main__":
    sys.exit(main())
