"""What is kept of what Stripe said: when it is shown, what drops it, and what it never does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import time_machine
from django.utils import timezone

from accounts.models import StripeConnection
from portal import reads
from portal.reads import EVERYBODY, Shelf
from tests.portal.test_webhooks import WebhookTestCase
from tests.world import Tenant

EMAIL = "ada@example.com"


class ReadsTestCase(WebhookTestCase):
    """Stripe tells of changes, so what it said is kept."""

    def setUp(self) -> None:
        super().setUp()
        self.sandbox.calls.clear()
        self.v1: Any = self.acme.shop.stripe.v1
        self.switch(can_cancel=True)

    def page(self) -> str:
        """Open the page, as Ada's browser does."""
        given = {"email": EMAIL, "hash": self.hash(EMAIL)}
        at = f"/portal/{self.portal.public_id}/session"
        answer = self.client.post(at, given, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 200, answer.content
        return answer.content.decode()

    def calls(self) -> list[str]:
        """Return what was asked of Stripe since it was asked last."""
        found = [f"{call.method} {call.path}" for call in self.sandbox.calls]
        self.sandbox.calls.clear()
        return found

    def warm(self) -> None:
        self.page()
        self.calls()

    def tell(self) -> None:
        """Let the newest event of Stripe's arrive."""
        assert self.send().status_code == 200

    def end_it(self) -> None:
        """Have the merchant set Ada's subscription to end, at Stripe."""
        self.v1.subscriptions.update(self.ada_sub, {"cancel_at_period_end": True})


class KeptTests(ReadsTestCase):
    def test_a_page_that_was_just_read_asks_stripe_nothing(self) -> None:
        first = self.page()
        asked = self.calls()

        again = self.page()

        assert len(asked) == 8
        assert self.calls() == []
        assert "Visa ending 4242" in again
        assert again.count("data-language") == first.count("data-language") == 1

    def test_so_does_the_api(self) -> None:
        self.warm()

        found = self.api("get", "").json()

        assert self.calls() == []
        assert found["as_of"] is None
        assert [each["id"] for each in found["customers"]] == [self.ada]

    def test_each_event_about_a_customer_has_them_read_anew(self) -> None:
        self.warm()
        self.end_it()
        assert "Ends on" not in self.page()

        self.tell()

        assert "Ends on" in self.page()

    def test_an_event_about_somebody_else_does_not(self) -> None:
        self.warm()
        self.v1.subscriptions.update(self.ben_sub, {"description": "x"})

        self.tell()
        self.sandbox.calls.clear()

        self.page()
        assert self.calls() == []

    def test_what_all_of_them_may_use_has_everybody_read_anew(self) -> None:
        coupon = self.v1.coupons.create({"percent_off": 10, "duration": "forever"})
        for change in (
            lambda: self.v1.coupons.update(coupon.id, {"name": "Ten off"}),
            lambda: self.v1.products.update(self.acme.shop.products["Team"], {"name": "Crew"}),
        ):
            self.warm()
            change()
            self.tell()
            self.sandbox.calls.clear()

            self.page()

            assert f"GET /v1/customers/{self.ada}" in self.calls()

    def test_what_the_customer_does_shows_at_once(self) -> None:
        self.warm()

        assert self.api("post", f"/subscriptions/{self.ada_sub}/cancel").status_code == 200

        assert "Ends on" in self.page()

    def test_a_try_to_write_drops_it_whatever_came_of_it(self) -> None:
        self.warm()
        self.end_it()
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("500", times=9, method="POST")

        failed = self.api("post", f"/subscriptions/{self.ada_sub}/undo-cancel")
        weather.clear()

        assert failed.status_code == 503
        assert "Ends on" in self.page()

    def test_after_an_action_the_page_is_never_a_kept_one(self) -> None:
        self.warm()
        self.end_it()

        assert "Ends on" in self.page_post("page").content.decode()
        assert "Ends on" in self.page()

    def test_an_action_looks_at_stripe_and_not_at_what_is_kept(self) -> None:
        self.warm()
        self.v1.subscriptions.cancel(self.ada_sub)

        refused = self.api("post", f"/subscriptions/{self.ada_sub}/cancel")

        assert (refused.status_code, refused.json()["code"]) == (409, "action_blocked")

    def test_a_read_that_began_before_a_drop_keeps_nothing(self) -> None:
        begun = Shelf(self.connection, [self.ada])
        reads.drop(self.connection, self.ada)
        begun.keep({self.ada: ("old",)})

        assert Shelf(self.connection, [self.ada]).shown() == {}
        for name in (self.ada, EVERYBODY):
            kept = Shelf(self.connection, [self.ada])
            kept.keep({self.ada: ("new",)})
            assert Shelf(self.connection, [self.ada]).shown() == {self.ada: ("new",)}
            reads.drop(self.connection, name)
            assert Shelf(self.connection, [self.ada]).shown() == {}

    def test_of_what_is_a_minute_old_one_reads_anew_and_the_others_do_not_wait(self) -> None:
        self.warm()
        with time_machine.travel(timezone.now() + timedelta(seconds=61)):
            first, second = (Shelf(self.connection, [self.ada]) for _ in range(2))

            assert first.shown() == {}
            assert second.shown().keys() == {self.ada}
            first.keep({self.ada: ("new",)})
            assert Shelf(self.connection, [self.ada]).shown() == {self.ada: ("new",)}
        with time_machine.travel(timezone.now() + timedelta(minutes=20)):
            assert [Shelf(self.connection, [self.ada]).shown() for _ in range(2)] == [{}, {}]

    def test_another_customer_with_the_same_address_is_found(self) -> None:
        self.warm()
        twin = self.v1.customers.create({"email": EMAIL, "name": "Twin"})

        self.tell()

        assert twin.id in self.page()

    def test_who_lost_the_address_has_lost_the_page(self) -> None:
        self.warm()
        self.v1.customers.update(self.ada, {"email": "new@example.com"})
        self.tell()

        given = {"email": EMAIL, "hash": self.hash(EMAIL)}
        at = f"/portal/{self.portal.public_id}/session"
        answer = self.client.post(at, given, headers={"Sec-Fetch-Site": "same-origin"})

        assert answer.headers["Servicebot-Problem"] == "no_customer"

    def test_a_customer_who_is_gone_is_kept_by_nobody(self) -> None:
        self.warm()
        self.v1.customers.delete(self.ada)
        self.tell()

        assert self.api("get", "").json()["code"] == "no_customer"

    def test_keys_that_were_replaced_begin_anew(self) -> None:
        self.warm()

        self.connection = self.listen(self.acme)
        self.calls()
        self.page()

        assert f"GET /v1/customers/{self.ada}" in self.calls()


class ShapesTests(ReadsTestCase):
    def test_what_another_version_has_kept_is_not_read(self) -> None:
        self.warm()

        with mock.patch.object(reads, "SHAPES", "others"):
            assert Shelf(self.connection, [self.ada]).shown() == {}
        assert Shelf(self.connection, [self.ada]).shown().keys() == {self.ada}


class SilentTests(ReadsTestCase):
    """Stripe doesn't answer any more."""

    def test_what_is_kept_is_shown_and_says_since_when(self) -> None:
        self.warm()
        with time_machine.travel(timezone.now() + timedelta(minutes=30), tick=True):
            self.sandbox.account(self.acme.shop.api_key).weather.bring("500", times=99)

            page = self.page()
            found = self.api("get", "").json()

            assert "Last updated 30 minutes ago" in page
            assert "Visa ending 4242" in page
            assert found["as_of"] is not None
            assert self.api("post", f"/subscriptions/{self.ada_sub}/cancel").status_code == 503

    def test_nothing_is_shown_where_nothing_is_kept(self) -> None:
        self.sandbox.account(self.acme.shop.api_key).weather.bring("500", times=99)

        assert self.api("get", "").status_code == 503

    def test_after_an_hour_it_says_what_it_is(self) -> None:
        self.warm()
        with time_machine.travel(timezone.now() + timedelta(minutes=61)):
            self.sandbox.account(self.acme.shop.api_key).weather.bring("500", times=99)

            assert self.api("get", "").status_code == 503


class UntoldTests(ReadsTestCase):
    """Stripe tells nothing, so nothing is kept."""

    def listen(self, tenant: Tenant) -> StripeConnection:
        return tenant.merchant.connections.get(mode="test")

    def test_each_page_is_read(self) -> None:
        self.warm()

        self.page()

        assert f"GET /v1/customers/{self.ada}" in self.calls()
        assert Shelf(self.connection, [self.ada]).oldest([self.ada]) is None
