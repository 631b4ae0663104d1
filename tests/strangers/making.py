"""The small things that strangers are made of: sessions, quotes, log-ins, and what spoils them."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from accounts.models import User
from portal import sessions
from portal.identity import Identity, Proof
from portal.models import Portal, PortalSecret, PortalSettings
from portal.quotes import Quote
from portal.toggles import Toggle

PASSWORD = "a long password"
EMAIL = "ada@example.com"
LATER = timedelta(minutes=20)  # longer than a session's token is good for
OFF = {"requires_signed_token", "cancels_immediately", "shows_only_active_subscriptions"}


def allow_everything(portal: Portal) -> None:
    """Turn on all that opens something, so that no setting stands before a stranger."""
    for name, setting in PortalSettings.declared().items():
        if isinstance(setting, Toggle) and name not in OFF:
            setattr(portal.settings, name, True)
    portal.settings.save()


def begin(
    portal: Portal,
    customer: str,
    secret: PortalSecret | None = None,
    jti: str = "",
    email: str = EMAIL,
) -> str:
    """Return a session token of a customer, let in by a key of the portal."""
    key = secret or portal.active_secrets()[0]
    proof = Proof(Identity("email", email), key.pk, jti)
    return sessions.begin(portal, proof, (customer,)).token()


def quote_for(action: str, subscription_id: str, price_id: str) -> str:
    """Return a quote as the portal makes it; it says nothing that is out of date by itself."""
    return Quote(
        action=action,
        subscription_id=subscription_id,
        price_id=price_id,
        quantity=None,
        coupon="",
        at_period_end=False,
        proration_date=0,
        due_now=0,
        currency="usd",
        fingerprint="",
        nonce="nonce",
    ).token()


def spoilt(token: str) -> str:
    """Return a token with another signature."""
    return token[:-2] + ("AA" if token[-2:] != "AA" else "BB")


def logged_in(user: User, *, fresh: bool = False) -> Client:
    """Return a browser in which somebody is logged in, and if asked has just proven it."""
    browser = Client()
    browser.force_login(user)
    browser.get("/accounts/")
    if fresh:
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser
