"""What is wrong with an identity and its hash, said exactly; pure, from the keys to try.

The usual mistakes are made on purpose, a bounded number of them, and compared with what came.
Nothing here lets anybody in: identity.py alone does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from portal.identity import CUSTOMER_ID
from portal.keys import CHECKSUM_LENGTH

HERE, OTHER_PORTAL, OTHER_MODE = "here", "other_portal", "other_mode"
SECRET_KEY = re.compile(r"sb_(?:test|live)_[A-Za-z0-9]{20,}")
HEX = re.compile(r"[0-9A-Fa-f]{16,}")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{27,88}={0,2}")
SURE_BYTES = 8  # that many bytes are nobody's by chance
KEYS_AT_MOST = 50


@dataclass(frozen=True)
class Key:
    """A secret key that a hash may have been made with, and whose it is."""

    value: str
    place: str = HERE
    has_ended: bool = False
    ends_at: datetime | None = None
    portal: str = ""  # its portal's name, where that is another

    @property
    def fault(self) -> str:
        """What is wrong with using it for this portal."""
        if self.place != HERE:
            return self.place
        return "key_ended" if self.has_ended else ""


@dataclass(frozen=True)
class Given:
    """What a page or a server sent: an identity, the hash beside it, and other ids of the same
    customer that the hash may be of."""

    identity: str
    hash: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What was found: nothing wrong, or everything that is, the heaviest first.

    `key` is what the hash was made with, `signed` what it is a hash of, where that was found out.
    """

    faults: tuple[str, ...]
    key: Key | None = None
    signed: str = ""

    @property
    def code(self) -> str:
        """The first of the faults, or that it is right."""
        return self.faults[0] if self.faults else "right"


class Making(NamedTuple):
    """One way to make a hash, with what is wrong about it."""

    faults: tuple[str, ...]
    key: Key | None
    signed: str
    digest: bytes


class Reading(NamedTuple):
    """A hash as it was sent: its bytes, and what is odd about how they are written."""

    faults: tuple[str, ...]
    digest: bytes


def diagnose(reads: str, given: Given, keys: Sequence[Key]) -> Finding:
    """Say what is wrong for a portal that identifies by `reads`; `keys` has its own first."""
    faults = _of_identity(reads, given.identity)
    if not given.hash.strip():
        return Finding((*faults, "no_hash"))
    if SECRET_KEY.search(given.hash):
        return Finding(("key_sent", *faults))
    if faults == ("no_identity",):
        return Finding(faults)
    reading = _read(given.hash)
    if reading is None:
        return Finding((*faults, "not_a_hash"))
    for making in _makings(given, keys[:KEYS_AT_MOST]):
        written = _compare(making.digest, reading)
        if written is not None:
            return Finding((*faults, *making.faults, *written), making.key, making.signed)
    return Finding((*faults, "unknown"))


def _of_identity(reads: str, identity: str) -> tuple[str, ...]:
    said = identity.strip()
    if not said:
        return ("no_identity",)
    looks = {"email": "@" in said, "customer_id": bool(CUSTOMER_ID.fullmatch(said))}
    if looks[reads]:
        return ()
    return ("other_field",) if any(looks.values()) else ("malformed",)


def _read(said: str) -> Reading | None:
    """Return the bytes that a hash says, however it is written; None where it says none."""
    text = said.strip()
    faults: tuple[str, ...] = ("hash_space",) if text != said else ()
    found = HEX.search(text)
    if found is None:
        digest = _from_base64(text)
        return Reading((*faults, "hash_base64"), digest) if digest else None
    digits = found.group()
    if digits != text:
        faults += ("hash_wrapped",)
    if digits != digits.lower():
        faults += ("hash_upper",)
    return Reading(faults, bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _from_base64(text: str) -> bytes | None:
    if not BASE64.fullmatch(text):
        return None
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except binascii.Error:
        return None


def _compare(digest: bytes, reading: Reading) -> tuple[str, ...] | None:
    """Return what is odd about the writing where it is this digest's, None where it isn't."""
    length = min(len(digest), len(reading.digest))
    if length < SURE_BYTES or not hmac.compare_digest(digest[:length], reading.digest[:length]):
        return None
    if len(reading.digest) < len(digest):
        return (*reading.faults, "hash_cut")
    if len(reading.digest) > len(digest) and "hash_wrapped" not in reading.faults:
        return (*reading.faults, "hash_wrapped")
    return reading.faults


def _makings(given: Given, keys: Sequence[Key]) -> Iterator[Making]:
    """Make the hash as it should be, then with one mistake each, the likeliest first."""
    exact, *odd = _texts(given)
    for fault, text in (exact, *odd):
        for key in keys:
            faults = tuple(filter(None, (key.fault, fault)))
            yield Making(faults, key, text, _hmac(key.value, text, "sha256"))
    own = [key for key in keys if not key.fault]
    for key in own:
        for fault, value in _misread(key.value):
            yield Making((fault,), key, given.identity, _hmac(value, given.identity, "sha256"))
        for fault, digest in _other_ways(key.value, given.identity):
            yield Making((fault,), key, given.identity, digest)


def _texts(given: Given) -> list[tuple[str, str]]:
    """Return what may have been signed in place of the identity: itself first, none twice."""
    said = given.identity
    texts = [
        ("", said),
        *(("identity_space", text) for text in (said.strip(), f"{said}\n", f"{said} ", f" {said}")),
        *(("identity_case", text) for text in (said.lower(), said.upper(), said.capitalize())),
        *(("identity_other", text) for text in given.others),
        *(("identity_accents", unicodedata.normalize(form, said)) for form in ("NFC", "NFD")),
        *(("identity_url", way(said)) for way in (unquote, unquote_plus, quote, quote_plus)),
        ("identity_url", quote(said, safe="@")),
        *(("identity_html", way(said)) for way in (html.escape, html.unescape)),
        ("identity_quotes", f'"{said}"'),
    ]
    first: dict[str, str] = {}
    for fault, text in texts:
        first.setdefault(text, fault)
    return [(fault, text) for text, fault in first.items()]


def _misread(key: str) -> Iterator[tuple[str, str]]:
    """Return what a server may have taken for the key, with the fault that this is."""
    for text in (f"{key}\n", f" {key}", f"{key} ", f'"{key}"', f"'{key}'"):
        yield "key_space", text
    body = key.split("_", 2)[-1]
    for text in (body, key[:-CHECKSUM_LENGTH], body[:-CHECKSUM_LENGTH]):
        yield "key_part", text


def _other_ways(key: str, text: str) -> Iterator[tuple[str, bytes]]:
    """Return what other ways to hash make of it, with the fault that each is."""
    for name in ("sha1", "sha384", "sha512", "md5"):
        yield f"hash_{name}", _hmac(key, text, name)
    yield "no_key", hashlib.sha256(text.encode()).digest()
    for joined in (key + text, text + key, f"{key}:{text}", f"{text}:{key}"):
        yield "no_hmac", hashlib.sha256(joined.encode()).digest()
    yield "swapped", _hmac(text, key, "sha256")


def _hmac(key: str, text: str, name: str) -> bytes:
    return hmac.digest(key.encode(), text.encode(), name)
