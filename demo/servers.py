"""Three small threaded servers in one process, in place of gunicorn and a proxy."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Protocol

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

logger = logging.getLogger(__name__)


class Server(Protocol):
    """What serves until it is told to stop."""

    def serve_forever(self, poll_interval: float = ...) -> None: ...

    def shutdown(self) -> None: ...

    def server_close(self) -> None: ...


class QuietHandler(WSGIRequestHandler):
    """Answers at once, and writes no line for each request."""

    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep requests for those who ask to see them."""
        logger.debug(format, *args)


class Backlogged(ThreadedWSGIServer):
    """Lets a page's many files come at once."""

    request_queue_size = 128


def wsgi_server(application: Any, port: int) -> Server:
    """Return a server of a WSGI application on this machine alone."""
    server = Backlogged(("127.0.0.1", port), QuietHandler)
    server.set_app(application)
    return server


@contextmanager
def serving(server: Server) -> Iterator[None]:
    """Serve in a thread for a while."""
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
