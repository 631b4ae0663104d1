"""`make flood`: Stripe's events all at once, doubled, unordered, some forged, a server killed.

Each that Stripe signed must be noted once, however often it comes; of the forged ones none. What
isn't taken is sent again, as Stripe does. EVENTS says how many.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from servicebot.sandbox.webhooks import signature
from tests.chaos.__main__ import opened
from tests.chaos.processes import Place, place
from tests.chaos.wire import Wire
from tests.serving import ROOT

AT_ONCE = 64
TRIES = 20
DOUBLED, FORGED = 10, 100  # one of so many
CUSTOMERS = 5


@dataclass(frozen=True)
class Listener:
    """Where one merchant's events go, and what signs them."""

    slug: str
    secret: str


@dataclass(frozen=True)
class Delivery:
    """One event on its way."""

    listener: Listener
    payload: bytes
    secret: str

    @property
    def is_forged(self) -> bool:
        """Whether somebody else has signed it."""
        return self.secret != self.listener.secret


def deliveries(listeners: list[Listener], count: int, seed: int) -> list[Delivery]:
    """Make so many events, some sent twice and some forged, in no order."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        listener = listeners[number % len(listeners)]
        delivery = Delivery(listener, payload(f"evt_flood{number}", number), listener.secret)
        made += [delivery] * (2 if number % DOUBLED == 0 else 1)
        if number % FORGED == 0:
            forged = payload(f"evt_forged{number}", number)
            made.append(Delivery(listener, forged, "whsec_somebody_elses"))
    chance.shuffle(made)
    return made


def payload(event_id: str, number: int) -> bytes:
    """Return an event as Stripe writes it."""
    thing = {"id": f"sub_{number}", "object": "subscription", "customer": f"cus_{number % 997}"}
    event = {
        "id": event_id,
        "object": "event",
        "type": "customer.subscription.updated",
        "created": int(time.time()) - number % 250,
        "livemode": False,
        "data": {"object": thing},
    }
    return json.dumps(event).encode()


def send(wire: Wire, heard: Counter[str], number: int, delivery: Delivery) -> bool:
    """Send it until it is taken, or refused for what it is; whether that came about."""
    path = f"/webhooks/stripe/{delivery.listener.slug}/"
    for attempt in range(TRIES):
        signed = signature(delivery.payload, delivery.secret, int(time.time()))
        headers = {"Stripe-Signature": signed, "Content-Type": "application/json"}
        sent = wire.send(number + attempt, "POST", path, content=delivery.payload, headers=headers)
        heard[str(sent.status or sent.code)] += 1
        if sent.status == (400 if delivery.is_forged else 200):
            return True
        time.sleep(0.2 * (attempt + 1))
    return False


def asked(here: Place, what: str) -> str:
    """Ask the product's database, in a process of its own."""
    command = [sys.executable, "-m", "tests.chaos.flood", what]
    env = {**os.environ, **here.env}
    return subprocess.run(  # noqa: S603 -- this very module
        command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def told() -> dict[str, Callable[[], object]]:
    """Return what `asked` can be told."""
    import django

    django.setup()
    from accounts.models import StripeConnection, StripeEvent

    listening = StripeConnection.objects.exclude(endpoint_id="")
    events = StripeEvent.objects
    return {
        "listeners": lambda: [[each.endpoint_slug, each.endpoint_secret] for each in listening],
        "noted": lambda: {
            "flood": events.filter(event_id__startswith="evt_flood").count(),
            "forged": events.filter(event_id__startswith="evt_forged").count(),
        },
    }


def main() -> int:
    """Run it; returns the exit status."""
    count, seed = int(os.environ.get("EVENTS") or 10_000), int(os.environ.get("SEED") or 1)
    with place() as here:
        opened(here, CUSTOMERS)
        for server in here.servers:
            server.start()
        here.wait()
        listeners = [Listener(*each) for each in json.loads(asked(here, "listeners"))]
        made = deliveries(listeners, count, seed)
        heard: Counter[str] = Counter()
        wire = Wire(here.urls, here.stripe_url)
        killing = threading.Timer(3, partial(here.strike, "server", 0))
        killing.start()
        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as hands:
            sending = [hands.submit(send, wire, heard, n, each) for n, each in enumerate(made)]
            lost = sum(not each.result() for each in sending)
        seconds = time.monotonic() - began
        killing.join()
        here.wait()
        noted = json.loads(asked(here, "noted"))
    print(
        f"{count} events of {len(listeners)} merchants in {len(made)} deliveries, {seconds:.0f} s"
    )
    print("  ".join(f"{times} {status}" for status, times in heard.most_common()))
    print(f"noted: {noted['flood']}, forged: {noted['forged']}, never taken: {lost}")
    is_right = noted == {"flood": count, "forged": 0} and not lost and len(listeners) > 1
    return 0 if is_right else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(told()[sys.argv[1]]()))
    else:
        sys.exit(main())
