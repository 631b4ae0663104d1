"""Who gets in: a hash that only the merchant's server can make, for this portal alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone

from portal.identity import hash_of
from portal.models import PortalSecret
from tests.base import ServicebotTestCase

EMAIL = "ada@example.com"


class ExchangeTestCase(ServicebotTestCase):
    def exchange(self, portal_id: str = "", **given: Any) -> Any:
        """Exchange an identity through the API."""
        body = {"portal_id": portal_id or self.portal.public_id, **given}
        return self.client.post("/api/v1/portal/session", body, content_type="application/json")

    def told(self, **given: Any) -> tuple[int, str]:
        response = self.exchange(**given)
        return response.status_code, response.json().get("code", "")


class HashTests(ExchangeTestCase):
    def test_the_right_hash_gets_a_token_that_works(self) -> None:
        response = self.exchange(email=EMAIL, hash=self.hash(EMAIL))

        token = response.json()["token"]
        assert response.status_code == 201
        assert response.headers["Cache-Control"] == "no-store"
        assert self.api("get", "", token).json()["customers"][0]["id"] == self.ada

    def test_a_wrong_hash_is_refused(self) -> None:
        assert self.told(email=EMAIL, hash=self.hash("ben@example.com")) == (403, "hash_invalid")

    def test_a_missing_hash_is_refused(self) -> None:
        assert self.told(email=EMAIL) == (403, "hash_missing")

    def test_a_hash_for_another_portal_is_worth_nothing(self) -> None:
        assert self.told(email=EMAIL, hash=self.hash(EMAIL, self.globex)) == (403, "hash_invalid")

    def test_upper_case_hex_is_another_text(self) -> None:
        assert self.told(email=EMAIL, hash=self.hash(EMAIL).upper()) == (403, "hash_invalid")

    def test_a_hash_that_is_not_even_ascii_is_refused(self) -> None:
        assert self.told(email=EMAIL, hash="é") == (403, "hash_invalid")

    def test_both_keys_count_while_they_are_rotated(self) -> None:
        old = self.hash(EMAIL)
        self.portal.active_secrets()[0].end(after=timedelta(hours=24))
        PortalSecret.make(self.portal)

        assert self.exchange(email=EMAIL, hash=old).status_code == 201
        assert self.exchange(email=EMAIL, hash=self.hash(EMAIL)).status_code == 201

    def test_a_key_that_has_ended_counts_no_more(self) -> None:
        old = self.hash(EMAIL)
        self.portal.active_secrets()[0].end()
        PortalSecret.make(self.portal)

        assert self.told(email=EMAIL, hash=old) == (403, "hash_invalid")

    def test_the_old_key_counts_until_its_overlap_is_over(self) -> None:
        old = self.hash(EMAIL)
        self.portal.active_secrets()[0].end(after=timedelta(hours=24))

        with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59), tick=False):
            assert self.exchange(email=EMAIL, hash=old).status_code == 201
        with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1), tick=False):
            assert self.told(email=EMAIL, hash=old) == (403, "hash_invalid")

    def test_a_hash_begun_or_followed_by_anything_is_refused(self) -> None:
        good = self.hash(EMAIL)

        for hash_ in (good[:-1], good + "0", f"0x{good}", "", "0" * 64):
            with self.subTest(hash=hash_):
                assert self.exchange(email=EMAIL, hash=hash_).status_code in {400, 403}

    def test_the_hash_of_the_customer_id_is_not_that_of_the_email(self) -> None:
        assert self.told(email=EMAIL, hash=self.hash(self.ada)) == (403, "hash_invalid")

    def test_an_empty_key_signs_nothing(self) -> None:
        self.portal.secrets.all().delete()

        assert self.told(email=EMAIL, hash=hash_of("", EMAIL)) == (403, "hash_invalid")

    def test_plus_signs_accents_and_emoji_are_signed_as_they_are(self) -> None:
        for email in ("ada+notes@example.com", "åda@exämple.com", "ada🎈@example.com"):
            with self.subTest(email=email):
                self.acme.shop.customer("Odd", email=email)

                assert self.exchange(email=email, hash=self.hash(email)).status_code == 201

    def test_two_ways_to_write_an_accent_are_two_addresses(self) -> None:
        composed, decomposed = "\u00e9va@example.com", "e\u0301va@example.com"
        self.acme.shop.customer("Eva", email=composed)

        assert self.exchange(email=composed, hash=self.hash(composed)).status_code == 201
        assert self.told(email=decomposed, hash=self.hash(composed)) == (403, "hash_invalid")
        assert self.told(email=decomposed, hash=self.hash(decomposed)) == (404, "no_customer")

    def test_a_space_around_an_email_is_part_of_it(self) -> None:
        spaced = f" {EMAIL}"

        assert self.told(email=spaced, hash=self.hash(EMAIL)) == (403, "hash_invalid")
        assert self.told(email=spaced, hash=self.hash(spaced)) == (404, "no_customer")

    def test_the_case_of_an_email_is_as_stripe_has_it(self) -> None:
        other = "Ada@example.com"

        assert self.told(email=other, hash=self.hash(other)) == (404, "no_customer")


class TestModeTests(ExchangeTestCase):
    def test_without_the_setting_no_hash_is_asked_for_and_the_page_says_so(self) -> None:
        self.switch(requires_security_hash=False)

        token = self.exchange(email=EMAIL).json()["token"]

        assert self.api("get", "", token).json()["unsecured"] is True
        assert "without a security hash" in self.page_post("page", token).content.decode()

    def test_a_wrong_hash_is_refused_all_the_same(self) -> None:
        self.switch(requires_security_hash=False)

        assert self.told(email=EMAIL, hash="0" * 64) == (403, "hash_invalid")

    def test_a_right_hash_is_not_called_unsecured(self) -> None:
        self.switch(requires_security_hash=False)

        token = self.exchange(email=EMAIL, hash=self.hash(EMAIL)).json()["token"]

        assert self.api("get", "", token).json()["unsecured"] is False

    def test_live_mode_asks_whatever_the_row_says(self) -> None:
        self.portal.mode = "live"
        self.portal.save()
        self.switch(requires_security_hash=False)

        assert self.told(email=EMAIL) == (403, "hash_missing")


class IdentityTests(ExchangeTestCase):
    def test_the_other_field_is_a_mismatch(self) -> None:
        response = self.exchange(customer_id=self.ada, hash=self.hash(self.ada))

        assert response.json()["code"] == "identity_mismatch"
        assert response.json()["expected"] == "email"

    def test_by_customer_id(self) -> None:
        self.switch(identify_by="customer_id")

        token = self.exchange(customer_id=self.ada, hash=self.hash(self.ada)).json()["token"]

        assert self.api("get", "", token).json()["customers"][0]["id"] == self.ada

    def test_a_customer_id_of_nobody_has_nothing(self) -> None:
        self.switch(identify_by="customer_id")
        token = self.exchange(customer_id="cus_nobody", hash=self.hash("cus_nobody")).json()[
            "token"
        ]

        response = self.api("get", "", token)

        assert (response.status_code, response.json()["code"]) == (404, "no_customer")

    def test_what_cannot_be_an_identity_is_invalid(self) -> None:
        for email in ("ada", "ada@example.com\n", "a@" + "x" * 600):
            with self.subTest(email=email):
                assert self.told(email=email, hash=hash_of("key", email)) in {
                    (400, "invalid"),
                    (403, "hash_invalid"),
                }
        assert self.told(hash="0" * 64) == (400, "invalid")
        self.switch(identify_by="customer_id")
        assert self.told(customer_id="sub_1", hash="0" * 64) == (400, "invalid")

    def test_both_fields_at_once_are_a_mismatch(self) -> None:
        both = {"email": EMAIL, "customer_id": self.ada}

        assert self.told(**both, hash=self.hash(EMAIL)) == (400, "identity_mismatch")
        self.switch(identify_by="customer_id")
        assert self.told(**both, hash=self.hash(self.ada)) == (400, "identity_mismatch")

    def test_an_email_says_nothing_where_ids_are_read(self) -> None:
        self.switch(identify_by="customer_id")

        response = self.exchange(email=EMAIL, hash=self.hash(EMAIL))

        assert response.json()["code"] == "identity_mismatch"
        assert response.json()["expected"] == "customer_id"

    def test_what_is_wrong_is_named_by_its_field(self) -> None:
        missing = self.exchange(hash="0" * 64).json()["errors"]
        malformed = self.exchange(email="nobody", hash="0" * 64).json()["errors"]

        assert missing == {"email": ["required"]}
        assert malformed == {"email": ["malformed"]}

    def test_only_a_whole_customer_id_is_one(self) -> None:
        self.switch(identify_by="customer_id")

        for odd in ("cus_", "CUS_1", "cus_1 ", "cus_1/../x", "cus_é", "xcus_1", "cus_1\n"):
            with self.subTest(id=odd):
                assert self.exchange(customer_id=odd, hash=self.hash(odd)).status_code in {400, 403}

    def test_a_customer_of_another_merchant_is_nobody_here(self) -> None:
        self.switch(identify_by="customer_id")
        begun = self.exchange(customer_id=self.carla, hash=self.hash(self.carla)).json()

        response = self.api("get", "", begun["token"])

        assert (response.status_code, response.json()["code"]) == (404, "no_customer")

    def test_another_merchants_customer_is_not_found_by_email(self) -> None:
        email = "carla@example.com"

        assert self.told(email=email, hash=self.hash(email)) == (404, "no_customer")

    def test_a_portal_of_nobody_is_not_found(self) -> None:
        assert self.told(portal_id="x" * 20, email=EMAIL, hash="0" * 64) == (404, "not_found")

    def test_a_portal_that_is_off_lets_nobody_in(self) -> None:
        self.switch(is_on=False)

        assert self.told(email=EMAIL, hash=self.hash(EMAIL)) == (503, "portal_off")

    def test_a_merchant_without_stripe_is_said(self) -> None:
        self.acme.merchant.connections.all().delete()

        assert self.told(email=EMAIL, hash=self.hash(EMAIL)) == (503, "stripe_disconnected")

    def test_a_live_portal_refuses_another_host_than_stripes(self) -> None:
        self.portal.mode = "live"
        self.portal.save()
        self.acme.merchant.connections.update(mode="live")

        with self.settings(STRIPE_API_BASE="http://127.0.0.1:1"):
            told = self.told(email=EMAIL, hash=self.hash(EMAIL))

        assert told == (503, "stripe_disconnected")


class PageTests(ServicebotTestCase):
    """The page's own door asks for the same, in pieces of page."""

    def told(self, **given: str) -> tuple[int, str]:
        """Exchange an identity as the shell does."""
        at = f"/portal/{self.portal.public_id}/session"
        response = self.client.post(at, given, headers={"Sec-Fetch-Site": "same-origin"})
        return response.status_code, response.headers.get("Servicebot-Problem", "")

    def test_each_mistake_has_its_code(self) -> None:
        ada, ben = self.hash(EMAIL), self.hash("ben@example.com")

        assert self.told(email=EMAIL, hash=ada) == (200, "")
        assert self.told(email=EMAIL, hash=ben) == (403, "hash_invalid")
        assert self.told(email=EMAIL) == (403, "hash_missing")
        assert self.told(email="nobody", hash=ada) == (400, "invalid")
        assert self.told() == (400, "invalid")
        assert self.told(customer_id=self.ada, hash=ada) == (400, "identity_mismatch")
        assert self.told(email="x@y", hash=self.hash("x@y")) == (404, "no_customer")

    def test_bytes_that_are_no_text_are_no_identity(self) -> None:
        at = f"/portal/{self.portal.public_id}/session"
        headers = {"Sec-Fetch-Site": "same-origin"}
        form = "application/x-www-form-urlencoded"

        for body in (b"email=%ff%fe@x&hash=%ff", b"email=a%00@x&hash=0", b"email=%ed%a0%80@x"):
            with self.subTest(body=body):
                response = self.client.post(at, body, content_type=form, headers=headers)

                assert response.status_code in {400, 403}

    def test_a_space_around_an_email_is_part_of_it(self) -> None:
        spaced = f" {EMAIL}"

        assert self.told(email=spaced, hash=self.hash(EMAIL)) == (403, "hash_invalid")
        assert self.told(email=spaced, hash=self.hash(spaced)) == (404, "no_customer")


