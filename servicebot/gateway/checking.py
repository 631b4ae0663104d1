"""Whether a pair of keys works, found out without changing anything that a merchant would see."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from servicebot.gateway.client import Gateway
from servicebot.gateway.errors import (
    DisconnectedError,
    GatewayError,
    NotFoundError,
    PermissionMissingError,
    RefusedError,
)
from servicebot.gateway.permissions import BY_NAME, REQUIRED, Permission, label_of, needed_in
from servicebot.gateway.wire import together


class PublishableKeyError(GatewayError):
    """The publishable key is of another account or mode than the secret one."""


class PermissionsMissingError(DisconnectedError):
    """The key works, but lacks what every portal needs; `lacking` are all the names it lacks."""

    def __init__(self, lacking: tuple[str, ...]) -> None:
        super().__init__(", ".join(label_of(name) for name in lacking))
        self.lacking = lacking


def check_keys(api_key: str, publishable_key: str, api_base: str, mode: str) -> tuple[str, ...]:
    """Try every permission of the one key, and read with the other what the one made.

    Returns the names of what the key lacks and a portal can be without. Raises
    PermissionsMissingError where it lacks more, DisconnectedError, PublishableKeyError, or another
    GatewayError where Stripe fails.
    """
    gateway = Gateway(api_key, api_base)
    lacking = lacking_of(gateway, mode)
    if is_too_little(lacking):
        raise PermissionsMissingError(lacking)
    check_pair(gateway, Gateway(publishable_key, api_base))
    return lacking


def check_pair(gateway: Gateway, publishable: Gateway) -> None:
    """Raise PublishableKeyError unless the two open the same account in the same mode.

    A SetupIntent belongs to one account and mode, and a publishable key of the same may read it.
    """
    intent = gateway.create_setup_intent("", {}, key="")
    try:
        publishable.setup_intent(intent.id, intent.client_secret)
    except (DisconnectedError, NotFoundError, RefusedError) as error:
        raise PublishableKeyError(str(error)) from error
    finally:
        gateway.cancel_setup_intent(intent.id)


def lacking_of(gateway: Gateway, mode: str) -> tuple[str, ...]:
    """Return the names of all that a key lacks; everything is tried at the same time."""
    answers = together([partial(_lacking, gateway, each) for each in needed_in(mode)])
    return tuple(dict.fromkeys(name for names in answers for name in names))


def is_too_little(lacking: Collection[str]) -> bool:
    """Whether no page can be shown: something required is lacking, or what we never heard of."""
    return any(name in REQUIRED or name not in BY_NAME for name in lacking)


def _lacking(gateway: Gateway, permission: Permission) -> tuple[str, ...]:
    """Return what a key lacks for one thing: it itself, or what Stripe names in its place."""
    try:
        gateway.probe(permission.probe)
    except PermissionMissingError as error:
        named = error.permissions
        return (permission.name,) if permission.name in named or not named else named
    except (NotFoundError, RefusedError):
        return ()  # it was let in, and found nothing there
    return ()
