"""docs/examples/self_hosting/nginx.conf, asked over TLS by a browser's means, with what stands
behind it saying how it was asked."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from portal.resource import BYTES_AT_MOST as TEXTS_AT_MOST
from portal.webhooks import MAX_BYTES as WEBHOOK_AT_MOST
from tests.browser.conftest import running
from tests.docs.test_restarts import SECONDS_OF_AN_ACTION
from tests.nginx import CONF, binary, nginx, written
from tests.serving import free_ports

HOST = "billing.example.com"


class Behind(BaseHTTPRequestHandler):
    """Stands in the product's place, and says how it was asked."""

    def do_POST(self) -> None:
        length = len(self.rfile.read(int(self.headers["Content-Length"])))
        told = json.dumps({"length": length, "headers": dict(self.headers.items())}).encode()
        is_packed = self.headers["Accept-Encoding"] == "gzip" and self.path == "/packed"
        said = gzip.compress(told) if is_packed else told
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(said)))
        if is_packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_given: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a certificate and its key begin with; nobody trusts it but the tests."""
    at = tmp_path_factory.mktemp("certificate") / HOST
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-out", f"{at}.pem", "-keyout", f"{at}.key"]
    subprocess.run([*words, *names, *files], check=True, capture_output=True)  # noqa: S603
    return at


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, certificate: Path) -> Iterator[int]:
    """The port where it speaks HTTPS; at the next one it leads there."""
    port = free_ports(2)
    for url in running(ThreadingHTTPServer(("127.0.0.1", 0), Behind)):
        door = int(url.rpartition(":")[2])
        conf = written(tmp_path_factory.mktemp("nginx"), port, door, certificate=certificate)
        with nginx(conf, port):
            yield port


@pytest.fixture
def line(front: int, certificate: Path) -> Iterator[http.client.HTTPConnection]:
    """A connection that has been made sure of."""
    context = ssl.create_default_context(cafile=f"{certificate}.pem")
    raw = socket.create_connection(("127.0.0.1", front))
    made = http.client.HTTPSConnection(HOST)
    made.sock = context.wrap_socket(raw, server_hostname=HOST)
    yield made
    made.close()


def test_it_is_what_nginx_understands(tmp_path: Path, certificate: Path) -> None:
    conf = written(tmp_path, free_ports(2), 8000, certificate=certificate)
    words = [binary(), "-t", "-q", "-c", str(conf), "-p", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603

    assert (done.returncode, (tmp_path / "error.log").read_text()) == (0, "")


def test_it_says_who_asks_by_its_own_knowledge_last(line: http.client.HTTPConnection) -> None:
    line.request("POST", "/", b"", {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http"})
    asked = json.loads(line.getresponse().read())["headers"]

    assert asked["X-Forwarded-For"] == "6.6.6.6, 127.0.0.1"
    assert (asked["X-Forwarded-Proto"], asked["Host"]) == ("https", HOST)
    assert asked["Connection"] == "close"


def test_it_compresses_nothing_and_passes_on_what_is(line: http.client.HTTPConnection) -> None:
    line.request("POST", "/", b"", {"Accept-Encoding": "gzip"})
    plain = line.getresponse()
    assert len(plain.read()) > 20  # what nginx would compress
    line.request("POST", "/packed", b"", {"Accept-Encoding": "gzip"})
    packed = line.getresponse()

    assert plain.headers["Content-Encoding"] is None
    assert json.loads(gzip.decompress(packed.read()))["length"] == 0


def test_the_largest_that_anybody_may_send_arrives(line: http.client.HTTPConnection) -> None:
    most = max(TEXTS_AT_MOST, WEBHOOK_AT_MOST) + 64 * 1024  # with a form around it
    line.request("POST", "/", b"x" * most)
    taken = json.loads(line.getresponse().read())["length"]
    line.request("POST", "/", b"x" * 1024 * 1024 + b"x")
    refused = line.getresponse().status

    assert (taken, refused) == (most, 413)


def test_plain_http_is_led_to_https(front: int) -> None:
    plain = http.client.HTTPConnection("127.0.0.1", front + 1)
    plain.request("GET", "/docs/?a=1", headers={"Host": HOST})
    answer = plain.getresponse()
    plain.close()

    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/docs/?a=1")


def test_browsers_may_speak_http_2(front: int, certificate: Path) -> None:
    context = ssl.create_default_context(cafile=f"{certificate}.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", front)) as raw,
        context.wrap_socket(raw, server_hostname=HOST) as safe,
    ):
        assert safe.selected_alpn_protocol() == "h2"


def test_it_waits_longer_than_an_action_takes() -> None:
    (line,) = [each.split() for each in CONF.read_text().splitlines() if "read_timeout" in each]

    assert int(line[1].removesuffix("s;")) > SECONDS_OF_AN_ACTION
