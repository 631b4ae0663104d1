"""The portal beside its settings."""

from __future__ import annotations

import re
from typing import Any

from portal.identity import hash_of
from portal.look import source_of, stylesheet
from portal.models import PortalSecret
from portal.states import STATES
from portal.texts import languages
from settings_ui.preview_views import choices
from tests.languages import spoken
from tests.settings_ui.base import DashboardTestCase


class PreviewTests(DashboardTestCase):
    def preview(self, home: str = "", **asked: str) -> Any:
        return self.client.get(f"{home or self.home}/preview/", asked)

    def policy(self) -> dict[str, str]:
        """Return its Content-Security-Policy by directive."""
        header = self.preview()["Content-Security-Policy"]
        return dict(part.strip().split(" ", 1) for part in header.split(";"))

    def test_shows_every_state_and_asks_stripe_nothing(self) -> None:
        for state in STATES:
            with self.subTest(state=state):
                response = self.preview(state=state)

                self.assertContains(response, 'id="portal"')
        assert self.sandbox.calls == []

    def test_follows_the_settings(self) -> None:
        before = self.preview()
        self.switch(can_cancel=False, shows_actions_in_dropdown=True)
        after = self.preview()

        self.assertContains(before, "Cancel subscription")
        self.assertNotContains(before, "<details")
        self.assertNotContains(after, "Cancel subscription")
        self.assertContains(after, '<details class="menu"')

    def test_holds_nobodys_data(self) -> None:
        page = self.preview(state="two_customers").content.decode()

        assert "Ada" not in page
        assert self.acme.shop.prices["Team month"] not in page

    def test_our_own_pages_alone_may_frame_it_and_nothing_can_be_sent(self) -> None:
        response = self.preview()

        assert self.policy()["frame-ancestors"] == "'self'"
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert "no-store" in response["Cache-Control"]
        for way in ("connect-src", "frame-src", "form-action"):
            assert self.policy()[way] == "'none'"

    def test_loads_nothing_that_acts(self) -> None:
        page = self.preview().content.decode()

        assert re.findall(r"<script[^>]*>", page) == [
            '<script defer src="/static/portal/preview.js">'
        ]
        assert "style=" not in page

    def test_is_light_or_dark_as_asked(self) -> None:
        self.assertContains(self.preview(scheme="dark"), 'data-scheme="dark"')
        self.assertNotContains(self.preview(), "data-scheme")

    def test_what_there_is_not_is_not_found(self) -> None:
        for asked in ({"state": "x"}, {"language": "xx"}, {"scheme": "sepia"}):
            with self.subTest(asked=asked):
                assert self.preview(**asked).status_code == 404

    def test_a_live_portal_never_goes_without_a_hash(self) -> None:
        home = f"/portals/{self.live.public_id}"

        assert self.preview(home, state="active").status_code == 200
        assert self.preview(home, state="unsecured").status_code == 404

    def test_says_that_the_portal_is_off(self) -> None:
        self.switch(is_on=False)

        self.assertContains(self.preview(), "The portal is off now")
        self.assertNotContains(self.preview(state="off"), "The portal is off now")

    def test_says_that_nobody_gets_in_without_the_hash(self) -> None:
        required = self.preview(state="unsecured")
        self.switch(requires_security_hash=False)

        self.assertContains(required, "nobody gets in like this now")
        self.assertNotContains(self.preview(state="unsecured"), "nobody gets in")

    def test_a_scheme_that_the_look_pins_is_shown_and_said(self) -> None:
        look = {"scheme": "dark", "accent": "#ffcc00"}
        self.switch(look=look)

        asked, same = self.preview(scheme="light"), self.preview(scheme="dark")

        self.assertContains(asked, 'data-scheme="dark"')
        self.assertContains(asked, "Your look is always dark.")
        self.assertContains(asked, "--accent: #ffcc00;")
        assert source_of(stylesheet(look)) in asked.headers["Content-Security-Policy"]
        self.assertNotContains(same, "always dark")

    def test_a_right_to_left_language_is_mirrored(self) -> None:
        with spoken("he"):
            page = self.preview(language="he")

        self.assertContains(page, '<html lang="he" dir="rtl">')
        self.assertContains(page, "he:Invoices")

    def test_identifies_as_the_portal_does(self) -> None:
        self.switch(identify_by="customer_id")

        self.assertContains(self.preview(), "Acme Analytics")

    def test_a_viewer_sees_it(self) -> None:
        response = self.browser("viewer").get(f"{self.home}/preview/")

        assert response.status_code == 200

    def test_offers_every_state_and_language_that_there_is(self) -> None:
        found = choices(self.portal)

        assert [name for name, _label in found["states"]] == list(STATES)
        assert [code for code, _name in found["languages"]] == list(languages())
        assert ("en", "English") in found["languages"]


