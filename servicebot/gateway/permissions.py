"""What a restricted key must allow: the one table, in Stripe's names and in its Dashboard's.

Names as in Stripe's refusals (https://docs.stripe.com/keys/permissions-reference), where a price is
still a plan; rows as on the Dashboard's page for a restricted key. Write includes read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOBODY = "servicebot_checks_permissions"  # an id that Stripe never gives, and nobody chooses
TEST, LIVE = "test", "live"
BOTH = (TEST, LIVE)


@dataclass(frozen=True)
class Probe:
    """A request that changes nothing: Stripe looks at the key before it looks for the object."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Permission:
    """Something that a key may be allowed: where it is set, what it is for, how it is tried.

    What is optional `serves` some of the portal; without the others no page can be shown.
    """

    name: str
    section: str
    row: str
    level: str
    serves: Promise
    probe: Probe
    is_required: bool = False
    modes: tuple[str, ...] = BOTH

    @property
    def label(self) -> str:
        """The row and what it is set to: Customers: Write."""
        return f"{self.row}: {self.level}"


def reads(path: str, *expand: str, **params: Any) -> Probe:
    """Read a single row, with all that the portal has put into it."""
    paths = {"expand": [f"data.{each}" for each in expand]} if expand else {}
    return Probe("get", path, {"limit": 1, **params, **paths})


def writes(path: str) -> Probe:
    """Write to an object that can't be there."""
    return Probe("post", path.replace("{}", NOBODY))


CORE, BILLING, WEBHOOK = "Core", "Billing", "Webhook"
READ, WRITE = "Read", "Write"
NEEDED: tuple[Permission, ...] = (
    Permission(
        "customer_read",
        CORE,
        "Customers",
        READ,
        _("finding who a customer is"),
        reads("/v1/customers"),
        is_required=True,
    ),
    Permission(
        "customer_write",
        CORE,
        "Customers",
        WRITE,
        _("changing billing details, and making a new card the usual one"),
        writes("/v1/customers/{}"),
    ),
    Permission(
        "payment_method_read",
        CORE,
        "Payment Methods",
        READ,
        _("showing the card that pays"),
        Probe("get", f"/v1/customers/{NOBODY}/payment_methods"),
        is_required=True,
    ),
    Permission(
        "payment_method_write",
        CORE,
        "Payment Methods",
        WRITE,
        _("removing a card"),
        writes("/v1/payment_methods/{}/detach"),
    ),
    Permission(
        "product_read",
        CORE,
        "Products",
        READ,
        _("naming what customers have"),
        reads("/v1/products"),
        is_required=True,
    ),
    Permission(
        "product_write",
        CORE,
        "Products",
        WRITE,
        _("writing services to Stripe; without it they are kept here"),
        writes("/v1/products/{}"),
    ),
    Permission(
        "setup_intent_read",
        CORE,
        "Setup Intents",
        READ,
        _("checking these keys, and saving a card"),
        reads("/v1/setup_intents"),
        is_required=True,
    ),
    Permission(
        "setup_intent_write",
        CORE,
        "Setup Intents",
        WRITE,
        _("checking these keys, and saving a card"),
        writes("/v1/setup_intents/{}/cancel"),
        is_required=True,
    ),
    Permission(
        "coupon_read",
        BILLING,
        "Coupons",
        READ,
        _("showing discounts, and taking codes"),
        reads("/v1/coupons"),
        is_required=True,
    ),
    Permission(
        "invoice_read",
        BILLING,
        "Invoices",
        READ,
        _("showing invoices"),
        reads("/v1/invoices", "confirmation_secret"),
        is_required=True,
    ),
    Permission(
        "invoice_write",
        BILLING,
        "Invoices",
        WRITE,
        _("saying what is paid next, before and after a change, and paying what is open"),
        writes("/v1/invoices/{}/pay"),
        is_required=True,
    ),
    Permission(
        "plan_read",
        BILLING,
        "Prices",
        READ,
        _("saying what plans cost"),
        reads("/v1/prices"),
        is_required=True,
    ),
    Permission(
        "plan_write",
        BILLING,
        "Prices",
        WRITE,
        _("making a demo service in an empty test account"),
        writes("/v1/prices/{}"),
        modes=(TEST,),
    ),
    Permission(
        "promotion_code_read",
        BILLING,
        "Promotion Codes",
        READ,
        _("taking promotion codes"),
        reads("/v1/promotion_codes", "promotion.coupon"),
    ),
    Permission(
        "subscription_read",
        BILLING,
        "Subscriptions",
        READ,
        _("showing subscriptions"),
        reads("/v1/subscriptions", "discounts.source.coupon", "schedule", status="all"),
        is_required=True,
    ),
    Permission(
        "subscription_write",
        BILLING,
        "Subscriptions",
        WRITE,
        _("changing plan or quantity, using a code, canceling, resuming and subscribing again"),
        writes("/v1/subscriptions/{}"),
    ),
    Permission(
        "webhook_write",
        WEBHOOK,
        "Webhook Endpoints",
        WRITE,
        _("hearing of changes at once; without it they show up within half a minute"),
        writes("/v1/webhook_endpoints/{}"),
    ),
)
BY_NAME: Mapping[str, Permission] = {each.name: each for each in NEEDED}
REQUIRED = frozenset(each.name for each in NEEDED if each.is_required)


def needed_in(mode: str) -> list[Permission]:
    """Return what a key of a mode is asked for."""
    return [each for each in NEEDED if mode in each.modes]


def rows_in(mode: str) -> list[Permission]:
    """Return what is set in the Dashboard, a row once: write includes read."""
    found = {each.row: each for each in needed_in(mode)}
    return list(found.values())


def label_of(name: str) -> str:
    """Return a permission in the Dashboard's words; one that we never ask for by its name."""
    return BY_NAME[name].label if name in BY_NAME else name


def serves_of(name: str) -> str:
    """Return what a permission is for."""
    return str(BY_NAME[name].serves if name in BY_NAME else _("reading what belongs to it"))
