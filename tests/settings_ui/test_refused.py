"""The last refused attempts: what happened, why, and the button that lets a site in."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.roles import Role
from portal.models import Portal, PortalSettings
from portal.problems import PROBLEMS
from tests.settings_ui.base import HTMX, DashboardTestCase

SITE = "https://shop.example.com"


class RefusedTestCase(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.at = f"{self.home}/refused/"
        self.allow_at = f"{self.home}/origins/allow/"

    def note(self, code: str, portal: Portal | None = None, **more: str) -> None:
        (portal or self.portal).refused.create(code=code, **more)

    def part(self, client: Client | None = None) -> str:
        response = (client or self.client).get(self.at, headers=HTMX)
        return " ".join(response.content.decode().split())

    def allow(self, origin: str, client: Client | None = None, **headers: str) -> Any:
        given = {"origin": origin}
        return (client or self.client).post(self.allow_at, given, headers=headers or HTMX)

    def allowed(self) -> Any:
        return self.settings_now().allowed_origins


class ListTests(RefusedTestCase):
    def test_says_what_will_be_here(self) -> None:
        assert "Nobody was refused. Where somebody is, it says here who" in self.part()

    def test_says_what_happened_why_and_what_to_do(self) -> None:
        self.note("hash_invalid", fault="identity_case", identity="Ada@example.com", origin=SITE)

        part = self.part()

        assert "other capital letters than what was sent." in part
        assert "Sign exactly what the page sends" in part
        assert "<code>Ada@example.com</code>" in part
        assert f"<code>{SITE}</code>" in part

    def test_where_no_more_is_known_the_code_speaks(self) -> None:
        self.note("hash_invalid", fault="unknown")
        self.note("hash_missing")
        self.note("no_customer")
        self.note("signed_token_required")

        part = self.part()

        for words in (
            "under any key of this portal.",
            "came without a hash.",
            "Stripe has no customer with this identity.",
            "takes signed tokens only.",
        ):
            assert words in part

    def test_every_code_has_words_whatever_comes(self) -> None:
        for code in PROBLEMS:
            self.note(code)

        assert self.part().count("<li>") == len(PROBLEMS)

    def test_the_same_ones_stand_together_newest_first(self) -> None:
        for _ in range(3):
            self.note("hash_missing", identity="ada@example.com")
        self.note("hash_missing", identity="ben@example.com")

        part = self.part()

        assert part.count("<li>") == 2
        assert "3 times" in part
        assert part.index("ben@example.com") < part.index("ada@example.com")

    def test_what_others_sent_is_text(self) -> None:
        self.note("invalid", fault="malformed", identity="<script>alert(1)</script>@x")

        part = self.part()

        assert "<script>" not in part
        assert "&lt;script&gt;alert(1)&lt;/script&gt;@x" in part

    def test_a_viewer_sees_codes_and_sites_and_no_identities(self) -> None:
        self.note("hash_missing", identity="ada@example.com", origin=SITE)
        self.note("hash_missing", identity="ben@example.com", origin=SITE)
        self.note("origin_not_allowed", origin="https://other.example")

        part = self.part(self.browser(Role.VIEWER))

        assert "example.com</code>" in part
        assert "ada@" not in part
        assert "2 times" in part
        assert "Allow this site" not in part

    def test_another_portals_are_not_here(self) -> None:
        self.note("hash_missing", self.live, identity="other@example.com")

        assert "other@example.com" not in self.part()

    def test_it_stands_by_itself_and_is_not_kept(self) -> None:
        response = self.client.get(self.at)

        self.assertContains(response, "<h1>Last refused attempts</h1>")
        self.assertNotContains(response, "<h3")
        assert "no-store" in response["Cache-Control"]


class SiteTests(RefusedTestCase):
    def test_a_site_that_can_be_allowed_has_a_button(self) -> None:
        self.note("origin_not_allowed", origin=SITE)

        part = self.part()

        assert "If the site is yours, allow it." in part
        assert f'name="origin" value="{SITE}"' in part

    def test_one_that_is_allowed_by_now_says_so(self) -> None:
        self.switch(allowed_origins=["https://*.example.com"])
        self.note("origin_not_allowed", origin=SITE)

        part = self.part()

        assert "It is allowed now." in part
        assert "Allow this site" not in part

    def test_one_without_https_says_why_it_can_not_be(self) -> None:
        self.note("origin_not_allowed", origin="http://shop.example.com")

        part = self.part()

        assert "on https sites only" in part
        assert "Allow this site" not in part

    def test_this_machine_can_be_allowed_in_test_mode_only(self) -> None:
        self.note("origin_not_allowed", origin="http://localhost:3000")
        self.note("origin_not_allowed", self.live, origin="http://localhost:3000")

        test = self.part()
        live = self.client.get(f"/portals/{self.live.public_id}/refused/").content.decode()

        assert "Allow this site" in test
        assert "in test mode only" in live
        assert "Allow this site" not in live

    def test_a_request_to_the_pages_own_door_is_no_site_to_allow(self) -> None:
        self.note("origin_not_allowed", fault="other_door", origin=SITE)

        part = self.part()

        assert "POST /api/v1/portal/session" in part
        assert "Allow this site" not in part


class AllowTests(RefusedTestCase):
    def test_lets_the_site_show_the_portal_and_answers_the_part(self) -> None:
        self.switch(allowed_origins=["https://first.example.com"])
        self.note("origin_not_allowed", origin=SITE)

        response = self.allow(SITE)

        assert self.allowed() == ["https://first.example.com", SITE]
        self.assertContains(response, f"{SITE} may show the portal now.")
        self.assertContains(response, "It is allowed now.")
        self.assertNotContains(response, "<html")
        shell = self.client.get(f"/portal/{self.portal.public_id}/")
        assert SITE in shell["Content-Security-Policy"]

    def test_twice_is_once(self) -> None:
        self.allow(SITE)
        version = self.settings_now().version

        assert self.allow(SITE).status_code == 200
        assert self.allowed() == [SITE]
        assert self.settings_now().version == version

    def test_what_is_no_site_is_refused_in_words(self) -> None:
        for origin in ("", "null", "http://shop.example.com", "https://*.com", "https://x/path"):
            with self.subTest(origin=origin):
                self.assertContains(self.allow(origin), "isn&#x27;t an origin", status_code=400)
        assert self.allowed() == []

    def test_without_script_it_leads_back_with_a_message(self) -> None:
        done = self.client.post(self.allow_at, {"origin": SITE}, follow=True)
        failed = self.client.post(self.allow_at, {"origin": "x"}, follow=True)

        assert done.redirect_chain == [(self.at, 302)]
        self.assertContains(done, "may show the portal now.")
        self.assertContains(failed, "isn&#x27;t an origin")

    def test_the_sites_that_others_have_set_stay(self) -> None:
        PortalSettings.objects.filter(portal=self.portal).update(
            allowed_origins=["https://first.example.com"], version=7
        )

        self.allow(SITE)

        assert self.allowed() == ["https://first.example.com", SITE]

    def test_a_viewer_allows_nothing(self) -> None:
        assert self.allow(SITE, self.browser(Role.VIEWER)).status_code == 403
        assert self.allowed() == []

    def test_a_stranger_finds_nothing(self) -> None:
        assert self.allow(SITE, self.owner(self.globex)).status_code == 404
        assert self.allowed() == []
