"""Who gets into the dashboard, and as a member of which merchant."""

from __future__ import annotations

from django.test import Client

from accounts.models import Membership, Merchant, User
from accounts.roles import Role
from tests.settings_ui.base import DashboardTestCase


class DoorTests(DashboardTestCase):
    def test_a_part_of_a_page_leads_the_whole_page_to_the_log_in(self) -> None:
        response = self.save("can_cancel", False, Client())

        assert response.status_code == 401
        assert response["HX-Redirect"] == "/accounts/login/?next=%2F"

    def test_a_strangers_post_changes_nothing(self) -> None:
        before = self.settings_now().can_cancel

        self.save("can_cancel", not before, self.owner(self.globex))

        assert self.settings_now().can_cancel is before

    def test_who_is_in_no_team_reads_so(self) -> None:
        user = User.objects.create_user("nobody@example.com", "a long password")
        browser = Client()
        browser.force_login(user)

        response = browser.get("/")

        self.assertContains(response, "nobody@example.com belongs to no merchant", status_code=403)

    def test_posts_need_the_csrf_token(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(self.acme.owner)

        response = self.save("can_cancel", False, browser)

        self.assertContains(response, "This page is too old", status_code=403)

    def test_somebody_who_has_left_the_team_is_a_stranger(self) -> None:
        Membership.objects.get(user=self.acme.owner).delete()

        response = self.client.get(f"{self.home}/settings/")

        assert response.status_code == 404


class SeveralMerchantsTests(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.second = Merchant.objects.create(name="Initech")
        Membership.objects.create(user=self.acme.owner, merchant=self.second, role=Role.VIEWER)

    def test_turning_to_another_merchant_stays(self) -> None:
        self.client.post(f"/merchants/{self.second.pk}/")
        response = self.client.get("/")

        self.assertContains(response, "No portal yet")

    def test_the_address_of_a_portal_decides_over_the_choice(self) -> None:
        self.client.post(f"/merchants/{self.second.pk}/")
        response = self.client.get(f"{self.home}/settings/")

        self.assertContains(response, "<summary>Acme</summary>")

    def test_the_role_is_that_in_the_portals_own_team(self) -> None:
        self.client.post(f"/merchants/{self.second.pk}/")

        assert self.client.get("/portals/new/").status_code == 403
        assert self.save("can_cancel", False).status_code == 200

    def test_a_form_acts_in_the_merchant_on_whose_page_it_was(self) -> None:
        self.client.post(f"/merchants/{self.second.pk}/")
        given = {"name": "From the other tab", "mode": "test", "merchant": self.acme.merchant.pk}

        response = self.client.post("/portals/new/", given)

        assert response.status_code == 302
        assert self.acme.merchant.portals.filter(name="From the other tab").exists()
        self.assertContains(self.client.get("/team/"), "<summary>Acme</summary>")

    def test_a_form_that_names_a_strangers_merchant_is_not_found(self) -> None:
        given = {"name": "Mine", "mode": "test", "merchant": self.globex.merchant.pk}

        assert self.client.post("/portals/new/", given).status_code == 404
        assert not self.globex.merchant.portals.filter(name="Mine").exists()

    def test_a_form_that_names_no_merchant_is_about_the_chosen_one(self) -> None:
        given = {"name": "Mine", "mode": "test", "merchant": "9" * 5000}

        assert self.client.post("/portals/new/", given).status_code == 302
        assert self.acme.merchant.portals.filter(name="Mine").exists()
