"""The demo merchant's own server: Stripe's SDK as published, on the sandbox's in-process door."""

from __future__ import annotations

from typing import TypeAlias

import stripe

from servicebot.sandbox.doors import InProcessClient
from servicebot.sandbox.world import Sandbox

SECRET_KEY = "sk_test_demoAcmeAnalytics"  # noqa: S105 - opens the sandbox, on this machine only
PUBLISHABLE_KEY = "pk_test_demoAcmeAnalytics"

Client: TypeAlias = stripe.StripeClient
Subscription: TypeAlias = stripe.Subscription


def client(sandbox: Sandbox) -> Client:
    """Return the SDK's client for the demo merchant's account."""
    return Client(SECRET_KEY, http_client=InProcessClient(sandbox))
