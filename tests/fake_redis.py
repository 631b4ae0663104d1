"""As much of Redis as the product's cache asks for, on a port; it can fall silent."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase


class FakeRedis(socketserver.ThreadingTCPServer):
    """A server for one test. While it `is_silent` it takes commands and answers none."""

    allow_reuse_address = True
    daemon_threads = True
    is_silent = False

    def __init__(self, port: int) -> None:
        self.values: dict[bytes, bytes] = {}
        self.commands: list[str] = []
        self.open: list[socket.socket] = []
        super().__init__(("127.0.0.1", port), Conversation)

    def answer(self, name: str, given: list[bytes]) -> bytes:
        """Do a command; return its answer as Redis writes it."""
        key = given[0] if given else b""
        if name == "SET":
            if b"NX" in given and key in self.values:
                return b"$-1\r\n"
            self.values[key] = given[1]
        if name == "GET":
            found = self.values.get(key)
            return b"$-1\r\n" if found is None else b"$%d\r\n%s\r\n" % (len(found), found)
        if name == "EXISTS":
            return b":%d\r\n" % (key in self.values)
        if name == "INCRBY":
            self.values[key] = b"%d" % (int(self.values.get(key, b"0")) + int(given[1]))
            return b":%s\r\n" % self.values[key]
        return b"+OK\r\n"


class Conversation(socketserver.StreamRequestHandler):
    server: FakeRedis

    def handle(self) -> None:
        self.server.open.append(self.connection)
        while words := read(self.rfile):
            self.server.commands.append(words[0].decode())
            if not self.server.is_silent:
                self.wfile.write(self.server.answer(words[0].decode(), words[1:]))


def read(file: BufferedIOBase) -> list[bytes]:
    """Return the words of the next command, none when the client is gone."""
    head = file.readline()
    words = []
    for _word in range(int(head[1:] or 0)):
        length = int(file.readline()[1:])
        words.append(file.read(length + 2)[:-2])
    return words


@contextmanager
def fake_redis(port: int) -> Iterator[FakeRedis]:
    """Serve for a while; afterwards nothing answers there."""
    with FakeRedis(port) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
            for each in server.open:
                with suppress(OSError):  # its client has gone
                    each.shutdown(socket.SHUT_RDWR)
