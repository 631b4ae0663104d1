"""The door over HTTP: a WSGI application, and a small server of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from servicebot.sandbox import controls, webhooks
from servicebot.sandbox.browser import pages
from servicebot.sandbox.faults import UnansweredError
from servicebot.sandbox.wire import Answer, Call, encode
from servicebot.sandbox.world import Sandbox

Application: TypeAlias = "Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]"

logger = logging.getLogger(__name__)

OPEN_TO_BROWSERS = ("/v1/setup_intents", "/v1/payment_intents", "/v1/payment_methods", "/3ds/")
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Stripe-Version",
    "Access-Control-Expose-Headers": "Request-Id",
    "Access-Control-Max-Age": "300",
}
ROOTS = ("/v1/", "/3ds/", "/_sandbox/", "/js/", "/elements/", "/invoice/")
IDLE_SECONDS = 60


def respond(sandbox: Sandbox, call: Call) -> Answer:
    """Answer anything that the sandbox serves; raises UnansweredError like `Sandbox.handle`."""
    call = _unprefixed(call)
    cors = CORS if call.url.startswith(OPEN_TO_BROWSERS) else {}
    if call.method == "OPTIONS" and cors:
        return Answer(HTTPStatus.NO_CONTENT, dict(cors), b"")
    answer = _answer(sandbox, call)
    return Answer(answer.status, {**answer.headers, **cors}, answer.body)


def _answer(sandbox: Sandbox, call: Call) -> Answer:
    if call.url.startswith("/v1/"):
        return _from_api(sandbox, call)
    answer = controls.respond(sandbox, call)
    if answer:
        return answer
    page = pages.respond(sandbox, call.method, call.url, call.query, call.body)
    if page:
        headers = {"Content-Type": page.content_type, **page.headers}
        return Answer(page.status, headers, page.body)
    return Answer(HTTPStatus.NOT_FOUND, {"Content-Type": "text/plain; charset=utf-8"}, b"Not found")


def _from_api(sandbox: Sandbox, call: Call) -> Answer:
    """Answer an API call; a mistake of the sandbox's own is a 500, logged in full."""
    try:
        return sandbox.handle(call)
    except UnansweredError:
        raise
    except Exception:
        logger.exception("The sandbox failed at %s %s", call.method, call.url)
        error = {"message": "The sandbox failed; its log says where.", "type": "api_error"}
        return encode(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": error}, {})


def _unprefixed(call: Call) -> Call:
    """Drop whatever the sandbox is mounted under."""
    starts = [call.url.find(root) for root in ROOTS if root in call.url]
    return Call(call.method, call.path[min(starts, default=0) :], call.headers, call.body)


def application(sandbox: Sandbox) -> Application:
    """Return the sandbox as a WSGI application, to be mounted under any prefix."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = respond(sandbox, _call_of(environ))
        phrase = HTTPStatus(found.status).phrase
        length = ("Content-Length", str(len(found.body)))
        start_response(f"{found.status} {phrase}", [*found.headers.items(), length])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [found.body]

    return answer


def _call_of(environ: dict[str, Any]) -> Call:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    query = environ.get("QUERY_STRING", "")
    path = environ.get("PATH_INFO", "/") + (f"?{query}" if query else "")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return Call(environ["REQUEST_METHOD"], path, headers, environ["wsgi.input"].read(length))


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept open between calls; a fault just drops it."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_SECONDS

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            self._vanish("cut")  # whoever sent it died before it was whole
            return
        call = Call(self.command, self.path, dict(self.headers.items()), body)
        try:
            answer = respond(self.server.sandbox, call)
        except UnansweredError as error:
            self._vanish(error.kind)
            return
        self._send(answer)

    do_GET = do_HEAD = do_POST = do_DELETE = do_OPTIONS = _serve  # noqa: N815 - http.server's names

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _vanish(self, kind: str) -> None:
        """Leave without a word; after a time-out fault only when the caller must have given up."""
        if kind == "timeout":
            self.server.closing.wait(self.server.timeout_seconds)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing; the sandbox keeps a log of its own."""


@dataclass
class Timing:
    """How a server waits."""

    webhook_seconds: float = 0.5
    timeout_seconds: float = 90.0


class Server(ThreadingHTTPServer):
    """Serves a sandbox, and sends its webhooks from a thread of its own while it runs."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, sandbox: Sandbox, host: str, port: int, timing: Timing) -> None:
        super().__init__((host, port), _Handler)
        self.sandbox = sandbox
        self.timeout_seconds = timing.timeout_seconds
        self.webhook_seconds = timing.webhook_seconds
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def serve_forever(self, poll_interval: float = 0.05) -> None:
        sender = threading.Thread(target=self._send_webhooks, daemon=True)
        sender.start()
        super().serve_forever(poll_interval)

    def close(self) -> None:
        self.closing.set()
        self.server_close()

    def shutdown(self) -> None:
        self.closing.set()
        super().shutdown()

    def _send_webhooks(self) -> None:
        while not self.closing.wait(self.webhook_seconds):
            webhooks.deliver(self.sandbox)


def serve(
    sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0, timing: Timing | None = None
) -> Server:
    """Return a server, bound but not yet running; `public_url` becomes its address if unset."""
    server = Server(sandbox, host, port, timing or Timing())
    if not sandbox.public_url:
        sandbox.public_url = server.url
    return server


def run(server: Server) -> None:
    """Serve until interrupted."""
    with suppress(KeyboardInterrupt), closing(server):
        server.serve_forever()
