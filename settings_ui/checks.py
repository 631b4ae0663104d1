"""The checker's work: the keys of this merchant to try, and one look at Stripe."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial

from portal.diagnosis import HERE, OTHER_MODE, OTHER_PORTAL, Finding, Given, Key, diagnose
from portal.identity import is_well_formed
from portal.models import IdentifyBy, Portal, PortalSecret
from servicebot.gateway.client import Gateway
from servicebot.gateway.errors import GatewayError, NotFoundError
from servicebot.gateway.wire import in_time

CUSTOMERS_TRIED = 20


@dataclass(frozen=True)
class Checked:
    """What was found out, as the page shows it."""

    finding: Finding
    secret: PortalSecret | None  # what the hash was made with
    is_newest: bool
    has_customer: bool | None  # None where Stripe wasn't asked, or didn't answer

    @property
    def signed(self) -> str:
        """What was signed in place of the identity, with its spaces and accents to be seen."""
        is_plain = "identity_accents" not in self.finding.faults
        return json.dumps(self.finding.signed, ensure_ascii=not is_plain)


def check(portal: Portal, identity: str, hash_: str) -> Checked:
    """Say whether this portal would let this identity in, or what is wrong."""
    secrets = _secrets_to_try(portal)
    keys = [_key(secret, portal) for secret in secrets]
    reads = str(portal.settings.identify_by)
    finding = diagnose(reads, Given(identity, hash_), keys)
    others = None
    if finding.code in {"right", "unknown"}:
        others = _other_identities(portal, identity)
    if finding.code == "unknown" and others:
        finding = diagnose(reads, Given(identity, hash_, others), keys)
    newest = secrets[0].value if secrets else ""
    used = finding.key.value if finding.key else ""
    return Checked(
        finding,
        secret=next((secret for secret in secrets if secret.value == used), None),
        is_newest=used == newest,
        has_customer=None if others is None else bool(others),
    )


def _secrets_to_try(portal: Portal) -> list[PortalSecret]:
    """Return every key of the merchant: this portal's first, newest first, those that ended too."""
    secrets = PortalSecret.objects.filter(portal__merchant=portal.merchant)
    newest_first = secrets.select_related("portal").order_by("-created_at", "-pk")
    return sorted(newest_first, key=lambda secret: secret.portal_id != portal.pk)


def _key(secret: PortalSecret, portal: Portal) -> Key:
    if secret.portal_id == portal.pk:
        place = HERE
    else:
        place = OTHER_PORTAL if secret.portal.mode == portal.mode else OTHER_MODE
    return Key(secret.value, place, has_ended=secret.has_ended)


def _other_identities(portal: Portal, identity: str) -> tuple[str, ...] | None:
    """Return what else the hash may be of: the ids of an e-mail, the e-mail of an id.

    Empty where Stripe knows nobody so; None where it can't be asked.
    """
    connection, kind = portal.connection, str(portal.settings.identify_by)
    if connection is None or not is_well_formed(kind, identity):
        return None
    try:
        return in_time(partial(_ask, connection.gateway, kind, identity))
    except NotFoundError:
        return ()
    except GatewayError:
        return None


def _ask(gateway: Gateway, kind: str, identity: str) -> tuple[str, ...]:
    if kind == IdentifyBy.CUSTOMER_ID:
        return (gateway.customer(identity).email,)
    found = gateway.customers_with_email(identity)
    return tuple(customer.id for customer in found[:CUSTOMERS_TRIED])
