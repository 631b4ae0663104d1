"""What a process has at hand: until its end, and never too much of it."""

from __future__ import annotations

import time

import pytest
from django.core.cache import cache

from servicebot import at_hand


def test_it_is_there_until_its_end() -> None:
    thing = object()
    at_hand.put("a", thing, time.time() + 60)
    at_hand.put("b", thing, time.time())

    assert at_hand.get("a") is thing
    assert at_hand.get("b") is None
    assert at_hand.get("c") is None


def test_the_oldest_goes_where_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_hand, "ENTRIES_AT_MOST", 2)
    at_hand.clear()
    for name in ("a", "b", "a", "c"):
        at_hand.put(name, name, time.time() + 60)

    assert [at_hand.get(name) for name in "abc"] == ["a", None, "c"]


def test_clearing_the_cache_leaves_nothing() -> None:
    at_hand.put("a", 1, time.time() + 60)
    cache.clear()

    assert at_hand.get("a") is None
