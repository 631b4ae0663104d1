"""Nothing but what a page is made of decides how it looks, so that it may be kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.utils import timezone

from accounts.models import StripeConnection
from demo.people import PEOPLE
from portal import kept_pages
from portal.models import Portal
from tests.demo.at_stripe import DemoAccount
from tests.demo.visitor import Customer


@pytest.mark.parametrize("key", PEOPLE)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_page_looks_the_same_a_year_later(
    key: str, language: str, portal: Portal, filled: DemoAccount
) -> None:
    who = Customer(portal, filled, key)
    looks: list[str] = []

    def twice(_name: str, _context: Any, render: Callable[[], str]) -> str:
        looks.append(render())
        with time_machine.travel(timezone.now() + timedelta(days=400)):
            looks.append(render())
        return ""

    told = patch.object(StripeConnection, "is_told", new=True)
    with told, patch.object(kept_pages, "rendered", twice):
        assert who.page("language", language=language).status_code == 200

    now, later = looks
    assert now == later
    assert "data-language" in now
