"""What a request of each operation has to say so that something comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from portal.identity import hash_of
from portal.models import open_portal
from tests.fuzz.people import Person, World

PAUSES = {"end_behavior": {"missing_payment_method": "pause"}}
DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Known:
    """Values for the places of a request, all of them real."""

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)


Knows = Callable[[World], Known]


def of_subscription(world: World) -> Known:
    return Known({"subscription_id": world.now.subscription})


def session(world: World) -> Known:
    email = world.now.email
    proof = {"email": email, "hash": hash_of(world.secret().value, email)}
    return Known(body={"portal_id": world.portal.public_id, **proof})


def invoices(world: World) -> Known:
    return Known(query={"subscription": world.now.subscription, "customer": world.now.customer})


def unpaid(world: World) -> Known:
    owed = {"customer": world.now.customer, "amount": 1500, "currency": "usd"}
    world.v1.invoice_items.create(owed)
    included = {"customer": world.now.customer, "pending_invoice_items_behavior": "include"}
    draft = world.v1.invoices.create(included)
    return Known({"invoice_id": world.v1.invoices.finalize_invoice(draft.id).id})


def customer(world: World) -> Known:
    details = {"name": "Ada Lovelace", "address": {"line1": "1 Way", "country": "GB"}}
    return Known({"customer_id": world.now.customer}, body=details)


def to_set_up(world: World) -> Known:
    return Known(body={"customer": world.now.customer})


def set_up(world: World) -> Known:
    # As the portal begins it, which it does for a customer only so often an hour.
    begun = {
        "customer": world.now.customer,
        "usage": "off_session",
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "metadata": {"sb_portal": world.portal.public_id},
    }
    intent = world.v1.setup_intents.create(begun).id
    world.v1.setup_intents.confirm(intent, {"payment_method": "pm_card_amex"})
    return Known(body={"setup_intent": intent})


def spare_card(world: World) -> Known:
    attached = {"customer": world.now.customer}
    return Known({"method_id": world.v1.payment_methods.attach("pm_card_mastercard", attached).id})


def previewed(world: World) -> Known:
    price = world.shop.prices["Business month"]
    asked = {"action": "change_plan", "price": price, "quantity": 2, "coupon": "WELCOME"}
    return Known({"subscription_id": world.now.subscription}, body=asked)


def quoted(action: str, price: str = "", **asked: Any) -> Knows:
    """Return what confirms an action on a subscription that runs."""

    def know(world: World) -> Known:
        subscription = world.shop.subscribe(world.now.customer)
        more = {"price": world.shop.prices[price]} if price else {}
        return _quote(world, world.now, subscription, action=action, **asked, **more)

    return know


def ended(world: World) -> Known:
    subscription = world.shop.subscribe(world.now.customer, "Starter month")
    world.v1.subscriptions.cancel(subscription)
    return _quote(world, world.now, subscription, action="resubscribe")


def paused(world: World) -> Known:
    clocks, now = world.v1.test_helpers.test_clocks, int(timezone.now().timestamp())
    clock = clocks.create({"frozen_time": now})
    eve = world.shop.customer("Eve", card="", test_clock=clock.id)
    subscription = world.shop.subscribe(eve, trial_period_days=3, trial_settings=PAUSES)
    clocks.advance(clock.id, {"frozen_time": now + 4 * DAY})
    card = world.v1.payment_methods.attach("pm_card_visa", {"customer": eve}).id
    world.v1.customers.update(eve, {"invoice_settings": {"default_payment_method": card}})
    world.people[eve] = person = Person("eve@example.com", eve, subscription)
    return _quote(world, person, subscription, action="resume")


def leaving(world: World) -> Known:
    world.v1.subscriptions.update(world.now.subscription, {"cancel_at_period_end": True})
    return of_subscription(world)


def cancelled(world: World) -> Known:
    return Known(
        {"subscription_id": world.shop.subscribe(world.now.customer)},
        body={"reason": "too_expensive", "comment": "Too much for one person."},
    )


def scheduled(world: World) -> Known:
    subscription = world.shop.subscribe(world.now.customer, "Business month")
    world.portal.settings.refresh_from_db()
    world.portal.settings.schedules_downgrades = True
    world.portal.settings.save()
    known = _quote(
        world,
        world.now,
        subscription,
        action="change_plan",
        price=world.shop.prices["Starter month"],
    )
    ask(world, world.now, f"subscriptions/{subscription}/change-plan", known.body)
    return Known(known.path)


def _quote(world: World, person: Person, subscription: str, **asked: Any) -> Known:
    preview = ask(world, person, f"subscriptions/{subscription}/preview", asked)
    return Known(
        {"subscription_id": subscription}, body={"quote": str(preview.get("quote", "stale"))}
    )


def ask(world: World, person: Person, path: str, body: Any) -> dict[str, Any]:
    """Ask the portal API as somebody, on the way to what is asked then."""
    headers = {"Authorization": f"Bearer {world.token(person)}"}
    browser = Client(raise_request_exception=False, headers=headers)
    answer = browser.post(f"/api/v1/portal/{path}", body, content_type="application/json")
    return dict(answer.json()) if answer.status_code < 500 else {}


def home(world: World) -> Known:
    return Known({"portal_id": world.portal.public_id})


def opened(world: World) -> Known:
    return Known(body={"name": "Another", "mode": "test"})


def named(world: World) -> Known:
    return Known({"portal_id": world.portal.public_id}, body={"name": "Notes billing"})


def spare(world: World) -> Known:
    return Known({"portal_id": world.spare_portal().public_id})


def settings_changed(world: World) -> Known:
    changes = {"can_use_coupon": False, "off_text": "Back at nine."}
    return Known({"portal_id": world.portal.public_id}, body=changes)


def copied(world: World) -> Known:
    source = world.portal.public_id
    target = open_portal(world.merchant, world.portal.mode, "Copy").public_id
    return Known({"portal_id": target}, query={"from": source}, body={"from": source})


def product(world: World) -> Known:
    path = {"portal_id": world.portal.public_id, "product_id": world.shop.products["Team"]}
    return Known(path, body={"is_featured": True, "order": 3})


def rotated(world: World) -> Known:
    newest = world.secret()
    world.portal.secrets.exclude(pk=newest.pk).update(expires_at=timezone.now())
    body = {"overlap_seconds": 86400, "replaces": newest.pk}
    return Known({"portal_id": world.portal.public_id}, body=body)


def revoked(world: World) -> Known:
    path = {"portal_id": world.portal.public_id, "key_id": str(world.secret().pk)}
    return Known(path)


def thrown_out(world: World) -> Known:
    return Known({"portal_id": world.portal.public_id}, body={"email": world.now.email})


def activity(world: World) -> Known:
    return Known(query={"portal": world.portal.public_id, "customer": world.now.customer})


KNOWN: dict[str, Knows] = {
    "portal_session_create": session,
    "portal_read": lambda world: Known(),
    "portal_invoices_list": invoices,
    "portal_invoice_pay": unpaid,
    "portal_customer_update": customer,
    "portal_payment_method_setup": to_set_up,
    "portal_payment_method_save": set_up,
    "portal_payment_method_remove": spare_card,
    "portal_plans_list": of_subscription,
    "portal_preview_create": previewed,
    "portal_change_plan": quoted("change_plan", "Business year"),
    "portal_change_quantity": quoted("change_quantity", quantity=3),
    "portal_apply_coupon": quoted("apply_coupon", coupon="WELCOME"),
    "portal_resubscribe": ended,
    "portal_resume": paused,
    "portal_cancel": cancelled,
    "portal_undo_cancel": leaving,
    "portal_undo_scheduled_change": scheduled,
    "portals_list": lambda world: Known(),
    "portals_open": opened,
    "portals_read": home,
    "portals_rename": named,
    "portals_delete": spare,
    "settings_read": home,
    "settings_change": settings_changed,
    "settings_difference": copied,
    "settings_copy": copied,
    "services_list": home,
    "services_change": product,
    "secret_keys_list": home,
    "secret_keys_rotate": rotated,
    "secret_keys_revoke": revoked,
    "sessions_end": thrown_out,
    "activity_list": activity,
}
