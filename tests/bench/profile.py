"""Where a page's processor time goes: py-spy looks at one serving process a few hundred times a
second, at all of its threads that are at work just then.

A function's share is of all that was seen, and holds what it calls.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.bench import stack, world
from tests.bench.measures import Cast, Effort, Row, group
from tests.bench.stack import PRODUCT, forget_all, load, serving, workers
from tests.serving import ROOT

FRAME = re.compile(r"(?P<function>.+) \((?P<file>[^()]+)\)$")
RATE = 250
FROM = 0.03  # what is less isn't told
SLOW_READ = 0.05  # seconds that Stripe takes meanwhile
PACKAGES = ("accounts", "portal", "servicebot", "settings_ui")
LIBRARY = re.compile(r".*/(?:site-packages|python3\.\d+)/(?P<name>[^/.]+(?:/template)?)")

T = TypeVar("T")


def profiled(pid: int, seconds: float, act: Callable[[], T]) -> tuple[T, list[list[str]]]:
    """Do something while a process is looked at; returns what was seen, a stack a sample."""
    with tempfile.NamedTemporaryFile("r", suffix=".raw") as kept:
        words = [str(Path(sys.executable).with_name("py-spy")), "record", "--pid", str(pid)]
        words += ["--gil", "--format", "raw", "--function", "--full-filenames", "--rate", str(RATE)]
        words += ["--duration", str(int(seconds)), "--output", kept.name]
        with subprocess.Popen(  # noqa: S603 -- what requirements-dev.txt has installed
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as watching:
            done = act()
            if watching.wait():
                raise SystemExit("py-spy may not look at another process here; run it as root.")
        return done, list(stacks(kept.read()))


def stacks(raw: str) -> Iterator[list[str]]:
    """Read what py-spy writes: a stack, outermost first, and how often it was seen."""
    for line in raw.splitlines():
        frames, _, count = line.rpartition(" ")
        yield from [frames.split(";")] * int(count)


def of_ours(seen: list[list[str]]) -> list[Row]:
    """Return the share of each of our functions, and then of each library by itself."""
    working = [frames for frames in seen if is_answering(frames)]
    counted = Counter(each for frames in working for each in {*filter(None, map(ours, frames))})
    alone = Counter(library(frames[-1]) for frames in working)
    total = len(working) or 1
    return [
        *(Row(name, f"{n / total:.0%}") for name, n in counted.most_common() if n / total >= FROM),
        *(
            Row(f"by itself: {name}", f"{n / total:.0%}")
            for name, n in alone.most_common()
            if n / total >= FROM
        ),
    ]


def is_answering(frames: list[str]) -> bool:
    """Whether a stack is of a thread that answers, or reads from Stripe for one."""
    return any("handle_request" in frame or "/gateway/" in frame for frame in frames)


def ours(frame: str) -> str:
    """Return what one of our functions is called, empty where it isn't ours."""
    found = FRAME.match(frame)
    path = Path(found["file"]) if found else Path()
    if not found or not path.is_relative_to(ROOT):
        return ""
    place = path.relative_to(ROOT)
    is_product = place.parts[0] in PACKAGES
    return f"{place}: {found['function']}" if is_product else ""


def library(frame: str) -> str:
    """Return whose a function is."""
    found = FRAME.match(frame)
    if not found:
        return "Python"
    if ours(frame):
        return "Servicebot"
    named = LIBRARY.match(found["file"])
    return named["name"] if named else "Python"


def pages(cast: Cast, effort: Effort) -> Iterator[tuple[str, list[Row]]]:
    """Profile cold pages and warm ones, in one process that is busy with nothing else."""
    stack.ask_stripe(cast.slow_key, "config", latency=SLOW_READ)
    with serving(PRODUCT, 1) as pid:
        (worker,) = workers(pid)
        asked = [world.page(cast.slow, each) for each in cast.slow_customers]
        for title, asking in (("cold", asked), ("warm", asked[:1])):
            forget_all()
            load(1, group(PRODUCT, 1, asked[0]))
            act = partial(load, effort.seconds + 2, group(PRODUCT, 8, *asking))
            (found,), seen = profiled(worker, effort.seconds, act)
            assert not found["errors"], found["errors"][:3]
            yield f"Where a {title} page's processor time goes", of_ours(seen)
