"""A portal's own page, and the same through the merchant API."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import ApiToken
from accounts.roles import Role
from portal.models import Portal
from tests.settings_ui.test_team_page import TeamTestCase


class PageTests(TeamTestCase):
    def test_the_settings_lead_to_it(self) -> None:
        page = self.client.get(f"{self.home}/settings/")

        self.assertContains(page, f'href="{self.home}/"')

    def test_the_menu_says_where_it_belongs(self) -> None:
        for within in ("", "copy/", "refused/"):
            page = self.client.get(f"{self.home}/{within}")

            self.assertContains(page, f'<a href="{self.home}/settings/" aria-current="true">')

    def test_the_menu_marks_one_place(self) -> None:
        self.fresh()
        for place in ("settings", "services", "texts", "install", "keys"):
            page = self.client.get(f"{self.home}/{place}/")

            self.assertContains(page, f'<a href="{self.home}/{place}/" aria-current="page">')
            menu = page.content.decode().split("<nav", 1)[1].split("</nav>")[0]
            assert menu.count("aria-current") == 1

    def test_each_role_is_offered_what_it_may(self) -> None:
        viewer, admin = self.browser(Role.VIEWER), self.browser(Role.ADMIN)

        for browser, renames, deletes in (
            (self.client, 1, 1),
            (admin, 1, 0),
            (viewer, 0, 0),
        ):
            page = browser.get(f"{self.home}/")
            self.assertContains(page, f'action="{self.home}/rename/"', count=renames)
            self.assertContains(page, f'action="{self.home}/delete/"', count=deletes)

    def test_an_admin_renames_it(self) -> None:
        page = self.post(f"{self.home}/rename/", self.browser(Role.ADMIN), name="Bills")

        self.assertContains(page, "The portal is renamed.")
        assert Portal.objects.get(pk=self.portal.pk).name == "Bills"
        assert self.noted() == [("admin@acme.example", "portal_renamed", "Bills")]

    def test_the_same_name_again_is_no_change(self) -> None:
        self.post(f"{self.home}/rename/", name="Acme portal")

        assert self.noted() == []

    def test_says_beside_the_field_what_is_missing(self) -> None:
        page = self.post(f"{self.home}/rename/", name="")

        self.assertContains(page, "This field is required.", status_code=400)
        self.assertContains(page, "<h1>Acme portal</h1>", status_code=400)

    def test_another_name_deletes_nothing(self) -> None:
        page = self.post(f"{self.home}/delete/", typed="Acme live portal")

        self.assertContains(page, "Nothing was deleted.", status_code=400)
        assert Portal.objects.filter(pk=self.portal.pk).exists()

    def test_deleting_it_stops_it(self) -> None:
        page = self.post(f"{self.home}/delete/", typed="Acme portal")

        self.assertContains(page, "The portal Acme portal is deleted.")
        assert list(self.acme.merchant.portals.all()) == [self.live]
        assert Client().get(f"/portal/{self.portal.public_id}/").status_code == 404
        assert self.noted() == [("owner@acme.example", "portal_deleted", "Acme portal")]

    def test_opening_one_is_noted(self) -> None:
        self.post("/portals/new/", name="Second", mode="live")

        entry = self.acme.merchant.activity.get()
        assert (entry.action, entry.subject, entry.mode) == ("portal_opened", "Second", "live")
        assert entry.portal_id == self.acme.merchant.portals.get(name="Second").public_id

    def test_posts_of_who_may_not_change_nothing(self) -> None:
        viewer, admin = self.browser(Role.VIEWER), self.browser(Role.ADMIN)

        assert self.post(f"{self.home}/rename/", viewer, name="Mine").status_code == 403
        for browser in (viewer, admin):
            page = self.post(f"{self.home}/delete/", browser, typed="Acme portal")
            assert page.status_code == 403
        assert Portal.objects.get(pk=self.portal.pk).name == "Acme portal"
        assert self.noted() == []


class ApiTests(TeamTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = f"/api/v1/portals/{self.portal.public_id}"
        self.place_of_owner = self.acme.owner.memberships.get()

    def call(self, method: str, url: str, role: str = Role.OWNER, body: Any = None) -> Any:
        """Call the API with a token of the owner's that acts in a role."""
        value = ApiToken.make(self.place_of_owner, f"as {role}", role)
        return Client().generic(
            method,
            url,
            "" if body is None else body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {value}"},
        )

    def test_opens_a_portal(self) -> None:
        body = '{"name": "Second", "mode": "live"}'

        answer = self.call("POST", "/api/v1/portals", Role.ADMIN, body)

        made = self.acme.merchant.portals.get(name="Second")
        assert answer.status_code == 201
        assert answer.json() == {"id": made.public_id, "name": "Second", "mode": "live"}
        assert made.settings.requires_security_hash
        assert self.noted() == [("owner@acme.example", "portal_opened", "Second")]

    def test_refuses_what_is_no_portal_by_field(self) -> None:
        for body, field in (
            ("{}", "name"),
            ('{"name": "", "mode": "test"}', "name"),
            ('{"name": "Second", "mode": "staging"}', "mode"),
            ('{"name": "Second", "mode": "test", "is_on": true}', "is_on"),
            (f'{{"name": "{"x" * 151}", "mode": "test"}}', "name"),
        ):
            with self.subTest(body=body):
                answer = self.call("POST", "/api/v1/portals", body=body)

                assert answer.status_code == 400
                assert answer.json()["code"] == "invalid"
                assert field in answer.json()["errors"]
        assert self.acme.merchant.portals.count() == 2

    def test_reads_one(self) -> None:
        answer = self.call("GET", self.url, Role.VIEWER)

        assert answer.json() == {
            "id": self.portal.public_id,
            "name": "Acme portal",
            "mode": "test",
        }

    def test_renames_one(self) -> None:
        answer = self.call("PATCH", self.url, Role.ADMIN, '{"name": "Bills"}')

        assert answer.json()["name"] == "Bills"
        assert self.noted() == [("owner@acme.example", "portal_renamed", "Bills")]

    def test_an_empty_change_is_none_and_the_mode_stays(self) -> None:
        empty = self.call("PATCH", self.url, body="{}")
        moved = self.call("PATCH", self.url, body='{"mode": "live"}')

        assert (empty.status_code, empty.json()["name"]) == (200, "Acme portal")
        assert (moved.status_code, moved.json()["errors"]) == (400, {"mode": ["unknown"]})
        assert self.noted() == []

    def test_deletes_one_for_good(self) -> None:
        answer = self.call("DELETE", self.url)

        assert (answer.status_code, answer.content) == (204, b"")
        assert self.call("GET", self.url).status_code == 404
        assert self.noted() == [("owner@acme.example", "portal_deleted", "Acme portal")]

    def test_a_token_reaches_no_further_than_its_role(self) -> None:
        for method, url, role, body in (
            ("POST", "/api/v1/portals", Role.VIEWER, '{"name": "Second", "mode": "test"}'),
            ("PATCH", self.url, Role.VIEWER, '{"name": "Mine"}'),
            ("DELETE", self.url, Role.VIEWER, None),
            ("DELETE", self.url, Role.ADMIN, None),
        ):
            with self.subTest(method=method, role=role):
                answer = self.call(method, url, role, body)

                assert answer.status_code == 403
                assert answer.json()["code"] == "permission_missing"
        assert self.noted() == []

    def test_a_demoted_owners_token_deletes_nothing(self) -> None:
        self.place_of_owner.role = Role.ADMIN
        self.place_of_owner.save()

        assert self.call("DELETE", self.url).status_code == 403

    def test_a_strangers_portal_is_not_found(self) -> None:
        stranger = f"/api/v1/portals/{self.globex.portal.public_id}"

        for method, body in (("GET", None), ("PATCH", '{"name": "Mine"}'), ("DELETE", None)):
            assert self.call(method, stranger, body=body).status_code == 404
        assert Portal.objects.get(pk=self.globex.portal.pk).name == "Globex portal"
