"""How Stripe is reached: over real connections, to a server that does what a test wants of it."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stripe

from servicebot.gateway import wire
from servicebot.gateway.wire import Client
from tests.portal.test_fetching import make_certificate
from tests.serving import free_ports

FORM = "name=Ada&metadata[a]=b"


class Stripes(ThreadingHTTPServer):
    """Answers everything alike, and remembers who asked for what."""

    daemon_threads = True
    seconds = 0.0
    answer: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.seen: list[tuple[str, dict[str, str], bytes, int]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stripes

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        seen = f"{self.command} {self.path}", dict(self.headers), body, self.client_address[1]
        self.server.seen.append(seen)
        time.sleep(self.server.seconds)
        status, headers, answer = self.server.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_DELETE = do_GET  # noqa: N815 -- as http.server calls them

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Stripes]:
    with Stripes() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def client() -> Iterator[Client]:
    client = Client()
    yield client
    client.close()


def test_what_is_sent_and_heard_stays_as_it_is(server: Stripes, client: Client) -> None:
    said = gzip.compress(b'{"id": "cus_1"}')
    server.answer = 402, {"Request-Id": "req_1", "Content-Encoding": "gzip"}, said

    body, status, headers = client.request(
        "post", f"{server.url}/v1/customers?a=b", {"Idempotency-Key": "k"}, FORM
    )

    assert (body, status, headers["request-id"]) == (b'{"id": "cus_1"}', 402, "req_1")
    ((line, sent, form, _port),) = server.seen
    assert (line, form) == ("POST /v1/customers?a=b", FORM.encode())
    assert (sent["Idempotency-Key"], sent["Accept-Encoding"]) == ("k", "gzip")


def test_a_connection_is_used_again(server: Stripes, client: Client) -> None:
    for _each in range(3):
        client.request("get", server.url, {})

    assert len({port for *_said, port in server.seen}) == 1


def test_who_asks_at_the_same_time_doesnt_wait(server: Stripes, client: Client) -> None:
    server.seconds = 0.3
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _each: client.request("get", server.url, {}), range(8)))

    assert time.monotonic() - began < 1.5
    assert len({port for *_said, port in server.seen}) == 8


def test_a_read_is_given_up_with_its_reader_and_a_write_is_waited_for(
    server: Stripes, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "READ_SECONDS", 0.1)
    server.seconds = 0.4
    for method, path in [("get", "/v1/customers"), ("post", "/v1/invoices/create_preview")]:
        with pytest.raises(stripe.APIConnectionError) as caught:
            client.request(method, server.url + path, {})
        assert caught.value.should_retry

    assert client.request("post", f"{server.url}/v1/customers", {}, FORM)[1] == 200
    assert client.request("delete", f"{server.url}/v1/customers/cus_1", {})[1] == 200


def test_nobody_is_followed_elsewhere(server: Stripes, client: Client) -> None:
    server.answer = 302, {"Location": f"{server.url}/elsewhere"}, b""

    assert client.request("get", server.url, {})[1] == 302
    assert len(server.seen) == 1


def test_nothing_is_sent_twice_by_itself(server: Stripes, client: Client) -> None:
    server.answer = 503, {"Retry-After": "0"}, b"{}"

    assert client.request("get", server.url, {})[1] == 503
    assert len(server.seen) == 1


def test_where_nobody_listens_there_is_no_answer(client: Client) -> None:
    with pytest.raises(stripe.APIConnectionError) as caught:
        client.request("get", f"http://127.0.0.1:{free_ports(1)}", {})

    assert caught.value.should_retry
    assert "127.0.0.1" not in str(caught.value)


def test_a_certificate_of_nobody_known_is_refused(
    server: Stripes, client: Client, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_certificate(tmp_path))
    server.socket = context.wrap_socket(server.socket, server_side=True)

    with pytest.raises(stripe.APIConnectionError, match="SSLError"):
        client.request("get", server.url.replace("http:", "https:"), {})
    assert server.seen == []
