from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import stripe
from stripe import StripeClient

from servicebot.sandbox.doors import InProcessClient
from servicebot.sandbox.server import Server, Timing, serve
from servicebot.sandbox.world import Account, Sandbox

KEY = "sk_test_acme"
START = 1_790_000_000  # 21 September 2026


def pytest_configure(config: pytest.Config) -> None:
    """Let stripe's httpx client pass its body the old way."""
    config.addinivalue_line("filterwarnings", "ignore:Use 'content=:DeprecationWarning")


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """A world whose every answer must have been true to the SDK's types."""
    world = Sandbox(clock=clock)
    yield world
    assert world.findings == []


@pytest.fixture
def account(sandbox: Sandbox) -> Account:
    return sandbox.account(KEY)


@contextmanager
def running(sandbox: Sandbox, timing: Timing | None = None) -> Iterator[Server]:
    """Serve a sandbox from a thread for a while."""
    server = serve(sandbox, timing=timing or Timing(webhook_seconds=60, timeout_seconds=5))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Server]:
    with running(sandbox) as found:
        yield found


@contextmanager
def client_through(door: str, sandbox: Sandbox, key: str = KEY) -> Iterator[StripeClient]:
    """Yield the real SDK, talking to a sandbox in process or over HTTP under a prefix."""
    if door == "in process":
        yield StripeClient(key, http_client=InProcessClient(sandbox), max_network_retries=0)
        return
    with running(sandbox) as server:
        http = stripe.HTTPXClient(allow_sync_methods=True, timeout=5)
        addresses: Any = {"api": f"{server.url}/some/prefix"}
        yield StripeClient(key, http_client=http, base_addresses=addresses, max_network_retries=0)
        http.close()


@pytest.fixture(params=["in process", "over HTTP"])
def client(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Any]:
    """The SDK's v1 services, through each door in turn."""
    with client_through(request.param, sandbox) as found:
        yield found.v1


def error_of(caught: pytest.ExceptionInfo[stripe.StripeError]) -> Any:
    """Return the error as it came over the wire."""
    body: Any = caught.value.json_body
    return body["error"]


@pytest.fixture
def near(sandbox: Sandbox) -> Any:
    """The SDK's v1 services in process, for what no door can change."""
    return StripeClient(KEY, http_client=InProcessClient(sandbox), max_network_retries=0).v1


def key_client(sandbox: Sandbox, key: str) -> Any:
    """The SDK's v1 services with another key."""
    return StripeClient(key, http_client=InProcessClient(sandbox), max_network_retries=0).v1
