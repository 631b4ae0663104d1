"""Copying settings from a test portal to a live one, with the difference shown first."""

from __future__ import annotations

import re
from typing import Any

import stripe
from django.test import Client

from accounts.activity import ActivityAction
from accounts.connecting import connect
from accounts.models import Mode
from accounts.roles import Role
from portal.models import Portal, PortalSettings, open_portal
from servicebot.sandbox.doors import client
from settings_ui.copying import NEVER
from tests.settings_ui.base import HTMX, DashboardTestCase, another_value

LIVE_KEYS = ("rk_live_acme", "pk_live_acme")


class CopyingTestCase(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = f"/portals/{self.live.public_id}/copy/"

    def now(self, portal: Portal | None = None) -> PortalSettings:
        return PortalSettings.objects.get(portal=portal or self.live)

    def differ(self) -> None:
        """Give the test portal another value of every setting."""
        row = self.settings_now()
        values = {n: another_value(s, getattr(row, n)) for n, s in row.declared().items()}
        self.switch(**values)


class PageTests(CopyingTestCase):
    def post(self, *names: str, **fields: Any) -> Any:
        """Copy what is named, from a page that was just loaded."""
        sent = {
            "from": self.portal.public_id,
            "version": self.now().version,
            "from_version": self.settings_now().version,
            "settings": names,
        }
        return self.client.post(self.url, {**sent, **fields})

    def ticked(self) -> dict[str, bool]:
        """Return the settings that the page lists, and which of them are ticked."""
        page = self.client.get(self.url).content.decode()
        boxes = re.findall(r'name="settings" value="(\w+)"( checked)?', page)
        return {name: bool(checked) for name, checked in boxes}

    def test_lists_what_differs_with_what_is_and_what_will_be(self) -> None:
        self.switch(identify_by="customer_id")

        response = self.client.get(self.url)

        self.assertContains(response, "<span>How to identify customers</span>")
        self.assertContains(response, ">E-mail address</td>")
        self.assertContains(response, "<strong>Stripe customer id</strong>")
        assert "can_cancel" not in self.ticked()

    def test_lists_every_setting_but_what_is_never_copied(self) -> None:
        self.differ()
        differing = {
            name
            for name in PortalSettings.declared()
            if getattr(self.now(), name) != getattr(self.settings_now(), name)
        }

        listed = set(self.ticked())

        assert differing - listed == set(NEVER) & differing
        assert listed <= differing

    def test_says_what_is_never_copied(self) -> None:
        response = self.client.get(self.url)

        self.assertContains(response, "Portal is on, Enable security hash, and secret keys")

    def test_copies_what_is_ticked_and_nothing_else(self) -> None:
        self.switch(can_use_coupon=True, identify_by="customer_id")

        response = self.post("can_use_coupon")

        assert response["Location"] == f"/portals/{self.live.public_id}/settings/"
        assert self.now().can_use_coupon
        assert self.now().identify_by == "email"
        self.assertContains(self.client.get(response["Location"]), "Copied: Enable coupon.")

    def test_copies_everything_that_differs(self) -> None:
        self.differ()

        self.post(*self.ticked())

        for name in set(PortalSettings.declared()) - set(NEVER):
            with self.subTest(setting=name):
                assert getattr(self.now(), name) == getattr(self.settings_now(), name)
        assert self.now().requires_security_hash
        assert self.ticked() == {}

    def test_is_noted_with_before_and_after(self) -> None:
        self.switch(can_use_coupon=True)

        self.post("can_use_coupon")

        noted = self.acme.merchant.activity.get(action=ActivityAction.SETTINGS_COPIED)
        assert (noted.who, noted.subject) == ("owner@acme.example", "Acme portal")
        assert (noted.portal_id, noted.mode) == (self.live.public_id, "live")
        assert (noted.before, noted.after) == ({"can_use_coupon": False}, {"can_use_coupon": True})

    def test_debug_mode_is_not_ticked(self) -> None:
        self.switch(debug_mode=True, can_use_coupon=True)

        assert self.ticked()["debug_mode"] is False
        assert self.ticked()["can_use_coupon"] is True

    def test_sites_are_ticked_where_the_live_portal_has_none_and_all_count(self) -> None:
        self.switch(allowed_origins=["https://shop.example.com"])

        assert self.ticked()["allowed_origins"] is True

    def test_sites_never_take_the_place_of_live_ones_unasked(self) -> None:
        self.live.settings.allowed_origins = ["https://live.example.com"]
        self.live.settings.save()
        self.switch(allowed_origins=["https://staging.example.com"])

        assert self.ticked()["allowed_origins"] is False

    def test_addresses_of_this_machine_stay_behind(self) -> None:
        self.switch(allowed_origins=["http://localhost:3000", "https://shop.example.com"])

        assert self.ticked()["allowed_origins"] is False
        self.post("allowed_origins")
        assert self.now().allowed_origins == ["https://shop.example.com"]

    def test_sites_that_all_stay_behind_are_not_offered(self) -> None:
        self.switch(allowed_origins=["http://localhost:3000"])

        assert "allowed_origins" not in self.ticked()

    def test_a_change_since_the_difference_was_shown_stops_it(self) -> None:
        self.switch(can_use_coupon=True)
        live, test = self.now().version, self.settings_now().version
        self.save("can_cancel", False, home=f"/portals/{self.live.public_id}")
        self.save("identify_by", "customer_id")

        for stale in ({"version": live}, {"from_version": test}, {"version": ""}):
            with self.subTest(stale=stale):
                response = self.post("can_use_coupon", **stale)

                self.assertContains(response, "so nothing was copied", status_code=412)
                self.assertContains(response, "How to identify customers", status_code=412)
                assert not self.now().can_use_coupon

    def test_what_was_ticked_stays_ticked_where_it_was_refused(self) -> None:
        self.switch(can_use_coupon=True, debug_mode=True)

        response = self.post("debug_mode", version="0")

        self.assertContains(response, 'value="debug_mode" checked', status_code=412)
        self.assertContains(response, 'value="can_use_coupon">', status_code=412)

    def test_nothing_ticked_copies_nothing_and_says_so(self) -> None:
        self.switch(can_use_coupon=True)

        self.assertContains(self.post(), "Nothing is ticked", status_code=400)

    def test_what_is_never_copied_is_refused(self) -> None:
        for name in (*NEVER, "version", "can_fly"):
            with self.subTest(name=name):
                assert self.post(name).status_code == 400

    def test_a_double_click_copies_once(self) -> None:
        self.switch(can_use_coupon=True)
        version = self.now().version
        self.post("can_use_coupon", version=version)

        assert self.post("can_use_coupon", version=version).status_code == 412
        noted = self.acme.merchant.activity
        assert noted.filter(action=ActivityAction.SETTINGS_COPIED).count() == 1
        assert noted.filter(action=ActivityAction.SETTING_CHANGED).count() == 1

    def test_what_is_so_already_is_not_noted(self) -> None:
        self.post("can_use_coupon")

        assert not self.acme.merchant.activity.exists()

    def test_several_test_portals_are_offered(self) -> None:
        second = open_portal(self.acme.merchant, "test", "Second")

        response = self.client.get(self.url)

        self.assertContains(response, f'href="?from={second.public_id}"')
        self.assertContains(response, f'href="?from={self.portal.public_id}"')
        self.assertNotContains(response, "<table")
        assert self.client.post(self.url).status_code == 200

    def test_a_source_is_chosen_by_the_address(self) -> None:
        second = open_portal(self.acme.merchant, "test", "Second")

        assert self.client.get(f"{self.url}?from=%00").status_code == 404
        response = self.client.get(f"{self.url}?from={second.public_id}")

        self.assertContains(response, 'aria-current="true">Second')
        self.assertContains(response, "Nothing differs from Second")

    def test_without_a_test_portal_it_says_how_there_comes_to_be_one(self) -> None:
        self.portal.delete()

        response = self.client.get(self.url)

        self.assertContains(response, 'href="/portals/new/?mode=test"')

    def test_no_portal_that_is_live_somebody_elses_or_itself_is_a_source(self) -> None:
        other_live = open_portal(self.acme.merchant, "live", "Second")

        for portal in (self.globex.portal, other_live, self.live):
            with self.subTest(portal=portal):
                address = f"{self.url}?from={portal.public_id}"

                assert self.client.get(address).status_code == 404
                assert (
                    self.client.get(f"{self.url}services/?from={portal.public_id}").status_code
                    == 404
                )
                assert self.post("can_cancel", **{"from": portal.public_id}).status_code == 404

    def test_the_live_settings_offer_it_and_the_test_ones_do_not(self) -> None:
        live = self.client.get(f"/portals/{self.live.public_id}/settings/")
        test = self.client.get(f"{self.home}/settings/")

        self.assertContains(live, f'href="{self.url}">Copy from a test portal')
        self.assertContains(live, "Start from your test portal")
        self.assertNotContains(test, "Copy from a test portal")

    def test_a_viewer_neither_is_offered_it_nor_may(self) -> None:
        viewer = self.browser(Role.VIEWER)

        page = viewer.get(f"/portals/{self.live.public_id}/settings/")

        self.assertNotContains(page, "Copy from a test portal")
        assert viewer.post(self.url, {"from": self.portal.public_id}).status_code == 403


class ServicesTests(CopyingTestCase):
    def setUp(self) -> None:
        super().setUp()
        connect(self.acme.merchant, Mode.LIVE, *LIVE_KEYS)
        self.at_stripe: Any = stripe.StripeClient("sk_live_acme", http_client=client())

    def sell(self, tier: str) -> None:
        """Sell one plan of the service in live mode."""
        named = {"sb_service": "Notes", "sb_tier": tier}
        self.at_stripe.v1.products.create({"name": f"Notes {tier}", "metadata": named})

    def said(self) -> Any:
        return self.client.get(f"{self.url}services/?from={self.portal.public_id}", headers=HTMX)

    def test_the_page_asks_for_it_later(self) -> None:
        self.sandbox.calls.clear()

        response = self.client.get(self.url)

        self.assertContains(response, f'hx-get="{self.url}services/?from={self.portal.public_id}"')
        assert self.sandbox.calls == []

    def test_names_the_services_that_the_live_account_lacks(self) -> None:
        self.assertContains(self.said(), "<li>Notes</li>")

    def test_names_the_plans_that_it_lacks(self) -> None:
        self.sell("Team")
        self.sell("Starter")

        response = self.said()

        self.assertContains(response, "<li>Notes: Business</li>")
        self.assertNotContains(response, "Notes: Team")

    def test_says_where_everything_is_there(self) -> None:
        for tier in ("Starter", "Team", "Business"):
            self.sell(tier)

        self.assertContains(self.said(), "every service and plan of the test portal is")

    def test_says_where_stripe_is_not_connected(self) -> None:
        self.acme.merchant.connections.filter(mode=Mode.LIVE).delete()

        self.assertContains(self.said(), "until Stripe is connected in both modes")

    def test_says_where_stripe_fails(self) -> None:
        self.sandbox.account(LIVE_KEYS[0]).weather.bring("500", times=9)

        self.assertContains(self.said(), "Settings can be copied all the same")

    def test_without_a_source_there_is_nothing_to_compare(self) -> None:
        self.portal.delete()

        assert self.client.get(f"{self.url}services/").status_code == 404


class ApiTests(CopyingTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = f"/api/v1/portals/{self.live.public_id}/settings/copy"
        self.headers = self.bearer()
        self.switch(can_use_coupon=True, debug_mode=True)

    def read(self, source: str = "") -> Any:
        address = f"{self.url}?from={source or self.portal.public_id}"
        return Client().get(address, headers=self.headers)

    def copy(self, body: Any = None, **headers: str) -> Any:
        return Client().post(
            self.url,
            {"from": self.portal.public_id, **(body or {})},
            content_type="application/json",
            headers={**self.headers, **headers},
        )

    def test_answers_the_difference_with_the_version(self) -> None:
        response = self.read()

        found = {each["name"]: each for each in response.json()["differences"]}
        assert found["can_use_coupon"] == {
            "name": "can_use_coupon",
            "now": False,
            "then": True,
            "is_advised": True,
        }
        assert response.json()["never_copied"] == list(NEVER)
        assert response["ETag"] == f'"{self.now().version}"'

    def test_copies_what_is_advised_where_nothing_is_named(self) -> None:
        response = self.copy(**{"If-Match": self.read()["ETag"]})

        assert response.status_code == 200
        assert "can_use_coupon" in [each["name"] for each in response.json()["copied"]]
        assert response["ETag"] == f'"{self.now().version}"'
        assert self.now().can_use_coupon
        assert not self.now().debug_mode

    def test_copies_what_is_named(self) -> None:
        self.copy({"settings": ["debug_mode"]})

        assert self.now().debug_mode
        assert not self.now().can_use_coupon

    def test_a_stale_version_copies_nothing(self) -> None:
        etag = self.read()["ETag"]
        self.save("can_cancel", False, home=f"/portals/{self.live.public_id}")

        response = self.copy(**{"If-Match": etag})

        assert (response.status_code, response.json()["code"]) == (412, "changed_meanwhile")
        assert not self.now().can_use_coupon

    def test_refuses_names_that_are_none_or_never_copied(self) -> None:
        for name in ("can_fly", *NEVER):
            with self.subTest(name=name):
                response = self.copy({"settings": [name, "can_use_coupon"]})

                assert (response.status_code, response.json()["code"]) == (400, "invalid")
                assert name in response.json()["errors"]
                assert not self.now().can_use_coupon

    def test_refuses_a_body_that_makes_no_sense(self) -> None:
        bodies: list[Any] = [{"settings": "can_cancel"}, {"from": None}, {"settings": [{}]}]
        for body in bodies:
            with self.subTest(body=body):
                assert self.copy(body).json()["code"] == "invalid"

    def test_no_other_portal_is_a_source(self) -> None:
        for portal in (self.globex.portal, self.live):
            with self.subTest(portal=portal):
                assert self.read(portal.public_id).status_code == 404
                assert self.copy({"from": portal.public_id}).status_code == 404

    def test_a_viewer_reads_and_does_not_copy(self) -> None:
        self.headers = self.bearer(Role.VIEWER)

        assert self.read().status_code == 200
        assert self.copy().status_code == 403
