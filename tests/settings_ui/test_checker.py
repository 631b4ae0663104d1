"""The checker: what a server made, held against this merchant's own keys, and said in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from django.test import Client
from django.utils import timezone

from accounts.roles import Role
from portal.identity import hash_of
from portal.models import PortalSecret, open_portal
from portal.secrets import revoke, rotate
from settings_ui.checker import CHECKS_A_MINUTE
from tests.settings_ui.base import HTMX, DashboardTestCase

EMAIL = "ada@example.com"


class CheckerTestCase(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.at = f"{self.home}/check/"

    def check(self, identity: str, hash_: str, client: Client | None = None) -> Any:
        given = {"identity": identity, "hash": hash_}
        return (client or self.client).post(self.at, given, headers=HTMX)

    def found(self, identity: str, hash_: str) -> str:
        return " ".join(self.check(identity, hash_).content.decode().split())


class FindingTests(CheckerTestCase):
    def test_a_right_one_is_right(self) -> None:
        found = self.found(EMAIL, self.hash(EMAIL))

        assert "The hash is right." in found
        assert "made with the newest key" in found

    def test_one_of_the_old_key_says_when_that_ends(self) -> None:
        old, hash_ = self.portal.active_secrets()[0], self.hash(EMAIL)
        rotate(self.portal, timedelta(days=1))

        found = self.found(EMAIL, hash_)

        assert f"the old key {old.hint}, which ends" in found

    def test_a_right_one_of_nobody_at_stripe_says_so(self) -> None:
        found = self.found("x@example.com", self.hash("x@example.com"))

        assert "The hash is right." in found
        assert "But Stripe has no customer with exactly this identity in test mode" in found

    def test_keys_of_other_portals_are_named_by_their_portal(self) -> None:
        second = open_portal(self.acme.merchant, "test", "Second portal")
        sister = second.active_secrets()[0]
        live = self.live.active_secrets()[0]

        by_sister = self.found(EMAIL, hash_of(sister.value, EMAIL))
        by_live = self.found(EMAIL, hash_of(live.value, EMAIL))

        assert "the key of another portal of yours" in by_sister
        assert f"Key: {sister.hint} of Second portal (Test)." in by_sister
        assert "a key of your other mode" in by_live
        assert f"Key: {live.hint} of Acme live portal (Live)." in by_live

    def test_a_revoked_key_says_when_it_ended(self) -> None:
        old, hash_ = self.portal.active_secrets()[0], self.hash(EMAIL)
        revoke(self.portal, old.pk)

        found = self.found(EMAIL, hash_)

        assert "made with a key of this portal that has ended" in found
        assert "It ended" in found

    def test_no_key_of_another_merchant_is_tried(self) -> None:
        assert "under any of your keys" in self.found(EMAIL, self.hash(EMAIL, self.globex))

    def test_what_was_signed_is_shown_with_what_can_not_be_seen(self) -> None:
        found = self.found(EMAIL, self.hash(f"{EMAIL}\n"))

        assert "a space or a line break around" in found
        assert "<code>&quot;ada@example.com\\n&quot;</code>" in found

    def test_accents_are_shown_by_their_numbers_and_other_letters_as_they_are(self) -> None:
        composed, decomposed = "\u00e9va@example.com", "e\u0301va@example.com"

        assert "e\\u0301va" in self.found(composed, self.hash(decomposed))
        assert "<code>&quot;\u00e9va@x&quot;</code>" in self.found(
            "\u00c9va@x", self.hash("\u00e9va@x")
        )

    def test_several_mistakes_are_all_said(self) -> None:
        found = self.found("Ada@example.com", self.hash(EMAIL).upper())

        assert "other capital letters" in found
        assert "The hash is in capital letters." in found

    def test_a_secret_key_in_place_of_the_hash_leads_to_its_revocation(self) -> None:
        response = self.client.post(self.at, {"identity": EMAIL, "hash": self.acme.secret})

        self.assertContains(response, "The secret key itself was sent")
        self.assertContains(response, f'href="{self.home}/keys/">Revoke the key')

    def test_nothing_at_all_is_said_too(self) -> None:
        assert "There is no hash." in self.found(EMAIL, "")
        assert "No e-mail or customer id was given." in self.found("", self.hash(EMAIL))

    def test_what_no_field_takes_is_refused_in_words(self) -> None:
        response = self.check("x" * 600, "0" * 64)

        self.assertContains(response, "at most 512 characters", status_code=400)

    def test_no_answer_holds_a_key(self) -> None:
        for hash_ in (self.hash(EMAIL), self.acme.secret, self.hash("x"), ""):
            response = self.check(EMAIL, hash_)

            for secret in PortalSecret.objects.all():
                assert secret.value not in response.content.decode()
            assert "no-store" in response["Cache-Control"]


class StripeTests(CheckerTestCase):
    def test_the_hash_of_the_customers_id_is_found_with_one_read(self) -> None:
        self.sandbox.calls.clear()

        found = self.found(EMAIL, self.hash(self.ada))

        assert "this customer&#x27;s other identity" in found
        assert self.ada in found
        assert [(call.method, call.path) for call in self.sandbox.calls] == [
            ("GET", "/v1/customers")
        ]

    def test_the_hash_of_the_customers_email_is_found_where_ids_are_read(self) -> None:
        self.switch(identify_by="customer_id")

        assert "this customer&#x27;s other identity" in self.found(self.ada, self.hash(EMAIL))
        assert "The hash is right." in self.found(self.ada, self.hash(self.ada))

    def test_a_customer_id_of_nobody_says_so(self) -> None:
        self.switch(identify_by="customer_id")

        found = self.found("cus_nobody", self.hash("cus_nobody"))

        assert "But Stripe has no customer" in found

    def test_stripe_is_not_asked_where_the_mistake_is_plain(self) -> None:
        self.sandbox.calls.clear()
        self.found(EMAIL, self.hash(EMAIL).upper())
        self.found("not an address", "0" * 64)

        assert self.sandbox.calls == []

    def test_an_identity_that_no_door_takes_is_not_asked_for(self) -> None:
        self.sandbox.calls.clear()

        assert "under any of your keys" in self.found("a\u2028b@x", "0" * 64)
        assert self.sandbox.calls == []

    def test_without_stripe_the_hash_is_judged_alone(self) -> None:
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("timeout", times=9)
        slow = self.found(EMAIL, self.hash(EMAIL))
        weather.clear()
        self.acme.merchant.connections.all().delete()
        none = self.found(EMAIL, self.hash(EMAIL))

        for found in (slow, none):
            assert "The hash is right." in found
            assert "But Stripe" not in found


class DoorTests(CheckerTestCase):
    def test_it_stands_by_itself_and_is_a_part_for_a_page(self) -> None:
        page = self.client.get(self.at)
        part = self.client.get(self.at, headers=HTMX)

        self.assertContains(page, "<h1>Check a hash</h1>")
        self.assertContains(page, "<nav")
        self.assertContains(part, "Check a hash</h3>")
        self.assertNotContains(part, "<html")

    def test_it_asks_for_the_field_that_the_portal_reads(self) -> None:
        self.assertContains(self.client.get(self.at), "E-mail address")
        self.switch(identify_by="customer_id")
        self.assertContains(self.client.get(self.at), "Stripe customer id")

    def test_without_script_the_page_answers_whole_and_keeps_what_was_typed(self) -> None:
        given = {"identity": EMAIL, "hash": self.hash(EMAIL)}

        response = self.client.post(self.at, given)

        self.assertContains(response, "<h1>Check a hash</h1>")
        self.assertContains(response, "The hash is right.")
        self.assertContains(response, f'value="{EMAIL}"')

    def test_a_viewer_is_refused_and_an_admin_is_not(self) -> None:
        admin = self.check(EMAIL, self.hash(EMAIL), self.browser(Role.ADMIN))
        viewer = self.check(EMAIL, self.hash(EMAIL), self.browser(Role.VIEWER))

        assert (admin.status_code, viewer.status_code) == (200, 403)

    def test_so_many_checks_a_minute_are_enough(self) -> None:
        with time_machine.travel(timezone.now(), tick=False):
            for _ in range(CHECKS_A_MINUTE):
                assert self.check(EMAIL, "").status_code == 200
            refused = self.check(EMAIL, self.hash(EMAIL))
            somebody_else = self.check(EMAIL, "", self.browser(Role.ADMIN))
        with time_machine.travel(timezone.now() + timedelta(minutes=1)):
            later = self.check(EMAIL, "")

        self.assertContains(refused, "Wait a minute", status_code=400)
        assert (somebody_else.status_code, later.status_code) == (200, 200)
