"""The demo shop: signing in, the hash made on its server, and the documented snippet."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

import pytest

from demo.shop import Buyer, Shop, application

SERVICEBOT = "http://127.0.0.1:8000"
MAYA = Buyer("Maya <Lindqvist>", "maya@example.com", "cus_maya", "Team, monthly")
SHOP = Shop(SERVICEBOT, "PORTAL", "sb_test_key", {"active": MAYA})
SETTINGS = re.compile(r"window\.servicebotSettings = (\{.*?\});")


@dataclass
class Answer:
    """What the shop answered."""

    status: int
    headers: dict[str, str]
    text: str


def ask(path: str, *, customer: str = "", form: str | None = None, shop: Shop = SHOP) -> Answer:
    """Send one request to the shop; a form is posted."""
    address = urlsplit(path)
    seen: dict[str, Any] = {}
    body = (form or "").encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET" if form is None else "POST",
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "HTTP_COOKIE": f"acme_customer={customer}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    setup_testing_defaults(environ)

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        seen.update(status=int(status.split()[0]), headers=dict(headers))

    chunks = application(shop)(environ, start)
    return Answer(seen["status"], seen["headers"], b"".join(chunks).decode())


def settings_in(page: Answer) -> Any:
    """Return what the page's snippet hands to the portal."""
    found = SETTINGS.search(page.text)
    return json.loads(found[1]) if found else None


def test_the_front_page_shows_what_the_plans_cost() -> None:
    page = ask("/")

    assert page.status == 200
    assert all(price in page.text for price in ("$19", "$49", "$99"))


def test_everybody_can_be_chosen_to_sign_in_as() -> None:
    page = ask("/sign-in")

    assert 'name="customer" value="active"' in page.text
    assert "Maya &lt;Lindqvist&gt;" in page.text


def test_signing_in_goes_to_billing_with_a_cookie_of_its_own() -> None:
    answer = ask("/sign-in", form="customer=active")

    assert (answer.status, answer.headers["Location"]) == (303, "/billing")
    assert answer.headers["Set-Cookie"].startswith("acme_customer=active; Path=/; HttpOnly")


def test_a_stranger_is_asked_again() -> None:
    answer = ask("/sign-in", form="customer=nobody%0d%0aX: y")

    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    assert "Set-Cookie" not in answer.headers


def test_signing_out_takes_the_cookie_back() -> None:
    answer = ask("/sign-out", customer="active", form="")

    assert answer.headers["Location"] == "/"
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/billing", "/account"])
@pytest.mark.parametrize("customer", ["", "nobody"])
def test_pages_of_a_customer_ask_who_it_is(path: str, customer: str) -> None:
    answer = ask(path, customer=customer)

    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")


def test_billing_embeds_the_portal_with_a_hash_of_the_email() -> None:
    page = ask("/billing", customer="active")

    proof = hmac.new(b"sb_test_key", b"maya@example.com", hashlib.sha256).hexdigest()
    assert '<div id="servicebot-portal"></div>' in page.text
    assert f'<script async src="{SERVICEBOT}/embed/v1.js"></script>' in page.text
    assert settings_in(page) == {"portal_id": "PORTAL", "email": MAYA.email, "hash": proof}


def test_billing_can_name_the_customer_by_id() -> None:
    page = ask("/billing?by=customer_id", customer="active")

    proof = hmac.new(b"sb_test_key", b"cus_maya", hashlib.sha256).hexdigest()
    assert settings_in(page) == {"portal_id": "PORTAL", "customer_id": "cus_maya", "hash": proof}


def test_a_wrong_hash_is_as_long_as_a_right_one_and_another() -> None:
    right = settings_in(ask("/billing", customer="active"))["hash"]

    wrong = settings_in(ask("/billing?wrong_hash=1", customer="active"))["hash"]

    assert len(wrong) == len(right)
    assert wrong != right


def test_the_secret_key_stays_on_the_server() -> None:
    pages = [ask(path, customer="active").text for path in ("/", "/account", "/billing")]

    assert not any("sb_test_key" in page for page in pages)


def test_a_long_page_says_so_to_its_style() -> None:
    assert '<body class="long">' in ask("/billing?long=1", customer="active").text
    assert '<body class="usual">' in ask("/billing", customer="active").text


def test_an_address_cannot_end_the_script_it_stands_in() -> None:
    evil = Buyer("Eve", "</script><script>alert(1)</script>@example.com", "cus_eve", "")
    shop = Shop(SERVICEBOT, "PORTAL", "key", {"eve": evil})

    page = ask("/billing", customer="eve", shop=shop)

    assert "<script>alert" not in page.text
    assert settings_in(page)["email"] == evil.email


def test_the_policy_lets_in_one_script_by_nonce_and_the_portal() -> None:
    page = ask("/billing", customer="active")

    policy = page.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([\w-]+)'", policy)
    assert nonce is not None
    assert f'<script nonce="{nonce[1]}">' in page.text
    assert f"frame-src {SERVICEBOT};" in policy
    assert "unsafe" not in policy
    assert ask("/billing", customer="active").headers["Content-Security-Policy"] != policy


def test_pages_without_the_portal_run_no_script() -> None:
    policy = ask("/").headers["Content-Security-Policy"]

    assert "script-src 'none'" in policy
    assert "frame-src 'none'" in policy


def test_its_style_is_served() -> None:
    answer = ask("/shop.css")

    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"


def test_an_unknown_address_is_not_found() -> None:
    assert ask("/nowhere").status == 404
    assert ask("/billing", customer="active", form="x=1").status == 404
