"""The settings as production has them: made from an environment of its own, then served by."""

from __future__ import annotations

import os
import runpy
from http.cookies import Morsel
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.core.management import call_command
from django.test import Client

from tests.base import ServicebotTestCase

SETTINGS = Path(__file__).resolve().parent.parent / "servicebot" / "settings.py"
ENVIRON = {
    "PUBLIC_URL": "https://billing.example.com",
    "PORTAL_HOST": "portal.example.com",
    "SECRET_KEY": "a-long-random-text-of-many-letters-0123456789-abcdefghij",
    "ENCRYPTION_KEYS": os.environ["ENCRYPTION_KEYS"],
    "DATABASE_URL": "sqlite://:memory:",
    "TRUSTED_PROXY_COUNT": "1",
}
# What tests have in place of production's: where static files are, what is sent, and whom they ask.
OF_TESTS = {"STORAGES", "DATABASES", "CACHES", "EMAIL_BACKEND", "STRIPE_HTTP_CLIENT", "LOGGING"}
OF_TESTS |= {"PASSWORD_HASHERS", "INSTALLED_APPS"}


def production() -> dict[str, Any]:
    """Return the settings that this environment makes."""
    with patch.dict(os.environ, ENVIRON, clear=True):
        made = runpy.run_path(str(SETTINGS))
    return {name: value for name, value in made.items() if name.isupper() and name not in OF_TESTS}


class ProductionTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(self.settings(**production()))

    def test_django_finds_nothing_to_say_of_it(self) -> None:
        self.enterContext(patch.dict(os.environ))
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the tests' own

        call_command("check", deploy=True, fail_level="WARNING")

    def test_both_hosts_are_answered_and_no_other(self) -> None:
        for host, status in (
            ("billing.example.com", 200),
            ("portal.example.com", 200),
            ("evil.example.com", 400),
        ):
            assert Client().get("/livez", headers={"Host": host}).status_code == status

    def test_every_cookie_is_this_hosts_alone_and_travels_encrypted(self) -> None:
        browser = Client(headers={"Host": "billing.example.com", "X-Forwarded-Proto": "https"})
        browser.get("/accounts/login/")
        given = {"login": "owner@acme.example", "password": "a long password"}
        browser.post("/accounts/login/", given)
        browser.post("/merchant/", {"name": "Renamed"})  # which leaves a message

        assert set(browser.cookies) == {"__Host-session", "__Host-csrf"}
        for cookie in browser.cookies.values():
            self.require_host_cookie(cookie)

    def require_host_cookie(self, cookie: Morsel[str]) -> None:
        """Assert what browsers ask of a __Host- cookie, and that no script has it."""
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")

    def test_plain_http_is_led_to_https_and_told_to_stay_there(self) -> None:
        plain = Client(headers={"Host": "billing.example.com"}).get("/docs/")
        safe = Client(headers={"Host": "billing.example.com", "X-Forwarded-Proto": "https"}).get(
            "/docs/"
        )

        assert plain.headers["Location"] == "https://billing.example.com/docs/"
        assert safe.headers["Strict-Transport-Security"].startswith("max-age=31536000")
