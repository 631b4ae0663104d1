"""Being told by a merchant's Stripe: its endpoint for us, made and removed with the connection.

A connection stands without one too: what changes at Stripe is then seen when what we keep of it
has aged.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from accounts.models import Mode, StripeConnection, endpoint_slug
from servicebot.gateway.client import Gateway
from servicebot.gateway.errors import GatewayError

logger = logging.getLogger(__name__)

PRIVATE_NAMES = (".localhost", ".local", ".internal", ".test")


def listen(connection: StripeConnection) -> None:
    """Have the merchant's Stripe tell us of events, where it can and the key may ask for it.

    Each endpoint has an address of its own, so what still calls at an earlier one isn't heard.
    """
    if not can_be_reached(connection.mode):
        return
    named = {"sb_connection": str(connection.pk)}
    slug = endpoint_slug()
    try:
        endpoint = connection.gateway.create_webhook_endpoint(address_of(slug), named)
    except GatewayError as error:
        logger.warning("Connection %s has no webhook endpoint: %s", connection.pk, error)
        return
    connection.endpoint_id, connection.endpoint_secret = endpoint.id, endpoint.secret
    connection.endpoint_slug = slug
    connection.save(update_fields=["endpoint_id", "endpoint_secret", "endpoint_slug"])


def address_of(slug: str) -> str:
    """Return where the Stripe of the connection with this slug sends its events."""
    path = reverse("stripe-webhook", args=[slug])
    return f"{settings.PUBLIC_URL}{path}"


def stop_listening(connection: StripeConnection, gateways: Iterable[Gateway]) -> None:
    """Remove the endpoint by the first key that can; one that stays is refused from now on."""
    if not connection.is_told:
        return
    for gateway in gateways:
        if _is_removed(connection.endpoint_id, gateway):
            break


def _is_removed(endpoint_id: str, gateway: Gateway) -> bool:
    """Remove it if this key can."""
    try:
        gateway.delete_webhook_endpoint(endpoint_id)
    except GatewayError as error:
        logger.warning("Endpoint %s was not removed: %s", endpoint_id, error)
        return False
    return True


def can_be_reached(mode: str) -> bool:
    """Whether Stripe sends events to PUBLIC_URL; a sandbox decides for itself."""
    if not is_stripe_itself():
        return True
    address = urlsplit(settings.PUBLIC_URL)
    is_safe = address.scheme == "https" or mode == Mode.TEST
    return is_safe and _is_public(address.hostname or "")


def is_stripe_itself() -> bool:
    """Whether STRIPE_API_BASE is Stripe's own, and no sandbox or proxy."""
    return bool(settings.STRIPE_API_BASE == settings.STRIPE_OWN_API_BASE)


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(PRIVATE_NAMES)
