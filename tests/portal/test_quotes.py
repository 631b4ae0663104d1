"""A quote is what was told and agreed to: for one action, ten minutes, and what was looked at."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from portal import quotes, sessions
from portal.models import open_portal
from portal.problems import Problem
from portal.quotes import Quote
from servicebot.gateway.billing_shapes import PendingUpdate, Subscription
from servicebot.gateway.client import Gateway
from servicebot.gateway.schedule_shapes import Schedule
from servicebot.gateway.shapes import Coupon, Discount
from tests.base import ServicebotTestCase

QUOTE = Quote(
    action="change_plan",
    subscription_id="sub_1",
    price_id="price_1",
    quantity=2,
    coupon="WELCOME",
    at_period_end=False,
    proration_date=1_800_000_000,
    due_now=3593,
    currency="usd",
    fingerprint="seen",
    nonce="once",
)

PHASE = {"items": [], "start_date": 10, "end_date": 20}
SCHEDULE = Schedule.from_stripe(
    {
        "id": "sub_sched_1",
        "status": "active",
        "end_behavior": "release",
        "default_settings": {},
        "current_phase": {"start_date": 0},
        "phases": [PHASE],
    }
)


def refused(token: str, action: str = "change_plan", subscription_id: str = "sub_1") -> Any:
    """Return what a quote is refused with."""
    with pytest.raises(Problem) as caught:
        quotes.read(token, action, subscription_id)
    return caught.value


def test_a_quote_comes_back_as_it_was_given() -> None:
    assert quotes.read(QUOTE.token(), "change_plan", "sub_1") == QUOTE


def test_a_quote_is_good_for_ten_minutes() -> None:
    now = timezone.now().replace(microsecond=0)
    with time_machine.travel(now, tick=False):
        token = QUOTE.token()

    with time_machine.travel(now + timedelta(minutes=10), tick=False):
        assert quotes.read(token, "change_plan", "sub_1") == QUOTE
    with time_machine.travel(now + timedelta(minutes=10, seconds=1), tick=False):
        assert quotes.read(token, "change_plan", "sub_1") == replace(QUOTE, fingerprint="")


def test_a_quote_for_something_else_is_invalid() -> None:
    assert refused(QUOTE.token(), action="resubscribe").code == "invalid"
    assert refused(QUOTE.token(), subscription_id="sub_2").code == "invalid"


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "é", QUOTE.token() + "x", QUOTE.token()[1:]])
def test_what_was_not_signed_here_is_invalid(token: str) -> None:
    problem = refused(token)

    assert (problem.code, list(problem.extra["errors"])) == ("invalid", ["quote"])


def test_a_cheaper_quote_cannot_be_made_of_a_dear_one() -> None:
    payload, stamp, signature = QUOTE.token().split(":")
    cheap, _stamp, _signature = replace(QUOTE, due_now=1).token().split(":")

    assert payload != cheap
    assert refused(f"{cheap}:{stamp}:{signature}").code == "invalid"


def test_what_we_signed_for_something_else_is_no_quote() -> None:
    session = signing.dumps(asdict(QUOTE), salt=sessions.SALT)
    older = signing.dumps({"action": "change_plan"}, salt=quotes.SALT)
    newer = signing.dumps({**asdict(QUOTE), "tip": "x"}, salt=quotes.SALT)

    assert {refused(token).code for token in (session, older, newer)} == {"invalid"}


def test_no_two_quotes_are_the_same() -> None:
    assert len({quotes.new_nonce() for _ in range(100)}) == 100


class FingerprintTests(ServicebotTestCase):
    """Whatever a price may depend on is in the fingerprint, and nothing that it doesn't."""

    def seen(self) -> Subscription:
        """Return Ada's subscription as Stripe has it now."""
        gateway = Gateway(self.acme.shop.api_key, "https://api.stripe.com")
        return gateway.subscription(self.ada_sub)

    def test_all_that_a_price_depends_on_changes_it(self) -> None:
        seen = self.seen()
        (item,) = seen.items
        later = timezone.now()
        coupon = Coupon("c", "", None, 100, "usd", "forever", None)
        other: dict[str, Any] = {
            "id": "sub_other",
            "status": "past_due",
            "discounts": (Discount("di_1", coupon, "", None),),
            "cancel_at": later,
            "cancels_at_period_end": True,
            "trial_end": later,
            "schedule": SCHEDULE,
            "pending_update": PendingUpdate(later),
            "latest_invoice_id": "in_other",
            "collection_method": "send_invoice",
        }
        for name, value in {
            "id": "si_other",
            "price": replace(item.price, id="price_other"),
            "quantity": 2,
            "period_start": later,
            "period_end": later,
        }.items():
            other[f"items {name}"] = (replace(item, **{name: value}),)  # type: ignore[arg-type]

        prints = {
            quotes.fingerprint(replace(seen, **{name.partition(" ")[0]: value}))
            for name, value in other.items()
        }

        assert len(prints | {quotes.fingerprint(seen)}) == len(other) + 1

    def test_words_on_it_do_not(self) -> None:
        before = quotes.fingerprint(self.seen())
        words = {"metadata": {"note": "called"}, "description": "Called on Monday"}
        self.acme.shop.stripe.v1.subscriptions.update(self.ada_sub, words)

        assert quotes.fingerprint(self.seen()) == before


class TermsTests(ServicebotTestCase):
    """What isn't due now is agreed to as well."""

    def preview(self, **asked: Any) -> Any:
        path = f"/subscriptions/{self.ada_sub}/preview"
        return self.api("post", path, **asked).json()

    def require_stale(self, path: str, quote: str) -> None:
        before = len(self.stripe.all("event"))

        answer = self.api("post", f"/subscriptions/{self.ada_sub}/{path}", quote=quote)

        assert (answer.status_code, answer.json()["code"]) == (409, "preview_stale")
        assert len(self.stripe.all("event")) == before

    def test_a_change_charged_otherwise_by_now_is_asked_anew(self) -> None:
        self.switch(proration_behavior="none")
        price = self.acme.shop.prices["Business month"]
        told = self.preview(action="change_plan", price=price)
        self.switch(proration_behavior="create_prorations")

        now = self.preview(action="change_plan", price=price)

        assert told["due_now"] == now["due_now"] == 0
        assert told["next_amount"] != now["next_amount"]
        self.require_stale("change-plan", told["quote"])

    def test_a_quote_of_another_portal_is_asked_anew(self) -> None:
        other = open_portal(self.acme.merchant, "test", "Second")
        other.settings.can_change_plan = True
        other.settings.save()
        token = self.token(tenant=replace(self.acme, portal=other))
        asked = {"action": "change_plan", "price": self.acme.shop.prices["Business month"]}
        path = f"/subscriptions/{self.ada_sub}/preview"

        quote = self.api("post", path, token, **asked).json()["quote"]

        self.require_stale("change-plan", quote)

    def test_a_code_that_takes_something_else_off_is_asked_anew(self) -> None:
        self.switch(can_use_coupon=True)
        stripe = self.acme.shop.stripe.v1
        quotes_, codes = [], []
        for off in (50, 10):
            coupon = stripe.coupons.create({"percent_off": off, "duration": "forever"}).id
            made = {"promotion": {"type": "coupon", "coupon": coupon}, "code": "WELCOME"}
            codes.append(stripe.promotion_codes.create(made).id)
            quotes_.append(self.preview(action="apply_coupon", coupon="WELCOME")["quote"])
            stripe.promotion_codes.update(codes[0], {"active": False})

        self.require_stale("apply-coupon", quotes_[0])
