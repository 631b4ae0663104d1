"""Texts from an address: whatever stands there, and wherever its name leads."""

from __future__ import annotations

import datetime
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.fetching import fetch, host_of, require_public
from portal.resource import ResourceError

HOST = "texts.example.com"
URL = f"https://{HOST}/texts.json?v=1"
PUBLIC = "93.184.215.14"
GOOD = b'{"en": {"cancel.button": "Leave"}}'
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"


def plain(body: bytes, head: bytes = OK) -> Iterator[bytes]:
    """Answer at once."""
    yield head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked() -> Iterator[bytes]:
    yield OK + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(GOOD) + GOOD + b"\r\n0\r\n\r\n"


def endless() -> Iterator[bytes]:
    yield OK + b"\r\n"
    while True:
        yield b" " * 65536


def dripping(head: bytes) -> Iterator[bytes]:
    yield head
    while True:
        time.sleep(0.02)
        yield b"x"


def header(line: bytes, status: bytes = b"200 OK") -> Iterator[bytes]:
    return plain(GOOD, b"HTTP/1.1 %s\r\n%s\r\n" % (status, line))


ANSWERS: dict[str, tuple[Callable[[], Iterator[bytes]], str]] = {
    "good": (lambda: plain(GOOD), ""),
    "in chunks": (chunked, ""),
    "10 MB": (lambda: plain(b" " * 10_000_000), "too_large"),
    "no end": (endless, "too_large"),
    "slow in its head": (lambda: dripping(b"HTTP/1.1 200 OK\r\nX: "), "too_slow"),
    "slow in its body": (lambda: dripping(OK + b"\r\n{"), "too_slow"),
    "to the metadata": (
        lambda: header(b"Location: http://169.254.169.254/latest", b"302 Found"),
        "redirected",
    ),
    "elsewhere": (
        lambda: header(b"Location: https://texts.example.com/2", b"308 Permanent"),
        "redirected",
    ),
    "not there": (lambda: header(b"Content-Type: application/json", b"404 No"), "bad_status"),
    "HTML": (lambda: header(b"Content-Type: text/html"), "not_json"),
    "no type": (lambda: header(b"X: y"), "not_json"),
    "compressed": (
        lambda: plain(gzip.compress(GOOD), OK + b"Content-Encoding: gzip\r\n"),
        "not_json",
    ),
    "no HTTP": (lambda: iter([b"SSH-2.0-OpenSSH\r\n"]), "unreachable"),
    "headers without end": (
        lambda: plain(GOOD, OK + b"".join(b"X-%d: y\r\n" % n for n in range(2000))),
        "unreachable",
    ),
}


class Site:
    """A server with a certificate for HOST that gives one answer, and remembers what was asked."""

    def __init__(self, folder: Path) -> None:
        self.answer: Callable[[], Iterator[bytes]] = lambda: plain(GOOD)
        self.asked: list[bytes] = []
        self.named: list[str | None] = []
        self.connected: list[str] = []
        certificate = make_certificate(folder)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.context.sni_callback = lambda _socket, name, _context: self.named.append(name)
        self.trusted = ssl.create_default_context(cafile=str(certificate))
        self.socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                raw, _address = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.give, args=(raw,), daemon=True).start()

    def give(self, raw: socket.socket) -> None:
        try:
            with self.context.wrap_socket(raw, server_side=True) as connection:
                self.asked.append(connection.recv(4096))
                for part in self.answer():
                    connection.sendall(part)
        except OSError:
            pass  # who asks may go at any time

    def connect(self, address: str, seconds: float) -> socket.socket:
        self.connected.append(address)
        return socket.create_connection(self.socket.getsockname(), timeout=seconds)

    def fetch(self, url: str = URL, *addresses: str, **given: Any) -> bytes:
        found = list(addresses or (PUBLIC,))
        how: dict[str, Any] = {"connect": self.connect, "trusted": lambda: self.trusted}
        return fetch(url, **{**how, "resolve": lambda host: found, **given})


