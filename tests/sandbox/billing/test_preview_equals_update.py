"""What is previewed is what is billed, to the cent, whatever is changed and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from stripe import StripeClient

from servicebot.sandbox.billing.terms import go_together
from servicebot.sandbox.doors import InProcessClient
from servicebot.sandbox.world import Sandbox
from tests.sandbox.billing.conftest import HOUR, Shop, period_end
from tests.sandbox.conftest import KEY, Clock


@dataclass(frozen=True)
class Case:
    """A subscription, and a change to it somewhere in its first period."""

    mode: str
    old: tuple[int, str, int]
    new: tuple[int, str, int]
    extra: int | None
    discount: dict[str, Any] | None
    share: float
    balance: int
    resets: bool


terms = st.tuples(
    st.integers(0, 50_000), st.sampled_from(["week", "month", "year"]), st.integers(1, 9)
)
discounts = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {
            "percent_off": st.integers(1, 100),
            "duration": st.sampled_from(["once", "forever"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "amount_off": st.integers(1, 20_000),
            "currency": st.just("usd"),
            "duration": st.sampled_from(["once", "forever"]),
        }
    ),
)
cases = st.builds(
    Case,
    mode=st.sampled_from(["classic", "flexible"]),
    old=terms,
    new=terms,
    extra=st.one_of(st.none(), st.integers(100, 9000)),
    discount=discounts,
    share=st.floats(0, 0.999),
    balance=st.sampled_from([0, -700, 300]),
    resets=st.booleans(),
)


def begun(case: Case) -> tuple[Shop, Any, dict[str, Any]]:
    """Return a shop, a subscription in its first period, and the items of the change."""
    clock = Clock()
    sandbox = Sandbox(clock=clock)
    client = StripeClient(KEY, http_client=InProcessClient(sandbox), max_network_retries=0)
    shop = Shop(client.v1, clock, sandbox)
    amount, interval, quantity = case.old
    items = [{"price": shop.price(amount, interval), "quantity": quantity}]
    if case.extra is not None:
        items.append({"price": shop.price(case.extra, interval)})
    given: dict[str, Any] = {"billing_mode": {"type": case.mode}, "items": items}
    if case.discount:
        coupon = shop.stripe.coupons.create(case.discount)
        given["discounts"] = [{"coupon": coupon.id}]
    customer = shop.customer(balance=case.balance)
    subscription = shop.stripe.subscriptions.create({"customer": customer, **given})
    clock.now += int((period_end(subscription) - clock.now) * case.share)
    amount, interval, quantity = case.new
    together = case.mode == "flexible" and go_together({(case.old[1], 1), (interval, 1)})
    stays = case.extra is not None and not together
    price = shop.price(amount, case.old[1] if stays else interval)
    change: dict[str, Any] = {
        "items": shop.change(subscription, price=price, quantity=quantity),
        "proration_date": clock.now,
    }
    if case.resets:
        change["billing_cycle_anchor"] = {"type": "now"}
    return shop, subscription, change


def first_end(subscription: Any) -> int:
    """Return when the first of the items' periods ends."""
    return min(int(item.current_period_end) for item in subscription["items"].data)


def told(invoice: Any) -> tuple[Any, ...]:
    """Return everything that a customer is told of an invoice's money."""
    lines = [(line.description, line.amount, line.period.to_dict()) for line in invoice.lines.data]
    taken = [cut.amount for cut in invoice.total_discount_amounts]
    return lines, taken, invoice.subtotal, invoice.total, invoice.amount_due, invoice.ending_balance


@settings(max_examples=50, deadline=None)
@given(cases)
def test_what_is_billed_now_is_what_was_previewed(case: Case) -> None:
    shop, subscription, change = begun(case)
    change["proration_behavior"] = "always_invoice"
    before = len(shop.account.tables["event"])

    preview = shop.preview(subscription, **change)
    assert len(shop.account.tables["event"]) == before
    shop.stripe.subscriptions.update(subscription.id, change)

    invoice = shop.latest(subscription)
    nothing_billed = invoice.id == subscription.latest_invoice
    assert told(preview) == told(shop.preview(subscription) if nothing_billed else invoice)
    assert shop.account.sandbox.findings == []


@settings(max_examples=30, deadline=None)
@given(cases)
def test_what_waits_is_billed_with_the_next_period_as_previewed(case: Case) -> None:
    shop, subscription, change = begun(case)

    preview = shop.preview(subscription, **change)
    after = shop.stripe.subscriptions.update(subscription.id, change)
    if after.latest_invoice == subscription.latest_invoice:
        shop.pass_time(first_end(after) + HOUR)

    assert told(preview) == told(shop.latest(subscription))
    assert shop.account.sandbox.findings == []


@settings(max_examples=15, deadline=None)
@given(cases)
def test_the_upcoming_invoice_is_the_one_that_comes(case: Case) -> None:
    shop, subscription, _ = begun(case)

    preview = shop.stripe.invoices.create_preview({"customer": subscription.customer})
    shop.pass_time(first_end(subscription) + HOUR)

    assert told(preview) == told(shop.latest(subscription))
    assert preview.id.startswith("upcoming_in_")
    assert preview.billing_reason == "upcoming"
