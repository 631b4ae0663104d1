"""A stateful stand-in for Stripe's API and Stripe.js, for demo, development and tests."""

from __future__ import annotations
