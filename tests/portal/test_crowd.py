"""Too many of one portal's customers at once: some come again, and other portals notice nothing."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
from django.test import Client, override_settings

from portal import crowd
from portal.problems import Problem
from tests.portal.test_doors import DoorTestCase


@override_settings(PORTAL_REQUESTS_AT_ONCE=2)
class CrowdTests(DoorTestCase):
    def full(self, portal_id: str = "") -> ExitStack:
        """Take all places of a portal until this is closed."""
        taken = ExitStack()
        for _place in range(2):
            taken.enter_context(crowd.place(portal_id or self.portal.public_id))
        return taken

    def opened(self) -> Any:
        given = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        at = f"/portal/{self.portal.public_id}/session"
        return self.client.post(at, given, headers={"Sec-Fetch-Site": "same-origin"})

    def api_opened(self) -> Any:
        who = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        body = {"portal_id": self.portal.public_id, **who}
        return self.client.post("/api/v1/portal/session", body, content_type="application/json")

    def test_every_door_is_shut_while_all_places_are_taken(self) -> None:
        self.token()
        self.sandbox.calls.clear()
        with self.full():
            answers = dict(self.answers(Client(), **self.bearer()))
            answers |= {"session": self.opened(), "API session": self.api_opened()}

        wrong = {
            path: answer.status_code
            for path, answer in answers.items()
            if (answer.status_code, answer.headers.get("Retry-After")) != (503, "1")
        }
        assert wrong == {}
        assert len(answers) > 40
        assert self.sandbox.calls == []

    def test_who_comes_when_there_is_room_is_let_in(self) -> None:
        with self.full():
            assert self.opened().status_code == 503
        assert self.opened().status_code == 200
        assert self.api("get", "", self.token()).status_code == 200

    def test_a_full_portal_leaves_others_alone(self) -> None:
        with self.full("another"):
            assert self.opened().status_code == 200

    def test_whatever_comes_of_a_request_its_place_is_free_again(self) -> None:
        for _each in range(3):
            for token in (self.token(), "forged"):
                list(self.answers(Client(), Authorization=f"Bearer {token}"))

        assert crowd._there == {}

    def test_without_a_limit_nobody_is_sent_away(self) -> None:
        with override_settings(PORTAL_REQUESTS_AT_ONCE=0), self.full():
            assert self.opened().status_code == 200

    def test_who_is_sent_away_takes_no_place(self) -> None:
        with self.full():
            for _each in range(3):
                with pytest.raises(Problem), crowd.place(self.portal.public_id):
                    raise AssertionError
        assert crowd._there == {}
