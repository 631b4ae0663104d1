"""What Stripe tells of by itself: which events, who signed one, and what of it is read.

Events come late, twice and in any order, so nothing that one says of an object is taken for the
object's state: an event says which object to read anew, and whose it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import stripe

from servicebot.gateway.errors import WebhookError
from servicebot.gateway.shapes import Json, id_of, known

TOLERANCE_SECONDS = 300
HAPPENINGS = {
    "customer": "created updated deleted",
    "customer.discount": "created updated deleted",
    "customer.subscription": "created updated deleted paused resumed trial_will_end "
    "pending_update_applied pending_update_expired",
    "customer.tax_id": "created updated deleted",
    "invoice": "created finalized finalization_failed updated paid payment_failed "
    "payment_action_required voided marked_uncollectible upcoming",
    "payment_method": "attached detached updated automatically_updated",
    "setup_intent": "succeeded setup_failed requires_action",
    "subscription_schedule": "created updated released canceled completed aborted expiring",
    "product": "created updated deleted",
    "price": "created updated deleted",
    "coupon": "created updated deleted",
    "promotion_code": "created updated",
}
EVENTS = tuple(f"{kind}.{what}" for kind, all_ in HAPPENINGS.items() for what in all_.split())


@dataclass(frozen=True)
class WebhookEndpoint:
    """Where a merchant's Stripe sends events, and what it signs them with."""

    id: str
    secret: str = field(repr=False)

    @classmethod
    def from_stripe(cls, raw: Json) -> WebhookEndpoint:
        return cls(id=raw["id"], secret=raw["secret"])


@dataclass(frozen=True)
class Event:
    """Something that happened at Stripe: of what kind, to which object, of which customer.

    `customer_id` is empty where the object is nobody's; `object_id` where it has no id yet.
    """

    id: str
    type: str
    is_live: bool
    created_at: datetime
    object_type: str
    object_id: str
    customer_id: str

    @classmethod
    def from_stripe(cls, raw: Json) -> Event:
        thing = raw["data"]["object"]
        return cls(
            id=raw["id"],
            type=raw["type"],
            is_live=raw["livemode"],
            created_at=known(raw["created"]),
            object_type=thing["object"],
            object_id=id_of(thing.get("id")),
            customer_id=_customer_of(thing, raw["data"].get("previous_attributes") or {}),
        )


def read_event(payload: bytes, signature: str, secret: str) -> Event:
    """Return the event in a request to a webhook.

    Raises WebhookError unless Stripe signed exactly these bytes with this secret in the last five
    minutes, and where they are no event.
    """
    _verify(payload, signature, secret)
    try:
        return Event.from_stripe(json.loads(payload))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WebhookError("This is no event of Stripe's API.") from error


def _verify(payload: bytes, signature: str, secret: str) -> None:
    """Raise WebhookError where the signature isn't good; the SDK compares ASCII alone."""
    if not signature.isascii():
        raise WebhookError("The signature isn't one of Stripe's.")
    try:
        stripe.WebhookSignature.verify_header(payload, signature, secret, TOLERANCE_SECONDS)
    except stripe.SignatureVerificationError as error:
        raise WebhookError(str(error)) from error
    except UnicodeDecodeError as error:
        raise WebhookError("The payload isn't UTF-8.") from error


def _customer_of(thing: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """Return whose an object is, or was until now: a detached card has nobody any more."""
    if thing["object"] == "customer":
        return id_of(thing["id"])
    return id_of(thing.get("customer")) or id_of(before.get("customer"))
