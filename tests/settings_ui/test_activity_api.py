"""The activity by the merchant API."""

from __future__ import annotations

from typing import Any

from accounts.roles import Role
from tests.settings_ui.activity import ActivityTestCase


class ActivityApiTests(ActivityTestCase):
    def get(self, role: str = Role.OWNER, **query: str) -> Any:
        self.client.logout()
        return self.client.get("/api/v1/activity", query, headers=self.bearer(role))

    def test_has_all_that_was_noted(self) -> None:
        noted = self.left("unused", "bye", request_id="req_1")

        answer = self.get().json()

        assert answer == {
            "activity": [
                {
                    "id": noted.pk,
                    "at": noted.at.isoformat().replace("+00:00", "Z"),
                    "kind": "customer",
                    "who": "ada@example.com",
                    "action": "cancel",
                    "portal": self.portal.public_id,
                    "mode": "test",
                    "customer": self.ada,
                    "subject": self.ada_sub,
                    "before": {"plan": "Starter", "interval": "month"},
                    "after": {"plan": "Team", "interval": "month"},
                    "reason": "unused",
                    "comment": "bye",
                    "request": "req_1",
                }
            ],
            "cursor": None,
        }

    def test_a_viewers_token_reads(self) -> None:
        assert self.get(Role.VIEWER).status_code == 200

    def test_narrows(self) -> None:
        self.note(days=3)
        self.left(days=2, customer_id=self.ben, who="ben@example.com")
        self.by_owner(days=1)
        for query, found in (
            ({"kind": "member"}, ["stripe_connected"]),
            ({"action": "cancel"}, ["cancel"]),
            ({"portal": self.portal.public_id}, ["cancel", "change_plan"]),
            ({"customer": self.ada}, ["change_plan"]),
            ({"customer": "cus"}, []),
            ({"q": "ben"}, ["cancel"]),
            ({"to": "2001-01-01"}, []),
        ):
            with self.subTest(query=query):
                answer = self.get(**query).json()

                assert [entry["action"] for entry in answer["activity"]] == found

    def test_goes_on_from_the_cursor(self) -> None:
        noted = [self.note(days=n).pk for n in range(51)]

        first = self.get().json()
        second = self.get(cursor=first["cursor"]).json()

        assert [entry["id"] for entry in first["activity"]] == noted[:50]
        assert [entry["id"] for entry in second["activity"]] == noted[50:]
        assert second["cursor"] is None

    def test_what_makes_no_sense_is_invalid(self) -> None:
        for name, value in (
            ("kind", "nobody"),
            ("action", "dance"),
            ("from", "yesterday"),
            ("cursor", "x"),
            ("portal", self.globex.portal.public_id),
        ):
            with self.subTest(name=name):
                response = self.get(**{name: value})

                assert (response.status_code, response.json()["code"]) == (400, "invalid")
                assert set(response.json()["errors"]) == {name}

    def test_is_the_tokens_merchants_alone(self) -> None:
        self.note(merchant=self.globex.merchant)

        assert self.get().json()["activity"] == []