def make_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain_key = serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain_key)
    path = folder / "site.pem"
    path.write_bytes(secret + made.public_bytes(pem))
    return path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.socket.close()


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_taken_or_told_in_time(site: Site, name: str) -> None:
    site.answer, code = ANSWERS[name]
    began = time.monotonic()

    if code:
        with pytest.raises(ResourceError) as refused:
            site.fetch(seconds=0.5)
        assert refused.value.fault.code == code
    else:
        assert site.fetch() == GOOD

    assert time.monotonic() - began < 3


def test_it_asks_the_address_that_was_checked_by_the_hosts_name(site: Site) -> None:
    site.answer = lambda: plain(GOOD)
    for log in (site.asked, site.connected, site.named):
        log.clear()

    site.fetch()

    assert site.connected == [PUBLIC]
    assert site.named == [HOST]
    assert site.asked[0].startswith(b"GET /texts.json?v=1 HTTP/1.1\r\nHost: texts.example.com\r\n")
    assert b"Cookie" not in site.asked[0]
    assert b"Authorization" not in site.asked[0]


def test_a_redirect_is_followed_nowhere(site: Site) -> None:
    site.answer = ANSWERS["to the metadata"][0]
    site.connected.clear()

    with pytest.raises(ResourceError, match=r"http://169\.254\.169\.254/latest"):
        site.fetch()

    assert site.connected == [PUBLIC]


PRIVATE = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "fec0::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2002:a00:1::"),
    *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2001::1", "2001:db8::1", "100::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_never_connected_to(site: Site, address: str) -> None:
    site.connected.clear()

    for found in ([address], [PUBLIC, address]):
        with pytest.raises(ResourceError) as refused:
            site.fetch(URL, *found)
        assert refused.value.fault.code == "private_address"

    assert site.connected == []


def test_what_is_public_is_asked() -> None:
    wrapped = ["::ffff:93.184.215.14", "64:ff9b::5db8:d70e", "2002:5db8:d70e::"]
    require_public([PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", *wrapped])


def test_a_name_without_addresses_or_a_slow_one_is_told(site: Site) -> None:
    def fails(host: str) -> list[str]:
        raise socket.gaierror(host)

    ended = threading.Event()

    def waits(host: str) -> list[str]:
        ended.wait(10)
        return []

    for resolve, code in ((fails, "unreachable"), (waits, "too_slow")):
        with pytest.raises(ResourceError) as refused:
            site.fetch(resolve=resolve, seconds=0.2)
        assert refused.value.fault.code == code
    ended.set()


def test_the_next_address_is_tried_where_one_takes_no_connection(site: Site) -> None:
    site.answer = lambda: plain(GOOD)

    def connect(address: str, seconds: float) -> socket.socket:
        if address != PUBLIC:
            raise ConnectionRefusedError
        return site.connect(address, seconds)

    assert site.fetch(URL, "2606:2800:21f::1", PUBLIC, connect=connect) == GOOD


def test_a_certificate_of_another_or_of_nobody_is_refused(site: Site) -> None:
    site.answer = lambda: plain(GOOD)

    for url, trusted in (
        ("https://other.example.com/", site.trusted),
        (URL, ssl.create_default_context()),
    ):
        with pytest.raises(ResourceError) as refused:
            site.fetch(url, trusted=lambda trusted=trusted: trusted)
        assert refused.value.fault.code == "no_tls"


@pytest.mark.parametrize(
    "url",
    [
        *("", "texts.json", "http://example.com/", "file:///etc/passwd", "ftp://example.com/"),
        *("https://", "https://user:pass@example.com/", "https://user@example.com/"),
        *("https://example.com:8443/", "https://example.com:0/", "https://example.com:x/"),
        *("https://example.com/ x", "https://example.com/\r\nX: y", "https://exämple.com/"),
        *("https://[::1]/", "javascript:alert(1)", "https://[", "//example.com/"),
    ],
)
def test_only_plain_https_addresses_are_taken(url: str) -> None:
    with pytest.raises(ResourceError) as refused:
        host_of(url)

    assert refused.value.fault.code == "bad_address"
