"""What setup intents and payment intents share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.errors import StripeFault, invalid
from servicebot.sandbox.resources import payment_methods
from servicebot.sandbox.routing import Request
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

NAMES = {"setup_intent": "SetupIntent", "payment_intent": "PaymentIntent"}
CARD_OPTIONS = {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
TYPES = {"allowed_payment_method_types", "excluded_payment_method_types"}
METHOD_DATA = {
    "payment_method_data.type",
    "payment_method_data.billing_details",
    "payment_method_data.allow_redisplay",
    "payment_method_data.metadata",
    "payment_method_data.card",
}
CONFIRMING = {"payment_method", "return_url", "use_stripe_sdk", "mandate_data", *METHOD_DATA}


def open_intent(request: Request, kind: str) -> Object:
    """Return the intent that the URL names; a publishable key needs its client secret."""
    intent = request.account.get(kind, request.path["intent"], param="intent")
    check_secret(intent, request.params.get("client_secret"), needed=request.publishable)
    return intent


def check_secret(intent: Object, secret: str | None, *, needed: bool) -> None:
    """Raise where a client secret is missing or another intent's."""
    if secret is None and needed:
        raise invalid(
            "Missing required param: client_secret.", "client_secret", "parameter_missing"
        )
    if secret is not None and secret != intent["client_secret"]:
        message = (
            "The client_secret provided does not match any associated "
            f"{NAMES[intent['object']]} on this account."
        )
        raise StripeFault(
            404, "invalid_request_error", "resource_missing", "client_secret", message
        )


def new_secret(account: Account, id_: str) -> str:
    return f"{id_}_secret_{account.new_id('')}"


def automatic(params: dict[str, Any]) -> Object | None:
    """Return automatic_payment_methods as an answer shows it."""
    given = params.get("automatic_payment_methods")
    if given is None or not given["enabled"]:
        return None
    return {"allow_redirects": given.get("allow_redirects", "always"), "enabled": True}


def check_types(params: dict[str, Any]) -> None:
    """Refuse two ways of naming payment method types, and those without cards."""
    if TYPES.issubset(params):
        message = (
            "You may only specify one of these parameters: allowed_payment_method_types, "
            "excluded_payment_method_types."
        )
        raise invalid(message)
    allowed = params.get("allowed_payment_method_types") or ["card"]
    if "card" not in allowed or "card" in (params.get("excluded_payment_method_types") or []):
        message = "The sandbox knows cards only."
        raise invalid(message, "allowed_payment_method_types", "sandbox_unsupported")


def method_given(account: Account, params: dict[str, Any]) -> Object | None:
    """Return the payment method that a request names or describes, if it does."""
    if "payment_method_data" in params:
        data = params["payment_method_data"]
        if not data.get("card"):
            raise invalid(
                "Missing required param: card.", "payment_method_data[card]", "parameter_missing"
            )
        return account.add(payment_methods.from_card(account, data["card"], data))
    if "payment_method" in params:
        return payment_methods.resolved(account, params["payment_method"], "payment_method")
    return None


def check_customer(intent: Object, method: Object) -> None:
    """Raise where a payment method belongs to somebody else."""
    if method["customer"] and method["customer"] != intent["customer"]:
        if intent["customer"]:
            raise invalid(
                "The provided PaymentMethod cannot be attached. To reuse a PaymentMethod, you must "
                "attach it to a Customer first.",
                "payment_method",
            )
        raise invalid(
            f"The provided PaymentMethod is attached to a customer but this "
            f"{NAMES[intent['object']]} names none.",
            "payment_method",
        )


def authentication(account: Account, intent: Object, return_url: str | None) -> Object:
    """Return the next action that asks the card's holder to authenticate."""
    query = f"intent={intent['id']}&client_secret={intent['client_secret']}"
    url = f"{account.sandbox.public_url}/3ds/challenge?{query}"
    if return_url:
        return {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": return_url, "url": url},
        }
    sdk = {"type": "three_d_secure_redirect", "stripe_js": url, "source": account.new_id("src_")}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}


def unexpected(intent: Object, verb: str, why: str | None = None) -> StripeFault:
    """An intent whose status does not allow this."""
    kind = intent["object"]
    message = why or (
        f"You cannot {verb} this {NAMES[kind]} because it has a status of {intent['status']}."
    )
    fault = invalid(message, code=f"{kind}_unexpected_state")
    fault.extra[kind] = clone(intent)
    return fault
