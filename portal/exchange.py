"""From an identity and its hash to a session: the same for the page and for servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from accounts.health import settle
from portal import pace, sessions
from portal.diagnosis import Given, Key, diagnose
from portal.identity import Identity, Proof, prove
from portal.models import Portal
from portal.origins import read_origin
from portal.page import find_customers
from portal.problems import Problem
from portal.refusals import note_refusal
from portal.sessions import Session
from portal.speaking import language_of
from portal.spread import note_address
from portal.visit import connection_of

NOTED = frozenset(
    {
        *("invalid", "identity_mismatch", "hash_missing", "hash_invalid"),
        *("signed_token_required", "token_invalid", "no_customer", "resource_not_inline"),
    }
)
UNPROVEN = frozenset({"hash_missing", "hash_invalid", "token_invalid", "token_expired"})
KEYS_TRIED = 5  # of the portal, to say what was wrong with a hash


@contextmanager
def refusals_noted(portal: Portal, given: Mapping[str, str]) -> Iterator[None]:
    """Note for the merchant who is refused within, and why.

    `origin` is where the page says that it stands: it is shown, and trusted for nothing.
    """
    try:
        yield
    except Problem as problem:
        if problem.code in NOTED:
            _note(portal, problem, given)
        raise


def begin_session(portal: Portal, given: Mapping[str, str], address: str = "") -> Session:
    """Let someone in whose identity is proven; raises Problem for everybody else.

    `subscription_id` and `service` narrow what is shown, and `language` with its kin says how; they
    grant nothing. `address` is where the request comes from.
    """
    sessions.require_on(portal)
    pace.require_door(portal, address)
    proof = _proven(portal, given, address)
    pace.require_session(portal, proof.identity)
    customer_ids = _customers_of(portal, proof.identity)
    note_address(portal, proof, address)
    return sessions.begin(
        portal,
        proof,
        customer_ids,
        only_subscription=given.get("subscription_id") or "",
        service=given.get("service") or "",
        language=language_of(given, portal.settings),
    )


def _proven(portal: Portal, given: Mapping[str, str], address: str) -> Proof:
    try:
        return prove(portal, given)
    except Problem as problem:
        if problem.code in UNPROVEN:
            pace.note_unproven(address)
        raise


def _customers_of(portal: Portal, identity: Identity) -> tuple[str, ...]:
    """Return who an identity is at Stripe, noting how that took the merchant's key."""
    connection = connection_of(portal)
    try:
        return find_customers(connection, identity)
    finally:
        settle(connection)


def _note(portal: Portal, problem: Problem, given: Mapping[str, str]) -> None:
    said = {name: given.get(name) or "" for name in ("email", "customer_id", "hash", "origin")}
    note_refusal(
        portal,
        problem.code,
        origin=read_origin(said["origin"]),
        identity=said[portal.settings.identify_by] or said["email"] or said["customer_id"],
        find_fault=lambda: _fault(portal, problem, said),
    )


def _fault(portal: Portal, problem: Problem, said: Mapping[str, str]) -> str:
    """Say what exactly was wrong, by this portal's own keys alone and without asking Stripe."""
    code = problem.code
    if code == "token_invalid":
        return f"token_{problem.extra['claim']}"
    reads = str(portal.settings.identify_by)
    if code == "identity_mismatch":
        return "both_fields" if said[reads] else "other_field"
    if code == "invalid":
        return "malformed" if said[reads] else "no_identity"
    if code != "hash_invalid":
        return ""
    newest = portal.secrets.order_by("-created_at", "-pk")[:KEYS_TRIED]
    keys = [Key(secret.value, has_ended=secret.has_ended) for secret in newest]
    return diagnose(reads, Given(said[reads], said["hash"]), keys).code
