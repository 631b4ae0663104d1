"""Who is refused is noted for the merchant: why exactly, from where, and never too much of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from accounts.notices import REFUSALS_AT_MOST, postman
from portal.models import PortalSecret
from portal.origins import read_origin
from portal.refusals import KEPT, NOTED_A_MINUTE, latest_refusals, note_refusal
from tests.base import ServicebotTestCase

EMAIL = "ada@example.com"
SITE = "https://shop.example.com"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


class RefusalTestCase(ServicebotTestCase):
    def page(self, **given: str) -> Any:
        """Exchange an identity as the portal's own page does."""
        at = f"/portal/{self.portal.public_id}/session"
        return self.client.post(at, given, headers=OWN_PAGE)

    def call(self, **given: str) -> Any:
        """Exchange an identity through the API."""
        body = {"portal_id": self.portal.public_id, **given}
        return self.client.post("/api/v1/portal/session", body, content_type="application/json")

    def noted(self) -> list[tuple[str, str]]:
        """Return code and fault of each that was noted, oldest first."""
        return [(each.code, each.fault) for each in reversed(latest_refusals(self.portal))]


class ExchangeTests(RefusalTestCase):
    def test_each_way_to_be_refused_is_noted_with_its_fault(self) -> None:
        for door in (self.page, self.call):
            with self.subTest(door=door.__name__):
                self.portal.refused.all().delete()
                cache.clear()
                door(email=EMAIL)
                door(email=EMAIL, hash="0" * 64)
                door(email="undefined", hash="0" * 64)
                door(hash="0" * 64)
                door(customer_id=self.ada, hash=self.hash(self.ada))
                door(customer_id=self.ada, email=EMAIL, hash=self.hash(EMAIL))
                door(email="x@y", hash=self.hash("x@y"))

                assert self.noted() == [
                    ("hash_missing", ""),
                    ("hash_invalid", "unknown"),
                    ("invalid", "malformed"),
                    ("invalid", "no_identity"),
                    ("identity_mismatch", "other_field"),
                    ("identity_mismatch", "both_fields"),
                    ("no_customer", ""),
                ]

    def test_what_is_wrong_with_a_hash_is_said_exactly(self) -> None:
        old = self.portal.active_secrets()[0]
        of_old = self.hash(EMAIL)
        old.end()
        PortalSecret.make(self.portal)

        self.page(email=EMAIL, hash=of_old)
        self.page(email="ADA@example.com", hash=self.hash(EMAIL))

        assert self.noted() == [("hash_invalid", "key_ended"), ("hash_invalid", "identity_case")]

    def test_another_portals_key_is_not_told_apart_at_this_door(self) -> None:
        self.page(email=EMAIL, hash=self.hash(EMAIL, self.globex))

        assert self.noted() == [("hash_invalid", "unknown")]

    def test_a_customer_id_of_nobody_is_noted_where_the_page_finds_out(self) -> None:
        self.switch(identify_by="customer_id")

        self.page(customer_id="cus_nobody", hash=self.hash("cus_nobody"))

        (noted,) = latest_refusals(self.portal)
        assert (noted.code, noted.identity) == ("no_customer", "cus_nobody")

    def test_who_is_let_in_is_not_noted(self) -> None:
        assert self.page(email=EMAIL, hash=self.hash(EMAIL)).status_code == 200
        assert self.call(email=EMAIL, hash=self.hash(EMAIL)).status_code == 201

        assert self.noted() == []

    def test_what_is_nobodys_fault_is_not_noted(self) -> None:
        self.switch(is_on=False)

        assert self.page(email=EMAIL, hash=self.hash(EMAIL)).status_code == 503
        assert self.noted() == []

    def test_the_page_says_where_it_stands_and_a_server_can_not(self) -> None:
        self.page(email=EMAIL, origin=f"{SITE}/path?x=1")
        self.call(email="ben@example.com", origin=SITE)

        by_server, by_page = latest_refusals(self.portal)
        assert (by_page.origin, by_page.identity) == (SITE, EMAIL)
        assert (by_server.origin, by_server.identity) == ("", "ben@example.com")

    def test_no_hash_or_key_is_kept_wherever_it_was_put(self) -> None:
        for number, identity in enumerate((self.hash(EMAIL), self.acme.secret, f"x{'a' * 40}")):
            self.page(email=identity, hash=self.hash(str(number)), origin=f"https://x{number}.com")

        for row in self.portal.refused.values():
            assert row["identity"] == ""
            assert self.acme.secret not in str(row)
            assert self.hash(EMAIL) not in str(row)
        assert self.portal.refused.count() == 3

    def test_bytes_that_no_database_takes_are_left_out(self) -> None:
        self.page(email="a\x00da\n@x")

        assert latest_refusals(self.portal)[0].identity == "ada@x"

    def test_an_endless_identity_is_cut(self) -> None:
        self.page(email="é@" + "x" * 600)

        assert len(latest_refusals(self.portal)[0].identity) == 512

    def test_noting_costs_a_failing_exchange_one_insert_and_a_count(self) -> None:
        with time_machine.travel("2026-01-01T12:00:00Z", tick=False):
            self.page(email=EMAIL)  # the first of a minute looks for what is too old
            with self.assertNumQueries(3):  # the portal, the note, how many there were lately
                self.page(email="ben@example.com")
            with self.assertNumQueries(1):  # noted a moment ago
                self.page(email="ben@example.com")


