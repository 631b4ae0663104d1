"""A hash that is used from unusually many addresses is noted for the merchant, once a day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from accounts.addresses import address_of
from portal.refusals import MANY_ADDRESSES, note_refusal
from portal.spread import USUAL
from tests.base import ServicebotTestCase
from tests.signing import signed_token

EMAIL = "ada@example.com"
NOON = "2026-11-27T12:10:00Z"


class SpreadTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(time_machine.travel(NOON, tick=False))

    def come(self, addresses: int, email: str = EMAIL, start: int = 0, **given: str) -> None:
        """Come to the page from some addresses, twice from each."""
        proven = given or {"email": email, "hash": self.hash(email)}
        for number in range(start, start + addresses):
            for _time in range(2):
                response: Any = self.client.post(
                    f"/portal/{self.portal.public_id}/session",
                    proven,
                    headers={"Sec-Fetch-Site": "same-origin"},
                    REMOTE_ADDR=f"203.0.113.{number}",
                )
                assert response.status_code == 200

    def noted(self) -> list[tuple[str, str]]:
        return list(self.portal.refused.values_list("code", "identity"))

    def test_as_many_as_usual_say_nothing_and_one_more_is_noted_once(self) -> None:
        self.come(USUAL)
        assert self.noted() == []

        self.come(3, start=USUAL)

        assert self.noted() == [(MANY_ADDRESSES, EMAIL)]

    def test_each_customer_and_each_day_counts_by_itself(self) -> None:
        self.come(USUAL)
        self.come(USUAL, "ben@example.com", start=USUAL)
        with time_machine.travel("2026-11-28T00:10:00Z", tick=False):
            self.come(1, start=USUAL)

        assert self.noted() == []

    def test_a_signed_token_ends_and_is_not_counted(self) -> None:
        self.come(USUAL + 1, token=signed_token(self.acme))

        assert self.noted() == []

    def test_servers_count_through_the_api_too(self) -> None:
        given = {"portal_id": self.portal.public_id, "email": EMAIL, "hash": self.hash(EMAIL)}
        for number in range(USUAL + 1):
            response = self.client.post(
                "/api/v1/portal/session",
                given,
                content_type="application/json",
                REMOTE_ADDR=f"203.0.113.{number}",
            )
            assert response.status_code == 201

        assert self.noted() == [(MANY_ADDRESSES, EMAIL)]

    def test_the_install_page_says_what_it_means_and_to_whom_it_may(self) -> None:
        self.come(USUAL + 1)

        page = self.owner().get(f"/portals/{self.portal.public_id}/refused/")

        self.assertContains(page, "was used from unusually many addresses. It was let in.")
        self.assertContains(page, EMAIL)

    def test_it_is_no_refusal_of_which_owners_are_told(self) -> None:
        for _ in range(30):
            self.portal.refused.create(
                code=MANY_ADDRESSES, at=timezone.now() - timedelta(minutes=1)
            )
        with self.captureOnCommitCallbacks() as callbacks:
            note_refusal(self.portal, "hash_invalid")

        assert callbacks == []
        assert mail.outbox == []

    def test_neither_address_nor_identity_is_kept(self) -> None:
        self.come(1)

        kept = str(getattr(cache, "_cache", {}))  # what local memory holds
        assert "203.0.113" not in kept
        assert EMAIL not in kept


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", "203.0.113.9"),
        (1, "", "203.0.113.9"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "made up, 198.51.100.1", "198.51.100.1"),
        (2, "10.0.0.1, 198.51.100.1, 198.51.100.2", "198.51.100.1"),
        (2, "198.51.100.1", "203.0.113.9"),
        (1, "2001:db8::1:2:3", "2001:db8::/64"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "<script>", ""),
    ],
)
def test_an_address_is_what_trusted_proxies_say(
    proxies: int, forwarded: str, address: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="203.0.113.9"
    )

    assert address_of(request) == address


def test_the_docs_say_how_many_are_usual() -> None:
    assert f"more than {USUAL} addresses within a day" in " ".join(
        Path("docs/security.md").read_text().split()
    )
