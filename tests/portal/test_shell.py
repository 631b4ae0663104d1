"""The page's frame: the same for everybody, and framed by the merchant's sites alone."""

from __future__ import annotations

from django.test import override_settings

from portal.shell import embedding_origins
from tests.base import ServicebotTestCase

SITE = "https://shop.example.com"
OWN = "http://127.0.0.1:8000"


class ShellTests(ServicebotTestCase):
    def shell(self, **headers: str) -> object:
        return self.client.get(f"/portal/{self.portal.public_id}/", headers=headers)

    def policy(self) -> dict[str, str]:
        """Return the shell's Content-Security-Policy by directive."""
        header = self.client.get(f"/portal/{self.portal.public_id}/").headers[
            "Content-Security-Policy"
        ]
        return dict(part.strip().split(" ", 1) for part in header.split(";"))

    def test_only_the_allowed_sites_and_our_preview_may_frame_it(self) -> None:
        self.switch(allowed_origins=[SITE, "http://localhost:3000"])

        assert self.policy()["frame-ancestors"] == f"{SITE} http://localhost:3000 {OWN}"

    def test_in_live_mode_only_https_sites_may(self) -> None:
        self.portal.mode = "live"
        self.portal.settings.allowed_origins = [SITE, "http://localhost:3000"]

        assert embedding_origins(self.portal) == [SITE]

    def test_without_a_site_nobody_may(self) -> None:
        self.portal.mode = "live"
        self.portal.save()

        assert self.policy()["frame-ancestors"] == "'none'"

    def test_scripts_come_from_here_and_from_stripe(self) -> None:
        policy = self.policy()

        assert policy["script-src"] == "'self' https://js.stripe.com https://*.js.stripe.com"
        assert policy["connect-src"] == "'self' https://api.stripe.com"
        assert "https://hooks.stripe.com" in policy["frame-src"]
        assert policy["default-src"] == "'none'"
        assert policy["base-uri"] == "'none'"

    def test_nothing_else_may_be_loaded_sent_or_framed(self) -> None:
        policy = self.policy()

        for directive in ("script-src", "frame-src", "connect-src", "frame-ancestors"):
            policy.pop(directive)
        assert policy == {
            "default-src": "'none'",
            "style-src": "'self'",
            "img-src": "'self' data:",
            "form-action": "'self'",
            "base-uri": "'none'",
            "report-uri": "/csp-report",
        }

    @override_settings(STRIPE_JS_URL="http://127.0.0.1:8002/js/stripe.js")
    def test_or_from_where_stripe_js_is_said_to_be(self) -> None:
        policy = self.policy()

        assert policy["script-src"] == "'self' http://127.0.0.1:8002"
        assert policy["frame-src"] == "http://127.0.0.1:8002"

    def test_it_holds_no_customer_and_no_word_to_translate(self) -> None:
        page = self.client.get(f"/portal/{self.portal.public_id}/").content.decode()

        assert "ada@example.com" not in page
        assert "style=" not in page
        assert "<script>" not in page

    def test_it_is_kept_until_who_may_frame_it_changes(self) -> None:
        at = f"/portal/{self.portal.public_id}/"
        tag = self.client.get(at).headers["ETag"]

        same = self.client.get(at, headers={"If-None-Match": tag})
        self.switch(allowed_origins=[SITE])
        other = self.client.get(at, headers={"If-None-Match": tag})

        assert (same.status_code, other.status_code) == (304, 200)
        assert same.headers["Cache-Control"] == "no-cache"
        assert "X-Frame-Options" not in same.headers
        assert SITE in other.headers["Content-Security-Policy"]

    def test_what_debug_mode_loads_is_named_only_where_that_is_on(self) -> None:
        at = f"/portal/{self.portal.public_id}/"
        quiet = self.client.get(at)
        self.switch(debug_mode=True)
        loud = self.client.get(at, headers={"If-None-Match": quiet.headers["ETag"]})

        self.assertNotContains(quiet, "debug")
        self.assertContains(loud, 'data-debug="/static/portal/debug.js"')
        self.assertNotContains(loud, '<script defer src="/static/portal/debug.js"')

    def test_a_portal_of_nobody_is_not_found(self) -> None:
        assert self.client.get("/portal/nobody/").status_code == 404
