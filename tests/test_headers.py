"""What every answer carries: each address of the table, to a stranger and to a logged-in owner,
every kind of refusal, and a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from accounts.models import User
from servicebot import urls
from servicebot.headers import EVERY
from tests import addresses
from tests.test_tenancy import DASHBOARD, HOME, TABLE

OWN = {
    "Referrer-Policy": ("no-referrer", "strict-origin"),  # the shell's, and an invitation's
    "Cross-Origin-Resource-Policy": ("cross-origin",),  # the script's that merchants load
}
FOR_ALL = "open to scripts of other sites"
SOURCES = ("'none'", "'self'", "data:", "/csp-report")


def faulty(request: HttpRequest) -> HttpResponse:
    """Fail as code of ours might."""
    raise ZeroDivisionError


urlpatterns = [path("faulty", faulty), *urls.urlpatterns]


def faults(answer: Any) -> list[str]:
    """Return what an answer lacks, or has and shouldn't."""
    policy = answer.headers.get("Content-Security-Policy", "")
    found = [
        name
        for name, value in EVERY.items()
        if answer.headers.get(name) not in (value, *OWN.get(name, ()))
    ]
    if "default-src 'none'" not in policy or "frame-ancestors " not in policy:
        found.append(f"policy: {policy}")
    if "unsafe-" in policy or "*" in policy.replace("https://*.js.stripe.com", ""):
        found.append(f"loose: {policy}")
    if answer.status_code == 200 and answer.headers.get("Access-Control-Allow-Origin"):
        found.append(FOR_ALL)
    return found


class EveryAnswerTests(addresses.AddressesTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.passkey.delete()  # a made-up one, which no page can show
        self.merchants_own = self.fresh(self.owner())

    def test_every_address_has_them_whoever_asks(self) -> None:
        staff = Client()
        given = {"email": "s@example.com", "is_staff": True, "is_superuser": True}
        staff.force_login(User.objects.create(**given))
        for route in TABLE:
            address = self.path(route)
            logged_in = staff if route == "staff/" else self.merchants_own
            theirs = logged_in.get(address)
            for answer in (Client().get(address), theirs):
                with self.subTest(route, status=answer.status_code):
                    is_script = route.startswith("embed/") and answer.status_code == 200
                    assert faults(answer) == ([FOR_ALL] if is_script else [])
            with self.subTest(route):
                self.require_closed(route, theirs)
            with self.subTest(route, status=theirs.status_code):
                self.require_unkept(route, theirs)

    def require_closed(self, route: str, page: Any) -> None:
        """Assert that a page but the portal's own loads, sends to and is framed by itself alone."""
        if route == "portal/<portal_id:portal_id>/":
            return
        policy = page.headers["Content-Security-Policy"]
        for directive in policy.split("; "):
            assert set(directive.split(" ")[1:]) <= set(SOURCES), policy
        is_framed = route.endswith("/preview/")
        assert page.headers["X-Frame-Options"] == ("SAMEORIGIN" if is_framed else "DENY")

    def require_unkept(self, route: str, page: Any) -> None:
        """Assert that no browser keeps a page that is about a merchant."""
        is_about = TABLE[route] in (DASHBOARD, HOME) and page.status_code == 200
        if is_about and not route.startswith(("accounts/", "merchants/new/")):
            assert "no-store" in page.headers["Cache-Control"]

    @override_settings(ROOT_URLCONF=__name__)
    def test_every_refusal_and_every_file_has_them(self) -> None:
        browser = Client(raise_request_exception=False)
        answers = {
            200: browser.get("/static/portal/portal.css"),
            301: browser.get("/team"),
            400: browser.get("/", headers={"Host": "evil.example"}),
            403: self.csrf_checked().post("/team/leave/"),
            404: browser.get("/nothing/here"),
            405: browser.get("/csp-report"),
            415: browser.post("/csp-report"),
            500: browser.get("/faulty"),
        }
        for status, answer in answers.items():
            with self.subTest(status):
                assert answer.status_code == status
                assert faults(answer) == []
                said = answer.getvalue().decode()
                assert "<script" not in said
                assert "style=" not in said

    def csrf_checked(self) -> Client:
        """Return a browser with an owner in it, as strict as the real ones."""
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(self.acme.owner)
        return browser

    def test_over_https_a_plain_request_is_led_on_and_has_them_too(self) -> None:
        with self.settings(SECURE_SSL_REDIRECT=True):
            answer = self.client.get("/docs/")

        assert urlsplit(answer.headers["Location"]).scheme == "https"
        assert faults(answer) == []
