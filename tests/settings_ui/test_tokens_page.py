"""API tokens: made by somebody who has just proven who they are, shown once, and ended."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken
from accounts.roles import Role
from tests.settings_ui.test_team_page import TeamTestCase

NEW = {"name": "Deployment", "role": "admin", "days": "30"}


class TokensTestCase(TeamTestCase):
    def prove(self, client: Client | None = None) -> None:
        """Type the password once more."""
        (client or self.client).post("/accounts/reauthenticate/", {"password": "a long password"})

    def make(self, **changed: str) -> Any:
        self.prove()
        return self.client.post("/tokens/new/", {**NEW, **changed})

    def value(self, page: Any) -> str:
        """Return the token that a page shows."""
        return str(re.findall(r"sb_api_[\w-]+", page.content.decode())[0])


class MakingTests(TokensTestCase):
    def test_asks_first_who_it_is(self) -> None:
        for ask in (self.client.get, lambda path: self.client.post(path, NEW)):
            response = ask("/tokens/new/")

            assert response["Location"] == "/accounts/reauthenticate/?next=%2Ftokens%2Fnew%2F"
        assert not ApiToken.objects.exists()

    def test_the_password_leads_to_the_form(self) -> None:
        given = {"password": "a long password", "next": "/tokens/new/"}

        page = self.client.post("/accounts/reauthenticate/", given, follow=True)

        self.assertContains(page, "Make the token")

    def test_is_shown_once_and_opens_the_api_in_its_role(self) -> None:
        page = self.make()

        value = self.value(page)
        assert "no-store" in page["Cache-Control"]
        self.assertNotContains(self.client.get("/tokens/"), value)
        token = ApiToken.objects.get()
        assert (token.name, token.role, token.membership.user) == (
            "Deployment",
            Role.ADMIN,
            self.acme.owner,
        )
        left = token.expires_at - timezone.now()
        assert timedelta(days=29) < left <= timedelta(days=30)
        headers = {"Authorization": f"Bearer {value}"}
        assert Client().get("/api/v1/portals", headers=headers).status_code == 200

    def test_is_noted_without_the_token(self) -> None:
        page = self.make()

        entry = self.acme.merchant.activity.get()
        assert (entry.action, entry.subject) == ("token_made", "Deployment")
        assert entry.after == {"role": "admin", "days": 30}
        assert self.value(page) not in str(vars(entry))

    def test_a_form_sent_twice_makes_one(self) -> None:
        self.make()

        page = self.make(name="deployment")

        self.assertContains(page, "There is a token of this name.", status_code=400)
        assert ApiToken.objects.count() == 1

    def test_the_same_name_in_another_team_is_no_matter(self) -> None:
        ApiToken.make(self.globex.owner.memberships.get(), "Deployment")

        assert self.make().status_code == 200

    def test_says_beside_the_field_what_is_wrong(self) -> None:
        for changed in ({"name": ""}, {"role": "emperor"}, {"days": "9999"}):
            with self.subTest(changed=changed):
                page = self.make(**changed)

                assert page.status_code == 400
                assert page.context["form"].errors.keys() == changed.keys()
        assert not ApiToken.objects.exists()


class ListTests(TokensTestCase):
    def test_says_what_there_is(self) -> None:
        self.assertContains(self.client.get("/tokens/"), "There are none yet.")
        second = self.second_owner()
        ApiToken.make(second, "Deployment", Role.OWNER)
        ApiToken.make(self.globex.owner.memberships.get(), "Theirs")
        second.role = Role.VIEWER
        second.save()

        page = self.client.get("/tokens/")

        for said in ("Deployment", "Made by admin@acme.example", "Never used.", "Ends on"):
            self.assertContains(page, said)
        self.assertContains(page, "It now acts as viewer")
        self.assertNotContains(page, "Theirs")

    def test_says_when_it_was_used_and_that_it_has_ended(self) -> None:
        value = ApiToken.make(self.acme.owner.memberships.get(), "Deployment")
        Client().get("/api/v1/portals", headers={"Authorization": f"Bearer {value}"})
        self.assertContains(self.client.get("/tokens/"), "Last used")

        ApiToken.objects.update(expires_at=timezone.now())

        self.assertContains(self.client.get("/tokens/"), "Ended on")

    def test_ending_one_shuts_the_api_to_it(self) -> None:
        headers = {"Authorization": f"Bearer {self.value(self.make())}"}

        page = self.post(f"/tokens/{ApiToken.objects.get().pk}/end/")

        self.assertContains(page, "The token Deployment is ended.")
        assert Client().get("/api/v1/portals", headers=headers).status_code == 401
        assert self.noted()[-1] == ("owner@acme.example", "token_ended", "Deployment")

    def test_an_owner_ends_the_token_of_another(self) -> None:
        ApiToken.make(self.second_owner(), "Deployment")

        self.post(f"/tokens/{ApiToken.objects.get().pk}/end/")

        assert not ApiToken.objects.exists()

    def test_a_strangers_token_is_not_found(self) -> None:
        ApiToken.make(self.globex.owner.memberships.get(), "Theirs")

        assert self.post(f"/tokens/{ApiToken.objects.get().pk}/end/").status_code == 404
        assert ApiToken.objects.exists()

    def test_an_admin_makes_and_ends_none(self) -> None:
        ApiToken.make(self.acme.owner.memberships.get(), "Deployment")
        admin = self.browser(Role.ADMIN)
        self.prove(admin)

        assert self.post("/tokens/new/", admin, **NEW).status_code == 403
        assert self.post(f"/tokens/{ApiToken.objects.get().pk}/end/", admin).status_code == 403
        assert ApiToken.objects.count() == 1
