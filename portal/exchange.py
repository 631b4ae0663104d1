"""From an identity and its hash to a session: the same for the page and for servers."""

from __future__ import annotations

from collections.abc import Mapping

from portal import sessions
from portal.identity import prove
from portal.models import Portal
from portal.page import find_customers
from portal.problems import Problem
from portal.sessions import Session
from portal.visit import gateway_of


def begin_session(portal: Portal, given: Mapping[str, str]) -> Session:
    """Let someone in whose identity is proven; raises Problem for everybody else.

    `subscription_id` and `service` narrow what is shown; they grant nothing.
    """
    if not portal.settings.is_on:
        raise Problem("portal_off")
    proof = prove(portal, given)
    customer_ids = find_customers(gateway_of(portal), proof.identity)
    return sessions.begin(
        portal,
        proof.identity,
        customer_ids,
        proof.secret_id,
        only_subscription=given.get("subscription_id") or "",
        service=given.get("service") or "",
    )
