"""Connecting Stripe by pasted keys."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.activity import Activity, ActivityAction
from accounts.connecting import disconnect
from accounts.roles import Role
from portal.kept import keep_values, kept_for
from tests.settings_ui.base import DashboardTestCase


class StripePageTests(DashboardTestCase):
    def connect(self, api_key: str, publishable_key: str, mode: str = "test") -> Any:
        keys = {"api_key": api_key, "publishable_key": publishable_key}
        return self.client.post(f"/stripe/{mode}/", keys)

    def key_now(self, mode: str = "test") -> str:
        connection = self.acme.merchant.connection(mode)
        return connection.api_key if connection else ""

    def test_shows_each_mode_and_enough_of_the_key_to_recognise_it(self) -> None:
        response = self.client.get("/stripe/")

        self.assertContains(response, "Test mode")
        self.assertContains(response, "Live mode")
        self.assertContains(response, "sk_test_…acme")
        self.assertNotContains(response, self.acme.shop.api_key)
        self.assertNotContains(response, self.acme.shop.publishable_key)

    def test_keeps_keys_that_stripe_knows(self) -> None:
        response = self.connect("rk_test_other", "pk_test_other")

        self.assertRedirects(response, "/stripe/")
        assert self.key_now() == "rk_test_other"

    def test_connects_a_mode_by_itself(self) -> None:
        with self.settings(DEBUG=True):
            self.connect("rk_live_acme", "pk_live_acme", "live")

        assert self.key_now("live") == "rk_live_acme"
        assert self.key_now("test") == self.acme.shop.api_key

    def test_says_beside_the_field_that_a_key_is_of_the_wrong_mode(self) -> None:
        response = self.connect("rk_live_other", "pk_test_other")

        self.assertContains(response, "A key for this mode starts with rk_test_.", status_code=400)
        assert response.context["ways"][0].form.errors.keys() == {"api_key"}
        assert self.key_now() == self.acme.shop.api_key

    def test_says_that_the_keys_belong_to_two_accounts(self) -> None:
        self.refuses_requests = True

        response = self.connect("rk_test_other", "pk_test_another")

        assert response.context["ways"][0].form.errors.keys() == {"publishable_key"}
        assert self.key_now() == self.acme.shop.api_key

    def note_event(self) -> None:
        """Let Acme's Stripe have told of something."""
        connection = self.acme.merchant.connections.get(mode="test")
        connection.events.create(
            event_id="evt_1", type="product.updated", created_at=timezone.now()
        )

    def test_says_how_soon_changes_show(self) -> None:
        self.assertContains(self.client.get("/stripe/"), "reach this server to tell it of them")

        with self.settings(PUBLIC_URL="https://billing.example.com"):
            self.assertContains(self.client.get("/stripe/"), "at once, set the endpoint up")
            self.connect("rk_test_acme", "pk_test_acme")
            self.assertContains(self.client.get("/stripe/"), "no event has come yet")
            self.note_event()
            self.assertContains(self.client.get("/stripe/"), "show up at once")

    def test_a_key_that_may_not_make_endpoints_is_kept_and_said(self) -> None:
        self.refuses_requests = True
        self.sandbox.account("rk_test_acme").config["denied"] = ["webhook_write"]

        with (
            self.settings(PUBLIC_URL="https://billing.example.com"),
            self.assertLogs("accounts.listening", "WARNING"),
        ):
            self.connect("rk_test_acme", "pk_test_acme")
            page = self.client.get("/stripe/")

        assert self.key_now() == "rk_test_acme"
        self.assertContains(page, "within half a minute. To see them at once")

    def test_disconnects_one_mode(self) -> None:
        response = self.client.post("/stripe/test/disconnect/", follow=True)

        self.assertRedirects(response, "/stripe/")
        self.assertContains(response, "Stripe is disconnected in test mode.")
        self.assertNotContains(response, "Disconnect Stripe")
        assert self.key_now() == ""

    def test_disconnecting_twice_is_no_fault(self) -> None:
        self.client.post("/stripe/test/disconnect/")

        assert self.client.post("/stripe/test/disconnect/").status_code == 302

    def test_disconnects_no_mode_that_is_none(self) -> None:
        assert self.client.post("/stripe/staging/disconnect/").status_code == 404

    def test_only_an_owner_disconnects(self) -> None:
        admin = self.browser(Role.ADMIN)

        response = admin.post("/stripe/test/disconnect/")

        assert response.status_code == 403
        self.assertNotContains(admin.get("/stripe/"), "Disconnect")
        assert self.key_now() == self.acme.shop.api_key

    def test_never_gives_a_typed_key_back(self) -> None:
        response = self.connect("rk_live_typed_by_mistake", "pk_live_typed_by_mistake")

        self.assertNotContains(response, "typed_by_mistake", status_code=400)

    def test_asks_for_both_keys(self) -> None:
        response = self.connect("", "")

        self.assertContains(response, "This field is required.", count=2, status_code=400)

    def test_a_mode_that_is_none_is_not_found(self) -> None:
        assert self.connect("rk_test_x", "pk_test_x", "staging").status_code == 404

    def test_only_an_owner_is_offered_the_form(self) -> None:
        response = self.browser(Role.ADMIN).get("/stripe/")

        self.assertNotContains(response, 'name="api_key"')
        self.assertContains(response, "Only an owner of the team can replace the keys.")

    def test_an_admins_post_changes_nothing(self) -> None:
        keys = {"api_key": "rk_test_other", "publishable_key": "pk_test_other"}

        response = self.browser(Role.ADMIN).post("/stripe/test/", keys)

        assert response.status_code == 403
        assert self.key_now() == self.acme.shop.api_key


