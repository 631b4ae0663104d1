"""Whether a pair of keys works, found out without changing anything that a merchant would see."""

from __future__ import annotations

from servicebot.gateway.client import Gateway
from servicebot.gateway.errors import DisconnectedError, GatewayError, NotFoundError, RefusedError


class PublishableKeyError(GatewayError):
    """The publishable key is of another account or mode than the secret one."""


def check_keys(api_key: str, publishable_key: str, api_base: str) -> None:
    """Read a customer with the one key, and what the one key made with the other.

    A SetupIntent belongs to one account and mode, and a publishable key of the same may read it.
    Raises DisconnectedError, PublishableKeyError, or another GatewayError where Stripe fails.
    """
    gateway = Gateway(api_key, api_base)
    gateway.recent_customers(1)
    intent = gateway.create_setup_intent("", {}, key="")
    try:
        Gateway(publishable_key, api_base).setup_intent(intent.id, intent.client_secret)
    except (DisconnectedError, NotFoundError, RefusedError) as error:
        raise PublishableKeyError(str(error)) from error
    finally:
        gateway.cancel_setup_intent(intent.id)
