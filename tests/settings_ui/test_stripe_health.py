"""What the Stripe page says of a key's permissions and of webhooks, and trying both again."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from accounts.models import StripeConnection
from accounts.roles import Role
from servicebot.gateway.permissions import BY_NAME, NEEDED, REQUIRED, rows_in
from tests.settings_ui.base import HTMX, DashboardTestCase


class KeyTestCase(DashboardTestCase):
    """Acme's account, whose restricted key may do as much as a test says."""

    def deny(self, *names: str) -> None:
        self.sandbox.account("rk_test_acme").config["denied"] = list(names)

    def connect(self, mode: str = "test") -> Any:
        keys = {"api_key": f"rk_{mode}_acme", "publishable_key": f"pk_{mode}_acme"}
        return self.client.post(f"/stripe/{mode}/", keys)

    def connection(self) -> StripeConnection:
        return self.acme.merchant.connections.get(mode="test")

    def check(self, mode: str = "test") -> Any:
        return self.client.post(f"/stripe/{mode}/check/", headers=HTMX)


class PermissionTests(KeyTestCase):
    """A restricted key that lacks each permission in turn is told which."""

    def test_each_required_one_is_named_and_nothing_is_kept(self) -> None:
        for name in sorted(REQUIRED):
            with self.subTest(name=name):
                self.deny(name)

                response = self.connect()

                wanted = BY_NAME[name]
                assert response.status_code == 400
                said = response.context["ways"][0].form.errors["api_key"][0]
                assert f"{wanted.label} (for {wanted.serves})" in said
                assert said.count("(for ") == 1
                assert said in html.unescape(response.content.decode())
                self.assertContains(response, "autofocus", count=1, status_code=400)
                assert self.connection().api_key == self.acme.shop.api_key

    def test_each_optional_one_connects_and_the_page_says_what_it_is_for(self) -> None:
        for permission in (each for each in NEEDED if not each.is_required):
            with self.subTest(name=permission.name):
                self.deny(permission.name)

                self.assertRedirects(self.connect(), "/stripe/")

                assert self.connection().lacking == [permission.name]
                page = html.unescape(self.client.get("/stripe/").content.decode())
                assert f"<b>{permission.label}</b>: {permission.serves}" in page

    def test_all_that_is_missing_is_said_at_once(self) -> None:
        self.deny("customer_read", "product_write", "subscription_read")

        response = self.connect()

        for label in ("Customers: Read", "Products: Write", "Subscriptions: Read"):
            self.assertContains(response, f"{label} (for", status_code=400)
        self.assertContains(response, "missing</span>", count=3, status_code=400)

    def test_a_good_key_has_a_tick_for_each(self) -> None:
        self.connect()

        page = self.client.get("/stripe/")

        self.assertContains(page, '<li class="has">', count=len(NEEDED))
        self.assertNotContains(page, '<li class="missing">')

    def test_checking_again_sees_what_was_allowed_since(self) -> None:
        self.deny("subscription_write")
        self.connect()
        self.deny()

        part = self.check()

        self.assertContains(part, "Checked just now.")
        self.assertNotContains(part, "This key lacks")
        self.assertTemplateNotUsed(part, "settings_ui/base.html")
        assert self.connection().lacking == []

    def test_checking_again_sees_what_was_taken_away(self) -> None:
        self.connect()
        self.deny("invoice_write")

        part = self.check()

        self.assertContains(part, "<b>Invoices: Write</b>")
        self.assertContains(part, "Stripe refuses this key since")
        assert self.connection().refused_since is not None
        assert not self.acme.merchant.notices.exists()

    def test_checking_a_revoked_key_says_so_and_a_good_one_ends_it(self) -> None:
        connection = self.connection()
        connection.api_key = "revoked_key_of_acme"
        connection.save()

        part = self.check()

        self.assertContains(part, "Stripe refuses this key: ")
        self.assertContains(self.client.get("/stripe/"), "Refused</span>")
        self.connect()
        assert self.connection().refused_since is None

    def test_stripe_down_is_said_and_keeps_what_was_known(self) -> None:
        self.sandbox.account("rk_test_acme").weather.bring("500", times=9)
        self.sandbox.account("sk_test_acme").weather.bring("500", times=9)

        part = self.check()

        self.assertContains(part, "Stripe didn&#x27;t answer.")
        assert self.connection().refused_since is None

    def test_there_is_nothing_to_check_without_keys(self) -> None:
        assert self.check("live").status_code == 404
        assert self.check("staging").status_code == 404
        assert self.client.post("/stripe/live/listen/").status_code == 404

    def test_only_an_owner_checks(self) -> None:
        admin = self.browser(Role.ADMIN)

        assert admin.post("/stripe/test/check/").status_code == 403
        assert admin.post("/stripe/test/listen/").status_code == 403
        self.assertNotContains(admin.get("/stripe/"), "Check again")

    def test_the_steps_name_every_row_and_lead_to_stripe(self) -> None:
        page = self.client.get("/stripe/")

        for mode, place in (("test", "test/apikeys/create?"), ("live", "apikeys/create?")):
            self.assertContains(page, f'href="https://dashboard.stripe.com/{place}name=Servicebot')
            for row in rows_in(mode):
                self.assertContains(page, f'<th scope="row">{row.row} ')
                self.assertContains(page, f"rak_{row.name}")
        self.assertContains(page, 'target="_blank" rel="noopener"', count=2)


