"""`make bench`: how long one page takes when every answer of Stripe's takes 150 ms.

The sandbox runs in a process of its own, over HTTP; the page is asked of the product in this one.
Prints medians; it asserts nothing, since a clock is no judge.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from urllib.request import Request, urlopen

from tests.serving import free_ports, sandbox_process

PORT = free_ports(1)
BASE = f"http://127.0.0.1:{PORT}"
LATENCY = 0.150
ROUNDS = 15
KEY = "sk_test_bench"

os.environ |= {
    "DJANGO_SETTINGS_MODULE": "tests.settings",
    "DATABASE_URL": "sqlite://:memory:",
    "STRIPE_HTTP_CLIENT": "servicebot.gateway.wire.http_client",
    "STRIPE_API_BASE": BASE,
}


def set_latency(seconds: float) -> None:
    """Put a wait before each of the sandbox's answers."""
    body = b'{"latency": %f}' % seconds
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request = Request(BASE + "/_sandbox/config", body, headers)  # noqa: S310 -- as above
    with urlopen(request):  # noqa: S310
        pass


def median_ms(act: Callable[[], object]) -> float:
    """Return how long something takes, in the middle of ROUNDS tries."""
    taken = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def measure() -> None:
    """Make a merchant, then time one call, a cold page and a warm catalogue's."""
    import django

    django.setup()
    from django.core.cache import cache
    from django.core.management import call_command
    from django.test import Client

    from portal.visit import connection_of
    from tests.bench.shop import open_bench

    call_command("migrate", verbosity=0)
    portal, customer_id, subscriptions = open_bench(KEY)
    browser = Client(SERVER_NAME="127.0.0.1", headers={"Sec-Fetch-Site": "same-origin"})

    def page() -> None:
        given = {"customer_id": customer_id}
        answer = browser.post(f"/portal/{portal.public_id}/session", given)
        assert answer.status_code == 200, answer.content

    def cold_page() -> None:
        cache.clear()
        page()

    def one_call() -> None:
        connection_of(portal).gateway.customer(customer_id)

    set_latency(LATENCY)
    one, cold, warm = median_ms(one_call), median_ms(cold_page), median_ms(page)
    print(f"{platform.machine()}, {os.cpu_count()} cores, {ROUNDS} rounds, median")
    print(f"Stripe at {LATENCY * 1000:.0f} ms a call, {subscriptions} subscriptions")
    print(f"one call of Stripe's          {one:7.1f} ms")
    print(f"page, catalogue not yet read  {cold:7.1f} ms  {cold / one:.2f} x one call")
    print(f"page, catalogue read before   {warm:7.1f} ms  {warm / one:.2f} x one call")


if __name__ == "__main__":
    with sandbox_process(PORT):
        measure()