class OwnPageTests(RefusalTestCase):
    def test_a_request_from_outside_to_the_pages_door_is_noted(self) -> None:
        at = f"/portal/{self.portal.public_id}/session"
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": SITE}

        response = self.client.post(at, {"email": EMAIL}, headers=headers)

        (noted,) = latest_refusals(self.portal)
        assert response.status_code == 403
        assert (noted.code, noted.fault, noted.origin) == ("origin_not_allowed", "other_door", SITE)


class ShellTests(RefusalTestCase):
    def shell(self, referrer: str, dest: str = "iframe") -> Any:
        headers = {"Referer": referrer, "Sec-Fetch-Dest": dest}
        return self.client.get(f"/portal/{self.portal.public_id}/", headers=headers)

    def test_a_site_that_may_not_frame_it_is_noted_by_its_origin_alone(self) -> None:
        self.shell(f"{SITE}/secret/path?token=1")

        (noted,) = latest_refusals(self.portal)
        assert (noted.code, noted.fault, noted.origin) == ("origin_not_allowed", "", SITE)
        assert noted.identity == ""

    def test_a_site_that_may_is_not(self) -> None:
        self.switch(allowed_origins=["https://*.example.com"])

        self.shell(f"{SITE}/")
        self.shell("http://127.0.0.1:8000/")  # our own preview

        assert self.noted() == []

    def test_a_link_to_it_or_no_referrer_is_no_attempt_to_frame_it(self) -> None:
        self.shell(f"{SITE}/", dest="document")
        self.shell("")
        self.client.get(f"/portal/{self.portal.public_id}/", headers={"Referer": SITE})

        assert self.noted() == []

    def test_it_is_noted_where_the_browser_has_the_shell_already(self) -> None:
        tag = self.shell("").headers["ETag"]
        headers = {"Referer": SITE, "Sec-Fetch-Dest": "iframe", "If-None-Match": tag}

        response = self.client.get(f"/portal/{self.portal.public_id}/", headers=headers)

        assert response.status_code == 304
        assert self.noted() == [("origin_not_allowed", "")]


class BoundTests(RefusalTestCase):
    def note(self, count: int, start: int = 0) -> None:
        for number in range(start, start + count):
            note_refusal(self.portal, "hash_missing", identity=f"{number}@example.com")

    def test_the_same_again_within_a_minute_is_noted_once(self) -> None:
        for time in ("12:00:00", "12:00:20", "12:00:59", "12:01:00"):
            with time_machine.travel(f"2026-01-01T{time}Z", tick=False):
                self.page(email=EMAIL)
                self.page(email=EMAIL)

        assert self.portal.refused.count() == 2

    def test_no_more_than_so_many_a_minute_are_noted_of_a_portal(self) -> None:
        with time_machine.travel("2026-01-01T12:00:00Z", tick=False):
            self.note(NOTED_A_MINUTE + 5)
            note_refusal(self.globex.portal, "hash_missing")
        with time_machine.travel("2026-01-01T12:01:00Z", tick=False):
            self.note(1, start=100)

        assert self.portal.refused.count() == NOTED_A_MINUTE + 1
        assert self.globex.portal.refused.count() == 1

    def test_the_last_hundred_are_kept(self) -> None:
        note_refusal(self.globex.portal, "hash_missing")
        for minute in range(8):
            with time_machine.travel(f"2026-01-01T12:{minute:02}:00Z", tick=False):
                self.note(20, start=20 * minute)
        with time_machine.travel("2026-01-01T12:10:00Z", tick=False):
            self.note(1, start=900)

        shown = latest_refusals(self.portal)
        assert len(shown) == self.portal.refused.count() == KEPT
        assert shown[0].identity == "900@example.com"
        assert shown[-1].identity == "61@example.com"
        assert self.globex.portal.refused.count() == 1

    def test_one_is_named_by_its_code_and_portal(self) -> None:
        self.note(1)

        assert str(latest_refusals(self.portal)[0]) == f"hash_missing at {self.portal.pk}"


class SpikeTests(RefusalTestCase):
    def refuse(self, count: int) -> None:
        """Let so many have been refused before, and one more now."""
        for _ in range(count):
            self.portal.refused.create(code="hash_invalid")
        with self.captureOnCommitCallbacks(execute=True):
            note_refusal(self.portal, "hash_invalid", identity=f"{count}@example.com")
        postman().submit(int).result()  # after it, every mail before it is out

    def test_very_many_in_ten_minutes_are_told_to_the_owners(self) -> None:
        self.refuse(REFUSALS_AT_MOST - 1)
        assert mail.outbox == []

        self.refuse(0)
        (told,) = mail.outbox
        assert told.to == ["owner@acme.example"]
        assert f"/portals/{self.portal.public_id}/install/" in told.body

    def test_it_is_over_ten_minutes_later(self) -> None:
        for _ in range(60):
            self.portal.refused.create(code="hash_invalid")

        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            self.refuse(0)
        assert mail.outbox == []


@pytest.mark.parametrize(
    ("said", "origin"),
    [
        ("https://Shop.example.com/a/b", SITE),
        ("https://shop.example.com", SITE),
        ("http://localhost:3000/", "http://localhost:3000"),
        ("http://[::1]:3000/x", "http://[::1]:3000"),
        ("https://shop.example.com:8443/", f"{SITE}:8443"),
        ("", ""),
        ("null", ""),
        ("javascript:alert(1)", ""),
        ("https://a@b.example/", ""),
        ("https://a b/", ""),
        ("https://[", ""),
        ("https://" + "x" * 400, ""),
        ('https://x"><script>/', ""),
    ],
)
def test_an_origin_is_read_or_there_is_none(said: str, origin: str) -> None:
    assert read_origin(said) == origin
