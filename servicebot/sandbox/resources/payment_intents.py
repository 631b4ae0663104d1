"""Payment intents: charging a card, with authentication where the card wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from servicebot.sandbox import cards
from servicebot.sandbox.billing import currencies
from servicebot.sandbox.cards import AUTHENTICATION, Decline
from servicebot.sandbox.errors import StripeFault, invalid
from servicebot.sandbox.fields import need, take, take_metadata
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.resources import intents, payment_methods
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

Settled: TypeAlias = "Callable[[Account, Object], None]"

OPEN = {"requires_payment_method", "requires_confirmation", "requires_action"}
PLAIN = ("description", "receipt_email", "setup_future_usage", "statement_descriptor_suffix")
HONOURED = {
    *PLAIN,
    *intents.TYPES,
    "amount",
    "currency",
    "customer",
    "metadata",
    "payment_method",
    *intents.METHOD_DATA,
}
REFUSED_BY_HOLDER = Decline(
    "payment_intent_authentication_failure",
    None,
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or "
    "a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
)
NULL_AT_FIRST = (
    "application application_fee_amount canceled_at cancellation_reason customer_account "
    "description last_payment_error latest_charge managed_payments next_action on_behalf_of "
    "payment_method payment_method_configuration_details payment_record processing receipt_email "
    "review setup_future_usage shipping source statement_descriptor statement_descriptor_suffix "
    "transfer_data transfer_group"
)
DESCRIPTIONS = {
    "subscription_create": "Subscription creation",
    "subscription_cycle": "Subscription update",
    "subscription_update": "Subscription update",
}
settled: list[Settled] = []


@operation(
    "POST",
    "/v1/payment_intents",
    honours={
        *HONOURED,
        *intents.CONFIRMING,
        "automatic_payment_methods",
        "confirm",
        "error_on_requires_action",
        "off_session",
    },
)
def create(request: Request) -> Object:
    account, params = request.account, request.params
    intents.check_types(params)
    if need(params, "amount") < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, "amount", "parameter_invalid_integer")
    currencies.check(params["amount"], need(params, "currency").lower(), "amount")
    intent = _blank(account, params)
    method = intents.method_given(account, params)
    if method:
        intents.check_customer(intent, method)
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    account.add(intent, emit="payment_intent.created")
    return _confirmed(account, intent, params) if params.get("confirm") else intent


@operation("GET", "/v1/payment_intents/{intent}", honours={"client_secret"}, publishable=True)
def retrieve(request: Request) -> Object:
    return intents.open_intent(request, "payment_intent")


@operation("POST", "/v1/payment_intents/{intent}", honours=HONOURED)
def update(request: Request) -> Object:
    account, params = request.account, request.params
    intent = account.get("payment_intent", request.path["intent"], param="intent")
    if intent["status"] not in OPEN:
        raise intents.unexpected(intent, "update")
    intents.check_types(params)
    wanted = {**intent, **params}
    currencies.check(wanted["amount"], wanted["currency"], "amount")
    method = intents.method_given(account, params)
    if method:
        intents.check_customer(wanted, method)
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    take(intent, params, (*PLAIN, "amount", "currency", "customer"))
    take_metadata(intent, params)
    return intent


@operation(
    "POST",
    "/v1/payment_intents/{intent}/confirm",
    honours={
        *intents.CONFIRMING,
        "client_secret",
        "error_on_requires_action",
        "off_session",
        "receipt_email",
        "setup_future_usage",
    },
    publishable=True,
)
def confirm(request: Request) -> Object:
    intent = intents.open_intent(request, "payment_intent")
    if intent["status"] == "succeeded":
        raise intents.unexpected(
            intent,
            "confirm",
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed.",
        )
    if intent["status"] not in OPEN:
        raise intents.unexpected(intent, "confirm")
    take(intent, request.params, ("receipt_email", "setup_future_usage"))
    return _confirmed(request.account, intent, request.params)


@operation("POST", "/v1/payment_intents/{intent}/cancel", honours={"cancellation_reason"})
def cancel(request: Request) -> Object:
    account = request.account
    intent = account.get("payment_intent", request.path["intent"], param="intent")
    if intent["status"] not in OPEN:
        raise intents.unexpected(intent, "cancel")
    return call_off(account, intent, request.params.get("cancellation_reason"))


@operation("GET", "/v1/payment_intents", honours={*PAGING, "created", "customer"})
def list_(request: Request) -> Object:
    asked = {"customer": request.params["customer"]} if "customer" in request.params else {}
    return page(request, request.account.find("payment_intent", **asked))


def new_intent(
    account: Account,
    *,
    customer: str,
    amount: int,
    currency: str,
    payment_method: str | None,
    off_session: bool = False,
    invoice: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Object:
    """Return a stored intent that nobody has confirmed yet; `off_session` is remembered."""
    given = {"customer": customer, "amount": amount, "currency": currency}
    intent = _blank(account, {**given, "metadata": metadata or {}})
    account.hidden[intent["id"]] = {"invoice": invoice, "off_session": off_session}
    if invoice:
        reason = account.get("invoice", invoice)["billing_reason"]
        intent["description"] = DESCRIPTIONS.get(reason, "Payment for Invoice")
        intent["setup_future_usage"] = "off_session"
    if payment_method:
        intent |= {"payment_method": payment_method, "status": "requires_confirmation"}
    return account.add(intent, emit="payment_intent.created")


def charge(
    account: Account,
    *,
    customer: str,
    amount: int,
    currency: str,
    payment_method: str | None,
    off_session: bool,
    invoice: str | None,
    metadata: dict[str, str],
) -> Object:
    """Charge a customer at once; a decline is in the intent's last_payment_error."""
    intent = new_intent(
        account,
        customer=customer,
        amount=amount,
        currency=currency,
        payment_method=payment_method,
        off_session=off_session,
        invoice=invoice,
        metadata=metadata,
    )
    return charge_again(account, intent, payment_method=payment_method, off_session=off_session)