class NotedTests(DashboardTestCase):
    """Connecting and disconnecting are noted, and lose nothing."""

    def test_who_connected_is_noted_without_a_key(self) -> None:
        self.client.post(
            "/stripe/test/", {"api_key": "rk_test_other", "publishable_key": "pk_test_other"}
        )

        noted = Activity.objects.get(action=ActivityAction.STRIPE_CONNECTED)
        assert (noted.who, noted.mode) == ("owner@acme.example", "test")
        assert (noted.before, noted.after) == ("sk_test_…acme", "rk_test_…ther")
        assert "rk_test_other" not in str(vars(noted))

    def test_a_key_that_is_refused_is_not_noted(self) -> None:
        self.client.post("/stripe/test/", {"api_key": "x", "publishable_key": "y"})

        assert not Activity.objects.exists()

    def test_who_disconnected_is_noted_once(self) -> None:
        for _ in range(2):
            self.client.post("/stripe/test/disconnect/")

        noted = Activity.objects.get(action=ActivityAction.STRIPE_DISCONNECTED)
        assert (noted.mode, noted.before, noted.after) == ("test", "sk_test_…acme", None)

    def test_replacing_and_disconnecting_lose_nothing(self) -> None:
        self.switch(can_cancel=True)
        merchant, secret = self.acme.merchant, self.acme.secret
        connection = merchant.connections.get()
        keep_values(connection, "prod_1", {"sb_service": "Notes"})
        live = {"api_key": "rk_live_acme", "publishable_key": "pk_live_acme"}
        with self.settings(DEBUG=True):
            self.client.post("/stripe/live/", live)

        for keys in ("other", "", "acme"):
            if keys:
                pair = {"api_key": f"rk_test_{keys}", "publishable_key": f"pk_test_{keys}"}
                self.client.post("/stripe/test/", pair)
            else:
                disconnect(merchant, "test")

            with self.subTest(keys=keys):
                assert list(merchant.portals.order_by("pk")) == [self.portal, self.live]
                assert self.settings_now().can_cancel
                assert self.acme.secret == secret
                assert merchant.kept_metadata.get().values == {"sb_service": "Notes"}
                kept = merchant.connections.get(mode="live")
                assert kept.api_key == "rk_live_acme"

        assert kept_for(merchant.connections.get(mode="test")) == {
            "prod_1": {"sb_service": "Notes"}
        }

    def test_test_and_live_may_be_two_accounts(self) -> None:
        with self.settings(DEBUG=True):
            self.client.post(
                "/stripe/live/", {"api_key": "rk_live_other", "publishable_key": "pk_live_other"}
            )

        keys = dict(self.acme.merchant.connections.values_list("mode", "pk"))
        assert set(keys) == {"test", "live"}
        assert self.acme.merchant.connections.get(mode="live").api_key == "rk_live_other"
