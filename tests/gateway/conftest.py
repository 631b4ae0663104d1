"""A merchant's Stripe in the sandbox, and the gateway to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicebot.gateway.client import Gateway
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.world import Objects, Shop


@pytest.fixture
def world() -> Iterator[Sandbox]:
    """A world whose every answer must have been true to the SDK's types."""
    with doors.use(Sandbox()) as sandbox:
        yield sandbox
    assert sandbox.findings == []


@pytest.fixture
def shop(world: Sandbox) -> Shop:
    made = Shop("acme")
    made.stock()
    return made


@pytest.fixture
def at_stripe(world: Sandbox) -> Objects:
    return Objects(world, "sk_test_acme")


@pytest.fixture
def gateway() -> Gateway:
    return Gateway("sk_test_acme", "https://api.stripe.com")
