"""Subscriptions, invoices and previews of them, built from shapes.py's smaller parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from servicebot.gateway.schedule_shapes import Schedule
from servicebot.gateway.shapes import Discount, Item, Json, id_of, known, moment, web_address


@dataclass(frozen=True)
class PendingUpdate:
    """A change that waits for its payment; Stripe drops it at `expires_at`.

    `items` are the prices that the items are to have, each with its quantity.
    """

    expires_at: datetime
    items: tuple[tuple[str, int | None], ...] = ()

    @classmethod
    def from_stripe(cls, raw: Json) -> PendingUpdate:
        """Read Stripe's object; one that changes no item has none."""
        rows = raw.get("subscription_items") or []
        items = tuple((row["price"]["id"], row.get("quantity")) for row in rows)
        return cls(known(raw["expires_at"]), items)


@dataclass(frozen=True)
class Subscription:
    """One subscription as Stripe has it. `status` is Stripe's word.

    `paused_because` is Stripe's reason for the status `paused`; `schedule` is there where it was
    expanded.
    """

    id: str
    customer_id: str
    status: str
    currency: str
    items: tuple[Item, ...]
    created_at: datetime
    cancel_at: datetime | None
    cancels_at_period_end: bool
    canceled_at: datetime | None
    ended_at: datetime | None
    trial_end: datetime | None
    collection_method: str
    days_until_due: int | None
    default_payment_method_id: str
    discounts: tuple[Discount, ...]
    schedule_id: str
    schedule: Schedule | None
    pause_behavior: str
    paused_because: str
    pending_update: PendingUpdate | None
    latest_invoice_id: str
    automatic_tax: bool
    default_tax_rate_ids: tuple[str, ...]
    metadata: Mapping[str, str]

    @classmethod
    def from_stripe(cls, raw: Json) -> Subscription:
        pending, schedule = raw.get("pending_update"), raw.get("schedule")
        paused = (raw.get("status_details") or {}).get("paused") or {}
        return cls(
            id=raw["id"],
            customer_id=id_of(raw["customer"]),
            status=raw["status"],
            currency=raw["currency"],
            items=tuple(Item.from_stripe(item) for item in raw["items"]["data"]),
            created_at=known(raw["created"]),
            cancel_at=moment(raw.get("cancel_at")),
            cancels_at_period_end=raw["cancel_at_period_end"],
            canceled_at=moment(raw.get("canceled_at")),
            ended_at=moment(raw.get("ended_at")),
            trial_end=moment(raw.get("trial_end")),
            collection_method=raw["collection_method"],
            days_until_due=raw.get("days_until_due"),
            default_payment_method_id=id_of(raw.get("default_payment_method"))
            or id_of(raw.get("default_source")),
            discounts=tuple(Discount.from_stripe(d) for d in raw.get("discounts") or ()),
            schedule_id=id_of(schedule),
            schedule=Schedule.from_stripe(schedule) if isinstance(schedule, Mapping) else None,
            pause_behavior=(raw.get("pause_collection") or {}).get("behavior") or "",
            paused_because=(paused.get("subscription") or {}).get("type") or "",
            pending_update=PendingUpdate.from_stripe(pending) if pending else None,
            latest_invoice_id=id_of(raw.get("latest_invoice")),
            automatic_tax=raw["automatic_tax"]["enabled"],
            default_tax_rate_ids=tuple(id_of(rate) for rate in raw.get("default_tax_rates") or ()),
            metadata=dict(raw.get("metadata") or {}),
        )

    @property
    def period_end(self) -> datetime | None:
        """When the first of its items renews: where Stripe ends it at period end."""
        return min((item.period_end for item in self.items), default=None)

    @property
    def is_metered(self) -> bool:
        """Whether use is billed after its period: an end at period end brings a last invoice."""
        return any(item.price.is_metered for item in self.items)


