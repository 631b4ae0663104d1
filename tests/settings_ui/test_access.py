"""Who gets into the dashboard, and how far."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import Membership, Merchant, User
from accounts.roles import Role
from settings_ui.urls import urlpatterns
from tests.settings_ui.base import HTMX, DashboardTestCase

# Every page: how it is asked, and which role it needs.
PAGES: dict[str, tuple[str, str, str]] = {
    "home": ("get", "/", "read"),
    "choose_merchant": ("post", "/merchants/{merchant}/", "read"),
    "in_mode": ("get", "/modes/test/", "read"),
    "new_portal": ("get", "/portals/new/", "edit"),
    "settings": ("get", "/portals/{portal}/settings/", "read"),
    "save_setting": ("post", "/portals/{portal}/settings/can_cancel/", "edit"),
    "note": ("get", "/portals/{portal}/settings/can_change_plan/note/", "read"),
    "customers": ("get", "/portals/{portal}/customers/", "edit"),
    "preview": ("post", "/portals/{portal}/preview/", "edit"),
    "services": ("get", "/portals/{portal}/services/", "read"),
    "read_services": ("post", "/portals/{portal}/services/read/", "read"),
    "make_demo": ("post", "/portals/{portal}/services/demo/", "edit"),
    "write_kept": ("post", "/portals/{portal}/services/write/", "edit"),
    "save_product": ("post", "/portals/{portal}/services/prod_1/save/", "edit"),
    "move_product": ("post", "/portals/{portal}/services/prod_1/move/", "edit"),
    "stripe": ("get", "/stripe/", "read"),
    "connect_stripe": ("post", "/stripe/test/", "own"),
    "disconnect_stripe": ("post", "/stripe/test/disconnect/", "own"),
}
ENOUGH = {"read": set(Role), "edit": {Role.OWNER, Role.ADMIN}, "own": {Role.OWNER}}


class DoorTests(DashboardTestCase):
    def ask(self, client: Client, name: str, **headers: str) -> Any:
        method, address, _needs = PAGES[name]
        named = address.format(portal=self.portal.public_id, merchant=self.acme.merchant.pk)
        return getattr(client, method)(named, headers=headers)

    def test_every_address_is_in_the_table(self) -> None:
        pages = {str(p.name) for p in urlpatterns if not str(p.pattern).startswith("api/")}

        assert pages == set(PAGES)

    def test_nobody_gets_in_without_logging_in(self) -> None:
        for name in PAGES:
            with self.subTest(page=name):
                response = self.ask(Client(), name)

                assert response.status_code == 302
                assert response["Location"].startswith("/accounts/login/?next=/")

    def test_a_part_of_a_page_leads_the_whole_page_to_the_log_in(self) -> None:
        response = self.ask(Client(), "save_setting", **HTMX)

        assert response.status_code == 401
        assert response["HX-Redirect"] == "/accounts/login/?next=%2F"

    def test_roles_reach_as_far_as_the_table_says(self) -> None:
        for role in Role:
            browser = self.client if role == Role.OWNER else self.browser(role)
            for name, (_method, _address, needs) in PAGES.items():
                with self.subTest(page=name, role=role):
                    response = self.ask(browser, name)

                    assert (response.status_code != 403) is (role in ENOUGH[needs])

    def test_a_strangers_portal_and_merchant_do_not_exist(self) -> None:
        stranger = self.owner(self.globex)
        for name, (_method, address, _needs) in PAGES.items():
            if "{" in address:
                with self.subTest(page=name):
                    assert self.ask(stranger, name).status_code == 404

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
