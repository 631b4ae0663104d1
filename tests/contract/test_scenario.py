"""One story of everything that the portal asks of Stripe: in the sandbox, and at Stripe itself."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest
import stripe
from django.conf import settings

from servicebot.gateway.client import Gateway
from servicebot.gateway.wire import shared_client
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.contract.scenario import FINDINGS, CheckingClient, Story, tell


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with doors.use(Sandbox()) as sandbox:
        yield sandbox


def test_the_story_comes_out_right_in_the_sandbox(world: Sandbox) -> None:
    key = "sk_test_acme"
    shop = stripe.StripeClient(key, http_client=doors.client()).v1

    tell(Story(shop, Gateway(key, stripe.DEFAULT_API_BASE), mark="story"))

    assert world.findings == []
    assert world.refused == []


@pytest.mark.stripe
def test_the_story_comes_out_right_at_stripe() -> None:
    key = os.environ["STRIPE_TEST_KEY"]
    assert key.startswith(("sk_test_", "rk_test_")), "a key of Stripe's test mode"
    base = settings.STRIPE_API_BASE
    http = shared_client()
    client = stripe.StripeClient(key, http_client=http, base_addresses={"api": base})

    tell(Story(client.v1, Gateway(key, base), f"sb{secrets.token_hex(4)}"))

    http.close()
    assert isinstance(http, CheckingClient)
    assert FINDINGS == []