class StripeTests(ExchangeTestCase):
    """Letting someone in where Stripe does not play along."""

    def test_stripe_down_slow_or_throttling_is_said(self) -> None:
        for kind in ("500", "429", "timeout", "reset"):
            with self.subTest(kind=kind):
                weather = self.sandbox.account(self.acme.shop.api_key).weather
                weather.bring(kind, times=2)

                told = self.told(email=EMAIL, hash=self.hash(EMAIL))

                weather.clear()
                assert told == (503, "stripe_unavailable")

    def test_a_key_that_stripe_knows_no_more_is_said(self) -> None:
        self.acme.merchant.connections.update(api_key="revoked")

        assert self.told(email=EMAIL, hash=self.hash(EMAIL)) == (503, "stripe_disconnected")

    def test_nothing_is_asked_of_stripe_before_the_hash_is_right(self) -> None:
        self.told(email=EMAIL, hash="0" * 64)
        self.told(email=EMAIL)
        self.switch(is_on=False)
        self.told(email=EMAIL, hash=self.hash(EMAIL))

        assert self.sandbox.calls == []

    def test_an_email_is_one_read_and_an_id_none(self) -> None:
        self.exchange(email=EMAIL, hash=self.hash(EMAIL))
        by_email = [(call.method, call.path) for call in self.sandbox.calls]
        self.sandbox.calls.clear()
        self.switch(identify_by="customer_id")
        self.exchange(customer_id=self.ada, hash=self.hash(self.ada))

        assert by_email == [("GET", "/v1/customers")]
        assert self.sandbox.calls == []
