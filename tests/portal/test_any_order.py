"""Whatever Ada clicks, in whatever order, in two tabs and in bad weather: some things never are.

Never two live subscriptions that were resubscribed from one, a reason without its cancellation, a
new card on the customer but not on what is paid with it, or a change of somebody else's.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest
import time_machine
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.portal.clicking import (
    BEGAN,
    ENDED,
    START,
    Begun,
    Click,
    Json,
    Portal,
    Weather,
    begin,
)
from tests.world import Tenant, make_tenant

CARDS = (
    "pm_card_mastercard",
    "pm_card_amex",
    "pm_card_chargeCustomerFail",
    "pm_card_threeDSecure2Required",
    "pm_card_visa_chargeDeclined",
)
ALL_ON = (
    *("can_change_plan", "can_change_quantity", "can_use_coupon", "can_resubscribe"),
    *("can_change_plan_when_canceled", "can_use_coupon_to_resubscribe", "can_update_card"),
    *("can_cancel", "asks_cancellation_reason"),
)
TOGGLED = ("cancels_immediately", "schedules_downgrades", "asks_cancellation_reason", "can_cancel")
PRORATIONS = ("always_invoice", "create_prorations", "none")
which = st.integers(0, 3)
weathers = st.builds(
    Weather,
    st.sampled_from(["429", "500", "timeout", "reset", "lost"]),
    st.sampled_from(["POST", "DELETE", ".*"]),
    st.sampled_from(
        [
            *("/v1/subscriptions", "/v1/subscriptions/", "/v1/customers/", "/v1/invoices"),
            *("/v1/subscription_schedules$", "/v1/subscription_schedules/", "/v1/setup_intents"),
        ]
    ),
    st.sampled_from([1, 2]),
)

cards = st.sampled_from(CARDS)
switches = st.one_of(
    st.dictionaries(st.sampled_from(TOGGLED), st.booleans(), min_size=1, max_size=2),
    st.fixed_dictionaries({"proration_behavior": st.sampled_from(PRORATIONS)}),
)
maybe = st.one_of(st.none(), st.none(), weathers)
names = st.sampled_from(["Starter month", "Team month", "Business month", "Team year"])
codes = st.sampled_from(["", "", "HALF", "ONCE"])
asks = st.one_of(
    st.fixed_dictionaries({"action": st.just("change_plan"), "price": names, "coupon": codes}),
    st.fixed_dictionaries({"action": st.just("change_quantity"), "quantity": st.integers(1, 3)}),
    st.fixed_dictionaries({"action": st.just("resubscribe"), "coupon": codes}),
    st.fixed_dictionaries({"action": st.just("resubscribe"), "price": names, "coupon": codes}),
    st.sampled_from([{"action": "apply_coupon", "coupon": "ONCE"}, {"action": "resume"}]),
)


class AnyOrder(RuleBasedStateMachine):
    """Ada, her merchant, Stripe and time, taking turns."""

    quotes = Bundle("quotes")
    clicks = Bundle("clicks")

    def __init__(self, tenant: Tenant, time: time_machine.Traveller, begun: Begun) -> None:
        super().__init__()
        self.sandbox = Sandbox()
        self._door = doors.use(self.sandbox)
        self._door.__enter__()
        self.ada = Portal(tenant, self.sandbox, time, begun)
        self.others = self.ada.of_ben()
        self.done: set[Click] = set()

    def teardown(self) -> None:
        """Ada repeats what had no answer, and all is well."""
        try:
            for click in [*self.ada.unanswered]:
                self.press(click)
            self.check()
        finally:
            self._door.__exit__(None, None, None)

    @initialize(proration=st.sampled_from(PRORATIONS), at_once=st.booleans(), waits=st.booleans())
    def open(self, proration: str, *, at_once: bool, waits: bool) -> None:
        asked = {"proration_behavior": proration, "cancels_immediately": at_once}
        self.ada.switch(**dict.fromkeys(ALL_ON, True), schedules_downgrades=waits, **asked)

    # Around Ada

    @rule(change=switches)
    def switch(self, change: Json) -> None:
        self.ada.switch(**change)

    @rule(hours=st.sampled_from([1, 24, 8 * 24, 32 * 24]))
    def pass_time(self, hours: int) -> None:
        self.ada.pass_time(hours)

    # What Ada clicks

    @rule(target=clicks, number=which, asked=asks, weather=maybe)
    def change(self, number: int, asked: Json, weather: Weather | None) -> Any:
        """Look at what something costs, and do it."""
        quoted = self.preview(number, asked)
        return self.click(quoted[0], weather, quote=quoted[1]) if quoted else multiple()

    @rule(target=quotes, number=which, asked=asks)
    def look(self, number: int, asked: Json) -> Any:
        """Look at what something costs, in a tab that stays open."""
        return self.preview(number, asked) or multiple()

    @rule(target=clicks, quote=quotes, weather=maybe)
    def confirm(self, quote: tuple[str, str], weather: Weather | None) -> Click:
        path, token = quote
        return self.click(path, weather, quote=token)

    @rule(
        target=clicks,
        number=which,
        reason=st.sampled_from(["", "unused", "other"]),
        comment=st.sampled_from(["", "Moved away"]),
        weather=maybe,
    )
    def cancel(self, number: int, reason: str, comment: str, weather: Weather | None) -> Click:
        path = f"/subscriptions/{self.subscription(number)}/cancel"
        return self.click(path, weather, reason=reason, comment=comment)

    @rule(target=clicks, weather=maybe, number=which)
    def undo(self, number: int, weather: Weather | None) -> Any:
        """Take back what is to come."""
        coming = [s for s in self.ada.subscriptions() if s["status"] not in ENDED]
        found = [s for s in coming if s["cancel_at_period_end"] or s["schedule"]]
        if not found:
            return multiple()
        one = found[number % len(found)]
        name = "undo-scheduled-change" if one["schedule"] else "undo-cancel"
        return self.click(f"/subscriptions/{one['id']}/{name}", weather)

    @rule(target=clicks, number=which, weather=maybe)
    def pay(self, number: int, weather: Weather | None) -> Any:
        owed = [i["id"] for i in self.ada.invoices() if i["status"] == "open"]
        if not owed:
            return multiple()
        return self.click(f"/invoices/{owed[number % len(owed)]}/pay", weather)

    @rule(click=clicks)
    def click_again(self, click: Click) -> None:
        """The same button once more: what was done is not done again."""
        before = self.made()
        done = click in self.done

        self.press(click)

        assert not done or self.made() == before

    @precondition(lambda self: self.ada.unanswered)
    @rule()
    def repeat(self) -> None:
        """Press again what had no answer."""
        self.press(self.ada.unanswered[0])

    @rule(target=clicks, card=cards, accepts=st.booleans(), weather=maybe)
    def replace_card(self, card: str, weather: Weather | None, *, accepts: bool) -> Any:
        intent = self.ada.enter_card(card, accepts=accepts)
        return self.click("/payment-method", weather, setup_intent=intent) if intent else multiple()

    @rule(two=st.tuples(cards, cards), weather=maybe, pays=st.booleans())
    def replace_card_in_two_tabs(
        self, two: tuple[str, str], weather: Weather | None, *, pays: bool
    ) -> None:
        """The one that was entered first is saved last; `pays` ticks what is open besides."""
        first, second = (self.ada.enter_card(card, accepts=True) for card in two)
        if not (first and second):
            return
        self.click("/payment-method", weather, setup_intent=second)
        if not pays:
            self.click("/payment-method", None, setup_intent=first)
            return
        owed = [i["id"] for i in self.ada.invoices() if i["status"] == "open"]
        answer = self.ada.page("card/save", setup_intent=first, pay=owed)
        if answer.status_code == 200:
            self.ada.saved = str(self.ada.default_card())

    @precondition(lambda self: self.ada.waiting)
    @rule(number=which, accepts=st.booleans())
    def confirm_payment(self, number: int, *, accepts: bool) -> None:
        waiting = self.ada.waiting
        self.ada.confirm_payment(waiting[number % len(waiting)], accepts=accepts)

    # How that is done

    def subscription(self, number: int) -> str:
        """Return one of Ada's subscriptions, counted from the newest."""
        found = self.ada.subscriptions()
        return str(found[-1 - number % len(found)]["id"])

    def preview(self, number: int, asked: Json) -> tuple[str, str] | None:
        """Return where an action is confirmed, and with what; None where it isn't possible."""
        named = {"price": self.ada.shop.prices[asked["price"]]} if asked.get("price") else {}
        path = f"/subscriptions/{self.subscription(number)}"
        body = tuple({**asked, **named}.items())
        answer = self.ada.press(Click(f"{path}/preview", body, ""))
        if answer.status_code != 200:
            return None
        return f"{path}/{asked['action'].replace('_', '-')}", answer.json()["quote"]

    def click(self, path: str, weather: Weather | None, **body: Any) -> Click:
        click = Click(path, tuple(body.items()), self.ada.new_key())
        self.ada.weather = weather
        self.press(click)
        return click

    def press(self, click: Click) -> None:
        answer = self.ada.press(click)
        if answer.status_code < 300:
            self.done.add(click)
            self.heard(click, answer.json())

    def heard(self, click: Click, told: Json) -> None:
        """What an answer says is what is at Stripe."""
        if click.path == "/payment-method":
            self.ada.saved = str(self.ada.default_card())
        shown = told.get("subscription")
        if shown:
            now = self.ada.stripe[shown["id"]]
            assert shown["status"] == now["status"], (click, shown)
            assert shown["cancel_at_period_end"] == now["cancel_at_period_end"], (click, shown)

    def made(self) -> Json:
        """Return what clicks could have made twice."""
        self.ada.pass_time(0)
        return {
            "subscriptions": len(self.ada.subscriptions()),
            "invoices": len(self.ada.invoices()),
            "schedules": len(self.ada.stripe.all("subscription_schedule")),
        }

    # What never is

    @invariant()
    def check(self) -> None:
        never_two_of_one(self.ada)
        no_reason_without_its_cancellation(self.ada)
        the_new_card_is_everywhere(self.ada)
        assert self.ada.of_ben() == self.others
        assert self.sandbox.findings == []
        assert self.sandbox.refused == []


