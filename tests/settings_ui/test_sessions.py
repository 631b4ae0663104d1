"""Ending customers' sessions from the dashboard and by the merchant API."""

from __future__ import annotations

from typing import Any

from accounts.models import Activity, ApiToken
from accounts.roles import Role
from portal.models import EndedSessions
from tests.settings_ui.test_team_page import TeamTestCase


class SessionsTests(TeamTestCase):
    def ended(self) -> list[str]:
        return list(EndedSessions.objects.values_list("subject", flat=True).order_by("pk"))

    def end(self, **given: str) -> Any:
        return self.client.post(f"{self.home}/sessions/end/", given, follow=True)

    def test_the_page_of_keys_offers_it(self) -> None:
        self.fresh()

        page = self.client.get(f"{self.home}/keys/")

        self.assertContains(page, f'action="{self.home}/sessions/end/"')

    def test_each_kind_ends_and_is_noted(self) -> None:
        self.fresh()
        given = [
            ("all", "", ""),
            ("email", "ada@example.com", "email:ada@example.com"),
            ("customer_id", "cus_1", "customer:cus_1"),
            ("token", "a jti", "token:a jti"),
        ]

        for who, name, _subject in given:
            self.assertContains(self.end(who=who, name=name), "Ended.")

        assert self.ended() == [subject for *_, subject in given]
        noted = Activity.objects.filter(action="sessions_ended").order_by("pk")
        assert [each.subject for each in noted] == self.ended()

    def test_what_can_be_nobodys_ends_nothing(self) -> None:
        self.fresh()
        for who, name in (("email", ""), ("email", "ada"), ("customer_id", "x"), ("token", "")):
            with self.subTest(who=who, name=name):
                self.assertContains(self.end(who=who, name=name), "Nothing was ended")
        self.assertContains(self.end(who="everybody"), "Nothing was ended")
        assert self.ended() == []

    def test_who_names_somebody_does_not_mean_everybody(self) -> None:
        self.assertContains(self.end(who="all", name="ada@example.com"), "Nothing was ended")
        assert self.ended() == []

    def test_the_api_ends_them_too(self) -> None:
        member = self.acme.owner.memberships.get()
        value = ApiToken.make(member, "Deployment", Role.ADMIN)
        at = f"/api/v1/portals/{self.portal.public_id}/sessions/end"

        def post(**body: str) -> Any:
            headers = {"Authorization": f"Bearer {value}"}
            return self.client.post(at, body, content_type="application/json", headers=headers)

        answers = [post(), post(email="ada@example.com"), post(token="one")]
        wrong = [post(email="ada"), post(email="ada@example.com", token="one")]

        assert [answer.status_code for answer in answers] == [204] * 3
        assert [answer.json()["code"] for answer in wrong] == ["invalid"] * 2
        assert self.ended() == ["", "email:ada@example.com", "token:one"]
