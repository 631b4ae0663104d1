"""What a key may do: secret keys everything, publishable and restricted ones less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicebot.sandbox.errors import StripeFault, forbidden, invalid
from servicebot.sandbox.wire import API_VERSION

if TYPE_CHECKING:
    from servicebot.sandbox.routing import Operation
    from servicebot.sandbox.wire import Call
    from servicebot.sandbox.world import Account

NAMES = {
    "accounts": "accounts_kyc_basic",
    "account": "accounts_kyc_basic",
    "customers": "customer",
    "products": "product",
    "prices": "plan",
    "coupons": "coupon",
    "promotion_codes": "promotion_code",
    "payment_methods": "payment_method",
    "payment_intents": "payment_intent",
    "setup_intents": "setup_intent",
    "subscriptions": "subscription",
    "subscription_items": "subscription",
    "subscription_schedules": "subscription",
    "invoices": "invoice",
    "invoiceitems": "invoice",
    "invoice_payments": "invoice",
    "events": "event",
    "webhook_endpoints": "webhook",
    "test_helpers": "billing_clock",
    "billing": "billing_meter",
}
EXPANDED = {"schedule": "subscription", "price": "plan", "latest_invoice": "invoice"}


def is_publishable(api_key: str) -> bool:
    return api_key.startswith("pk_")


def is_restricted(api_key: str) -> bool:
    return api_key.startswith("rk_")


def name_of(operation: Operation) -> str:
    """Return the permission that an operation needs, such as "customer_write"."""
    resource = operation.template.split("/")[2]
    if operation.template.startswith("/v1/customers/{customer}/payment_methods"):
        resource = "payment_methods"
    action = "read" if operation.method == "GET" else "write"
    return f"{NAMES.get(resource, resource)}_{action}"


def check(operation: Operation, api_key: str, account: Account) -> None:
    """Raise Stripe's 403 where the key may not do this.

    What restricted keys lack is listed in the account's config: {"denied": ["customer_write"]}.
    """
    if is_publishable(api_key) and not operation.publishable:
        raise forbidden(
            "This API call cannot be made with a publishable API key. Please use a secret API "
            "key. You can find a list of your API keys at https://dashboard.stripe.com/apikeys.",
            code="secret_key_required",
        )
    name = name_of(operation)
    denied = [*account.config.get("denied", []), "accounts_kyc_basic_read"]
    if is_restricted(api_key) and name in denied:
        raise _lacking(name, api_key, account)


def check_expansions(paths: list[str], api_key: str, account: Account) -> None:
    """Raise Stripe's 403 where the key may not read what an answer would be expanded by."""
    denied = account.config.get("denied", []) if is_restricted(api_key) else []
    for path in paths:
        for part in path.split("."):
            name = f"{EXPANDED.get(part, part)}_read"
            if name in denied:
                raise _lacking(name, api_key, account)


def _lacking(name: str, api_key: str, account: Account) -> StripeFault:
    shown = f"{api_key[:8]}{'*' * 12}{api_key[-4:]}"
    return forbidden(
        f"The provided key '{shown}' does not have the required permissions for this endpoint "
        f"on account '{account.id}'. Having the 'rak_{name}' permission would allow this "
        "request to continue."
    )


def check_headers(call: Call, account: Account) -> None:
    """Refuse another account than the key's, and another version of the API than ours."""
    other = call.header("Stripe-Account")
    if other not in {None, account.id}:
        raise forbidden(
            f"The provided key does not have access to account '{other}' (or that account does "
            "not exist). Application access may have been revoked.",
            code="account_invalid",
        )
    if call.header("Stripe-Version") not in {None, API_VERSION}:
        message = f"The sandbox speaks {API_VERSION} only."
        raise invalid(message, code="sandbox_unsupported")
