"""What is refused is not noted, and noting that fails fails nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.models import Activity
from portal import sessions
from portal.noting import card_state, note, state_of
from portal.once import Click
from portal.visit import Visit
from servicebot.gateway.shapes import PaymentMethod
from tests.portal.noting import NotingTestCase


class RefusedTests(NotingTestCase):
    def test_what_is_refused_is_not_noted(self) -> None:
        quote = self.quote("change_plan", price=self.price("Business month"))
        self.switch(can_cancel=False, can_change_plan=False)

        refusals = [
            self.act("cancel").status_code,
            self.act("change-plan", quote=quote).status_code,
            self.act("undo-cancel").status_code,
            self.api("post", f"/subscriptions/{self.ben_sub}/undo-cancel").status_code,
            self.save("seti_none").status_code,
            self.api("patch", f"/customers/{self.ada}", phone="1" * 30).status_code,
        ]

        assert refusals == [403, 403, 403, 403, 404, 400]
        assert self.actions() == []

    def test_nor_is_what_stripe_didnt_do(self) -> None:
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("timeout", times=2, method="POST")

        assert self.act("cancel").status_code == 503
        assert self.actions() == []


class FailingTests(NotingTestCase):
    def refuse(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """Stand for a database that takes no entries."""
        if sql.startswith("INSERT INTO") and "accounts_activity" in sql:
            raise DatabaseError
        return execute(sql, *rest)

    def test_what_is_done_is_done_where_it_cant_be_noted(self) -> None:
        with connection.execute_wrapper(self.refuse), self.assertLogs("portal.noting") as logged:
            api = self.act("cancel", comment="a secret of Ada's")
            page = self.page_post(f"subscriptions/{self.ada_sub}/undo-cancel")

        assert (api.status_code, page.status_code) == (200, 200)
        assert self.actions() == []
        assert len(logged.output) == 2
        assert f"cancel of {self.ada_sub}" in logged.output[0]
        assert "secret" not in "".join(logged.output)


class SmallTests(NotingTestCase):
    def visit(self) -> Visit:
        return Visit(self.portal, sessions.read(self.token()))

    def test_two_tabs_at_the_same_moment_note_one_change(self) -> None:
        change: dict[str, Any] = {"before": {"quantity": 1}, "after": {"quantity": 2}}
        back: dict[str, Any] = {"before": {"quantity": 2}, "after": {"quantity": 1}}

        for each in (change, change, back, change):
            note(self.visit(), "change_quantity", self.ada_sub, self.ada, **each)

        assert Activity.objects.count() == 3

    def test_two_presses_at_the_same_moment_note_one_change(self) -> None:
        presses = [Click(self.visit(), "cancel", "one", {}) for _ in range(2)]

        for click in presses:
            note(self.visit(), "cancel", self.ada_sub, self.ada, click=click)

        assert Activity.objects.count() == 1

    def test_several_intervals_are_one(self) -> None:
        price = self.acme.shop.price(
            "Team", 9000, "month", recurring={"interval": "month", "interval_count": 3}
        )
        self.acme.shop.prices["quarter"] = price
        id_ = self.acme.shop.subscribe(self.ada, "quarter")
        visit = self.visit()

        assert state_of(visit.catalogue, visit.subscription(id_))["interval"] == "3 months"

    def test_another_way_to_pay_is_named_and_none_says_nothing(self) -> None:
        at = timezone.now()
        debit = PaymentMethod("pm_1", self.ada, at, "sepa_debit", "", "3000", None, None)
        link = PaymentMethod("pm_2", self.ada, at, "link", "", "", None, None)

        assert card_state(debit) == {"last4": "3000"}
        assert card_state(link) == {"type": "link"}
        assert card_state(None) is None
