from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from servicebot.sandbox.world import Account, Sandbox
from tests.sandbox.conftest import KEY, START, Clock

DAY = 86_400
HOUR = 3_600
HALF = START + 15 * DAY
SENT: dict[str, Any] = {"collection_method": "send_invoice", "days_until_due": 5}


class Shop:
    """A merchant with prices and customers, spoken to through the real SDK."""

    def __init__(self, stripe: Any, clock: Clock, sandbox: Sandbox) -> None:
        self.stripe = stripe
        self.clock = clock
        self.account: Account = sandbox.account(KEY)

    def price(self, amount: int | None = 1000, interval: str = "month", **more: Any) -> str:
        recurring = {"interval": interval, **more.pop("recurring", {})}
        product = more.pop("product", None) or self.product(more.pop("name", "Basic"))
        given = {"product": product, "currency": "usd", "recurring": recurring, **more}
        if amount is not None:
            given["unit_amount"] = amount
        return str(self.stripe.prices.create(given).id)

    def product(self, name: str = "Basic") -> str:
        return str(self.stripe.products.create({"name": name}).id)

    def customer(self, card: str | None = "pm_card_visa", **more: Any) -> str:
        customer = self.stripe.customers.create({"email": "ada@example.com", **more})
        if card:
            self.give_card(customer.id, card)
        return str(customer.id)

    def give_card(self, customer: str, card: str = "pm_card_visa") -> str:
        method = self.stripe.payment_methods.attach(card, {"customer": customer})
        settings = {"default_payment_method": method.id}
        self.stripe.customers.update(customer, {"invoice_settings": settings})
        return str(method.id)

    def subscribe(self, customer: str, price: str, quantity: int | None = None, **more: Any) -> Any:
        item: dict[str, Any] = {"price": price}
        if quantity is not None:
            item["quantity"] = quantity
        given = {"customer": customer, "items": [item], **more}
        return self.stripe.subscriptions.create(given)

    def change(self, subscription: Any, **item: Any) -> list[dict[str, Any]]:
        """Return the parameter that changes a subscription's only item."""
        return [{"id": item_of(subscription).id, **item}]

    def preview(self, subscription: Any, **details: Any) -> Any:
        given: dict[str, Any] = {"subscription": subscription.id}
        for name in ("preview_mode", "discounts"):
            if name in details:
                given[name] = details.pop(name)
        if details:
            given["subscription_details"] = details
        return self.stripe.invoices.create_preview(given)

    def pass_time(self, to: int) -> None:
        """Let time pass, in steps as a person would look."""
        self.clock.now = to

    def again(self, subscription: Any) -> Any:
        return self.stripe.subscriptions.retrieve(subscription.id)

    def latest(self, subscription: Any) -> Any:
        return self.stripe.invoices.retrieve(self.again(subscription).latest_invoice)

    def invoices(self, subscription: Any) -> list[Any]:
        """Return a subscription's invoices, oldest first."""
        found = self.stripe.invoices.list({"subscription": subscription.id, "limit": 100})
        return list(reversed(found.data))

    def events(self) -> list[str]:
        """Return the types of what happened, oldest first."""
        rows: Any = self.account.tables["event"].values()
        return [row["type"] for row in rows]


def item_of(subscription: Any) -> Any:
    return subscription["items"].data[0]


def period_end(subscription: Any) -> int:
    return int(item_of(subscription).current_period_end)


def amounts(invoice: Any) -> list[int]:
    return [line.amount for line in invoice.lines.data]


def refusal(call: Callable[[], Any]) -> Any:
    """Return the error that a call meets."""
    with pytest.raises(stripe.StripeError) as caught:
        call()
    return caught.value


def begun(shop: Shop, card: str = "pm_card_visa", amount: int = 1000, **more: Any) -> Any:
    """Return a subscription that is half a month old."""
    subscription = shop.subscribe(shop.customer(card), shop.price(amount), **more)
    shop.pass_time(HALF)
    return subscription


def broke(shop: Shop, card: str = "pm_card_chargeCustomerFail", **more: Any) -> Any:
    """Return a half-old subscription whose customer's card stopped working."""
    subscription = begun(shop, **more)
    shop.give_card(subscription.customer, card)
    return subscription


def pend(shop: Shop, subscription: Any, price: str, **more: Any) -> Any:
    return shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, price=price),
            "proration_behavior": "always_invoice",
            "payment_behavior": "pending_if_incomplete",
            **more,
        },
    )


@pytest.fixture
def shop(near: Any, clock: Clock, sandbox: Sandbox) -> Shop:
    assert clock.now == START
    return Shop(near, clock, sandbox)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many published examples and planted faults the sandbox was judged by."""
    stats = terminalreporter.stats
    reports = [*stats.get("passed", []), *stats.get("failed", [])]
    told = [item for report in reports for item in report.user_properties]
    caught = [value for name, value in told if name == "planted faults"]
    for name, value in told:
        if name == "worked examples":
            terminalreporter.write_line(f"sandbox: {value} worked examples")
    if caught:
        terminalreporter.write_line(
            f"sandbox: {sum(caught)} of {len(caught)} planted faults caught"
        )
