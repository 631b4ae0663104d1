"""Starting a merchant, renaming it, downloading all of it, and deleting it with what is its own."""

from __future__ import annotations

import json

import time_machine
from django.test import Client

from accounts import teams
from accounts.connecting import connect
from accounts.models import Merchant, Mode, User
from accounts.roles import Role
from tests.settings_ui.test_team_page import TeamTestCase


class StartingTests(TeamTestCase):
    def test_who_is_in_no_team_starts_one_and_owns_it(self) -> None:
        user = User.objects.create_user("nobody@example.com", "a long password")
        browser = Client()
        browser.force_login(user)
        self.assertContains(browser.get("/"), 'href="/merchants/new/"', status_code=403)
        self.assertContains(browser.get("/merchants/new/"), "Start a merchant")

        page = self.post("/merchants/new/", browser, name=" Initech ")

        self.assertContains(page, "<summary>Initech</summary>")
        self.assertContains(page, "No portal yet")
        assert user.memberships.get().role == Role.OWNER

    def test_another_one_is_turned_to(self) -> None:
        self.assertContains(self.client.get("/team/"), "Start another merchant")

        page = self.post("/merchants/new/", name="Initech")

        self.assertContains(page, "<summary>Initech</summary>")
        assert self.acme.owner.memberships.count() == 2

    def test_says_beside_the_field_what_is_missing(self) -> None:
        page = self.post("/merchants/new/", name="  ")

        self.assertContains(page, "This field is required.", status_code=400)

    def test_ten_a_day_and_no_more(self) -> None:
        with time_machine.travel("2026-11-26T12:10:00Z", tick=False):
            self.client.force_login(self.acme.owner)
            for number in range(10):
                teams.start_another_merchant(self.acme.owner, f"Shop {number}")
            page = self.post("/merchants/new/", name="Shop 10")

        self.assertContains(page, "Try again tomorrow.", status_code=400)
        assert not Merchant.objects.filter(name="Shop 10").exists()


class RenamingTests(TeamTestCase):
    def test_an_owner_renames_it(self) -> None:
        self.assertContains(self.client.get("/merchant/"), 'value="Acme"')

        page = self.post("/merchant/", name="Acme & Sons")

        self.assertContains(page, "<summary>Acme &amp; Sons</summary>")
        entry = self.acme.merchant.activity.get()
        assert (entry.action, entry.before, entry.after) == (
            "merchant_renamed",
            "Acme",
            "Acme & Sons",
        )

    def test_the_same_name_again_is_no_change(self) -> None:
        self.post("/merchant/", name="Acme")

        assert not self.acme.merchant.activity.exists()

    def test_says_beside_the_field_what_is_missing(self) -> None:
        page = self.post("/merchant/", name="")

        self.assertContains(page, "This field is required.", status_code=400)
        assert Merchant.objects.get(pk=self.acme.merchant.pk).name == "Acme"

    def test_the_teams_page_leads_there(self) -> None:
        self.assertContains(self.client.get("/team/"), 'href="/merchant/"')


class DownloadingTests(TeamTestCase):
    def test_the_owner_gets_all_of_it_after_a_fresh_log_in_and_that_is_noted(self) -> None:
        self.assertContains(self.client.get("/merchant/"), 'action="/merchant/export/"')
        asked = self.client.post("/merchant/export/")
        assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
        assert not self.noted()

        file = self.fresh().post("/merchant/export/")

        lines = [json.loads(line) for line in file.getvalue().decode().splitlines()]
        assert file.headers["Content-Disposition"].endswith('.jsonl"')
        assert file.headers["Cache-Control"] == "no-store, private"
        assert {"accounts.Merchant", "portal.Portal"} <= {line["model"] for line in lines}
        assert self.acme.secret not in str(lines)
        assert self.noted() == [("owner@acme.example", "merchant_exported", "")]

    def test_an_admin_gets_nothing(self) -> None:
        admin = self.fresh(self.browser(Role.ADMIN))

        assert admin.post("/merchant/export/").status_code == 403
        assert not self.noted()


class DeletingTests(TeamTestCase):
    def test_says_what_goes(self) -> None:
        page = self.client.get("/merchant/")

        self.assertContains(page, "2 portals stop")
        self.assertContains(page, "1 member loses access.")

    def test_another_name_deletes_nothing(self) -> None:
        for typed in ("", "acme", "Globex"):
            with self.subTest(typed=typed):
                page = self.post("/merchant/delete/", typed=typed)

                assert page.status_code == 400
        self.assertContains(page, "That isn&#x27;t its name. Nothing was deleted.", status_code=400)
        assert Merchant.objects.filter(pk=self.acme.merchant.pk).exists()

    def test_everything_goes_portals_stop_and_stripe_is_told(self) -> None:
        shop = self.acme.shop
        with self.settings(PUBLIC_URL="https://billing.example.com"):
            connect(self.acme.merchant, Mode.TEST, shop.api_key, shop.publishable_key)
        assert len(shop.stripe.v1.webhook_endpoints.list().data) == 1
        token = self.token()
        shell = f"/portal/{self.portal.public_id}/"
        assert Client().get(shell).status_code == 200

        page = self.post("/merchant/delete/", typed="Acme")

        self.assertContains(page, "Acme is deleted.", status_code=403)
        self.assertContains(page, "Start a merchant", status_code=403)
        assert list(Merchant.objects.values_list("name", flat=True)) == ["Globex"]
        assert shop.stripe.v1.webhook_endpoints.list().data == []
        assert Client().get(shell).status_code == 404
        assert self.api("get", "", token).status_code == 401

    def test_leads_to_the_users_other_merchant(self) -> None:
        self.post("/merchants/new/", name="Initech")
        self.client.post(f"/merchants/{self.acme.merchant.pk}/")

        page = self.post("/merchant/delete/", typed="Acme")

        self.assertContains(page, "<summary>Initech</summary>")

    def test_an_admins_post_changes_nothing(self) -> None:
        admin = self.browser(Role.ADMIN)

        assert self.post("/merchant/", admin, name="Mine").status_code == 403
        assert self.post("/merchant/delete/", admin, typed="Acme").status_code == 403
        assert Merchant.objects.get(pk=self.acme.merchant.pk).name == "Acme"
