"""Payment methods: cards only, made of Stripe's test numbers and shortcuts."""

from __future__ import annotations

import hashlib
import re
import time
from typing import TYPE_CHECKING, Any

from servicebot.sandbox import cards
from servicebot.sandbox.cards import BY_NAME, BY_NUMBER, Card, shortcut
from servicebot.sandbox.errors import StripeFault, card_error, invalid, missing
from servicebot.sandbox.fields import address, cleared, need, pick, take, take_metadata
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

PLAIN_BILLING = ("email", "name", "phone", "tax_id")
CARD_PARAMS = {"card.number", "card.exp_month", "card.exp_year", "card.cvc", "card.token"}
SHORTCUT_EXPIRY = {"exp_month": 12, "exp_year": 2034}
MONTHS = range(1, 13)


@operation(
    "POST",
    "/v1/payment_methods",
    honours={"type", "billing_details", "metadata", "allow_redisplay", *CARD_PARAMS},
    publishable=True,
)
def create(request: Request) -> Object:
    account, params = request.account, request.params
    if need(params, "type") != "card":
        message = "The sandbox knows cards only."
        raise invalid(message, "type", "sandbox_unsupported")
    return account.add(from_card(account, need(params, "card"), params))


@operation("GET", "/v1/payment_methods/{payment_method}")
def retrieve(request: Request) -> Object:
    return request.account.get("payment_method", request.path["payment_method"])


@operation(
    "POST",
    "/v1/payment_methods/{payment_method}",
    honours={"billing_details", "metadata", "allow_redisplay", "card.exp_month", "card.exp_year"},
)
def update(request: Request) -> Object:
    account, params = request.account, request.params
    method = account.get("payment_method", request.path["payment_method"])
    if method["customer"] is None:
        message = "You must save this PaymentMethod to a customer before you can update it."
        raise invalid(message)
    before = clone(method)
    _check_expiry({**method["card"], **params.get("card", {})}, "card")
    take(method["card"], params.get("card", {}), ("exp_month", "exp_year"))
    take(method, params, ("allow_redisplay",))
    take_metadata(method, params)
    _take_billing(method, params.get("billing_details", {}))
    account.changed(method, before, emit="payment_method.updated")
    return method


@operation("GET", "/v1/payment_methods", honours={*PAGING, "customer", "type", "allow_redisplay"})
def list_(request: Request) -> Object:
    customer = request.params.get("customer")
    if customer is None:
        return page(request, [])
    return _of_customer(request, customer, param="customer")


@operation(
    "GET", "/v1/customers/{customer}/payment_methods", honours={*PAGING, "type", "allow_redisplay"}
)
def list_of_customer(request: Request) -> Object:
    return _of_customer(request, request.path["customer"], param="id")


@operation("GET", "/v1/customers/{customer}/payment_methods/{payment_method}")
def retrieve_of_customer(request: Request) -> Object:
    customer = request.account.get("customer", request.path["customer"])
    method = request.account.get("payment_method", request.path["payment_method"])
    if method["customer"] != customer["id"]:
        raise missing("payment_method", method["id"])
    return method


@operation("POST", "/v1/payment_methods/{payment_method}/attach", honours={"customer"})
def attach(request: Request) -> Object:
    account = request.account
    customer = account.get("customer", need(request.params, "customer"), param="customer")
    method = resolved(account, request.path["payment_method"])
    if method["customer"] != customer["id"]:
        check_attachable(account, method)
        attach_to(account, method, customer["id"])
    return method


@operation("POST", "/v1/payment_methods/{payment_method}/detach")
def detach(request: Request) -> Object:
    account = request.account
    method = account.get("payment_method", request.path["payment_method"])
    if method["customer"] is None:
        message = (
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible."
        )
        raise invalid(message)
    return detach_from_customer(account, method)


def resolved(account: Account, id_: str, param: str = "id") -> Object:
    """Return a stored method, or a new one for a shortcut such as pm_card_visa."""
    card = shortcut(id_)
    if card is None:
        return account.get("payment_method", id_, param=param)
    return account.add(_blank(account, card, SHORTCUT_EXPIRY))


def from_card(account: Account, given: dict[str, Any], params: dict[str, Any]) -> Object:
    """Return a new, not yet stored method for card data as a form sends it."""
    if "token" in given:
        card = shortcut(given["token"])
        if card is None:
            raise missing("token", given["token"], "card[token]")
        given = SHORTCUT_EXPIRY
    else:
        card = _card_of(need(given, "number"))
        _check_expiry(given, "card")
        _check_cvc(given.get("cvc", "123"))
    method = _blank(account, card, given)
    take(method, params, ("allow_redisplay",))
    take_metadata(method, params)
    _take_billing(method, params.get("billing_details", {}))
    return method


def card_of(account: Account, method: Object) -> Card:
    """Return the test card behind a method."""
    return BY_NAME[account.hidden[method["id"]]["card"]]


def is_set_up(account: Account, method: Object) -> bool:
    """Tell whether the card's holder has agreed to charges in their absence."""
    return bool(account.hidden[method["id"]].get("set_up"))


def mark_set_up(account: Account, method: Object) -> None:
    account.hidden[method["id"]]["set_up"] = True


