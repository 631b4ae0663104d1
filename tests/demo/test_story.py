"""Stories told side by side, each step at its own moment."""

from __future__ import annotations

from demo.story import DAY, Clock, Story, tell


def test_steps_happen_in_the_order_of_their_moments() -> None:
    clock, heard = Clock(end=1_000_000_000), []

    def story(name: str, *days: int) -> Story:
        for ago in days:
            yield ago * DAY
            heard.append((name, (clock.end - clock()) // DAY))

    tell([story("late", 3, 1), story("early", 9, 2), story("never")], clock)

    assert heard == [("early", 9), ("late", 3), ("early", 2), ("late", 1)]


def test_stories_end_now() -> None:
    clock = Clock(end=1_000_000_000)

    def story() -> Story:
        yield 5 * DAY

    tell([story()], clock)

    assert clock() == 1_000_000_000
