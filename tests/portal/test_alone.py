"""Actions on one customer's things run one after another, in however many processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from portal import alone, sessions
from portal.clicks import ActionLock, DoneClick
from portal.identity import Identity, Proof
from portal.visit import Visit
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.base import ServicebotTestCase
from tests.world import Objects, Shop, Tenant, make_tenant

NAMES = ["a", "b"]


class LockTests(ServicebotTestCase):
    def test_who_has_it_has_it_alone(self) -> None:
        assert ActionLock.take(NAMES, "first", 60) is True
        assert ActionLock.take(["b", "c"], "second", 60) is False
        assert ActionLock.take(["c"], "second", 60) is True

    def test_who_fails_to_get_one_has_none(self) -> None:
        ActionLock.take(["b"], "first", 60)

        ActionLock.take(NAMES, "second", 60)

        assert ActionLock.take(["a"], "third", 60) is True

    def test_who_died_has_it_no_more_and_takes_nothing_back(self) -> None:
        ActionLock.take(NAMES, "dead", 60)
        with time_machine.travel(timezone.now() + timedelta(seconds=61)):
            assert ActionLock.take(NAMES, "next", 60) is True

            ActionLock.release("dead")

            assert ActionLock.take(["a"], "another", 60) is False
            ActionLock.release("next")
            assert ActionLock.take(["a"], "another", 60) is True

    def test_who_renews_has_it_for_longer_and_nobody_elses(self) -> None:
        ActionLock.take(["a"], "dead", 60)
        ActionLock.take(["b"], "alive", 60)
        with time_machine.travel(timezone.now() + timedelta(seconds=50)):
            ActionLock.renew("alive", 60)

        with time_machine.travel(timezone.now() + timedelta(seconds=100)):
            assert ActionLock.take(["b"], "next", 60) is False
            assert ActionLock.take(["a"], "next", 60) is True

    def test_what_counts_no_more_is_forgotten(self) -> None:
        ActionLock.take(["a"], "dead", 60)
        DoneClick.note("old", "digest")
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            ActionLock.take(["b"], "alive", 60)
            DoneClick.note("new", "digest")
            call_command("forget", verbosity=0, stdout=None)

        assert [lock.name for lock in ActionLock.objects.all()] == ["b"]
        assert [str(done) for done in DoneClick.objects.all()] == ["new"]


class ActionTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_cancel=True)

    def hold(self, customer_id: str) -> None:
        """Act on a customer's things from another process, which takes long."""
        session = sessions.begin(self.portal, Proof(Identity("email", "x@y.z"), 1), (customer_id,))
        other = Visit(self.portal, session)
        self.enterContext(alone.held(other))

    def test_who_waits_too_long_is_told_so_and_nothing_is_done(self) -> None:
        self.hold(self.ada)
        path = f"/subscriptions/{self.ada_sub}/cancel"

        response = self.api("post", path, idempotency_key="one")

        told = response.json()
        assert (response.status_code, told["code"]) == (409, "update_pending")
        assert (told["reason"], response["Retry-After"]) == ("change_under_way", "5")
        assert not self.sandbox.calls
        ActionLock.objects.all().delete()
        assert self.api("post", path, idempotency_key="one").status_code == 200

    def test_the_page_says_so_in_words(self) -> None:
        self.hold(self.ada)

        response = self.page_post(f"subscriptions/{self.ada_sub}/cancel", key="one")

        assert (response.status_code, response["Retry-After"]) == (409, "5")
        self.assertContains(response, "Another change is being made", status_code=409)

    def test_another_customer_waits_for_nobody(self) -> None:
        self.hold(self.ben)

        response = self.api("post", f"/subscriptions/{self.ada_sub}/cancel")

        assert response.status_code == 200

    def test_it_is_given_back_after_a_refusal_too(self) -> None:
        self.api("post", f"/subscriptions/{self.ben_sub}/cancel")

        assert not ActionLock.objects.exists()

    def test_what_cant_be_given_back_ends_by_itself(self) -> None:
        def refuse(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
            if sql.startswith("DELETE") and "token" in sql:
                raise OperationalError
            return execute(sql, params, *rest)

        with connection.execute_wrapper(refuse), self.assertLogs("portal.alone"):
            response = self.api("post", f"/subscriptions/{self.ada_sub}/cancel")

        assert response.status_code == 200
        assert ActionLock.objects.get().until < timezone.now() + timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_an_action_keeps_its_lock_however_long_it_takes(
    world: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "SECONDS_TO_RENEWAL", 0.05)
    monkeypatch.setattr(alone, "SECONDS_HELD", 1)
    tenant = make_tenant("Acme")
    secret_id = tenant.portal.active_secrets()[0].pk
    session = sessions.begin(
        tenant.portal, Proof(Identity("email", "ada@example.com"), secret_id), ("cus_1",)
    )

    with alone.held(Visit(tenant.portal, session)):
        taken = ActionLock.objects.get().until
        ends = time.monotonic() + 10
        while ActionLock.objects.get().until == taken and time.monotonic() < ends:
            time.sleep(0.05)

        assert ActionLock.objects.get().until > taken
    assert not ActionLock.objects.exists()


@pytest.fixture
def world() -> Iterator[Sandbox]:
    cache.clear()
    with doors.use(Sandbox()) as sandbox:
        yield sandbox
    assert sandbox.findings == []


def press(tenant: Tenant, customer_id: str, path: str, **body: str) -> Any:
    """Press a button in a process of its own: with a connection of its own to the database."""
    secret_id = tenant.portal.active_secrets()[0].pk
    session = sessions.begin(
        tenant.portal, Proof(Identity("customer_id", customer_id), secret_id), (customer_id,)
    )
    headers = {"Authorization": f"Bearer {session.token()}"}
    headers["Idempotency-Key"] = body.pop("key")
    try:
        return Client().post(
            f"/api/v1/portal{path}", body, content_type="application/json", headers=headers
        )
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_presses_at_the_same_moment_are_done_one_after_another(
    world: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "TRIES", 300)  # a busy machine is slow, not wrong
    tenant = make_tenant("Acme")
    shop: Shop = tenant.shop
    settings = tenant.portal.settings
    settings.can_cancel = settings.can_change_plan = True
    settings.identify_by = "customer_id"
    settings.save()
    ada = shop.customer("Ada")
    subscription = shop.subscribe(ada)
    asked = {"action": "change_plan", "price": shop.prices["Business month"], "key": "preview"}
    path = f"/subscriptions/{subscription}"
    quote = press(tenant, ada, f"{path}/preview", **asked).json()["quote"]
    world.account(shop.api_key).weather.latency = 0.02
    presses = [("change-plan", {"quote": quote, "key": "plan"})] * 3 + [("cancel", {"key": "end"})]

    with ThreadPoolExecutor(len(presses)) as pool:
        answers = list(
            pool.map(
                lambda pressed: press(tenant, ada, f"{path}/{pressed[0]}", **pressed[1]), presses
            )
        )

    codes = [answer.json().get("code", 200) for answer in answers]
    assert set(codes) <= {200, "preview_stale", "action_blocked"}, codes
    assert len(set(codes[:3])) == 1, codes  # the three are one click, and get one answer
    assert codes[3] == 200
    at_stripe = Objects(world, shop.api_key)
    # The first invoice, and at most one for the change.
    charged = [i for i in at_stripe.all("invoice") if i["amount_paid"] > 0]
    assert len(charged) == (2 if codes[0] == 200 else 1)
    assert at_stripe[subscription]["cancel_at_period_end"] is True
    assert not ActionLock.objects.exists()
