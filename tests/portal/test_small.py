"""Origins, amounts and texts: pure functions with their tables."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.safestring import mark_safe

from portal import keys, texts
from portal.money import in_words
from portal.origins import allows, is_origin, validate_origins
from portal.texts import Texts, UnknownTextError

ORIGINS = {
    "https://shop.example.com": True,
    "https://shop.example.com:8443": True,
    "https://*.example.com": True,
    "https://intranet": True,
    "http://localhost:3000": True,
    "http://127.0.0.1": True,
    "http://shop.example.com": False,
    "https://*.com": False,
    "https://*.co.uk": False,
    "https://*.github.io": False,
    "https://shop.example.com/": False,
    "https://shop.example.com/path": False,
    "https://SHOP.example.com": False,
    "https://a.*.example.com": False,
    "*": False,
    "javascript:alert(1)": False,
    "https://user@example.com": False,
}
COVERED = {
    "https://shop.example.com": True,
    "https://a.b.example.com": True,
    "https://example.com": False,
    "https://evilexample.com": False,
    "https://example.com.evil.com": False,
    "http://shop.example.com": False,
    "https://shop.example.com:8443": False,
}
AMOUNTS = [
    (4900, "usd", "$49.00"),
    (7200, "jpy", "¥7,200"),
    (1500, "kwd", "KWD1.500"),
    (-3593, "usd", "-$35.93"),
    (Decimal("0.4"), "usd", "$0.004"),
    (100, "isk", "ISK1"),
    (500, "eur", "€5.00"),
]


@pytest.mark.parametrize(("origin", "good"), ORIGINS.items())
def test_what_is_an_origin(origin: str, good: bool) -> None:
    assert is_origin(origin) is good


@pytest.mark.parametrize(("origin", "covered"), COVERED.items())
def test_a_wildcard_stands_for_labels(origin: str, covered: bool) -> None:
    assert allows(["https://*.example.com"], origin) is covered


def test_a_plain_origin_stands_for_itself() -> None:
    assert allows(["https://a.example"], "https://a.example")
    assert not allows(["https://a.example"], "https://b.example")


@pytest.mark.parametrize("value", ["https://a.example", [1], ["ftp://a.example"]])
def test_what_is_no_list_of_origins_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        validate_origins(value)


@pytest.mark.parametrize(("amount", "currency", "words"), AMOUNTS)
def test_amounts_read_right(amount: int | Decimal, currency: str, words: str) -> None:
    assert in_words(amount, currency, "en") == words


def test_a_text_is_filled_and_escaped() -> None:
    made = Texts("en", {"hello": "Hello <{name}> & co"}, "(n != 1)")

    assert made("hello", name="<b>Ada</b>") == "Hello &lt;&lt;b&gt;Ada&lt;/b&gt;&gt; &amp; co"
    assert made("hello", name=mark_safe("<bdi>Ada</bdi>")).count("<bdi>") == 1


def test_a_plural_follows_its_count() -> None:
    english = texts.catalogue("en")

    assert english("status.trialing", count=1) == "Trial, 1 day left"
    assert english("status.trialing", count=3) == "Trial, 3 days left"


def test_another_language_falls_back_to_english() -> None:
    german = Texts("de", {"status.active": "Aktiv"}, "(n != 1)")

    assert german("status.active") == "Aktiv"
    assert german("status.paused") == "Paused"
    assert "status.active" in german
    assert "status.paused" not in german


def test_a_key_that_english_lacks_is_a_mistake() -> None:
    with pytest.raises(UnknownTextError):
        texts.catalogue("en")("no.such.key")


def test_english_comes_first() -> None:
    assert texts.languages()[0] == "en"


def test_a_secret_key_is_recognisable_and_checkable() -> None:
    secret = keys.new_secret("live")

    assert secret.startswith("sb_live_")
    assert keys.checksum(secret[: -keys.CHECKSUM_LENGTH]) == secret[-keys.CHECKSUM_LENGTH :]
