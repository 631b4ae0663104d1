"""A page that is kept rendered: shown again of the same things alone, with keys of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import time_machine
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Merchant
from portal import kept_pages
from portal.models import PortalSettings
from servicebot import at_hand
from tests.portal.test_reads import ReadsTestCase

KEYS = re.compile(r'"key": "([^"]+)"')


class KeptPageTests(ReadsTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.rendered = self.enterContext(
            patch("portal.answers.render_to_string", wraps=render_to_string)
        )

    def open(self, email: str = "ada@example.com", **given: str) -> str:
        who = {"email": email, "hash": self.hash(email), **given}
        answer = self.client.post(
            f"/portal/{self.portal.public_id}/session",
            who,
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == 200
        return str(answer.content.decode())

    def times(self) -> int:
        return int(self.rendered.call_count)

    def at_stripe(self, kind: str, id_: str, **changes: Any) -> None:
        """Change something at Stripe, who tells of it."""
        getattr(self.v1, kind).update(id_, changes)
        self.tell()

    def test_the_same_things_are_rendered_once(self) -> None:
        first = self.open()

        assert [self.open(), self.open()] == [first, first]
        assert self.times() == 1

    def test_each_showing_has_keys_of_its_own(self) -> None:
        self.end_it()
        first, second = self.open(), self.open()

        assert self.times() == 1
        assert KEYS.sub("", first) == KEYS.sub("", second)
        keys = KEYS.findall(first) + KEYS.findall(second)
        assert len(keys) == len(set(keys)) > 0
        assert kept_pages.KEY not in first + second

    def test_whatever_changes_is_shown_as_if_nothing_was_kept(self) -> None:
        team = self.acme.shop.products["Team"]
        changes: dict[str, Callable[[], object]] = {
            "settings": lambda: PortalSettings.objects.update(can_cancel=False),
            "texts": lambda: PortalSettings.objects.update(
                uses_custom_resource=True, custom_texts={"en": {"card.title": "Your plastic"}}
            ),
            "merchant": lambda: Merchant.objects.update(name="New"),
            "subscription": lambda: self.at_stripe(
                "subscriptions", self.ada_sub, cancel_at_period_end=True
            ),
            "customer": lambda: self.at_stripe("customers", self.ada, phone="+44 20 7946 0000"),
            "product": lambda: self.at_stripe("products", team, metadata={"sb_tier": "All"}),
            "events": lambda: PortalSettings.objects.update(handles_response=True),
        }
        before = self.open()
        for name, change in changes.items():
            with self.subTest(name):
                change()
                kept = self.open()
                at_hand.clear()
                anew = self.open()
                assert KEYS.sub("", kept) == KEYS.sub("", anew)
                assert kept != before or name == "merchant"  # who has no logo here
                before = kept

    def test_nobody_sees_anothers(self) -> None:
        ada, ben = self.open(), self.open("ben@example.com")

        assert [self.ada_sub in ada, self.ada_sub in ben] == [True, False]
        assert [self.ben_sub in ada, self.ben_sub in ben] == [False, True]
        assert self.open() == ada

    def test_what_the_same_customer_may_see_differs_by_session(self) -> None:
        other = self.acme.shop.subscribe(self.ada, "Starter month")
        both, one = self.open(), self.open(subscription_id=other)

        assert f"sub-{self.ada_sub}" in both
        assert f"sub-{self.ada_sub}" not in one
        assert self.open() == both

    def test_a_language_has_its_own(self) -> None:
        english, german = self.open(), self.open(language="de")

        assert 'data-language="de"' in german
        assert [self.open(), self.open(language="de")] == [english, german]
        assert self.times() == 2

    def test_a_trial_goes_on(self) -> None:
        self.acme.shop.subscribe(self.ada, trial_period_days=9)
        assert "9 days left" in self.open()

        with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
            assert "7 days left" in self.open()

    def test_what_was_done_is_rendered_anew(self) -> None:
        self.open()
        token = self.token()

        assert self.page_post("page", token).status_code == 200
        assert self.page_post("page", token).status_code == 200
        assert self.times() == 3
