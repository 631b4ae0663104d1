"""Who gets in: a hash that only the merchant's server can make, for this portal alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

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

    def test_plus_signs_accents_and_emoji_are_signed_as_they_are(self) -> None:
        for email in ("ada+notes@example.com", "åda@exämple.com", "ada🎈@example.com"):
            with self.subTest(email=email):
                self.acme.shop.customer("Odd", email=email)

                assert self.exchange(email=email, hash=self.hash(email)).status_code == 201

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
