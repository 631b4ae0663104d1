"""Where it bends: more processes, more merchants, more customers."""

from __future__ import annotations

from collections.abc import Iterator

import redis
from django.core.cache import cache

from portal.reads import Shelf
from tests.bench import stack, world
from tests.bench.measures import Cast, Effort, Row, asked, median, per_second
from tests.bench.stack import BARE, PRODUCT, forget_all, memory_mb, serving
from tests.bench.world import Asking

SAMPLE = 50  # of the merchants or customers, spread over all


def processes(cast: Cast, effort: Effort) -> Iterator[Row]:
    """Measure warm pages a second, and the bare view's, with more and more processes."""
    page, bare = world.page(cast.by_id, cast.customer), world.bare(cast.by_id, cast.customer)
    for count in effort.processes:
        with serving(PRODUCT, count) as pid, serving(BARE, count, "bare_wsgi"):
            for port, asking in ((PRODUCT, page), (BARE, bare)):
                per_second(port, 1, asking)
            theirs = per_second(BARE, effort.seconds, bare)
            ours = per_second(PRODUCT, effort.seconds, page)
            held = median(memory_mb(pid))
        name = f"{count} process{'es' if count > 1 else ''}: warm pages a second; the bare view's"
        yield Row(name, f"{ours:.1f} /s; {theirs:.1f} /s", f"{ours / theirs:.2f} ×")
        yield Row(f"{count} process{'es' if count > 1 else ''}: memory of each", f"{held:.0f} MB")


def tenants(cast: Cast, effort: Effort, account: dict[str, str]) -> Iterator[Row]:
    """Measure warm pages of merchants spread over all, with more and more of them."""
    portals, first = [cast.by_id], 0.0
    for count in effort.tenants:
        portals += world.many(count - len(portals), account)
        sample = portals[:: max(1, len(portals) // SAMPLE)]
        ms = _warm([world.page(portal, cast.customer) for portal in sample], effort)
        first = first or ms
        yield Row(f"{count} merchants: warm page", f"{ms:.1f} ms", f"{ms / first:.2f} × one's")


def customers(cast: Cast, effort: Effort) -> Iterator[Row]:
    """Measure warm pages of one merchant's customers, with more and more of them kept."""
    stack.ask_stripe(cast.slow_key, "config", latency=0)
    one = 0.0
    for count in effort.customers:
        forget_all()
        ids = [f"{cast.slow_customers[0][:-8]}{number:08}" for number in range(count)]
        asked(PRODUCT, world.page(cast.slow, cast.slow_customers[0]))
        held = _looked(cast, ids)
        sample = ids[:: max(1, len(ids) // SAMPLE)]
        ms = _warm([world.page(cast.slow, each) for each in sample], effort)
        one = one or ms
        name = f"{count} customers who have looked, {held:.0f} MB in Redis: warm page"
        yield Row(name, f"{ms:.1f} ms", f"{ms / one:.2f} × one's")


def _looked(cast: Cast, ids: list[str]) -> float:
    """Keep for each of these what is kept of the one who has looked; returns Redis' MB."""
    connection = cast.slow.connection
    assert connection
    (kept,) = Shelf(connection, cast.slow_customers[:1]).places()
    with redis.Redis.from_url(stack.REDIS) as server:
        for start in range(0, len(ids), 1000):
            with server.pipeline(transaction=False) as steps:
                for place in Shelf(connection, ids[start : start + 1000], is_read=False).places():
                    steps.copy(cache.make_key(kept), cache.make_key(place))
                steps.execute()
        return float(server.info("memory")["used_memory"]) / 1_000_000


def _warm(asking: list[Asking], effort: Effort) -> float:
    """Return what a page takes in the server, each asked once before."""
    turns = max(2, effort.rounds // len(asking))
    taken = [[asked(PRODUCT, each).server for each in asking] for _turn in range(turns + 1)]
    return median([ms for turn in taken[1:] for ms in turn])