@dataclass(frozen=True)
class Line:
    """One line of an invoice or a preview, worded by Stripe."""

    description: str
    amount: int
    is_proration: bool
    price_id: str
    period_start: datetime
    period_end: datetime

    @classmethod
    def from_stripe(cls, raw: Json) -> Line:
        parent = raw.get("parent") or {}
        details = parent.get(parent.get("type") or "") or {}
        pricing = (raw.get("pricing") or {}).get("price_details") or {}
        return cls(
            description=raw.get("description") or "",
            amount=raw["amount"],
            is_proration=bool(details.get("proration")),
            price_id=id_of(pricing.get("price")),
            period_start=known(raw["period"]["start"]),
            period_end=known(raw["period"]["end"]),
        )


@dataclass(frozen=True)
class Invoice:
    """An invoice, or the preview of one (its `id` is then Stripe's temporary one).

    `discount_ids` are those that take something off it, `discount` is how much; `tax_included` is
    what of the tax is inside the prices; `needs_location` tells that the tax can't be worked out
    without the customer's address.
    """

    id: str
    customer_id: str
    subscription_id: str
    number: str
    status: str
    currency: str
    total: int
    subtotal: int
    discount: int
    tax: int
    tax_included: int
    amount_due: int
    amount_paid: int
    amount_remaining: int
    starting_balance: int
    ending_balance: int | None
    created_at: datetime
    due_at: datetime | None
    next_attempt_at: datetime | None
    pdf_url: str
    hosted_url: str
    lines: tuple[Line, ...]
    discount_ids: frozenset[str]
    client_secret: str
    needs_location: bool

    @classmethod
    def from_stripe(cls, raw: Json) -> Invoice:
        parent = raw.get("parent") or {}
        details = parent.get("subscription_details") or {}
        cuts = raw.get("total_discount_amounts") or ()
        taxes = raw.get("total_taxes") or ()
        return cls(
            id=raw.get("id") or "",
            customer_id=id_of(raw.get("customer")),
            subscription_id=id_of(details.get("subscription")),
            number=raw.get("number") or "",
            status=raw.get("status") or "",
            currency=raw["currency"],
            total=raw["total"],
            subtotal=raw["subtotal"],
            discount=sum(cut["amount"] for cut in cuts),
            tax=sum(tax["amount"] for tax in taxes),
            tax_included=sum(t["amount"] for t in taxes if t["tax_behavior"] == "inclusive"),
            amount_due=raw["amount_due"],
            amount_paid=raw["amount_paid"],
            amount_remaining=raw["amount_remaining"],
            starting_balance=raw.get("starting_balance") or 0,
            ending_balance=raw.get("ending_balance"),
            created_at=known(raw["created"]),
            due_at=moment(raw.get("due_date")),
            next_attempt_at=moment(raw.get("next_payment_attempt")),
            pdf_url=web_address(raw.get("invoice_pdf")),
            hosted_url=web_address(raw.get("hosted_invoice_url")),
            lines=tuple(Line.from_stripe(line) for line in raw["lines"]["data"]),
            discount_ids=frozenset(id_of(cut["discount"]) for cut in cuts if cut["amount"]),
            client_secret=(raw.get("confirmation_secret") or {}).get("client_secret") or "",
            needs_location=raw["automatic_tax"]["status"] == "requires_location_inputs",
        )


@dataclass(frozen=True)
class SetupIntent:
    """An attempt to save a card."""

    id: str
    customer_id: str
    status: str
    payment_method_id: str
    client_secret: str
    metadata: Mapping[str, str]

    @classmethod
    def from_stripe(cls, raw: Json) -> SetupIntent:
        return cls(
            id=raw["id"],
            customer_id=id_of(raw.get("customer")),
            status=raw["status"],
            payment_method_id=id_of(raw.get("payment_method")),
            client_secret=raw["client_secret"],
            metadata=dict(raw.get("metadata") or {}),
        )


@dataclass(frozen=True)
class InvoicePage:
    """Some invoices, newest first, and whether older ones follow."""

    invoices: tuple[Invoice, ...]
    has_more: bool

    @classmethod
    def from_stripe(cls, raw: Json) -> InvoicePage:
        return cls(tuple(Invoice.from_stripe(i) for i in raw["data"]), raw["has_more"])
