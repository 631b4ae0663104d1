"""What came of it: a table to read now, and docs/performance.md to keep."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from datetime import UTC, datetime

from tests.bench.measures import Row
from tests.serving import ROOT

PAGE = ROOT / "docs" / "performance.md"
MILLIONS = 5
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
  page that its process has rendered before, one of the last 300, is faster than the bare view, and
  another one has taken one and a half to two times as long.
- **What is measured in processor time** (a cancellation, a slow Stripe) is as slow as the machine.
  On the same kind of machine at more than twice the speed, a cancellation took 15.9 ms beyond
  Stripe's calls, a slow Stripe left 86 % of what the threads allow, and other merchants' pages took
  1.31 × as long (commit 9155398).
- **What threads allow with a slow Stripe.** Two of 32 threads are left to other merchants, so 94 %
  is the most. Sixty pages a second then need sixty times a cold page's processor time, of the cores
  that the load generator and Stripe's stand-in use, too; where that is more than there is, pages
  queue for it, and other merchants' with them. A third of it is spent in asking Stripe five times,
  by its own SDK. More cores help, and so would fewer places for a portal while the processor is
  what lacks; more threads don't.
- **More merchants.** From one merchant to a hundred a page takes longer, since each is asked only
  now and then and finds less at hand; from a hundred to five thousand it stays the same.
- **More processes** than cores bring nothing: the processor is what there is too little of.
"""


def machine() -> str:
    """Return what all of this ran on, and how fast that is just now: others may be on it, too."""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}, {speed():.1f} million additions a second"
    )


def speed() -> float:
    """Return how many million numbers Python squares and adds in a second, one after another."""
    started, total = time.perf_counter(), 0
    for number in range(MILLIONS * 1_000_000):
        total += number * number
    return MILLIONS / (time.perf_counter() - started)


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


def head(kind: str, began: datetime) -> str:
    """Return of which run this is."""
    took = (datetime.now(UTC) - began).seconds
    return f"{began:%d %B %Y}, {kind} run of {took} s at {commit()}: {machine()}."
