"""Setup intents: saving a card, with authentication where the card wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox import cards
from servicebot.sandbox.cards import Decline
from servicebot.sandbox.fields import take, take_metadata
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.resources import intents, payment_methods
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

OPEN = {"requires_payment_method", "requires_confirmation", "requires_action"}
HONOURED = {
    *intents.TYPES,
    "customer",
    "description",
    "metadata",
    "payment_method",
    *intents.METHOD_DATA,
}
REFUSED_BY_HOLDER = Decline(
    "setup_intent_authentication_failure",
    None,
    "The latest attempt to set up the payment method has failed because authentication failed.",
)


@operation(
    "POST",
    "/v1/setup_intents",
    honours={*HONOURED, *intents.CONFIRMING, "automatic_payment_methods", "confirm", "usage"},
)
def create(request: Request) -> Object:
    account, params = request.account, request.params
    intents.check_types(params)
    customer = params.get("customer")
    owner = account.get("customer", customer, param="customer") if customer else None
    intent = _blank(account, params, owner)
    method = intents.method_given(account, params)
    if method:
        intents.check_customer(intent, method)
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    account.add(intent, emit="setup_intent.created")
    return _confirmed(account, intent, params) if params.get("confirm") else intent


@operation("GET", "/v1/setup_intents/{intent}", honours={"client_secret"}, publishable=True)
def retrieve(request: Request) -> Object:
    return intents.open_intent(request, "setup_intent")


@operation("POST", "/v1/setup_intents/{intent}", honours=HONOURED)
def update(request: Request) -> Object:
    account, params = request.account, request.params
    intent = account.get("setup_intent", request.path["intent"], param="intent")
    if intent["status"] not in OPEN:
        raise intents.unexpected(intent, "update")
    intents.check_types(params)
    if params.get("customer"):
        account.get("customer", params["customer"], param="customer")
    method = intents.method_given(account, params)
    if method:
        intents.check_customer({**intent, **params}, method)
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    take(intent, params, ("customer", "description", *intents.TYPES))
    take_metadata(intent, params)
    return intent


@operation(
    "POST",
    "/v1/setup_intents/{intent}/confirm",
    honours={*intents.CONFIRMING, "client_secret", "allowed_payment_method_types"},
    publishable=True,
)
def confirm(request: Request) -> Object:
    intent = intents.open_intent(request, "setup_intent")
    if intent["status"] not in OPEN:
        raise intents.unexpected(intent, "confirm")
    intents.check_types(request.params)
    return _confirmed(request.account, intent, request.params)


@operation("POST", "/v1/setup_intents/{intent}/cancel", honours={"cancellation_reason"})
def cancel(request: Request) -> Object:
    account = request.account
    intent = account.get("setup_intent", request.path["intent"], param="intent")
    if intent["status"] not in OPEN:
        raise intents.unexpected(intent, "cancel")
    intent |= {
        "status": "canceled",
        "cancellation_reason": request.params.get("cancellation_reason"),
        "next_action": None,
    }
    account.emit("setup_intent.canceled", intent)
    return intent


@operation("GET", "/v1/setup_intents", honours={*PAGING, "created", "customer", "payment_method"})
def list_(request: Request) -> Object:
    names = {"customer", "payment_method"} & set(request.params)
    asked = {name: request.params[name] for name in names}
    return page(request, request.account.find("setup_intent", **asked))


def settle(account: Account, intent: Object, *, accepted: bool) -> None:
    """Carry on after the card's holder has authenticated, or refused to."""
    method = account.get("payment_method", intent["payment_method"])
    if accepted:
        _succeed(account, intent, method)
    else:
        _fail(account, intent, method, REFUSED_BY_HOLDER)


def _confirmed(account: Account, intent: Object, params: dict[str, Any]) -> Object:
    method = intents.method_given(account, params)
    if method is None and intent["payment_method"] is None:
        raise intents.unexpected(
            intent,
            "confirm",
            "You cannot confirm this SetupIntent because it's missing a payment method. Update "
            "the SetupIntent with a payment method and then confirm it again.",
        )
    method = method or account.get("payment_method", intent["payment_method"])
    intents.check_customer(intent, method)
    intent |= {"payment_method": method["id"], "latest_attempt": account.new_id("setatt_")}
    card = payment_methods.card_of(account, method)
    decline = card.attach or (card.charge if card.authentication == "broken" else None)
    if decline:
        _fail(account, intent, method, decline)
        raise decline.fault(setup_intent=clone(intent))
    if cards.needs_authentication_to_set_up(card):
        action = intents.authentication(account, intent, params.get("return_url"))
        intent |= {"status": "requires_action", "next_action": action, "last_setup_error": None}
        account.emit("setup_intent.requires_action", intent)
    else:
        _succeed(account, intent, method)
    return intent


def _succeed(account: Account, intent: Object, method: Object) -> None:
    payment_methods.mark_set_up(account, method)
    if intent["customer"] and not method["customer"]:
        payment_methods.attach_to(account, method, intent["customer"])
    intent |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    account.emit("setup_intent.succeeded", intent)


def _fail(account: Account, intent: Object, method: Object, decline: Decline) -> None:
    error = {**decline.error(), "payment_method": clone(method)}
    if decline is REFUSED_BY_HOLDER:
        error["type"] = "invalid_request_error"
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_setup_error": error,
    }
    account.emit("setup_intent.setup_failed", intent)


def _blank(account: Account, params: dict[str, Any], owner: Object | None) -> Object:
    id_ = account.new_id("seti_")
    intent: Object = {
        "id": id_,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": intents.automatic(params),
        "cancellation_reason": None,
        "client_secret": intents.new_secret(account, id_),
        "created": account.now(owner),
        "customer": params.get("customer"),
        "customer_account": None,
        "description": params.get("description"),
        "excluded_payment_method_types": params.get("excluded_payment_method_types"),
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": account.livemode,
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {**intents.CARD_OPTIONS}},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }
    take_metadata(intent, params)
    return intent