class EndpointTests(KeyTestCase):
    """What the page says of webhooks, and setting them up."""

    refuses_requests = True

    def setUp(self) -> None:
        super().setUp()
        self.enterContext(self.settings(PUBLIC_URL="https://billing.example.com"))

    def set_up(self) -> Any:
        return self.client.post("/stripe/test/listen/", headers=HTMX)

    def test_it_is_set_up_where_it_was_not(self) -> None:
        self.assertContains(self.client.get("/stripe/"), "Try again to set it up")

        part = self.set_up()

        self.assertContains(part, "The endpoint is set up.")
        self.assertContains(part, f"/webhooks/stripe/{self.connection().endpoint_slug}/")
        assert self.connection().is_told

    def test_a_failing_one_is_replaced(self) -> None:
        self.connect()
        old = self.connection()
        StripeConnection.objects.filter(pk=old.pk).update(failing_since=timezone.now())
        self.assertContains(self.client.get("/stripe/"), "Events from Stripe fail since")

        part = self.set_up()

        assert [each["id"] for each in self.stripe.all("webhook_endpoint")] == [
            self.connection().endpoint_id
        ]
        assert self.connection().endpoint_id != old.endpoint_id
        assert self.connection().failing_since is None
        self.assertNotContains(part, "Events from Stripe fail since")

    def test_one_that_stripe_does_not_take_leaves_what_is_there(self) -> None:
        self.connect()
        old = self.connection()
        self.deny("webhook_write")

        with self.assertLogs("accounts.listening", "WARNING"):
            part = self.set_up()

        self.assertContains(part, "take the endpoint")
        assert self.connection().endpoint_id == old.endpoint_id
        self.assertContains(part, f"/webhooks/stripe/{old.endpoint_slug}/")

    def test_a_key_that_may_not_make_one_is_offered_none(self) -> None:
        self.deny("webhook_write")
        with self.assertLogs("accounts.listening", "WARNING"):
            self.connect()

        page = self.client.get("/stripe/")

        self.assertContains(page, "allow this key to write webhook endpoints")
        self.assertNotContains(page, "Try again to set it up")

    def test_a_server_that_stripe_cannot_reach_is_offered_none(self) -> None:
        with self.settings(PUBLIC_URL="http://127.0.0.1:8000"):
            page = self.client.get("/stripe/")

        self.assertNotContains(page, "Try again to set it up")

    def test_the_last_event_is_shown(self) -> None:
        self.connect()
        self.connection().events.create(
            event_id="evt_1", type="product.updated", created_at=datetime(2026, 3, 2, 9, tzinfo=UTC)
        )

        self.assertContains(self.client.get("/stripe/"), "2 Mar 2026, 09:00 UTC")
