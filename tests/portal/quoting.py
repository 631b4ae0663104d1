"""A small world for one quote: somebody with a subscription of a random shape, asking for a change
of it, and what came of it at Stripe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from servicebot.sandbox.world import Sandbox
from tests.world import Objects, Shop

HOUR = 3_600
Json = dict[str, Any]


@dataclass(frozen=True)
class Terms:
    """What a plan costs: an amount, an interval and how many of it."""

    amount: int
    interval: str
    count: int = 1


@dataclass(frozen=True)
class Case:
    """A subscription in some moment of its period, and what else is true of it."""

    currency: str
    mode: str
    old: Terms
    new: Terms
    quantity: int
    new_quantity: int
    extra: int | None
    discount: Json | None
    code: Json | None
    share: float
    balance: int
    proration: str
    plans_downgrades: bool
    trial_days: int
    by_invoice: bool

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "proration_behavior": self.proration,
            "schedules_downgrades": self.plans_downgrades,
        }


amounts = st.sampled_from([0, 100, 999, 1900, 4900, 12_345, 99_000])
terms = st.builds(
    Terms, amounts, st.sampled_from(["week", "month", "year"]), st.sampled_from([1, 1, 3])
)
durations = st.sampled_from(
    [
        {"duration": "once"},
        {"duration": "forever"},
        {"duration": "repeating", "duration_in_months": 2},
    ]
)
offs = st.one_of(
    st.integers(1, 100).map(lambda percent: {"percent_off": percent}),
    st.integers(1, 5_000).map(lambda amount: {"amount_off": amount}),
)
coupons = st.builds(lambda off, lasting: {**off, **lasting}, offs, durations)
maybe_coupon = st.one_of(st.none(), coupons)
cases = st.builds(
    Case,
    currency=st.sampled_from(["usd", "jpy"]),
    mode=st.sampled_from(["classic", "flexible"]),
    old=terms,
    new=terms,
    quantity=st.integers(1, 5),
    new_quantity=st.integers(1, 9),
    extra=st.one_of(st.none(), st.just(700)),
    discount=maybe_coupon,
    code=maybe_coupon,
    share=st.floats(0.01, 0.98),
    balance=st.sampled_from([0, 0, -700, 300]),
    proration=st.sampled_from(["always_invoice", "create_prorations", "none"]),
    plans_downgrades=st.booleans(),
    trial_days=st.sampled_from([0, 0, 0, 14]),
    by_invoice=st.sampled_from([False, False, False, True]),
)


class World:
    """The case, made at Stripe; time is moved by who holds it."""

    def __init__(self, case: Case, sandbox: Sandbox, *, card: str = "pm_card_visa") -> None:
        self.case = case
        self.shop = Shop("acme")
        self.api = self.shop.stripe.v1
        self.stripe = Objects(sandbox, self.shop.api_key)
        self.old, self.new = (self._plan(n, t) for n, t in (("Old", case.old), ("New", case.new)))
        self.customer = self.shop.customer("Ada", card=card)
        self.subscription = self._subscribe()
        if case.balance:
            # What a merchant grants, or is owed; not yet while the first invoice was made.
            self.api.customers.update(self.customer, {"balance": case.balance})

    def _plan(self, name: str, terms: Terms) -> str:
        metadata = {"sb_service": "Notes", "sb_tier": name, "sb_quantity_enabled": "true"}
        product = self.api.products.create(
            {"name": name, "unit_label": "seat", "metadata": metadata}
        )
        recurring = {"interval": terms.interval, "interval_count": terms.count}
        price = {"currency": self.case.currency, "unit_amount": terms.amount}
        made = self.api.prices.create({"product": product.id, "recurring": recurring, **price})
        return str(made.id)

    def _subscribe(self) -> str:
        case = self.case
        items: list[Json] = [{"price": self.old, "quantity": case.quantity}]
        if case.extra is not None:
            items.append({"price": self._addon(case.extra)})
        given: Json = {
            "customer": self.customer,
            "items": items,
            "billing_mode": {"type": case.mode},
        }
        if case.discount:
            given["discounts"] = [{"coupon": self._coupon(case.discount)}]
        if case.trial_days:
            given["trial_period_days"] = case.trial_days
        if case.by_invoice:
            given |= {"collection_method": "send_invoice", "days_until_due": 7}
        return str(self.api.subscriptions.create(given).id)

    def _addon(self, amount: int) -> str:
        product = self.api.products.create({"name": "Extra", "metadata": {"sb_addon": "true"}})
        terms = self.case.old
        recurring = {"interval": terms.interval, "interval_count": terms.count}
        price = {"currency": self.case.currency, "unit_amount": amount}
        made = self.api.prices.create({"product": product.id, "recurring": recurring, **price})
        return str(made.id)

    def _coupon(self, given: Json) -> str:
        money = {"currency": self.case.currency} if "amount_off" in given else {}
        return str(self.api.coupons.create({**given, **money}).id)

    def code(self) -> Json:
        """Return the parameter for the case's code, made into one that can be typed."""
        if not self.case.code:
            return {}
        promotion = {"type": "coupon", "coupon": self._coupon(self.case.code)}
        self.api.promotion_codes.create({"promotion": promotion, "code": "TRYME"})
        return {"coupon": "tryme"}

    def period(self) -> tuple[int, int]:
        """Return the subscription's present period."""
        found = self.stripe[self.subscription]["items"]["data"]
        return (
            max(item["current_period_start"] for item in found),
            min(item["current_period_end"] for item in found),
        )

    def invoices(self, subscription: str = "") -> list[Json]:
        """Return a subscription's invoices as they are now, oldest first."""
        id_ = subscription or self.subscription
        found = self.api.invoices.list({"subscription": id_, "limit": 100}).data
        return [self.stripe[invoice.id] for invoice in reversed(found)]
