"""History by generators: a story yields the moment of its next step, and a clock tells them all.

Moments are seconds before now, so that a demo always ends today.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

HOUR = 3_600
DAY = 24 * HOUR

Story: TypeAlias = Iterator[int]


@dataclass
class Clock:
    """The time that the sandbox lives in while its past is written."""

    end: int = field(default_factory=lambda: int(time.time()))
    ago: int = 0

    def __call__(self) -> int:
        return self.end - self.ago


def tell(stories: Iterable[Story], clock: Clock) -> None:
    """Run all stories side by side in the order of their moments; ends now."""
    running = list(stories)
    waiting: list[tuple[int, int]] = []
    for number, story in enumerate(running):
        _wait_for_next(waiting, number, story)
    while waiting:
        until, number = heapq.heappop(waiting)
        clock.ago = -until
        _wait_for_next(waiting, number, running[number])
    clock.ago = 0


def _wait_for_next(waiting: list[tuple[int, int]], number: int, story: Story) -> None:
    ago = next(story, None)
    if ago is not None:
        heapq.heappush(waiting, (-ago, number))
