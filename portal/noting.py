"""What a customer did, noted for the merchant: who, what, and how it was before and is after.

It is noted when it is done at Stripe. What then still waits is noted as begun, since nobody tells
us here how it went on: `after` says in `waits_for` whether that is the `payment`, which the
customer's bank has to be asked about, or the `renewal`. What is refused is not noted.
An entry holds no more of a card than what is printed on a receipt, and of billing details only
which of them changed.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.db import Error, transaction

from accounts.activity import Activity, ActivityKind
from portal import facts
from portal.catalogue import Catalogue
from portal.once import Click
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Subscription
from servicebot.gateway.shapes import Item, PaymentMethod, Price

logger = logging.getLogger(__name__)

State = dict[str, Any]
PAYMENT: Mapping[str, str] = {"waits_for": "payment"}
RENEWAL: Mapping[str, str] = {"waits_for": "renewal"}
SECONDS_OF_A_MOMENT = 60


def note(
    visit: Visit,
    action: str,
    subject: str,
    customer_id: str,
    *,
    before: State | None = None,
    after: State | None = None,
    reason: str = "",
    comment: str = "",
    request_id: str = "",
    click: Click | None = None,
) -> None:
    """Note what was done, and that the `click` for it is; nothing where another has said so.

    It can't be undone by failing here, so what goes wrong is only logged.
    """
    if click is not None and not click.is_done():
        return
    if before and after and _is_repeat([action, subject, before, after]):
        return
    entry = Activity(
        merchant_id=visit.portal.merchant_id,
        kind=ActivityKind.CUSTOMER,
        action=action,
        who=visit.session.identity.value,
        portal_id=visit.portal.public_id,
        mode=visit.portal.mode,
        customer_id=customer_id,
        subject=subject,
        before=before,
        after=after,
        reason=reason,
        comment=comment.replace("\0", ""),
        request_id=request_id or visit.gateway.last_request_id,
    )
    try:
        with transaction.atomic():
            entry.save()
    except (Error, ValueError):
        logger.exception("Done and not noted: %s of %s", action, subject)


def _is_repeat(said: list[Any]) -> bool:
    """Whether another tab did the same at the same moment: twice in a row nothing can be done.

    A change can only be made again once it was undone, and that is noted in between.
    """
    place = f"noted:{said[1]}"
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    is_repeat = bool(cache.get(place) == digest)
    cache.set(place, digest, SECONDS_OF_A_MOMENT)
    return is_repeat


def note_change(
    visit: Visit,
    action: str,
    before: Subscription,
    after: Subscription,
    *,
    reason: str = "",
    comment: str = "",
    click: Click,
) -> None:
    """Note what was done to a subscription, by how it was and is."""
    note(
        visit,
        action,
        after.id,
        after.customer_id,
        before=state_of(visit.catalogue, before),
        after=state_of(visit.catalogue, after),
        reason=reason,
        comment=comment,
        click=click,
    )


def note_found(visit: Visit, action: str, found: Subscription, *, click: Click) -> None:
    """Note a change whose answer was lost: how things were before nobody knows any more."""
    after = state_of(visit.catalogue, found)
    note(visit, action, found.id, found.customer_id, after=after, click=click)


def state_of(catalogue: Catalogue, subscription: Subscription, item_id: str = "") -> State:
    """Return what an entry says of a subscription, and of one of its items, else of its plan."""
    item = _item(catalogue, subscription, item_id)
    end = subscription.cancel_at or subscription.ended_at
    said = {
        **(price_state(catalogue, item.price, item.quantity) if item else {}),
        "status": subscription.status,
        "discounts": [each.coupon.name or each.coupon.id for each in subscription.discounts],
        "ends_at": end.isoformat() if end else "",
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def _item(catalogue: Catalogue, subscription: Subscription, item_id: str) -> Item | None:
    named = [item for item in subscription.items if item.id == item_id]
    found = named or facts.plan_items(subscription, catalogue) or subscription.items
    return next(iter(found), None)


def price_state(catalogue: Catalogue, price: Price, quantity: int | None) -> State:
    """Return what an entry says of a price and how many of it."""
    many = price.interval_count
    return {
        "plan": catalogue.tier_name(price.product_id),
        "price": price.id,
        "interval": price.interval if many == 1 else f"{many} {price.interval}s",
        "quantity": quantity,
    }


def card_state(method: PaymentMethod | None) -> State | None:
    """Return what an entry says of a card, or of another way to pay."""
    if method is None:
        return None
    said = {name: getattr(method, name) for name in ("brand", "last4", "exp_month", "exp_year")}
    return {name: value for name, value in said.items() if value} or {"type": method.type}
