"""The load generator, in a process of its own: so many connections, so many seconds, no more.

It reads what to do as JSON and writes what came of it. It asks 127.0.0.1 and nobody else.
"""

from __future__ import annotations

import json
import random
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

FULL = 503  # too many of a portal's customers at once: come again
MOST_CONNECTIONS, MOST_SECONDS, PATIENCE = 400, 120, 60


@dataclass
class Group:
    """Some connections that ask the same things in turn, each beginning at another."""

    port: int
    connections: int
    requests: list[bytes]
    pause: float = 0.0  # seconds between an answer and what is asked next
    taken: list[float] = field(default_factory=list)
    answered_in_time: int = 0
    errors: list[str] = field(default_factory=list)
    came_again: int = 0

    def ask(self, number: int, until: float) -> None:
        """Ask until the time is up; an answer that comes later doesn't count as in time."""
        line, at = None, number
        while time.monotonic() < until:
            started = time.monotonic()
            try:
                line = line or Line(self.port)
                status = line.ask(self.requests[at % len(self.requests)])
            except OSError as error:
                # A kept connection may have been ended by the server while we were asking.
                is_stale = line is not None and line.was_used
                line = None
                if not is_stale:
                    self.errors.append(repr(error))
                continue
            ended = time.monotonic()
            if status == FULL:
                self.came_again += 1
                time.sleep(random.uniform(1, 2))
                continue
            if status != 200:
                self.errors.append(str(status))
            self.taken.append((ended - started) * 1000)
            self.answered_in_time += ended <= until
            time.sleep(self.pause)
            at += self.connections


class Line:
    """One connection, kept open."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.was_used = False

    def ask(self, request: bytes) -> int:
        """Send a request, read its answer whole, return its status."""
        self._socket.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            more = self._socket.recv(65_536)
            if not more:
                raise ConnectionResetError("closed")
            got += more
        head, _, body = got.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        missing = int(headers["content-length"]) - len(body)
        while missing > 0:
            more = self._socket.recv(65_536)
            if not more:
                raise ConnectionResetError("closed")
            missing -= len(more)
        self.was_used = True
        if headers.get("connection") == "close":
            self._socket.close()
            raise ConnectionResetError("asked to close")
        return int(lines[0].split()[1])


def run(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Let all groups ask at the same time; return what each was answered."""
    groups = [
        Group(g["port"], g["connections"], [r.encode() for r in g["requests"]], g["pause"])
        for g in told["groups"]
    ]
    if sum(g.connections for g in groups) > MOST_CONNECTIONS or told["seconds"] > MOST_SECONDS:
        raise SystemExit("That is more than this asks for.")
    until = time.monotonic() + told["seconds"]
    threads = [
        threading.Thread(target=group.ask, args=(number, until))
        for group in groups
        for number in range(group.connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [
        {
            "taken": g.taken,
            "in_time": g.answered_in_time,
            "errors": g.errors,
            "came_again": g.came_again,
        }
        for g in groups
    ]


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
