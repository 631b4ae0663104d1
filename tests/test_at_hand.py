"""What a process has at hand: until its end, and never too much of it."""

from __future__ import annotations

import time

from django.core.cache import cache

from servicebot.at_hand import Hand


def soon() -> float:
    return time.time() + 60


def test_it_is_there_until_its_end() -> None:
    hand, thing = Hand[object](9), object()
    hand.put("a", thing, soon())
    hand.put("b", thing, time.time())

    assert hand.get("a") is thing
    assert hand.get("b") is None
    assert hand.get("c") is None


def test_the_oldest_goes_where_there_is_too_much() -> None:
    hand = Hand[str](2)
    for name in ("a", "b", "a", "c"):
        hand.put(name, name, soon())

    assert [hand.get(name) for name in "abc"] == ["a", None, "c"]


def test_what_is_over_is_not_held_any_longer() -> None:
    hand = Hand[str](9)
    hand.put("a", "old", time.time() + 0.01)
    time.sleep(0.02)
    hand.put("b", "new", soon())

    assert [*hand._held] == ["b"]


def test_clearing_the_cache_leaves_nothing() -> None:
    one, other = Hand[int](9), Hand[int](9)
    one.put("a", 1, soon())
    other.put("a", 1, soon())
    cache.clear()

    assert one.get("a") is None
    assert other.get("a") is None
