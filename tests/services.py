"""Services as docs/examples/self_hosting/servicebot@.service has them, with what systemd does:
a socket that all of them are handed, and waiting until one says that it is ready."""

from __future__ import annotations

import itertools
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.serving import ROOT

UNIT = (ROOT / "docs/examples/self_hosting/servicebot@.service").read_text()
COUNT = 2
READY_WITHIN = 30
# Puts the socket where systemd puts it, and becomes what follows.
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.argv[2], sys.argv[2:])
"""
_numbers = itertools.count()


def said(name: str, unit: str = UNIT) -> str:
    """Return what the unit says under a name."""
    lines = unit.replace("\\\n", " ").splitlines()
    (found,) = [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]
    return found


def option(name: str) -> str:
    """Return what the unit gives gunicorn for an option."""
    words = shlex.split(said("ExecStart"))
    return words[words.index(name) + 1]


def command(module: str) -> list[str]:
    """Return what the unit starts: our own gunicorn, and a module in place of the product's."""
    _gunicorn, _module, *options = shlex.split(said("ExecStart"))
    return [str(Path(sys.executable).with_name("gunicorn")), module, *options]


class DidNotStartError(Exception):
    """A service that didn't say that it is ready."""


class Service:
    """One service, which takes requests from the door that it is handed."""

    def __init__(self, door: socket.socket, module: str, environ: Mapping[str, str]) -> None:
        self._door, self._module, self._environ = door, module, environ
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The id of its first process."""
        assert self._running
        return self._running.pid

    def start(self) -> None:
        """Start it, and return when it says that it is ready; raises DidNotStartError."""
        at = f"servicebot-{os.getpid()}-{next(_numbers)}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(f"\0{at}")
            ready.settimeout(0.1)
            words = [sys.executable, "-c", HAND_OVER, str(self._door.fileno())]
            self._running = subprocess.Popen(  # noqa: S603 -- as documented
                [*words, *command(self._module), "--log-level", "critical"],
                cwd=ROOT,
                env={**self._environ, "NOTIFY_SOCKET": f"@{at}"},
                pass_fds=[self._door.fileno()],
                start_new_session=True,
            )
            self._wait(ready)

    def _wait(self, ready: socket.socket) -> None:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until and self._running and self._running.poll() is None:
            with suppress(TimeoutError):
                if ready.recv(1024).startswith(b"READY=1"):
                    return
        self.stop()
        raise DidNotStartError(self._module)

    def stop(self) -> None:
        """Have it end what it has begun, and end."""
        if self._running:
            self._running.terminate()
            self._running.wait()
            self._running = None

    def restart(self) -> None:
        """Do what `systemctl restart` does."""
        self.stop()
        self.start()


@contextmanager
def services(port: int, module: str, environ: Mapping[str, str]) -> Iterator[list[Service]]:
    """Run the services on a port of this machine."""
    with socket.create_server(("127.0.0.1", port), backlog=2048) as door:
        both = [Service(door, module, environ) for _ in range(COUNT)]
        try:
            for service in both:
                service.start()
            yield both
        finally:
            for service in both:
                service.stop()
