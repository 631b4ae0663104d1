"""A customer's hash that is used from unusually many addresses: it may have been passed on.

A hash never ends by itself, so its spreading is the one sign of it. What is kept for that are keyed
digests in the cache, for two days: neither an address nor an identity can be read off them.
"""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from accounts.limits import DAY, hits
from portal.identity import Proof, subject_of
from portal.models import Portal
from portal.refusals import MANY_ADDRESSES, note_refusal

USUAL = 20
"""Addresses that one identity may come from within a day."""


def note_address(portal: Portal, proof: Proof, address: str) -> None:
    """Note for the merchant, once a day, who came by a hash from more addresses than usual."""
    if not address or not proof.secret_id or proof.jti:
        return
    who = f"{portal.pk}:{subject_of(proof.identity)}"
    if hits(f"address:{_digest(who, address)}", DAY) > 1:
        return
    if hits(f"addresses:{_digest(who)}", DAY) == USUAL + 1:
        note_refusal(portal, MANY_ADDRESSES, identity=proof.identity.value)


def _digest(*said: str) -> str:
    return salted_hmac("portal.spread", "\0".join(said), algorithm="sha256").hexdigest()
