"""Whether Stripe still takes the key and we its events: seen in customers' own requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.connecting import connect
from accounts.models import StripeConnection
from accounts.notices import Kind
from portal import sessions
from portal.visit import Visit
from portal.webhooks import MAX_BYTES
from servicebot.gateway.errors import DisconnectedError
from tests.base import ServicebotTestCase
from tests.portal.test_webhooks import WebhookTestCase, keeping_the_catalogue, path_of


class KeyTests(ServicebotTestCase):
    refuses_requests = True

    def setUp(self) -> None:
        super().setUp()
        connect(self.acme.merchant, "test", "rk_test_acme", "pk_test_acme")

    def now(self) -> StripeConnection:
        """Return what the database has."""
        return self.acme.merchant.connections.get()

    def revoke(self) -> None:
        """Make a key of it that Stripe doesn't know."""
        self.replace_key("rk_test_")

    def replace_key(self, key: str) -> None:
        row = self.now()
        row.api_key = key
        row.save()

    def mend(self) -> None:
        self.replace_key("rk_test_acme")

    def deny(self, *names: str) -> None:
        self.sandbox.account("rk_test_acme").config["denied"] = list(names)

    def open_page(self, **identity: str) -> Any:
        """Come from the merchant's page, as the shell does."""
        given = identity or {"email": "ada@example.com"}
        (value,) = given.values()
        return self.client.post(
            f"/portal/{self.portal.public_id}/session",
            {**given, "hash": self.hash(value)},
            headers={"Sec-Fetch-Site": "same-origin"},
        )

    def requests(self) -> dict[str, Any]:
        """Return every way in: the exchange by page and API, then a piece of page and the API."""
        identity = {"portal_id": self.portal.public_id, "email": "ada@example.com"}
        return {
            "shell": lambda: self.open_page(),
            "exchange": lambda: self.client.post(
                "/api/v1/portal/session",
                {**identity, "hash": self.hash("ada@example.com")},
                content_type="application/json",
            ),
            "page": lambda: self.page_post("page"),
            "api": lambda: self.api("get", ""),
        }

    def test_a_refusal_is_noted_whichever_way_somebody_came(self) -> None:
        self.revoke()

        for name, ask in self.requests().items():
            with self.subTest(name=name):
                assert ask().status_code == 503
                assert self.now().refused_since is not None
            StripeConnection.objects.update(refused_since=None)

    def test_a_refusal_while_the_page_is_read_is_noted(self) -> None:
        self.switch(identify_by="customer_id")
        self.revoke()

        assert self.open_page(customer_id=self.ada).status_code == 503

        assert self.now().refused_since is not None

    def test_a_refusal_is_noted_once(self) -> None:
        self.revoke()
        self.page_post("page")
        first = self.now().refused_since

        self.page_post("page")

        assert self.now().refused_since == first

    def test_a_success_ends_it_whichever_way_somebody_came(self) -> None:
        for name, ask in self.requests().items():
            with self.subTest(name=name):
                StripeConnection.objects.update(refused_since=timezone.now())

                assert ask().status_code in {200, 201}

                assert self.now().refused_since is None

    def test_while_all_is_well_nothing_is_written(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            self.page_post("page")

        assert not [each for each in asked.captured_queries if "UPDATE" in each["sql"]]

    def test_what_every_page_needs_counts_as_a_refusal(self) -> None:
        self.deny("subscription_read")

        assert self.page_post("page").status_code == 503

        assert self.now().refused_since is not None

    def test_what_can_be_missing_does_not(self) -> None:
        self.switch(can_cancel=True)
        self.deny("subscription_write")

        said = self.page_post(f"subscriptions/{self.ada_sub}/cancel")

        assert said.status_code == 503
        assert self.now().refused_since is None

    def test_a_permission_that_is_found_missing_is_kept_and_told_once(self) -> None:
        self.switch(can_cancel=True)
        self.deny("subscription_write")

        for _ in range(2):
            self.page_post(f"subscriptions/{self.ada_sub}/cancel")

        assert self.now().lacking == ["subscription_write"]
        notice = self.acme.merchant.notices.get()
        assert (notice.kind, notice.subject) == (
            Kind.PERMISSION_MISSING,
            "test subscription_write",
        )

    def test_one_that_was_known_to_be_missing_is_not_told(self) -> None:
        self.switch(can_cancel=True)
        self.deny("subscription_write")
        connect(self.acme.merchant, "test", "rk_test_acme", "pk_test_acme")

        self.page_post(f"subscriptions/{self.ada_sub}/cancel")

        assert not self.acme.merchant.notices.exists()

    def test_stripe_down_is_no_refusal_and_ends_none(self) -> None:
        account = self.sandbox.account("rk_test_acme")
        account.weather.bring("500", times=99)
        assert self.page_post("page").status_code == 503
        assert self.now().refused_since is None
        StripeConnection.objects.update(refused_since=timezone.now())

        self.page_post("page")

        assert self.now().refused_since is not None

    def test_new_keys_end_it(self) -> None:
        StripeConnection.objects.update(refused_since=timezone.now(), failing_since=timezone.now())

        connect(self.acme.merchant, "test", "rk_test_acme", "pk_test_acme")

        assert (self.now().refused_since, self.now().failing_since) == (None, None)

    def test_new_keys_take_no_blame_for_the_old(self) -> None:
        self.revoke()
        visit = Visit(self.portal, sessions.read(self.token()))
        with pytest.raises(DisconnectedError):
            visit.gateway.recent_customers(1)
        connect(self.acme.merchant, "test", "rk_test_acme", "pk_test_acme")

        visit.settle()

        assert self.now().refused_since is None
        assert not self.acme.merchant.notices.exists()

    def test_one_merchants_refusal_is_not_anothers(self) -> None:
        self.revoke()

        self.page_post("page")

        assert self.globex.merchant.connections.get().refused_since is None

    def test_it_is_told_and_its_end_is_noted(self) -> None:
        self.revoke()
        self.page_post("page")
        notice = self.acme.merchant.notices.get()
        assert (notice.kind, notice.subject, notice.over_at) == (Kind.KEY_REFUSED, "test", None)

        self.mend()
        self.page_post("page")

        assert self.acme.merchant.notices.get().over_at is not None


class EventTests(WebhookTestCase):
    def since(self) -> Any:
        return StripeConnection.objects.get(pk=self.connection.pk).failing_since

    def test_a_wrong_signature_is_noted_and_a_good_event_ends_it(self) -> None:
        self.send(secret="whsec_guessed")
        first = self.since()
        assert first is not None
        self.send(secret="whsec_guessed")
        assert self.since() == first

        self.send()

        assert self.since() is None

    def test_what_cannot_be_handled_is_noted(self) -> None:
        event = self.rename("Other")
        self.client.raise_request_exception = False

        with connection.execute_wrapper(keeping_the_catalogue):
            self.send(event)

        assert self.since() is not None

    def test_who_does_not_claim_to_be_stripe_says_nothing(self) -> None:
        path = path_of(self.connection)

        response = self.client.post(path, b"{}", content_type="application/json")

        assert response.status_code == 400
        assert self.since() is None

    def test_who_guesses_an_address_says_nothing_however_long(self) -> None:
        path = f"/webhooks/stripe/{self.connection.pk}/"
        for minutes in (0, 16, 32):
            with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
                self.send(secret="whsec_guessed", path=path)
                self.send(payload=b"x" * (MAX_BYTES + 1), path=path)

        assert self.since() is None
        assert not self.acme.merchant.notices.exists()

    def test_a_short_trouble_is_not_told(self) -> None:
        self.send(secret="whsec_guessed")
        self.send(secret="whsec_guessed")

        assert not self.acme.merchant.notices.exists()

    def test_a_long_one_is_told_by_the_next_failure(self) -> None:
        self.fail_for(minutes=16)

        self.send(secret="whsec_guessed")

        notice = self.acme.merchant.notices.get()
        assert (notice.kind, notice.subject) == (Kind.EVENTS_FAIL, "test")

    def test_its_end_is_noted(self) -> None:
        self.fail_for(minutes=16)
        self.send(secret="whsec_guessed")

        self.send()

        assert self.acme.merchant.notices.get().over_at is not None

    def test_a_quarter_of_an_hour_is_the_limit(self) -> None:
        self.fail_for(minutes=14)

        self.send(secret="whsec_guessed")

        assert not self.acme.merchant.notices.exists()

    def fail_for(self, minutes: int) -> None:
        began = timezone.now() - timedelta(minutes=minutes)
        StripeConnection.objects.filter(pk=self.connection.pk).update(failing_since=began)
