"""Which sites may show a portal: what is an origin, and which one covers which."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from portal.origins import allows, is_origin, origin_of, usable, validate_origins

NO_BROWSER_SENDS = [
    "https://shop.example.com:99999",
    "https://*.example.com:99999",
    "http://localhost:70000",
]
NEVER = [
    "",
    "null",
    "https://",
    "https://-shop.example.com",
    "https://shop-.example.com",
    "https://shop..example.com",
    "https://shop.example.com?x",
    "https://shop.example.com#x",
    "https://shop.example.com\n",
    " https://shop.example.com",
    "https://shop.example.com https://evil.example",
    "https://shop.example.com;script-src *",
    "https://*",
    "https://*.localhost",
    "https://*.*.example.com",
    "https://shop.*.com",
    "http://*.localhost",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://[::2]:3000",
    "wss://shop.example.com",
    "https://münchen.example",
    "https://" + "a" * 64 + ".example.com",
]
ALWAYS = [
    "https://xn--mnchen-3ya.example",
    "https://192.0.2.7:8443",
    "https://*.shop.co.uk",
    "https://*.ada.github.io",
    "https://" + "a" * 63 + ".example.com",
    "http://[::1]:3000",
    "http://localhost",
]


@pytest.mark.parametrize("origin", NEVER)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    assert not is_origin(origin)


@pytest.mark.parametrize("origin", ALWAYS)
def test_what_is_one_is_taken(origin: str) -> None:
    assert is_origin(origin)


@pytest.mark.parametrize("origin", NO_BROWSER_SENDS)
def test_a_port_that_there_is_not_is_refused(origin: str) -> None:
    assert not is_origin(origin)


def test_the_validator_names_the_one_that_is_wrong() -> None:
    with pytest.raises(ValidationError) as caught:
        validate_origins(["https://good.example", "https://bad.example/path"])

    assert "https://bad.example/path" in caught.value.messages[0]
    assert "https://good.example" not in caught.value.messages[0]


@pytest.mark.parametrize("value", [None, {}, "x", 1, [None], [["https://a.example"]]])
def test_only_a_list_of_texts_is_a_list(value: object) -> None:
    with pytest.raises(ValidationError):
        validate_origins(value)


@pytest.mark.parametrize("value", [[], ["https://a.example"], ALWAYS])
def test_a_good_list_is_no_error(value: list[str]) -> None:
    validate_origins(value)

    assert all(is_origin(origin) for origin in value)


def test_a_wildcard_with_a_port_is_for_that_port() -> None:
    assert allows(["https://*.example.com:8443"], "https://shop.example.com:8443")
    assert not allows(["https://*.example.com:8443"], "https://shop.example.com")


@pytest.mark.parametrize("origin", ["null", "", "https://", "file://", "https://example.com."])
def test_what_browsers_send_of_no_site_is_allowed_nowhere(origin: str) -> None:
    assert not allows(["https://*.example.com", "https://example.com"], origin)


def test_this_machine_counts_in_test_mode_alone() -> None:
    origins = ["https://shop.example.com", "http://localhost:3000"]

    assert usable(origins, "test") == origins
    assert usable(origins, "live") == ["https://shop.example.com"]


def test_the_origin_of_an_address() -> None:
    assert origin_of("https://shop.example.com:8443/a?b#c") == "https://shop.example.com:8443"
