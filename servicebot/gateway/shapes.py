"""What the portal knows of Stripe's objects: frozen, typed, without the SDK.

Amounts are integers in the currency's minor unit, times are aware and UTC. Each `from_stripe`
takes an object as Stripe's API 2026-10-28 writes it in JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Json = Mapping[str, Any]


def web_address(given: Any) -> str:
    """Return an address that a page may link to, empty where it is another kind of address."""
    address = str(given or "")
    return address if address.startswith(("https://", "http://")) else ""


def moment(seconds: int | None) -> datetime | None:
    """Return Stripe's time as an aware one."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def known(seconds: int) -> datetime:
    """Return a time that Stripe always gives."""
    return datetime.fromtimestamp(seconds, UTC)


def id_of(reference: Any) -> str:
    """Return the id of an expandable field, expanded or not; empty where there is none."""
    if not reference:
        return ""
    return reference if isinstance(reference, str) else str(reference["id"])


@dataclass(frozen=True)
class Address:
    """A postal address as Stripe keeps it."""

    line1: str
    line2: str
    postal_code: str
    city: str
    state: str
    country: str

    @classmethod
    def from_stripe(cls, raw: Json | None) -> Address:
        return cls(**{key: (raw or {}).get(key) or "" for key in cls.__dataclass_fields__})


@dataclass(frozen=True)
class TaxId:
    """A customer's tax id; `type` is Stripe's, such as eu_vat."""

    id: str
    type: str
    value: str

    @classmethod
    def from_stripe(cls, raw: Json) -> TaxId:
        return cls(id=raw["id"], type=raw["type"], value=raw["value"])


@dataclass(frozen=True)
class Customer:
    """One Stripe customer; `tax_ids` are there where they were expanded."""

    id: str
    email: str
    name: str
    phone: str
    address: Address
    currency: str
    balance: int
    default_payment_method_id: str
    tax_ids: tuple[TaxId, ...]

    @classmethod
    def from_stripe(cls, raw: Json) -> Customer:
        return cls(
            id=raw["id"],
            email=raw.get("email") or "",
            name=raw.get("name") or "",
            phone=raw.get("phone") or "",
            address=Address.from_stripe(raw.get("address")),
            currency=raw.get("currency") or "",
            balance=raw.get("balance") or 0,
            default_payment_method_id=id_of(
                (raw.get("invoice_settings") or {}).get("default_payment_method")
            )
            or id_of(raw.get("default_source")),
            tax_ids=tuple(TaxId.from_stripe(t) for t in (raw.get("tax_ids") or {}).get("data", ())),
        )


@dataclass(frozen=True)
class PaymentMethod:
    """How a customer pays; `brand`, `last4` and expiry are set for cards."""

    id: str
    customer_id: str
    created_at: datetime
    type: str
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None

    @classmethod
    def from_stripe(cls, raw: Json) -> PaymentMethod:
        detail = raw.get(raw["type"]) or {}
        return cls(
            id=raw["id"],
            customer_id=id_of(raw.get("customer")),
            created_at=known(raw["created"]),
            type=raw["type"],
            brand=detail.get("brand") or "",
            last4=detail.get("last4") or "",
            exp_month=detail.get("exp_month"),
            exp_year=detail.get("exp_year"),
        )


@dataclass(frozen=True)
class Product:
    """What is sold; `metadata` groups it into a service."""

    id: str
    name: str
    is_active: bool
    unit_label: str
    features: tuple[str, ...]
    metadata: Mapping[str, str]

    @classmethod
    def from_stripe(cls, raw: Json) -> Product:
        return cls(
            id=raw["id"],
            name=raw["name"],
            is_active=raw["active"],
            unit_label=raw.get("unit_label") or "",
            features=tuple(f["name"] for f in raw.get("marketing_features") or ()),
            metadata=dict(raw.get("metadata") or {}),
        )


@dataclass(frozen=True)
class Step:
    """One step of a tiered price: what each unit costs, and the step itself, once.

    `up_to` is the last unit of it, None where it has no end.
    """

    up_to: int | None
    unit_amount: Decimal
    flat_amount: Decimal

    @classmethod
    def from_stripe(cls, raw: Json) -> Step:
        return cls(
            up_to=raw.get("up_to"),
            unit_amount=Decimal(raw.get("unit_amount_decimal") or 0),
            flat_amount=Decimal(raw.get("flat_amount_decimal") or 0),
        )


@dataclass(frozen=True)
class Amounts:
    """What a price costs in one currency; `steps` are there where they were expanded."""

    unit_amount: int | None
    unit_amount_decimal: Decimal | None
    steps: tuple[Step, ...]

    @classmethod
    def from_stripe(cls, raw: Json) -> Amounts:
        exact = raw.get("unit_amount_decimal")
        return cls(
            unit_amount=raw.get("unit_amount"),
            unit_amount_decimal=None if exact is None else Decimal(exact),
            steps=tuple(Step.from_stripe(step) for step in raw.get("tiers") or ()),
        )


