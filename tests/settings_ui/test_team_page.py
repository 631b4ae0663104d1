"""The team's page: members, roles, and leaving."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.activity import Activity
from accounts.models import ApiToken, Membership, User
from accounts.roles import Right, Role
from tests.settings_ui.base import DashboardTestCase


class TeamTestCase(DashboardTestCase):
    def place(self, user: User) -> Membership:
        """Return somebody's place in Acme's team."""
        return Membership.objects.get(user=user, merchant=self.acme.merchant)

    def second_owner(self) -> Membership:
        """Make somebody an owner beside the first."""
        place = self.place(self.member(Role.ADMIN))
        place.role = Role.OWNER
        place.save()
        return place

    def post(self, address: str, client: Client | None = None, /, **data: Any) -> Any:
        return (client or self.client).post(address, data, follow=True)

    def noted(self) -> list[tuple[str, str, str]]:
        """Return what was noted: who, what, and about whom."""
        return list(Activity.objects.order_by("pk").values_list("who", "action", "subject"))


class SeeingTests(TeamTestCase):
    def test_every_member_sees_who_is_in_it_as_what(self) -> None:
        self.member(Role.ADMIN)

        page = self.browser(Role.VIEWER).get("/team/")

        for said in ("owner@acme.example", "admin@acme.example", "viewer@acme.example"):
            self.assertContains(page, said)
        self.assertContains(page, '<span class="tag picked">You</span>', count=1)
        self.assertNotContains(page, "owner@globex.example")

    def test_says_what_each_role_may_do(self) -> None:
        page = self.client.get("/team/")

        for right in Right:
            self.assertContains(page, right.label)
        assert page.context["reach"][0] == (Right.READ.label, [True, True, True])
        assert page.context["reach"][4] == (Right.TEAM.label, [True, False, False])

    def test_offers_only_what_the_role_allows(self) -> None:
        viewer = self.browser(Role.VIEWER).get("/team/")

        self.assertContains(self.client.get("/team/"), 'action="/team/invite/"')
        for address in ("/team/invite/", "/role/", "/remove/", "/merchant/"):
            self.assertNotContains(viewer, f'{address}"')
        self.assertContains(viewer, 'action="/team/leave/"')

    def test_a_name_stands_before_the_address(self) -> None:
        User.objects.filter(pk=self.acme.owner.pk).update(name="Olga")

        self.assertContains(self.client.get("/team/"), "<strong>Olga</strong>")


class RoleTests(TeamTestCase):
    def test_an_owner_gives_somebody_another_role(self) -> None:
        viewer = self.place(self.member(Role.VIEWER))

        page = self.post(f"/team/{viewer.pk}/role/", role="admin")

        self.assertContains(page, "viewer@acme.example is now: Admin.")
        assert self.place(viewer.user).role == Role.ADMIN
        assert self.noted() == [("owner@acme.example", "role_changed", "viewer@acme.example")]
        entry = Activity.objects.get()
        assert (entry.before, entry.after) == ("viewer", "admin")

    def test_the_same_role_again_is_no_change(self) -> None:
        viewer = self.place(self.member(Role.VIEWER))

        self.post(f"/team/{viewer.pk}/role/", role="viewer")

        assert self.noted() == []

    def test_the_last_owner_stays_one(self) -> None:
        self.member(Role.ADMIN)
        owner = self.place(self.acme.owner)

        for act in ({"role": "admin"}, {"role": "viewer"}):
            page = self.post(f"/team/{owner.pk}/role/", **act)

            self.assertContains(page, "A team needs an owner.", status_code=400)
        assert self.place(self.acme.owner).role == Role.OWNER

    def test_one_of_two_owners_can_step_down(self) -> None:
        second = self.second_owner()
        owner = self.place(self.acme.owner)

        self.post(f"/team/{second.pk}/role/", role="owner")
        page = self.post(f"/team/{owner.pk}/role/", role="viewer")

        assert page.status_code == 200
        assert self.place(self.acme.owner).role == Role.VIEWER

    def test_there_is_no_fourth_role(self) -> None:
        viewer = self.place(self.member(Role.VIEWER))

        page = self.post(f"/team/{viewer.pk}/role/", role="emperor")

        self.assertContains(page, "Choose one of the roles.", status_code=400)
        assert self.place(viewer.user).role == Role.VIEWER


class RemovingTests(TeamTestCase):
    def test_an_owner_removes_somebody_and_their_tokens_with_them(self) -> None:
        admin = self.place(self.member(Role.ADMIN))
        browser = Client()
        browser.force_login(admin.user)
        headers = {"Authorization": f"Bearer {ApiToken.make(admin, 'Deployment')}"}
        assert Client().get("/api/v1/portals", headers=headers).status_code == 200

        page = self.post(f"/team/{admin.pk}/remove/")

        self.assertContains(page, "admin@acme.example is no longer in the team.")
        self.assertContains(
            browser.get(f"{self.home}/settings/"), "a team that you aren't in", status_code=404
        )
        self.assertContains(browser.get("/"), "You aren't in a team", status_code=403)
        assert Client().get("/api/v1/portals", headers=headers).status_code == 401
        assert self.noted() == [("owner@acme.example", "member_removed", "admin@acme.example")]

    def test_the_last_owner_is_not_removed(self) -> None:
        owner = self.place(self.acme.owner)

        page = self.post(f"/team/{owner.pk}/remove/")

        self.assertContains(page, "A team needs an owner.", status_code=400)
        assert self.place(self.acme.owner).role == Role.OWNER

    def test_an_owner_who_removes_themselves_is_led_out(self) -> None:
        self.second_owner()

        page = self.post(f"/team/{self.place(self.acme.owner).pk}/remove/")

        self.assertContains(page, "You aren't in a team", status_code=403)

    def test_nobody_of_another_team_is_removed(self) -> None:
        stranger = self.globex.owner.memberships.get()

        assert self.post(f"/team/{stranger.pk}/remove/").status_code == 404
        assert self.post(f"/team/{stranger.pk}/role/", role="viewer").status_code == 404
        assert self.globex.owner.memberships.get().role == Role.OWNER

    def test_an_admin_removes_and_promotes_nobody(self) -> None:
        owner = self.place(self.acme.owner)
        admin = self.browser(Role.ADMIN)

        assert self.post(f"/team/{owner.pk}/remove/", admin).status_code == 403
        assert self.post(f"/team/{owner.pk}/role/", admin, role="viewer").status_code == 403
        assert self.place(self.acme.owner).role == Role.OWNER
        assert self.noted() == []


class LeavingTests(TeamTestCase):
    def test_everybody_may_leave(self) -> None:
        viewer = self.browser(Role.VIEWER)

        page = self.post("/team/leave/", viewer)

        self.assertContains(page, "You have left the team of Acme.", status_code=403)
        assert self.acme.merchant.memberships.count() == 1
        assert self.noted() == [("viewer@acme.example", "member_left", "viewer@acme.example")]

    def test_the_last_owner_stays(self) -> None:
        self.member(Role.ADMIN)

        page = self.post("/team/leave/")

        self.assertContains(page, "Make somebody else one first.", status_code=400)
        assert self.place(self.acme.owner).role == Role.OWNER

    def test_leaves_the_team_on_whose_page_it_was_pressed(self) -> None:
        second = Membership.objects.create(
            user=self.acme.owner, merchant=self.globex.merchant, role=Role.VIEWER
        )
        self.client.post(f"/merchants/{self.acme.merchant.pk}/")

        self.post("/team/leave/", merchant=second.merchant_id)

        assert not Membership.objects.filter(pk=second.pk).exists()
        assert self.place(self.acme.owner).role == Role.OWNER
