"""What only browsers send and see: client secrets, raw cards, and the shorter objects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from servicebot.sandbox import contract
from servicebot.sandbox.errors import forbidden

if TYPE_CHECKING:
    from servicebot.sandbox.contract import Finding
    from servicebot.sandbox.routing import Request

SHOWN = {
    "payment_intent": (
        "id object amount amount_details automatic_payment_methods canceled_at "
        "cancellation_reason capture_method client_secret confirmation_method created currency "
        "description last_payment_error livemode next_action payment_method "
        "payment_method_configuration_details payment_method_types processing receipt_email "
        "setup_future_usage shipping source status"
    ),
    "setup_intent": (
        "id object automatic_payment_methods cancellation_reason client_secret created "
        "description last_setup_error livemode next_action payment_method "
        "payment_method_configuration_details payment_method_types status usage"
    ),
    "payment_method": (
        "id object allow_redisplay billing_details card created customer livemode type"
    ),
}
CREATION = ("POST", "/v1/payment_methods")


def shown(body: dict[str, Any]) -> dict[str, Any]:
    """Return an object as a publishable key sees it."""
    names = SHOWN[body["object"]].split()
    return {name: body[name] for name in names if name in body}


def shown_error(error: dict[str, Any]) -> dict[str, Any]:
    """Return an error whose objects are as a publishable key sees them."""
    return {name: shown(value) if name in SHOWN else value for name, value in error.items()}


def check_expansion(request: Request) -> None:
    """Refuse a publishable key anything of the customer's beyond the card just given."""
    if request.publishable and set(request.params.get("expand", [])) - {"payment_method"}:
        raise forbidden("A publishable key may not expand this.")


def split(raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part what the SDK's types know from what only Stripe.js sends."""
    data = raw.get("payment_method_data")
    names = {"client_secret"}
    if isinstance(data, dict) and "card" in data:
        names.add("payment_method_data")
    private = {name: value for name, value in raw.items() if name in names}
    return {name: value for name, value in raw.items() if name not in names}, private


def checked(private: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Read a raw card by the types for creating a payment method."""
    if "payment_method_data" not in private:
        return private, []
    data, findings = contract.checked_request(*CREATION, private["payment_method_data"])
    named = [replace(found, path=f"payment_method_data.{found.path}") for found in findings]
    return {**private, "payment_method_data": data}, named
