"""Who is there: merchants with their portals, and requests as a browser sends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from accounts.models import Merchant, Mode, StripeConnection
from portal.hash_keys import PortalSecret
from portal.identity import Identity, Proof, hash_of
from portal.keys import new_secret
from portal.models import IdentifyBy, Portal, PortalSettings, open_portal
from portal.sessions import begin


@dataclass(frozen=True)
class Asking:
    """A request, as the portal's frame sends it or as anybody does."""

    path: str
    body: str | None = None
    token: str = ""
    is_anew: bool = False

    @property
    def headers(self) -> dict[str, str]:
        own = {"Host": "127.0.0.1", "Accept-Encoding": "gzip"}
        if self.body is not None:
            own["Sec-Fetch-Site"] = "same-origin"
            own["Content-Type"] = "application/x-www-form-urlencoded"
        if self.is_anew:
            own["Bench-Anew"] = "1"
        if self.token:
            own["Authorization"] = f"Bearer {self.token}"
        return own

    @property
    def raw(self) -> str:
        """The request as it goes over the wire."""
        body = self.body or ""
        lines = [f"{'GET' if self.body is None else 'POST'} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])


def opened(name: str, account: dict[str, Any], identify_by: str) -> Portal:
    """Make a merchant with a portal whose Stripe tells of changes, as it does in production."""
    merchant = Merchant.objects.create(name=name)
    StripeConnection.objects.create(
        merchant=merchant,
        mode=Mode.TEST,
        api_key=account["key"],
        publishable_key=account["publishable_key"],
        checked_at=timezone.now(),
        endpoint_id="we_bench",
    )
    portal = open_portal(merchant, Mode.TEST, name)
    portal.settings.identify_by = identify_by
    portal.settings.can_cancel = True
    portal.settings.requires_security_hash = True
    portal.settings.save()
    return portal


def many(count: int, account: dict[str, Any]) -> list[Portal]:
    """Add merchants, each with a connection and a portal with the settings it begins with."""
    now = timezone.now()
    merchants = Merchant.objects.bulk_create(Merchant(name=f"Shop {n}") for n in range(count))
    keys = {"api_key": account["key"], "publishable_key": account["publishable_key"]}
    StripeConnection.objects.bulk_create(
        StripeConnection(merchant=m, mode=Mode.TEST, checked_at=now, endpoint_id="we_bench", **keys)
        for m in merchants
    )
    portals = Portal.objects.bulk_create(
        Portal(merchant=m, mode=Mode.TEST, name=m.name) for m in merchants
    )
    by = IdentifyBy.CUSTOMER_ID
    PortalSettings.objects.bulk_create(
        PortalSettings(portal=p, mode=p.mode, identify_by=by, requires_security_hash=True)
        for p in portals
    )
    PortalSecret.objects.bulk_create(
        PortalSecret(portal=p, value=new_secret(p.mode)) for p in portals
    )
    return portals


def page(portal: Portal, who: str) -> Asking:
    """Open the portal as somebody, proven by a hash as in live mode; the answer is the page."""
    (secret,) = portal.active_secrets()
    given = {portal.settings.identify_by: who, "hash": hash_of(secret.value, who)}
    return Asking(f"/portal/{portal.public_id}/session", urlencode(given))


def acting(portal: Portal, customer_id: str, path: str) -> Asking:
    """Ask for something as a customer who was let in."""
    who = Identity(IdentifyBy.CUSTOMER_ID, customer_id)
    (secret,) = portal.active_secrets()
    token = begin(portal, Proof(who, secret.pk), (customer_id,)).token()
    return Asking(f"/portal/{portal.public_id}/{path}", "", token)


def bare(portal: Portal, customer_id: str) -> Asking:
    """Ask the bare view for the same page."""
    return Asking(f"/bench/bare/{portal.public_id}/{customer_id}")


def one_call(portal: Portal, customer_id: str) -> Asking:
    """Have one call of Stripe's made."""
    return Asking(f"/bench/call/{portal.public_id}/{customer_id}")
