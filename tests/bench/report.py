"""What came of it: a table to read now, and docs/performance.md to keep."""

from __future__ import annotations

import os
import platform
import random
import subprocess
import time
from datetime import UTC, datetime
from typing import TypeAlias

from tests.bench.measures import Row
from tests.serving import ROOT

PAGE = ROOT / "docs" / "performance.md"
MILLIONS, LOOKUPS = 5, 200_000
Speed: TypeAlias = tuple[float, float]
HEADS = ("what", "median", "ratio", "goal", "")
ABOUT = """# Performance

Written by `make bench`, which measures what is compared in one run, in turn. Ratios hold from
one machine to another; milliseconds are this machine's. Everything ran on it at once: the product
as [self-hosting](self-hosting.md#serve) says, PostgreSQL, Redis, the load generator, and a stand-in
for Stripe that answers as late as is said.
"""
MEANT = """
- **Cold**: nothing is in the cache, the catalogue neither. **Warm**: the same was asked before, and
  nothing has changed since, so that a page that its process has rendered is shown again.
- **The bare view** renders the same template from memory, in Django without middleware, session,
  database or Stripe.
- Stripe's stand-in remembers its answers to reads, since its own work isn't ours; what a read
  waits for is the set time.
"""


WHY = """## What falls short, and why

- **A warm page that must be rendered anew.** The bare view knows nobody. For a warm page the portal
  asks PostgreSQL whether what is at hand of it still stands, Redis for limits and rows in four ways
  there and back, checks the hash, judges each action by the policy as of now, and compresses. So a
  page that its process has rendered before, one of the last 300, takes about as long as there, and
  another one has taken one and a half to two times as long.
- **A cold page by e-mail** asks Stripe twice, one after the other, and then has the 15 % of a call
  for all that it does itself: met or missed by a hundredth, as the machine is just then.
- **What is measured in processor time** (a cancellation, a slow Stripe) is as slow as the machine.
  On the same kind of machine on another day, a cancellation took 15.9 ms beyond Stripe's calls, a
  slow Stripe left 86 % of what the threads allow, and other merchants' pages took 1.31 × as long
  (commit 9155398).
- **What threads allow with a slow Stripe.** Two of 32 threads are left to other merchants, so 94 %
  is the most. For 90 %, which is 28.8 pages a second for a process, each page must be ready 42 ms
  after its Stripe's second. Python does one thing at a time in a process, so where pages come by
  chance that leaves 19 ms of processor for each, what sends others away among it. The table says
  how much it took here: a third of it renders, a third asks Stripe five times. Where it takes more,
  pages queue, and other merchants' with them, mostly for one of the two threads. Templates in a
  language that renders with less would help, and be a rewrite of each; not holding so many of a
  portal's requests while the processor is short would help the others. What fewer places bring,
  `PORTAL_REQUESTS_AT_ONCE=12 make bench` tells.
- **More merchants.** From one merchant to a hundred a page takes longer, since each is asked only
  now and then and finds less at hand; from a hundred to five thousand it stays the same.
- **More processes** than cores bring nothing: the processor is what there is too little of.
"""


def machine(speeds: list[Speed]) -> str:
    """Return what all of this ran on, and how fast that was meanwhile: others may be on it, too."""
    additions, lookups = zip(*speeds, strict=True)
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{min(additions):.1f} to {max(additions):.1f} million additions a second, and "
        f"{min(lookups):.0f} to {max(lookups):.0f} ns for one of a million numbers in a dictionary"
    )


def speed() -> Speed:
    """Return how fast Python's steps are just now, and how fast its memory.

    The one is how many million numbers it squares and adds in a second, the other how many
    nanoseconds it takes to look something up where no cache of the processor has it.
    """
    started, total = time.perf_counter(), 0
    for number in range(MILLIONS * 1_000_000):
        total += number * number
    additions = MILLIONS / (time.perf_counter() - started)
    names = {number: str(number) for number in range(1_000_000)}
    asked = random.Random(1).sample(range(1_000_000), LOOKUPS)
    started = time.perf_counter()
    for number in asked:
        total += len(names[number])
    return additions, (time.perf_counter() - started) / LOOKUPS * 1e9


def commit() -> str:
    """Return which code this was."""
    asked = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() or "unknown"


def verdict(row: Row) -> str:
    """Say whether a goal was met, where there is one."""
    return "" if row.is_met is None else "met" if row.is_met else "missed"


def printed(rows: list[Row]) -> str:
    """Return the table for a terminal."""
    cells = [(r.what, r.value, r.ratio, r.goal, verdict(r)) for r in rows]
    widths = [max(len(row[at]) for row in [HEADS, *cells]) for at in range(len(HEADS))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in [HEADS, *cells]
    ]
    return "\n".join(lines)


def write(about: str, tables: dict[str, list[Row]], not_tried: list[str]) -> None:
    """Keep the tables as a page of the documentation."""
    parts = [ABOUT, f"{about}\n", MEANT.lstrip()]
    for title, rows in tables.items():
        lines = [f"| {r.what} | {r.value} | {r.ratio} | {r.goal} | {verdict(r)} |" for r in rows]
        heads = "| what | median | ratio | goal | |\n| --- | --- | --- | --- | --- |"
        parts.append("\n".join([f"## {title}", "", heads, *lines, ""]))
    parts.append(WHY)
    parts.append("\n".join(["## Not tried", "", *(f"- {each}" for each in not_tried), ""]))
    PAGE.write_text("\n".join(parts))


def head(kind: str, began: datetime, speeds: list[Speed]) -> str:
    """Return of which run this is."""
    took = (datetime.now(UTC) - began).seconds
    return f"{began:%d %B %Y}, {kind} run of {took} s at {commit()}: {machine(speeds)}."
