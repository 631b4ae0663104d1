"""The account itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicebot.sandbox.errors import forbidden
from servicebot.sandbox.fields import pick
from servicebot.sandbox.routing import Request, operation

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

PROFILE = (
    "annual_revenue",
    "estimated_worker_count",
    "mcc",
    "minority_owned_business_designation",
    "name",
    "product_description",
    "specified_commercial_transactions_act_url",
    "support_address",
    "support_email",
    "support_phone",
    "support_url",
    "url",
)
DESCRIPTORS = (
    "statement_descriptor",
    "statement_descriptor_kana",
    "statement_descriptor_kanji",
    "statement_descriptor_prefix_kana",
    "statement_descriptor_prefix_kanji",
)
CREATED = 1_700_000_000


@operation("GET", "/v1/account")
def retrieve_current(request: Request) -> Object:
    return shown(request.account)


@operation("GET", "/v1/accounts/{account}")
def retrieve(request: Request) -> Object:
    if request.path["account"] != request.account.id:
        raise forbidden(
            f"The provided key does not have access to account '{request.path['account']}' (or "
            "that account does not exist). Application access may have been revoked.",
            code="account_invalid",
        )
    return shown(request.account)


def shown(account: Account) -> Object:
    """Return the account; its config's "account" says name, email, country and currency."""
    about = {
        "name": account.name.replace("_", " ").title(),
        "email": None,
        "country": "US",
        "default_currency": "usd",
        "url": None,
        **account.config.get("account", {}),
    }
    profile = {**pick(None, PROFILE), "mcc": "5734", "name": about["name"], "url": about["url"]}
    return {
        "id": account.id,
        "object": "account",
        "business_profile": profile,
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": about["country"],
        "created": CREATED,
        "default_currency": about["default_currency"],
        "details_submitted": True,
        "email": about["email"],
        "payouts_enabled": True,
        "settings": _settings(str(about["name"])),
        "type": "standard",
    }


def _settings(name: str) -> Object:
    return {
        "branding": pick(None, ("icon", "logo", "primary_color", "secondary_color")),
        "card_payments": pick(
            None,
            (
                "statement_descriptor_prefix",
                "statement_descriptor_prefix_kana",
                "statement_descriptor_prefix_kanji",
            ),
        ),
        "dashboard": {"display_name": name, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": "always"},
        "payments": pick(None, DESCRIPTORS),
    }
