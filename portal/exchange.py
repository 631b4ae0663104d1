"""From an identity and its hash to a session: the same for the page and for servers."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.health import settle
from portal import sessions
from portal.identity import Identity, prove
from portal.models import Portal
from portal.page import find_customers
from portal.sessions import Session
from portal.visit import connection_of


def begin_session(portal: Portal, given: Mapping[str, str]) -> Session:
    """Let someone in whose identity is proven; raises Problem for everybody else.

    `subscription_id` and `service` narrow what is shown; they grant nothing.
    """
    sessions.require_on(portal)
    proof = prove(portal, given)
    customer_ids = _customers_of(portal, proof.identity)
    return sessions.begin(
        portal,
        proof.identity,
        customer_ids,
        proof.secret_id,
        only_subscription=given.get("subscription_id") or "",
        service=given.get("service") or "",
    )


def _customers_of(portal: Portal, identity: Identity) -> tuple[str, ...]:
    """Return who an identity is at Stripe, noting how that took the merchant's key."""
    connection = connection_of(portal)
    try:
        return find_customers(connection.gateway, identity)
    finally:
        settle(connection)