@dataclass(frozen=True)
class Price:
    """One price of a product. `unit_amount` is None for tiered prices and parts of a cent.

    Where they were expanded, `steps` are those of a tiered price and `others` what it costs in
    other currencies. `is_volume` says that all units cost what the step reached says,
    `package_size` how many units the amount pays for.
    """

    id: str
    product_id: str
    currency: str
    unit_amount: int | None
    unit_amount_decimal: Decimal | None
    is_active: bool
    is_recurring: bool
    interval: str
    interval_count: int
    is_metered: bool
    is_tiered: bool
    is_volume: bool = False
    trial_days: int = 0
    package_size: int = 1
    steps: tuple[Step, ...] = ()
    others: Mapping[str, Amounts] = field(default_factory=dict, hash=False)

    @classmethod
    def from_stripe(cls, raw: Json) -> Price:
        recurring = raw.get("recurring") or {}
        others = raw.get("currency_options") or {}
        own = Amounts.from_stripe(raw)
        return cls(
            id=raw["id"],
            product_id=id_of(raw["product"]),
            currency=raw["currency"],
            unit_amount=own.unit_amount,
            unit_amount_decimal=own.unit_amount_decimal,
            is_active=raw["active"],
            is_recurring=bool(recurring),
            interval=recurring.get("interval") or "",
            interval_count=recurring.get("interval_count") or 1,
            is_metered=recurring.get("usage_type") == "metered",
            is_tiered=raw.get("billing_scheme") == "tiered",
            is_volume=raw.get("tiers_mode") == "volume",
            trial_days=recurring.get("trial_period_days") or 0,
            package_size=(raw.get("transform_quantity") or {}).get("divide_by") or 1,
            steps=own.steps,
            others={code: Amounts.from_stripe(each) for code, each in others.items()},
        )

    @property
    def period(self) -> tuple[str, int]:
        """The billing interval, comparable."""
        return self.interval, self.interval_count

    def in_currency(self, currency: str) -> Price | None:
        """Return the price as it is charged in a currency, None where it isn't."""
        if currency == self.currency:
            return self
        amounts = self.others.get(currency)
        return replace(self, currency=currency, **vars(amounts)) if amounts else None


@dataclass(frozen=True)
class Coupon:
    """What a discount takes off, and for how long.

    `currencies` are those in which an amount is taken off, `product_ids` what alone it is taken off
    (None: everything); both are whole where they were expanded.
    """

    id: str
    name: str
    percent_off: Decimal | None
    amount_off: int | None
    currency: str
    duration: str
    duration_in_months: int | None
    is_valid: bool = True
    currencies: frozenset[str] = frozenset()
    product_ids: frozenset[str] | None = None

    @classmethod
    def from_stripe(cls, raw: Json) -> Coupon:
        percent = raw.get("percent_off")
        products = (raw.get("applies_to") or {}).get("products")
        return cls(
            id=raw["id"],
            name=raw.get("name") or "",
            percent_off=None if percent is None else Decimal(str(percent)),
            amount_off=raw.get("amount_off"),
            currency=raw.get("currency") or "",
            duration=raw["duration"],
            duration_in_months=raw.get("duration_in_months"),
            is_valid=raw["valid"],
            currencies=frozenset(
                code for code in (raw.get("currency"), *(raw.get("currency_options") or ())) if code
            ),
            product_ids=None if products is None else frozenset(products),
        )


@dataclass(frozen=True)
class PromotionCode:
    """A code that customers type, for a coupon; `customer_id` where it is for one alone."""

    id: str
    is_active: bool
    customer_id: str
    is_for_first_payment: bool
    minimum_amount: int | None
    coupon: Coupon

    @classmethod
    def from_stripe(cls, raw: Json) -> PromotionCode:
        limits = raw["restrictions"]
        return cls(
            id=raw["id"],
            is_active=raw["active"],
            customer_id=id_of(raw.get("customer")),
            is_for_first_payment=limits["first_time_transaction"],
            minimum_amount=limits.get("minimum_amount"),
            coupon=Coupon.from_stripe(raw["promotion"]["coupon"]),
        )


@dataclass(frozen=True)
class Discount:
    """A coupon at work."""

    id: str
    coupon: Coupon
    promotion_code_id: str
    ends_at: datetime | None

    @classmethod
    def from_stripe(cls, raw: Json) -> Discount:
        return cls(
            id=raw["id"],
            coupon=Coupon.from_stripe(raw["source"]["coupon"]),
            promotion_code_id=id_of(raw.get("promotion_code")),
            ends_at=moment(raw.get("end")),
        )


@dataclass(frozen=True)
class Item:
    """One line of a subscription. `quantity` is None for metered prices."""

    id: str
    price: Price
    quantity: int | None
    tax_rate_ids: tuple[str, ...]
    period_start: datetime
    period_end: datetime

    @classmethod
    def from_stripe(cls, raw: Json) -> Item:
        return cls(
            id=raw["id"],
            price=Price.from_stripe(raw["price"]),
            quantity=raw.get("quantity"),
            tax_rate_ids=tuple(id_of(rate) for rate in raw.get("tax_rates") or ()),
            period_start=known(raw["current_period_start"]),
            period_end=known(raw["current_period_end"]),
        )
