"""Servers beside the tests: free ports for them, and the sandbox in a process of its own."""

from __future__ import annotations

import errno
import itertools
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


# Above all ports that browsers refuse (the last of them is 10080: fetch.spec.whatwg.org, "bad
# ports"), and below those that the kernel gives to whoever calls out (from 32768 on).
FIRST_PORT, PORTS_PER_WORKER = 12_000, 2_000
_handed_out = itertools.count(os.getpid() * 8 % PORTS_PER_WORKER, 8)


def free_ports(count: int) -> int:
    """Return a port that is free, and so are the next ones, eight at most.

    Parallel workers look in places of their own, since what is free now is taken a moment later;
    one worker isn't told the same port twice until it has been told all of them.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = FIRST_PORT + worker % 10 * PORTS_PER_WORKER
    for step in itertools.islice(_handed_out, PORTS_PER_WORKER // 8):
        start = first + step % PORTS_PER_WORKER
        if all(_is_free(start + more) for more in range(count)):
            return start
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    """Whether nothing listens there, under either of the names that this machine calls itself."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.bind((address, port))
        except OSError as refused:
            if refused.errno == errno.EADDRINUSE:
                return False
            if family == socket.AF_INET:
                raise
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


def wait_for_port(port: int) -> None:
    """Return when something listens there."""
    for _try in range(100):
        try:
            with socket.create_connection(("127.0.0.1", port)):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing listens at {port}")


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
