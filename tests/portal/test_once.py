"""A click counts once: repeated, doubled, or with its answer lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError, connection
from django.utils import timezone

from portal import sessions
from portal.identity import Identity, Proof
from portal.once import Click
from portal.problems import Problem
from portal.visit import Visit
from tests.base import ServicebotTestCase

PARAMS = {"quote": "a", "id": "sub_1"}


class ClickTests(ServicebotTestCase):
    def visit(self, kind: str = "email", value: str = "ada@example.com", **of: Any) -> Visit:
        """Return somebody's visit in Acme's portal, or in `portal`."""
        portal = of.get("portal", self.portal)
        return Visit(portal, sessions.begin(portal, Proof(Identity(kind, value), 1), (self.ada,)))

    def click(self, action: str = "cancel", key: str = "one", **of: Any) -> Click:
        return Click(of.get("visit", self.visit()), action, key, of.get("params", PARAMS))

    def test_what_was_done_was_done(self) -> None:
        first = self.click()
        before = first.was_done()
        first.is_done()

        assert before is False
        assert self.click().was_done() is True

    def test_what_was_not_finished_was_not_done(self) -> None:
        self.click().step("update")

        assert self.click().was_done() is False

    def test_the_same_key_with_something_else_is_a_mismatch(self) -> None:
        self.click().is_done()

        with pytest.raises(Problem) as caught:
            self.click(params={**PARAMS, "quote": "b"}).was_done()

        assert caught.value.code == "idempotency_mismatch"

    def test_the_order_of_what_was_said_is_nothing(self) -> None:
        self.click().is_done()

        assert self.click(params=dict(reversed(PARAMS.items()))).was_done()

    def test_a_key_is_ones_own_and_one_actions(self) -> None:
        self.click().is_done()
        others = [
            self.click(action="undo_cancel"),
            self.click(key="two"),
            self.click(visit=self.visit(value="ben@example.com")),
            self.click(visit=self.visit("customer_id", "ada@example.com")),
            self.click(visit=self.visit(portal=self.globex.portal)),
        ]

        assert [other.was_done() for other in others] == [False] * len(others)
        assert len({click.key for click in [self.click(), *others]}) == len(others) + 1

    def test_a_new_session_of_the_same_person_repeats_the_same_click(self) -> None:
        self.click().is_done()
        with time_machine.travel(timezone.now() + timedelta(hours=20)):
            assert self.click(visit=self.visit()).was_done()

    def test_it_is_remembered_for_a_day(self) -> None:
        self.click().is_done()

        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            assert self.click().was_done() is False
            assert self.click(params={**PARAMS, "quote": "b"}).is_done() is True
            assert self.click().is_done() is False

    def test_it_is_remembered_when_the_cache_is_empty(self) -> None:
        self.click().is_done()
        cache.clear()

        assert self.click().was_done() is True

    def test_where_it_cant_be_remembered_what_was_done_is_done(self) -> None:
        def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            raise OperationalError

        click = self.click()
        with connection.execute_wrapper(refuse), self.assertLogs("portal.once"):
            assert click.is_done() is True

    def test_stripe_never_sees_a_key_that_says_something(self) -> None:
        key = self.click(key="ada@example.com " * 30).step("update")

        assert "example" not in key
        assert len(key) <= 255
        assert key != self.click(key="ada@example.com " * 30).step("cancel")


class RepeatTests(ServicebotTestCase):
    """The same at the doors."""

    def cancel(self, key: str = "one", **given: Any) -> Any:
        path = f"/subscriptions/{self.ada_sub}/cancel"
        return self.api("post", path, idempotency_key=key, **given)

    def writes(self) -> list[str]:
        """Return the writes to Ada's subscription."""
        path = f"/v1/subscriptions/{self.ada_sub}"
        return [c.method for c in self.sandbox.calls if c.path == path and c.method != "GET"]

    def test_a_repeat_asks_stripe_for_no_second_change(self) -> None:
        first = self.cancel(reason="unused")
        again = self.cancel(reason="unused")

        assert (first.status_code, again.status_code) == (200, 200)
        assert first.json() == again.json()
        assert self.writes() == ["POST"]

    def test_a_key_with_another_answer_is_a_mismatch(self) -> None:
        self.cancel(reason="unused")

        response = self.cancel(reason="other")

        assert (response.status_code, response.json()["code"]) == (409, "idempotency_mismatch")
        assert self.stripe[self.ada_sub]["metadata"]["cancellation_reason"] == "unused"

    def updates(self) -> int:
        """Return how often a subscription was set to end, or kept, at Stripe."""
        changed = [e["data"].get("previous_attributes") or {} for e in self.stripe.all("event")]
        return sum("cancel_at_period_end" in before for before in changed)

    def test_an_end_at_once_whose_answer_is_lost_is_an_end(self) -> None:
        self.switch(cancels_immediately=True)
        self.sandbox.account(self.acme.shop.api_key).weather.bring("lost", method="DELETE")

        response = self.cancel(reason="unused")

        now = self.stripe[self.ada_sub]
        assert now["status"] == "canceled"
        assert now["metadata"]["cancellation_reason"] == "unused"
        assert response.status_code == 200, response.content

    def test_one_that_stayed_unclear_is_one_change_however_often(self) -> None:
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("lost", times=2, method="POST")

        unclear = self.cancel(reason="unused")
        self.cancel(reason="unused")

        assert unclear.status_code == 503
        assert self.stripe[self.ada_sub]["metadata"]["cancellation_reason"] == "unused"
        assert self.updates() == 1


class ForgetfulCacheTests(ServicebotTestCase):
    """The same when Redis was restarted in between."""

    def press(self, name: str, key: str, **given: Any) -> Any:
        path = f"/subscriptions/{self.ada_sub}/{name}"
        return self.api("post", path, idempotency_key=key, **given)

    def test_a_repeat_is_answered_as_it_was(self) -> None:
        first = self.press("cancel", "one")
        cache.clear()
        again = self.press("cancel", "one")

        assert (first.status_code, again.status_code) == (200, 200)
        assert again.json() == first.json()

    def test_a_late_repeat_does_not_undo_what_came_after_it(self) -> None:
        self.press("cancel", "one")
        self.press("undo-cancel", "two")
        cache.clear()

        response = self.press("cancel", "one")

        assert response.status_code == 200
        assert response.json()["subscription"]["cancel_at_period_end"] is False
        assert self.stripe[self.ada_sub]["cancel_at_period_end"] is False

    def test_a_new_start_that_went_wrong_twice_is_made_once(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.cancel(self.ada_sub)
        quote = self.press("preview", "", action="resubscribe").json()["quote"]
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("500", method="POST", path="/v1/subscriptions$")
        failed = self.press("resubscribe", "one", quote=quote)
        weather.bring("lost", method="POST", path="/v1/subscriptions$", times=2)
        lost = self.press("resubscribe", "one", quote=quote)
        cache.clear()

        responses = [self.press("resubscribe", "one", quote=quote) for _ in range(2)]

        assert (failed.status_code, lost.status_code) == (503, 503)
        assert [response.status_code for response in responses] == [200, 200]
        started = [s for s in self.stripe.all("subscription") if s["customer"] == self.ada]
        assert len(started) == 2
