"""`make bench`: how fast a page is, and what becomes of that when it grows.

`BENCH_QUICK=1 make bench` only looks whether it works: it takes a minute and keeps nothing.
"""

from __future__ import annotations

import os

import django

from tests.bench.stack import ENVIRON


def main() -> None:
    """Set up Django with the benchmark's own environment, and run."""
    os.environ |= ENVIRON
    django.setup()
    from tests.bench.run import run

    run(is_quick=bool(os.environ.get("BENCH_QUICK")))


if __name__ == "__main__":
    main()