class CustomersTests(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = f"{self.home}/customers/"

    def test_offers_the_merchants_own_customers(self) -> None:
        response = self.client.get(self.url)

        self.assertContains(response, "Ada · ada@example.com")
        self.assertContains(response, "Ben · ben@example.com")
        self.assertNotContains(response, "Carla")

    def test_leaves_out_whom_the_portal_can_not_identify(self) -> None:
        nameless = self.acme.shop.stripe.v1.customers.create({"name": "Dora"}).id

        by_email = self.client.get(self.url)
        self.switch(identify_by="customer_id")
        by_id = self.client.get(self.url)

        self.assertNotContains(by_email, nameless)
        self.assertContains(by_id, nameless)

    def test_says_when_there_is_nobody(self) -> None:
        self.acme.merchant.connections.update(api_key="sk_test_empty")

        response = self.client.get(self.url)

        self.assertContains(response, "No customers in test mode yet.")

    def test_leads_to_connecting_stripe(self) -> None:
        self.acme.merchant.connections.all().delete()

        response = self.client.get(self.url)

        self.assertContains(response, "Without Stripe there are no customers")
        self.assertContains(response, 'href="/stripe/"')

    def test_offers_to_try_again_when_stripe_is_down(self) -> None:
        self.sandbox.account(self.acme.shop.api_key).weather.bring("500", times=9)

        response = self.client.get(self.url)

        self.assertContains(response, "Try again")

    def test_asks_for_no_customers_in_live_mode(self) -> None:
        response = self.client.get(f"/portals/{self.live.public_id}/customers/")

        self.assertContains(response, "The preview is for test mode.")
        assert self.sandbox.calls == []


class CustomerTests(DashboardTestCase):
    def preview(self, customer: str, home: str = "") -> Any:
        return self.client.post(f"{home or self.home}/preview/customer/", {"customer": customer})

    def test_answers_what_the_merchants_server_would(self) -> None:
        response = self.preview(self.ada)

        assert response.json() == {
            "portal_id": self.portal.public_id,
            "email": "ada@example.com",
            "hash": hash_of(self.acme.secret, "ada@example.com"),
        }
        assert "no-store" in response["Cache-Control"]

    def test_identifies_as_the_portal_does(self) -> None:
        self.switch(identify_by="customer_id")

        response = self.preview(self.ada)

        assert response.json()["customer_id"] == self.ada
        assert response.json()["hash"] == hash_of(self.acme.secret, self.ada)

    def test_signs_with_the_newest_key(self) -> None:
        newest = PortalSecret.make(self.portal)

        response = self.preview(self.ada)

        assert response.json()["hash"] == hash_of(newest.value, "ada@example.com")

    def test_the_portal_takes_it(self) -> None:
        settings = self.preview(self.ada).json()

        response = self.client.post(
            "/api/v1/portal/session", settings, content_type="application/json"
        )

        assert response.status_code == 201

    def test_sends_no_hash_where_no_key_is_left(self) -> None:
        self.portal.secrets.all().delete()

        assert "hash" not in self.preview(self.ada).json()

    def test_signs_for_nobody_elses_customer(self) -> None:
        self.refuses_requests = True

        response = self.preview(self.carla)

        assert response.status_code == 404
        assert "hash" not in response.json()

    def test_asks_stripe_for_customers_alone(self) -> None:
        for customer in ("", "../products", f"{self.ada}?expand[]=x", f"{self.ada}/sources"):
            with self.subTest(customer=customer):
                assert self.preview(customer).status_code == 404
        assert self.sandbox.calls == []

    def test_never_signs_in_live_mode(self) -> None:
        response = self.preview(self.ada, f"/portals/{self.live.public_id}")

        assert response.status_code == 403
        assert response.json()["code"] == "permission_missing"

    def test_signs_for_nobody_without_address(self) -> None:
        nameless = self.acme.shop.stripe.v1.customers.create({"name": "Dora"}).id

        response = self.preview(nameless)

        assert response.json()["code"] == "no_customer"

    def test_says_why_it_fails(self) -> None:
        self.acme.merchant.connections.all().delete()

        response = self.preview(self.ada)

        assert response.status_code == 503
        assert response.json()["code"] == "stripe_disconnected"