def check_attachable(account: Account, method: Object) -> None:
    """Raise what Stripe answers when this method is put on a customer."""
    if method["customer"] or account.hidden[method["id"]].get("detached"):
        message = (
            "This PaymentMethod was previously used without being attached to a Customer or was "
            "detached from a Customer, and may not be used again."
            if not method["customer"]
            else "The payment method you provided has already been attached to a customer."
        )
        raise invalid(message, code=None)
    decline = card_of(account, method).attach
    if decline:
        raise decline.fault()


def attach_to(account: Account, method: Object, customer: str) -> None:
    """Put a method on a customer and tell of it."""
    method["customer"] = customer
    account.emit("payment_method.attached", method)


def detach_from_customer(account: Account, method: Object) -> Object:
    """Take a method off its customer, and off everything that it was the default of."""
    before = clone(method)
    customer = account.get("customer", method["customer"])
    _forget_default(account, customer, method["id"])
    method["customer"] = None
    account.hidden[method["id"]]["detached"] = True
    account.changed(method, before, emit="payment_method.detached")
    return method


def check_owner(method: Object, customer: str, param: str) -> None:
    """Raise where a method is not this customer's."""
    if method["customer"] != customer:
        message = (
            f"The customer does not have a payment method with the ID {method['id']}. The payment "
            "method must be attached to the customer."
        )
        raise StripeFault(400, "invalid_request_error", "resource_missing", param, message)


def _of_customer(request: Request, id_: str, param: str) -> Object:
    customer = request.account.get("customer", id_, param=param)
    asked = {
        name: request.params[name] for name in ("type", "allow_redisplay") if name in request.params
    }
    rows = request.account.find("payment_method", customer=customer["id"], **asked)
    return page(request, rows)


def _forget_default(account: Account, customer: Object, id_: str) -> None:
    settings = customer["invoice_settings"]
    if settings["default_payment_method"] == id_:
        before = clone(customer)
        settings["default_payment_method"] = None
        account.changed(customer, before, emit="customer.updated")
    for subscription in account.find(
        "subscription", customer=customer["id"], default_payment_method=id_
    ):
        before = clone(subscription)
        subscription["default_payment_method"] = None
        account.changed(subscription, before, emit="customer.subscription.updated")


def _blank(account: Account, card: Card, given: dict[str, Any]) -> Object:
    id_ = account.new_id("pm_")
    account.hidden[id_] = {"card": card.name, "set_up": False}
    return {
        "id": id_,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {"address": address({}), **pick(None, PLAIN_BILLING)},
        "card": _shown_card(account, card, given),
        "created": account.now(),
        "customer": None,
        "customer_account": None,
        "livemode": account.livemode,
        "metadata": {},
        "type": "card",
    }


def _shown_card(account: Account, card: Card, given: dict[str, Any]) -> Object:
    marked = f"{account.id} {card.number}".encode()
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "unchecked" if "cvc" in given else None,
        },
        "country": card.country,
        "display_brand": {"amex": "american_express", "diners": "diners_club"}.get(
            card.brand, card.brand
        ),
        "exp_month": given["exp_month"],
        "exp_year": given["exp_year"],
        "fingerprint": hashlib.sha256(marked).hexdigest()[:16],
        "funding": card.funding,
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": card.brand in {"visa", "mastercard", "amex"}},
        "wallet": None,
    }


def _card_of(number: str) -> Card:
    """Return the test card of a number, else raise Stripe's refusal.

    The sandbox's live mode takes test cards too, having no others.
    """
    digits = number.replace(" ", "").replace("-", "")
    if cards.is_wrong(digits):
        message = "Your card number is incorrect."
        raise card_error("incorrect_number", None, message, param="number")
    purpose = cards.not_done(digits)
    if purpose:
        message = f"The sandbox does not support {purpose}."
        raise invalid(message, "card[number]", "sandbox_unsupported")
    card = BY_NUMBER.get(digits)
    if card is None:
        raise cards.NOT_A_TEST_CARD.fault()
    return card


def _check_expiry(card: dict[str, Any], param: str) -> None:
    month, year = need(card, "exp_month"), need(card, "exp_year")
    if month not in MONTHS:
        message = "Your card's expiration month is invalid."
        raise card_error("invalid_expiry_month", None, message, param=f"{param}[exp_month]")
    today = time.gmtime()
    year = year + 2000 if year < 100 else year
    if (year, month) < (today.tm_year, today.tm_mon) or year > today.tm_year + 50:
        message = "Your card's expiration year is invalid."
        raise card_error("invalid_expiry_year", None, message, param=f"{param}[exp_year]")


def _check_cvc(cvc: str) -> None:
    if not re.fullmatch(r"\d{3,4}", cvc):
        message = "Your card's security code is invalid."
        raise card_error("invalid_cvc", None, message, param="card[cvc]")


def _take_billing(method: Object, given: dict[str, Any]) -> None:
    details = method["billing_details"]
    take(details, given, PLAIN_BILLING)
    if "address" in given:
        old = details["address"] if given["address"] else {}
        details["address"] = address({**old, **(cleared(given["address"]) or {})})
