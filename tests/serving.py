"""Servers beside the tests: free ports for them, and the sandbox in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]


def free_ports(count: int) -> int:
    """Return a port that is free, and so are the next ones.

    Parallel workers look in places of their own, since what is free now is taken a moment later.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 10_000 + worker % 10 * 2_000
    for step in range(0, 2_000, 8):
        start = first + (os.getpid() * 8 + step) % 2_000
        if all(_is_free(start + more) for more in range(count)):
            return start
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_for(url: str) -> None:
    """Return when something answers there."""
    for _try in range(100):
        try:
            with urlopen(url):  # noqa: S310 -- http on this machine
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers at {url}")


@contextmanager
def sandbox_process(port: int, *options: str) -> Iterator[str]:
    """Run the sandbox in a process of its own; gives its address."""
    command = [sys.executable, "-m", "servicebot.sandbox", "--port", str(port), *options]
    with subprocess.Popen(command, cwd=ROOT) as process:  # noqa: S603 -- our own module
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/js/stripe.js")
            yield url
        finally:
            process.terminate()
