"""The benchmark from beginning to end.

The product runs as self-hosting says, in gunicorn with PostgreSQL and Redis, and the sandbox over
HTTP in Stripe's place. Prints tables and keeps them as docs/performance.md; it asserts nothing,
since a clock is no judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from tests.bench import growth, measures, production, profile, report, stack
from tests.bench.measures import FULL, QUICK, Cast, Effort, Row
from tests.bench.stack import BARE, PRODUCT, serving
from tests.serving import ROOT

NOT_TRIED = [
    "Stripe itself: its own latency varies, and its limits (100 requests a second in live mode) are"
    " reached before ours.",
    "Several machines, and a database or Redis on another host.",
    "More processes than cores, but for the last lines: they share the cores.",
]


def measured(told: dict[str, Any], effort: Effort) -> Iterator[tuple[str, list[Row]]]:
    """Measure one thing after another; gives a title and its rows."""
    cast = Cast.made(told)
    for key in (cast.key, cast.slow_key):
        stack.ask_stripe(key, "config", latency=measures.LATENCY)
    with ExitStack() as servers:
        pid = servers.enter_context(serving(PRODUCT, 2))
        servers.enter_context(serving(BARE, 2, "bare_wsgi"))
        title = f"One page, Stripe at {measures.LATENCY * 1000:.0f} ms a call"
        yield title, measures.one_by_one(cast, effort)
        yield "Many pages, 2 processes", measures.pages_per_second(cast, effort)
        yield "A slow Stripe, 2 processes", measures.slow_stripe(cast, effort, pid)
        yield "More customers", list(growth.customers(cast, effort))
        yield "More merchants", list(growth.tenants(cast, effort, told["bench"]))
    yield from profile.pages(cast, effort)
    yield "More processes", list(growth.processes(cast, effort))
    yield "Behind nginx, two services", list(production.behind_nginx(cast, effort))


def run(*, is_quick: bool) -> None:
    """Run everything, print each table when it is there, and keep them all."""
    began, tables = datetime.now(UTC), {}
    effort = QUICK if is_quick else FULL
    speeds = [report.speed()]
    print(report.machine(speeds))
    with stack.everything(effort.slow_customers) as told:
        for title, rows in measured(told, effort):
            tables[title] = rows
            speeds.append(report.speed())
            print(f"\n{title}\n{report.printed(rows)}", flush=True)
    about = report.head("quick" if is_quick else "full", began, speeds)
    print(f"\n{about}")
    if not is_quick:
        report.write(about, tables, NOT_TRIED)
        print(f"kept as {report.PAGE.relative_to(ROOT)}")
