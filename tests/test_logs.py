"""Nobody is in the logs: no e-mail, no hash, no token, no key and no address of whoever asks."""

from __future__ import annotations

import logging
import time
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.db import IntegrityError
from django.test import Client, override_settings

from accounts.invitations import invite
from accounts.notices import postman, tell_of_refused_key
from servicebot.logs import Line, without_secrets
from tests.base import ServicebotTestCase

EMAIL = "ada@example.com"
ADDRESS = "203.0.113.9"
NOBODY_LISTENS = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_PORT": 1,
}


class LoggedTestCase(ServicebotTestCase):
    """What the product's own handler writes is kept, down to the last detail."""

    def setUp(self) -> None:
        super().setUp()
        root = logging.getLogger()
        (handler,) = (each for each in root.handlers if type(each) is logging.StreamHandler)
        assert isinstance(handler.formatter, Line)
        self.written = StringIO()
        self.addCleanup(handler.setStream, handler.setStream(self.written))
        self.addCleanup(root.setLevel, root.level)
        root.setLevel(logging.DEBUG)

    @property
    def log(self) -> str:
        return self.written.getvalue()


class JourneyTests(LoggedTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = Client(REMOTE_ADDR=ADDRESS, raise_request_exception=False)
        self.at = f"/portal/{self.portal.public_id}"
        self.own = {"Sec-Fetch-Site": "same-origin"}
        self.secrets = [self.hash(EMAIL), self.acme.secret, self.acme.shop.api_key]

    def exchange(self, **given: str) -> Any:
        response = self.client.post(f"{self.at}/session", given, headers=self.own)
        self.secrets.append(response.headers.get("Servicebot-Token", "none at all"))
        return response

    def buy(self) -> None:
        """Go through a customer's journey, with what goes wrong on the way."""
        assert self.client.get(f"{self.at}/").status_code == 200
        assert self.exchange(email=EMAIL, hash="0" * 64).status_code == 403
        assert self.exchange(email=EMAIL, hash=self.hash(EMAIL)).status_code == 200
        token = self.secrets[-1]
        assert self.page_post("page", token).status_code == 200
        assert self.page_post(f"subscriptions/{self.ada_sub}/cancel", token).status_code == 200
        assert self.page_post(f"subscriptions/{self.ben_sub}/cancel", token).status_code == 404
        assert self.page_post("page", f"{token}x").status_code == 401
        given = {"portal_id": self.portal.public_id, "email": EMAIL, "hash": "f" * 64}
        json = "application/json"
        assert self.client.post("/api/v1/portal/session", given, json).status_code == 403
        assert self.client.get(f"{self.at}/{EMAIL}").status_code == 404
        assert self.client.get(f"/{token}").status_code == 404
        assert self.client.get(f"/portal/{self.hash(EMAIL)}/?email={EMAIL}").status_code == 404

    def manage(self) -> None:
        """Go through a merchant's, likewise."""
        strict = Client(enforce_csrf_checks=True, REMOTE_ADDR=ADDRESS)
        assert strict.post("/accounts/login/", {"login": EMAIL}).status_code == 403
        for password in ("wrong", "a long password"):
            self.client.post(
                "/accounts/login/", {"login": "owner@acme.example", "password": password}
            )
        assert self.client.get("/team/").status_code == 200
        assert self.client.get("/invitations/a-token-of-theirs/x").status_code == 404
        assert self.client.post("/activity/erase/", {"customer": EMAIL}).status_code == 400
        assert self.client.get("/", headers={"Host": f"{EMAIL}.example"}).status_code == 400
        self.secrets += ["a-token-of-theirs", self.client.cookies["session"].value]

    def fail_to_mail(self) -> None:
        """Have mails to people that nobody takes."""
        with override_settings(**NOBODY_LISTENS), self.captureOnCommitCallbacks(execute=True):
            assert not invite(self.acme.owner.memberships.get(), "new@example.com", "viewer")
            tell_of_refused_key(self.acme.merchant.connections.get())
        postman().submit(int).result()

    def test_nobody_is_in_them(self) -> None:
        self.buy()
        self.manage()
        with override_settings(**NOBODY_LISTENS):
            self.fail_to_mail()

        for said in (
            "Forbidden: ",
            "Not Found: ",
            "Invitation ",
            "A notice to an owner was not sent",
        ):
            assert said in self.log
        assert "@" not in self.log.replace("    @", "")  # but for decorators in tracebacks
        assert ADDRESS not in self.log
        for secret in self.secrets:
            assert secret not in self.log


class ForgedLineTests(LoggedTestCase):
    def test_a_path_makes_no_line_of_its_own(self) -> None:
        self.client.get("/nowhere%0A2026-01-01 ERROR forged%0D%0Aforged")

        assert "forged" in self.log
        assert len(self.log.splitlines()) == 1


class ExceptionTests(LoggedTestCase):
    def test_what_a_database_says_of_a_row_is_taken_out(self) -> None:
        try:
            raise IntegrityError(f"Key (email)=({EMAIL}) already exists.")
        except IntegrityError:
            logging.getLogger("portal.noting").exception("Done and not noted: %s", "cancel")

        assert "Done and not noted: cancel" in self.log
        assert "IntegrityError: Key (email)=(…) already exists." in self.log


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("/invitations/kP3_x-7/", "/invitations/…/"),
        ("/accounts/password/reset/key/1-c5x-0ab/", "/accounts/password/reset/key/…/"),
        (f"/webhooks/stripe/{'0a' * 16}/", "/webhooks/stripe/…/"),
        ("ada%40example.com is gone", "… is gone"),
        ("ada%2Btag%40example.com", "…"),
        ("?email=ada@example.com&x", "?email=…&x"),
        ("{'owner@acme.example': (550, b'unknown')}", "{'…': (550, b'unknown')}"),
        ("postgres://user:password@db.example:5432/x", "postgres://user:…:5432/x"),
        ("rk_live_51AbcDef whsec_abcdefgh sb_test_abcdefgh", "… … …"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJlIn0.c2ln", "…"),
        ("A" * 32 + " " + "f" * 64, "… …"),
        ("    @wraps(view)", "    @wraps(view)"),
        ("in test_a_name_that_is_as_long_as_a_hash_is_at_least", None),
        ("Error 111 connecting to 127.0.0.1:6379.", None),
        ("sub_1AbcDef of cus_1AbcDef, portal p_0123456789abcdef", None),
    ],
)
def test_what_is_taken_out_and_what_stays(said: str, written: str | None) -> None:
    assert without_secrets(said) == (said if written is None else written)


def test_tokens_of_ours_are_taken_out() -> None:
    for claims in ({"a": 1}, {"a": "b" * 500}):
        assert without_secrets(f"x {signing.dumps(claims, salt='s', compress=True)} x") == "x … x"


@pytest.mark.parametrize(
    "part",
    [
        "a.",
        "0",
        "a_secret",
        "aA1-",
        "/a",
        "eyJ",
        "eyJ-",
        ":aaaaaa",
        "a@",
        "%40",
        "a%40",
        "sk_test_",
    ],
)
def test_a_long_line_costs_little(part: str) -> None:
    """Whoever asks for a path decides what is in it."""
    began = time.perf_counter()

    without_secrets(part * (20_000 // len(part)) + "!")

    assert time.perf_counter() - began < 1  # one that goes back takes ten


def test_libraries_that_log_addresses_of_requests_are_quiet() -> None:
    loggers: Any = settings.LOGGING["loggers"]

    assert {loggers[name]["level"] for name in ("urllib3", "stripe")} == {"WARNING"}
