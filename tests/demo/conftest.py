"""The demo's account at Stripe, filled once, and its portal, begun anew for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from demo.merchant import open_demo
from portal.models import Portal
from servicebot.sandbox import doors
from tests.demo.at_stripe import DemoAccount


@pytest.fixture(scope="module")
def filled() -> DemoAccount:
    return DemoAccount()


@pytest.fixture
def portal(db: None, filled: DemoAccount) -> Iterator[Portal]:
    cache.clear()
    with doors.use(filled.sandbox):
        opened = open_demo({}, "http://localhost:8001").portal
        filled.begin_anew()
        yield opened
    assert filled.sandbox.findings == []
