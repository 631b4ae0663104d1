"""A made-up merchant and customer, told as Stripe would answer a page's five reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from portal.catalogue import Catalogue, group
from portal.periods import months_after
from servicebot.gateway.billing_shapes import Invoice, InvoicePage, Subscription
from servicebot.gateway.shapes import Customer, PaymentMethod, Price, Product

Json: TypeAlias = dict[str, Any]
Row: TypeAlias = tuple[
    Customer, tuple[Subscription, ...], tuple[PaymentMethod, ...], InvoicePage, Invoice | None
]

SERVICE = "Acme Analytics"
CURRENCY = "usd"
NAMES = ("Jordan Lee", "Jordan Lee (Studio)")
EMAIL = "jordan@example.com"
COUPON: Json = {
    "name": "Welcome",
    "percent_off": 20,
    "duration": "repeating",
    "duration_in_months": 6,
}
CARD = {"brand": "visa", "last4": "4242"}
DECLINED_CARD = {"brand": "visa", "last4": "0341"}
YEARS_OF_CARD = 3


@dataclass(frozen=True)
class Plan:
    """One product of the made-up service; `unit` where it is counted."""

    name: str
    monthly: int
    features: tuple[str, ...]
    unit: str = ""

    @property
    def product(self) -> Json:
        """The product as it is made at Stripe."""
        metadata = {"sb_service": SERVICE, "sb_tier": self.name}
        made: Json = {"name": f"{SERVICE} {self.name}", "metadata": metadata}
        made["marketing_features"] = [{"name": feature} for feature in self.features]
        if self.unit:
            made["unit_label"] = self.unit
            metadata["sb_quantity_enabled"] = "true"
        return made


PLANS = (
    Plan("Starter", 1900, ("3 dashboards", "1 month of history")),
    Plan("Team", 4900, ("20 dashboards", "1 year of history", "Shared reports")),
    Plan("Business", 9900, ("Every dashboard you like", "All history"), unit="seat"),
)
PRICES: dict[str, Json] = {
    **{
        f"{plan.name} {interval}": {
            "plan": plan.name,
            "unit_amount": plan.monthly * times,
            "interval": interval,
        }
        for plan in PLANS
        for interval, times in (("month", 1), ("year", 10))
    },
    "Free": {"plan": "Starter", "unit_amount": 0, "interval": "month"},
}
"""What is sold, by name; what costs nothing is had and not offered."""


def catalogue() -> Catalogue:
    """Return what the made-up merchant sells."""
    products = [
        Product.from_stripe({"id": f"prod_{plan.name}", "active": True, **plan.product})
        for plan in PLANS
    ]
    sold = [name for name in PRICES if name != "Free"]
    return group(products, [Price.from_stripe(priced(name)) for name in sold], {})


@dataclass(frozen=True)
class Dates:
    """When things happened, seen from now: a customer of two months, ten days into the third."""

    now: datetime

    @property
    def turn(self) -> datetime:
        """When the present period began."""
        return self.ago(days=10)

    @property
    def began(self) -> datetime:
        """When the customer came."""
        return months_after(self.turn, -2)

    @property
    def ends(self) -> datetime:
        """When the present period ends."""
        return months_after(self.turn, 1)

    @property
    def turns(self) -> list[datetime]:
        """When each period began, the newest first."""
        return [months_after(self.turn, -back) for back in range(3)]

    def ago(self, **distance: float) -> datetime:
        """Return a moment before now, or after it where the distance is negative."""
        return self.now - timedelta(**distance)


def seconds(moment: datetime) -> int:
    """Return a time as Stripe writes it."""
    return int(moment.timestamp())


def priced(name: str) -> Json:
    price = PRICES[name]
    return {
        "id": f"price_{name.replace(' ', '')}",
        "product": f"prod_{price['plan']}",
        "currency": CURRENCY,
        "unit_amount": price["unit_amount"],
        "unit_amount_decimal": str(price["unit_amount"]),
        "active": True,
        "recurring": {"interval": price["interval"]},
        "billing_scheme": "per_unit",
    }


@dataclass(frozen=True)
class Person:
    """One customer with what they have, put together as Stripe would tell it."""

    dates: Dates
    number: int = 1

    @property
    def id(self) -> str:
        """The customer's id."""
        return f"cus_preview{self.number}"

    def subscription(self, price: str = "Team month", *, quantity: int = 1, **given: Any) -> Json:
        """Return a subscription that has run for two months, but for what is given."""
        dates = self.dates
        period = given.pop("period", (dates.turn, dates.ends))
        item = {
            "id": "si_preview",
            "price": priced(price),
            "quantity": quantity,
            "current_period_start": seconds(period[0]),
            "current_period_end": seconds(period[1]),
        }
        return {
            "id": f"sub_preview{self.number}",
            "customer": self.id,
            "status": "active",
            "currency": CURRENCY,
            "items": {"data": [item]},
            "created": seconds(dates.began),
            "cancel_at_period_end": False,
            "collection_method": "charge_automatically",
            "automatic_tax": {"enabled": False},
            "latest_invoice": "in_preview1",
            **given,
        }

    def invoice(self, at: datetime, amount: int, **given: Any) -> Json:
        """Return an invoice of the subscription, paid but for what is given."""
        status = given.get("status", "paid")
        return {
            "id": "in_preview1",
            "customer": self.id,
            "parent": {"subscription_details": {"subscription": f"sub_preview{self.number}"}},
            "number": f"PREVIEW{self.number}-0001",
            "status": status,
            "currency": CURRENCY,
            **dict.fromkeys(("total", "subtotal", "amount_due"), amount),
            "amount_paid": amount if status == "paid" else 0,
            "amount_remaining": amount if status == "open" else 0,
            "created": seconds(at),
            "invoice_pdf": "https://invoice.example.com/pdf",
            "hosted_invoice_url": "https://invoice.example.com/",
            "lines": {"data": []},
            "automatic_tax": {"status": None},
            **given,
        }

    def upcoming(self, amount: int = 4900, at: datetime | None = None) -> Json:
        """Return the preview of the next invoice."""
        start = at or self.dates.ends
        period = {"start": seconds(start), "end": seconds(months_after(start, 1))}
        lines = {"data": [{"amount": amount, "period": period}]}
        return self.invoice(self.dates.now, amount, status="draft", lines=lines)

    def row(
        self,
        *subscriptions: Json,
        invoices: list[Json] | None = None,
        upcoming: Json | None = None,
        card: Mapping[str, str] | None = CARD,
    ) -> Row:
        """Return what a page reads of this customer."""
        if invoices is None:
            invoices = self.paid()
        numbered = [
            {**invoice, "number": f"PREVIEW{self.number}-{len(invoices) - place:04}"}
            for place, invoice in enumerate(invoices)
        ]
        methods = (self._method(card),) if card else ()
        return (
            self._customer(methods[0].id if methods else ""),
            tuple(Subscription.from_stripe(each) for each in subscriptions),
            methods,
            InvoicePage(tuple(Invoice.from_stripe(each) for each in numbered), has_more=False),
            Invoice.from_stripe(upcoming) if upcoming else None,
        )

    def paid(self, amount: int = 4900) -> list[Json]:
        """Return three paid invoices, the newest first."""
        return [self.invoice(at, amount) for at in self.dates.turns]

    def _customer(self, method: str) -> Customer:
        return Customer.from_stripe(
            {
                "id": self.id,
                "name": NAMES[self.number - 1],
                "email": EMAIL,
                "currency": CURRENCY,
                "invoice_settings": {"default_payment_method": method},
            }
        )

    def _method(self, card: Mapping[str, str]) -> PaymentMethod:
        expiry = {"exp_month": 12, "exp_year": self.dates.now.year + YEARS_OF_CARD}
        return PaymentMethod.from_stripe(
            {
                "id": f"pm_preview{self.number}",
                "customer": self.id,
                "created": seconds(self.dates.began),
                "type": "card",
                "card": {**card, **expiry},
            }
        )
