"""Reads a merchant's texts from their address, which may be anything that somebody typed.

https on port 443 alone, resolved once, every address that the name has public, connected to one of
those and no other, its certificate checked, no redirect followed, five seconds and 256 KB in all.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache, partial
from http.client import HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.resource import BYTES_AT_MOST, ResourceError
from portal.wording import printable

PORT = 443
SECONDS = 5.0
LETTERS = re.compile(r"[!-~]+")  # of an address: ASCII, and no space that ends a line of HTTP
JSON = re.compile(r"(application|text)/([\w.-]+\+)?json")
REACHABLE = IPv6Network("2000::/3")  # what has been given out of IPv6 at all
NAT64 = IPv6Network("64:ff9b::/96")

Resolve = Callable[[str], list[str]]
Connect = Callable[[str, float], socket.socket]


@dataclass(frozen=True)
class Clock:
    """When the time is up, whatever it was spent on."""

    end: float

    @classmethod
    def of(cls, seconds: float) -> Clock:
        """Return one that starts now."""
        return cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """The seconds that are left; raises TimeoutError where there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Timed(io.RawIOBase):
    """What a socket receives, each read no longer than the time that is left for all of them."""

    def __init__(self, connection: socket.socket, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._clock.left)
        return self._connection.recv_into(buffer)

    def makefile(self, *_args: Any) -> io.BufferedReader:
        """Return this as http.client reads from it."""
        return io.BufferedReader(self)


def validate_address(url: str) -> None:
    """Raise ValidationError unless texts could be fetched from here."""
    try:
        host_of(url)
    except ResourceError as error:
        raise ValidationError(str(error)) from error


def host_of(url: str) -> str:
    """Return the host of an address that texts may be fetched from; raises ResourceError."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme == "https" and parts.hostname and parts.port in (None, PORT)
    except ValueError:
        is_good = False
    if not is_good or not LETTERS.fullmatch(url) or ":" in str(parts.hostname):
        words = _("Give an address that begins with https://, on its usual port, in plain letters.")
        raise ResourceError("bad_address", words)
    if parts.username is not None or parts.password is not None:
        raise ResourceError("bad_address", _("Leave name and password out of the address."))
    return str(parts.hostname)


def resolve(host: str) -> list[str]:
    """Return the addresses of a host."""
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def connect(address: str, seconds: float) -> socket.socket:
    """Return a connection to exactly this address."""
    return socket.create_connection((address, PORT), timeout=seconds)


@cache
def trusted() -> ssl.SSLContext:
    """Return what certificates are checked by."""
    return ssl.create_default_context()


def fetch(
    url: str,
    *,
    resolve: Resolve = resolve,
    connect: Connect = connect,
    trusted: Callable[[], ssl.SSLContext] = trusted,
    seconds: float = SECONDS,
) -> bytes:
    """Return what is at an address; raises ResourceError, which says what is wrong with it."""
    host = host_of(url)
    clock = Clock.of(seconds)
    try:
        addresses = _in_time(partial(resolve, host), clock)
        require_public(addresses)
        raw = _connected(addresses, connect, clock)
        with closing(raw):
            raw.settimeout(clock.left)
            with trusted().wrap_socket(raw, server_hostname=host) as connection:
                return _answer(url, host, connection, clock)
    except TimeoutError as error:
        took = {"seconds": seconds}
        words = _("It didn't answer within %(seconds)d seconds, to the end.") % took
        raise ResourceError("too_slow", words) from error
    except ssl.SSLError as error:
        why = {"why": printable(getattr(error, "verify_message", "") or str(error.reason))}
        raise ResourceError("no_tls", _("Its certificate isn't good: %(why)s.") % why) from error
    except (OSError, HTTPException, UnicodeError) as error:
        raise ResourceError("unreachable", _("It can't be reached, or answers no HTTP.")) from error


def require_public(addresses: Iterable[str]) -> None:
    """Raise ResourceError unless there are addresses, and all of them are the whole world's."""
    found = [ip_address(address.partition("%")[0]) for address in addresses]
    if not found or not all(map(is_public, found)):
        words = _("Its name stands for an address that isn't public.")
        raise ResourceError("private_address", words)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is in the open internet, whatever it is wrapped in."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(inner)
    return address in REACHABLE and address.is_global and not address.is_multicast


def _in_time(read: Callable[[], list[str]], clock: Clock) -> list[str]:
    """Run what has no time limit of its own, in a thread that nobody waits for any longer."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="resolve")
    try:
        return pool.submit(read).result(clock.left)
    finally:
        pool.shutdown(wait=False)


def _connected(addresses: Iterable[str], connect: Connect, clock: Clock) -> socket.socket:
    """Return a connection to the first address that takes one."""
    last: OSError | None = None
    for address in addresses:
        try:
            return connect(address, clock.left)
        except TimeoutError:
            raise
        except OSError as error:
            last = error
    raise last or OSError


def _answer(url: str, host: str, connection: ssl.SSLSocket, clock: Clock) -> bytes:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Accept: application/json",
        "Accept-Encoding: identity",
        "User-Agent: Servicebot (custom texts)",
        "Connection: close",
    ]
    connection.settimeout(clock.left)
    connection.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
    timed: Any = _Timed(connection, clock)
    response = HTTPResponse(timed, method="GET")
    response.begin()
    _require_json(response)
    said = response.read(BYTES_AT_MOST + 1)
    if len(said) > BYTES_AT_MOST:
        most = {"size": BYTES_AT_MOST // 1024}
        raise ResourceError("too_large", _("It is larger than %(size)d KB.") % most)
    return said


def _require_json(response: HTTPResponse) -> None:
    """Raise ResourceError where an answer isn't the texts themselves, plain."""
    if 300 <= response.status < 400:
        to = {"address": printable(response.getheader("Location", "") or "?")}
        words = _("It leads on to %(address)s, which isn't followed. Give the last address.") % to
        raise ResourceError("redirected", words)
    if response.status != 200:
        words = _("It answered with status %(status)d.") % {"status": response.status}
        raise ResourceError("bad_status", words)
    kind = response.getheader("Content-Type", "").partition(";")[0].strip().lower()
    if not JSON.fullmatch(kind):
        named = {"kind": printable(kind) or "?"}
        words = _("It must be sent as application/json; its type is %(kind)s.") % named
        raise ResourceError("not_json", words)
    if response.getheader("Content-Encoding", "identity").lower() != "identity":
        raise ResourceError("not_json", _("It must be sent without compression."))
