"""The way to a portal, and opening one."""

from __future__ import annotations

from accounts.roles import Role
from tests.settings_ui.base import DashboardTestCase


class HomeTests(DashboardTestCase):
    def test_leads_to_the_first_portal(self) -> None:
        response = self.client.get("/")

        self.assertRedirects(response, f"{self.home}/settings/", fetch_redirect_response=False)

    def test_says_how_to_open_the_first_portal(self) -> None:
        self.acme.merchant.portals.all().delete()

        response = self.client.get("/")

        self.assertContains(response, "No portal yet")
        self.assertContains(response, 'action="/portals/new/"')

    def test_tells_a_viewer_who_can_open_one(self) -> None:
        self.acme.merchant.portals.all().delete()

        response = self.browser(Role.VIEWER).get("/")

        self.assertContains(response, "Once an owner or admin of your team has opened one")
        self.assertNotContains(response, 'action="/portals/new/"')

    def test_a_mode_leads_to_its_portal(self) -> None:
        response = self.client.get("/modes/live/")

        assert response["Location"] == f"/portals/{self.live.public_id}/settings/"

    def test_a_mode_that_is_none_is_not_found(self) -> None:
        assert self.client.get("/modes/staging/").status_code == 404

    def test_a_mode_without_portal_leads_to_opening_one_in_it(self) -> None:
        self.live.delete()

        response = self.client.get("/modes/live/", follow=True)

        self.assertContains(response, '<option value="live" selected>Live</option>', html=True)


class NewPortalTests(DashboardTestCase):
    def test_opens_a_portal_with_the_recommended_settings_and_a_key(self) -> None:
        response = self.client.post("/portals/new/", {"name": "Second", "mode": "test"})

        portal = self.acme.merchant.portals.get(name="Second")
        assert response["Location"] == f"/portals/{portal.public_id}/settings/"
        assert portal.settings.can_cancel
        assert len(portal.active_secrets()) == 1

    def test_opens_a_live_portal_with_the_hash_required(self) -> None:
        self.client.post("/portals/new/", {"name": "Second", "mode": "live"})

        assert self.acme.merchant.portals.get(name="Second").settings.requires_security_hash

    def test_says_beside_the_field_what_is_missing(self) -> None:
        response = self.client.post("/portals/new/", {"name": "", "mode": "test"})

        self.assertContains(response, "This field is required.", status_code=400)
