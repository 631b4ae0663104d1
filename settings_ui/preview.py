"""The portal beside its settings, as one of the test account's own customers sees it."""

from __future__ import annotations

from functools import partial

from accounts.models import Mode
from portal.identity import hash_of, is_well_formed
from portal.models import IdentifyBy, Portal
from portal.problems import Problem
from servicebot.gateway.client import Gateway
from servicebot.gateway.shapes import Customer
from servicebot.gateway.wire import in_time

SHOWN = 20


def customers(portal: Portal) -> list[Customer]:
    """Return the newest customers that the portal can identify.

    Raises Problem stripe_disconnected, or a GatewayError where Stripe fails.
    """
    found: list[Customer] = in_time(partial(_gateway(portal).recent_customers, SHOWN))
    return [customer for customer in found if _identity(portal, customer)]


def snippet(portal: Portal, customer_id: str) -> dict[str, str]:
    """Return what the merchant's server would put into its page for this customer.

    In live mode nobody looks at a customer's page but the customer: Problem permission_missing.
    """
    if portal.mode != Mode.TEST:
        raise Problem("permission_missing")
    if not is_well_formed(IdentifyBy.CUSTOMER_ID, customer_id):
        raise Problem("not_found")
    customer: Customer = in_time(partial(_gateway(portal).customer, customer_id))
    identity = _identity(portal, customer)
    if not identity:
        raise Problem("no_customer")
    said = {"portal_id": portal.public_id, portal.settings.identify_by: identity}
    secrets = portal.active_secrets()
    return said | {"hash": hash_of(secrets[0].value, identity)} if secrets else said


def _identity(portal: Portal, customer: Customer) -> str:
    by_email = portal.settings.identify_by == IdentifyBy.EMAIL
    return customer.email if by_email else customer.id


def _gateway(portal: Portal) -> Gateway:
    connection = portal.connection
    if connection is None:
        raise Problem("stripe_disconnected")
    return connection.gateway
