"""Secret keys over time: replaced with an overlap, revoked at once, noted when used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import Merchant
from portal.models import PortalSecret, open_portal
from portal.problems import Problem
from portal.secrets import OVERLAPS, revoke, rotate
from tests.base import ServicebotTestCase

EMAIL = "ada@example.com"
DAY = timedelta(days=1)


class SecretTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.first = self.portal.active_secrets()[0]

    def active(self) -> list[int]:
        return [secret.pk for secret in self.portal.active_secrets()]

    def exchange(self, hash_: str, email: str = EMAIL) -> Any:
        body = {"portal_id": self.portal.public_id, "email": email, "hash": hash_}
        return self.client.post("/api/v1/portal/session", body, content_type="application/json")

    def refused(self, act: Any, code: str) -> None:
        with pytest.raises(Problem) as caught:
            act()
        assert caught.value.code == code


class RotateTests(SecretTestCase):
    def test_both_keys_count_until_the_overlap_is_over(self) -> None:
        old = self.hash(EMAIL)

        made = rotate(self.portal, DAY)

        assert made.value.startswith("sb_test_")
        assert self.active() == [made.pk, self.first.pk]
        assert self.exchange(old).status_code == 201
        with time_machine.travel(timezone.now() + DAY + timedelta(seconds=1)):
            assert self.exchange(old).status_code == 403
            assert self.exchange(self.hash(EMAIL)).status_code == 201

    def test_without_an_overlap_the_old_key_ends_at_once_with_its_sessions(self) -> None:
        old, token = self.hash(EMAIL), self.token()

        made = rotate(self.portal, timedelta(0))

        assert self.active() == [made.pk]
        assert self.exchange(old).status_code == 403
        assert self.api("get", "", token).json()["code"] == "token_expired"

    def test_a_second_rotation_waits_for_the_overlap_of_the_first(self) -> None:
        rotate(self.portal, DAY)

        self.refused(lambda: rotate(self.portal, DAY), "action_blocked")
        assert self.portal.secrets.count() == 2
        with time_machine.travel(timezone.now() + DAY + timedelta(seconds=1)):
            rotate(self.portal, DAY)
        assert self.portal.secrets.count() == 3

    def test_the_same_click_again_makes_one_key(self) -> None:
        for overlap in (timedelta(0), DAY):
            present = self.portal.active_secrets()[0].pk
            rotate(self.portal, overlap, replaces=present)

            with self.subTest(overlap=overlap):
                self.refused(
                    lambda o=overlap, p=present: rotate(self.portal, o, replaces=p),
                    "changed_meanwhile",
                )

    def test_a_portal_without_a_key_gets_one(self) -> None:
        self.portal.secrets.all().delete()

        made = rotate(self.portal, DAY)

        assert self.active() == [made.pk]
        self.portal.secrets.all().delete()
        self.refused(lambda: rotate(self.portal, DAY, replaces=made.pk), "changed_meanwhile")

    def test_the_overlaps_are_none_an_hour_a_day_and_a_week(self) -> None:
        assert OVERLAPS == (0, 3600, 86400, 604800)


class RevokeTests(SecretTestCase):
    def test_the_only_key_is_replaced_in_the_same_step(self) -> None:
        old = self.hash(EMAIL)

        revoked = revoke(self.portal, self.first.pk)

        assert revoked.ended == self.first
        assert revoked.made is not None
        assert self.active() == [revoked.made.pk]
        assert self.exchange(old).status_code == 403

    def test_the_old_key_ends_and_the_new_one_stays(self) -> None:
        made = rotate(self.portal, DAY)

        revoked = revoke(self.portal, self.first.pk)

        assert (revoked.ended, revoked.made) == (self.first, None)
        assert self.active() == [made.pk]

    def test_the_newest_of_two_is_replaced_since_the_old_one_ends(self) -> None:
        newest = rotate(self.portal, DAY)

        revoked = revoke(self.portal, newest.pk)

        assert revoked.made is not None
        assert self.active() == [revoked.made.pk, self.first.pk]

    def test_its_sessions_end_at_once_and_others_stay(self) -> None:
        old = self.token()
        rotate(self.portal, DAY)
        new = self.token()

        revoke(self.portal, self.first.pk)

        assert self.api("get", "", old).json()["code"] == "token_expired"
        assert self.api("get", "", new).status_code == 200

    def test_a_key_that_has_ended_stays_so(self) -> None:
        revoke(self.portal, self.first.pk)
        left = self.active()

        again = revoke(self.portal, self.first.pk)

        assert (again.ended, again.made) == (None, None)
        assert self.active() == left

    def test_a_strangers_key_is_not_found(self) -> None:
        foreign = self.globex.portal.active_secrets()[0]

        self.refused(lambda: revoke(self.portal, foreign.pk), "not_found")
        assert self.globex.portal.active_secrets() == [foreign]


class UseTests(SecretTestCase):
    def used(self) -> Any:
        return PortalSecret.objects.get(pk=self.first.pk).last_used_at

    def test_a_hash_that_is_accepted_is_noted_once_a_minute(self) -> None:
        start = timezone.now()
        seen = []
        for seconds in (0, 30, 61):
            with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
                self.exchange(self.hash(EMAIL))
                seen.append(self.used())

        assert seen == [start, start, start + timedelta(seconds=61)]

    def test_a_hash_that_is_refused_is_not(self) -> None:
        self.exchange("0" * 64)

        assert self.used() is None

    def test_the_key_that_was_used_is_noted_and_no_other(self) -> None:
        old = self.hash(EMAIL)
        made = rotate(self.portal, DAY)

        self.exchange(old)

        assert self.used() is not None
        assert PortalSecret.objects.get(pk=made.pk).last_used_at is None


class HintTests(SecretTestCase):
    def test_a_hint_tells_a_key_apart_and_is_no_key(self) -> None:
        value = self.first.value

        assert self.first.hint == f"sb_test_…{value[-4:]}"

    def test_a_key_has_ended_when_its_time_has_come(self) -> None:
        assert not self.first.has_ended
        self.first.end(DAY)
        assert not self.first.has_ended
        self.first.end()
        assert self.first.has_ended


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_make_one_key() -> None:
    portal = open_portal(Merchant.objects.create(name="Acme"), "test", "Acme portal")
    present = portal.active_secrets()[0].pk

    def click(_number: int) -> str:
        try:
            return rotate(portal, DAY, replaces=present).value
        except Problem as problem:
            return problem.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(click, range(4)))

    assert told[:3] == ["changed_meanwhile"] * 3
    assert told[3] == portal.active_secrets()[0].value
    assert portal.secrets.count() == 2
