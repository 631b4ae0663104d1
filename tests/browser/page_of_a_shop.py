"""A page of a shop on a site of its own, into which something is pasted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.browser.conftest import running


class ShopPage(ThreadingHTTPServer):
    """Serves one page; `pasted` is all that stands in it."""

    pasted = ""

    @property
    def address(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    """Answers every request with the page."""

    server: ShopPage

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        html = f'<!doctype html><html lang="en"><title>Shop</title>{self.server.pasted}</html>'
        self.wfile.write(html.encode())

    def log_message(self, *given: object) -> None:
        """Say nothing."""


@contextmanager
def shop_page() -> Iterator[ShopPage]:
    """Serve it while the test runs."""
    server = ShopPage(("127.0.0.1", 0), Answer)
    with contextmanager(running)(server):
        yield server