def charge_again(
    account: Account, intent: Object, *, payment_method: str | None, off_session: bool
) -> Object:
    """Try an open intent with a payment method; a decline is in its last_payment_error."""
    if payment_method:
        method = account.get("payment_method", payment_method, param="payment_method")
        _attempt(account, intent, method, off_session=off_session)
    return intent


def call_off(account: Account, intent: Object, reason: str | None) -> Object:
    """Cancel an open intent."""
    intent |= {
        "status": "canceled",
        "canceled_at": account.now(intent),
        "cancellation_reason": reason,
        "next_action": None,
    }
    account.emit("payment_intent.canceled", intent)
    return intent


def settle(account: Account, intent: Object, *, accepted: bool) -> None:
    """Carry on after the card's holder has authenticated, or refused to."""
    method = account.get("payment_method", intent["payment_method"])
    decline = payment_methods.card_of(account, method).charge if accepted else REFUSED_BY_HOLDER
    if decline:
        _fail(account, intent, method, decline)
    else:
        _succeed(account, intent, method, authenticated=True)
    _tell(account, intent)


def _confirmed(account: Account, intent: Object, params: dict[str, Any]) -> Object:
    """Confirm as a request asks; raises the card error of a decline, which the intent keeps."""
    method = intents.method_given(account, params)
    if method is None and intent["payment_method"] is None:
        raise intents.unexpected(
            intent,
            "confirm",
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken.",
        )
    method = method or account.get("payment_method", intent["payment_method"])
    intents.check_customer(intent, method)
    off_session = bool(params.get("off_session"))
    decline = _attempt(
        account, intent, method, off_session=off_session, return_url=params.get("return_url")
    )
    if intent["status"] == "requires_action" and params.get("error_on_requires_action"):
        decline = AUTHENTICATION
        _fail(account, intent, method, decline)
    _tell(account, intent)
    if decline:
        raise _fault(decline, intent, method)
    return intent


def _attempt(
    account: Account,
    intent: Object,
    method: Object,
    *,
    off_session: bool,
    return_url: str | None = None,
) -> Decline | None:
    """Charge or ask for authentication; returns the decline, if it came to one.

    An invoice's intent waits for authentication even when the customer is away.
    """
    intent["payment_method"] = method["id"]
    card = payment_methods.card_of(account, method)
    set_up = payment_methods.is_set_up(account, method)
    if cards.needs_authentication(card, off_session=off_session, set_up=set_up):
        if off_session and not account.hidden.get(intent["id"], {}).get("invoice"):
            return _fail(account, intent, method, AUTHENTICATION)
        action = intents.authentication(account, intent, return_url)
        intent |= {"status": "requires_action", "next_action": action, "last_payment_error": None}
        account.emit("payment_intent.requires_action", intent)
        return None
    if card.charge:
        return _fail(account, intent, method, card.charge)
    _succeed(account, intent, method)
    return None


def _succeed(
    account: Account, intent: Object, method: Object, *, authenticated: bool = False
) -> None:
    if intent["setup_future_usage"] == "off_session":
        if authenticated or not off_session_only(account, intent):
            payment_methods.mark_set_up(account, method)
        if intent["customer"] and not method["customer"]:
            payment_methods.attach_to(account, method, intent["customer"])
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": account.new_id("ch_"),
        "next_action": None,
        "last_payment_error": None,
    }
    account.emit("payment_intent.succeeded", intent)


def off_session_only(account: Account, intent: Object) -> bool:
    """Tell whether the customer was away when this intent was made."""
    return bool(account.hidden.get(intent["id"], {}).get("off_session"))


def _fail(account: Account, intent: Object, method: Object, decline: Decline) -> Decline:
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "latest_charge": account.new_id("ch_"),
        "last_payment_error": {**decline.error(), "payment_method": clone(method)},
    }
    if decline is REFUSED_BY_HOLDER:
        intent["last_payment_error"]["type"] = "invalid_request_error"
        intent["latest_charge"] = None
    account.emit("payment_intent.payment_failed", intent)
    return decline


def _fault(decline: Decline, intent: Object, method: Object) -> StripeFault:
    return decline.fault(
        charge=intent["latest_charge"],
        payment_intent=clone(intent),
        payment_method=clone(method),
    )


def _tell(account: Account, intent: Object) -> None:
    """Tell billing of an invoice's intent that has been confirmed by the customer."""
    if account.hidden.get(intent["id"], {}).get("invoice"):
        for listener in settled:
            listener(account, intent)


def _blank(account: Account, params: dict[str, Any]) -> Object:
    id_ = account.new_id("pi_")
    customer = params.get("customer")
    owner = account.get("customer", customer, param="customer") if customer else None
    intent: Object = {
        "id": id_,
        "object": "payment_intent",
        **dict.fromkeys(NULL_AT_FIRST.split()),
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount": params["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": intents.automatic(params),
        "capture_method": "automatic_async",
        "client_secret": intents.new_secret(account, id_),
        "confirmation_method": "automatic",
        "created": account.now(owner),
        "currency": need(params, "currency").lower(),
        "customer": customer,
        "excluded_payment_method_types": params.get("excluded_payment_method_types"),
        "livemode": account.livemode,
        "metadata": {},
        "payment_method_options": {"card": {**intents.CARD_OPTIONS, "installments": None}},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }
    take(intent, params, PLAIN)
    take_metadata(intent, params)
    return intent
