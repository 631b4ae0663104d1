"""What came of it: a table to read now, and docs/performance.md to keep."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime

from tests.bench.measures import Row
from tests.serving import ROOT

PAGE = ROOT / "docs" / "performance.md"
HEADS = ("what", "median", "ratio", "goal", "")
ABOUT = """# Performance

Written by `make bench`, which measures what is compared in one run, in turn. Ratios hold from
one machine to another; milliseconds are this machine's. Everything ran on it at once: the product
as [self-hosting](self-hosting.md#serve) says, PostgreSQL, Redis, the load generator, and a stand-in
for Stripe that answers as late as is said.
"""
MEANT = """
- **Cold**: nothing is in the cache, the catalogue neither. **Warm**: the same was asked before.
- **The bare view** renders the same template from memory, in Django without middleware, session,
  database or Stripe.
- Stripe's stand-in remembers its answers to reads, since its own work isn't ours; what a read
  waits for is the set time.
"""


WHY = """## What falls short, and why

- **A warm page against the bare view.** The bare view knows nobody. For a warm page the portal asks
  PostgreSQL whether what is at hand of it still stands, Redis for limits and rows in four ways
  there and back, checks the hash, judges each action by the policy as of now, and compresses.
  Under half of its processor time is left for the template. Closer would mean keeping rendered
  pages, which hold what may be done at that moment, or limits that are counted less often.
- **What threads allow with a slow Stripe.** Two of 32 threads are left to other merchants, and each
  page works for some milliseconds beside the second that it waits. Customers who come in one
  instant are answered in waves, in which those milliseconds queue up. More processes on more cores
  shorten the waves; more threads alone don't.
- **More merchants.** From one merchant to a hundred a page takes longer, since each is asked only
  now and then and finds less at hand; from a hundred to five thousand it stays the same.
- **More processes** than cores bring nothing: the processor is what there is too little of.
"""


def machine() -> str:
    """Return what all of this ran on."""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )


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