def never_two_of_one(ada: Portal) -> None:
    """Of one that ended, at most one is alive or waits for its first payment."""
    alive = [s for s in ada.subscriptions() if s["status"] not in ENDED]
    counted = Counter(s["metadata"][BEGAN] for s in alive if BEGAN in s["metadata"])
    assert max(counted.values(), default=0) <= 1, counted


def no_reason_without_its_cancellation(ada: Portal) -> None:
    """Unless Ada has no answer yet, why she leaves stands only on what she leaves.

    Where her repeat is refused, since the merchant has switched it off, what was written stays.
    """
    open_clicks = (*ada.unanswered, *ada.given_up)
    waits = {c.path.split("/")[2] for c in open_clicks if c.path.endswith("/cancel")}
    for found in ada.subscriptions():
        named = {"cancellation_reason", "cancellation_comment"} & set(found["metadata"])
        ends = found["status"] in ENDED or found["cancel_at_period_end"]
        assert ends or not named or found["id"] in waits, found["metadata"]


def the_new_card_is_everywhere(ada: Portal) -> None:
    """Unless Ada has no answer yet, what names a card names the one that she saved last."""
    if ada.saved and not any(c.path == "/payment-method" for c in ada.unanswered):
        assert ada.default_card() == ada.saved
        assert ada.cards_named() <= {ada.saved}


@pytest.fixture
def tenant(db: None) -> Tenant:
    with doors.use(Sandbox()):
        return make_tenant("Acme")


def test_some_things_never_are(tenant: Tenant) -> None:
    with time_machine.travel(START, tick=False) as time:
        with doors.use(Sandbox()) as sandbox:
            begun = begin(sandbox, time)
        few = settings(max_examples=20, stateful_step_count=25)
        machine: Any = partial(AnyOrder, tenant, time, begun)
        run_state_machine_as_test(machine, settings=few)
