"""Behind nginx, two services on one socket, as self-hosting has them: how fast, how large, and
what becomes of requests while one restarts after the other."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from tests.bench import stack, world
from tests.bench.measures import LATENCY, Cast, Effort, Row, asked, group, median, per_second
from tests.bench.stack import PRODUCT, forget_all, load, serving
from tests.bench.world import Asking
from tests.nginx import nginx, written
from tests.services import COUNT, Service, services
from tests.serving import free_ports

DOOR = free_ports(3)
FRONT = DOOR + 1  # and the next one, which leads from plain HTTP to HTTPS
TURNS = 3
TIMES = 10  # as long as a load lasts elsewhere, so that there are a dozen restarts
SLOW_LATENCY = 2.0
NAME = "behind nginx, two services"


@dataclass(frozen=True)
class Endured:
    """What came of the requests while the services restarted."""

    restarts: int
    answered: int
    slow: int
    failed: list[str]
    longest: float


def behind_nginx(cast: Cast, effort: Effort) -> Iterator[Row]:
    """Measure both ways of serving in turn, then restart."""
    stack.ask_stripe(cast.slow_key, "config", latency=LATENCY)
    warm = world.page(cast.by_id, cast.customer)
    with tempfile.TemporaryDirectory(prefix="servicebot-nginx-") as folder:
        conf = written(Path(folder), FRONT, DOOR, certificate=None)
        with services(DOOR, "tests.bench.wsgi", os.environ) as both, nginx(conf, FRONT) as log:
            yield from _fast(warm, effort)
            yield from _large(both, cast, effort)
            yield from _told(_endured(both, cast, warm, effort), log)


def _fast(warm: Asking, effort: Effort) -> Iterator[Row]:
    direct, behind = [], []
    with serving(PRODUCT, COUNT):
        for port in (PRODUCT, FRONT):
            per_second(port, 1, warm)
        for _turn in range(TURNS):
            direct.append(per_second(PRODUCT, effort.seconds, warm))
            behind.append(per_second(FRONT, effort.seconds, warm))
    before, after = median(direct), median(behind)
    yield Row(
        "one service of two processes, asked directly: warm pages a second", f"{before:.1f} /s"
    )
    yield Row(f"{NAME}: pages a second", f"{after:.1f} /s", f"{after / before:.2f} ×")


def _large(both: list[Service], cast: Cast, effort: Effort) -> Iterator[Row]:
    first = [own_mb(service.pid) for service in both]
    rest = [own_mb(child) for service in both for child in children(service.pid)]
    each = (sum(first) + sum(rest)) / len(both)
    said = f"{median(first):.0f} MB + {median(rest):.0f} MB"
    yield Row("memory of a service: its first process + the one that serves", said)
    yield Row("memory of a service, what they share counted once", f"{each:.0f} MB")
    yield Row("Redis: memory for a customer who has looked", f"{_kept(cast, effort):.1f} KB")


def children(pid: int) -> list[int]:
    """Return the processes that another has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def own_mb(pid: int) -> float:
    """Return what a process holds in MB, of what is shared its part."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (kilobytes,) = [line.split()[1] for line in lines if line.startswith("Pss:")]
    return int(kilobytes) / 1024


def _kept(cast: Cast, effort: Effort) -> float:
    """Return how many KB Redis holds for each customer of some who have looked."""
    ids = cast.slow_customers[: effort.rounds * 4]
    first, *others = [world.page(cast.slow, each) for each in ids]
    forget_all()
    with redis.Redis.from_url(stack.REDIS) as server:
        asked(FRONT, first)  # with what is kept once for all
        before = set(server.keys())
        for each in others:
            asked(FRONT, each)
        kept = [server.memory_usage(key) or 0 for key in set(server.keys()) - before]
    return sum(kept) / 1024 / len(others)


def _endured(both: list[Service], cast: Cast, warm: Asking, effort: Effort) -> Endured:
    """Restart one after another, while quick and slow requests keep coming; all are POSTs."""
    stack.ask_stripe(cast.slow_key, "config", latency=SLOW_LATENCY)
    slow = [world.page(cast.slow, each) for each in cast.slow_customers]
    forget_all()
    asked(FRONT, warm)
    groups = group(FRONT, 6, warm), group(FRONT, 8, *slow)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(load, effort.seconds * TIMES, *groups)
        done = _restarted(both, asking)
        quick, late = asking.result()
    stack.ask_stripe(cast.slow_key, "config", latency=LATENCY)
    return Endured(
        done,
        len(quick["taken"]) + len(late["taken"]),
        sum(ms >= SLOW_LATENCY * 1000 for ms in late["taken"]),
        quick["errors"] + late["errors"],
        max(quick["taken"]),
    )


def _restarted(both: list[Service], asking: Future[list[dict[str, Any]]]) -> int:
    """Restart one after another as long as requests come; return how often that was."""
    done = 0
    while not asking.done():
        both[done % COUNT].restart()
        done += not asking.done()
    return done


def _told(endured: Endured, log: Path) -> Iterator[Row]:
    what = f"{endured.restarts} restarts, one after another"
    failed = len(endured.failed)
    kinds = ", ".join(sorted(set(endured.failed)))[:80]
    noted = len(log.read_text().splitlines())
    yield Row(f"{what}: requests answered", f"{endured.answered}")
    yield Row(f"{what}: of those, took {SLOW_LATENCY:.0f} s or more", f"{endured.slow}")
    yield Row(f"{what}: failed", f"{failed} {kinds}".strip(), "", "none", not failed)
    yield Row(f"{what}: what nginx noted as wrong", f"{noted}", "", "none", not noted)
    yield Row(f"{what}: the slowest warm page", f"{endured.longest:.0f} ms")
