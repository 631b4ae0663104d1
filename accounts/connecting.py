"""Connecting a merchant to Stripe. The rule lives here once, for dashboard and command line."""

from __future__ import annotations

from copy import copy

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.health import settle
from accounts.listening import is_stripe_itself, listen, stop_listening
from accounts.models import Merchant, Mode, StripeConnection
from servicebot.gateway import checking
from servicebot.gateway.errors import DisconnectedError, GatewayError
from servicebot.gateway.permissions import label_of, serves_of


class KeyLacksError(ValidationError):
    """A key that works and may do too little; `lacking` are the names of all that it lacks."""

    def __init__(self, lacking: tuple[str, ...]) -> None:
        named = [
            _("%(permission)s (for %(serves)s)") % {"permission": label, "serves": serves}
            for label, serves in ((label_of(name), serves_of(name)) for name in lacking)
        ]
        told = _(
            "This key lacks permissions. Set these rows in Stripe, then paste both again: %(rows)s."
        )
        super().__init__({"api_key": told % {"rows": ", ".join(named)}})
        self.lacking = lacking


def connect(merchant: Merchant, mode: str, api_key: str, publishable_key: str) -> StripeConnection:
    """Check the keys against Stripe, keep them, and have Stripe tell us of changes.

    Replaces the mode's earlier keys; portals, settings and all else stay. A key that lacks what a
    portal can be without connects all the same, and the connection says what.
    Raises ValidationError, naming the field, where a key is of the wrong kind or mode, is not
    accepted by Stripe, or where the two belong to different accounts; KeyLacksError where the key
    may do too little.
    """
    check_kind(mode, api_key, publishable_key)
    check_host(mode)
    lacking = _checked(mode, api_key, publishable_key)
    before = merchant.connection(mode)
    connection, _made = merchant.connections.update_or_create(
        mode=mode,
        defaults={
            "api_key": api_key,
            "publishable_key": publishable_key,
            "checked_at": timezone.now(),
            "lacking": lacking,
            "refused_since": None,
            "failing_since": None,
            "endpoint_id": "",
            "endpoint_secret": "",
        },
    )
    if before is not None:
        # A key is often replaced because it is dead; the new one then opens the same account.
        stop_listening(before, [connection.gateway, before.gateway])
    listen(connection)
    return connection


def _checked(mode: str, api_key: str, publishable_key: str) -> list[str]:
    """Return what the key lacks and need not have; raises ValidationError as `connect` says."""
    try:
        return list(checking.check_keys(api_key, publishable_key, settings.STRIPE_API_BASE, mode))
    except checking.PublishableKeyError as error:
        raise _wrong(
            "publishable_key", _("Stripe doesn't know it beside the other key.")
        ) from error
    except checking.PermissionsMissingError as error:
        raise KeyLacksError(error.lacking) from error
    except DisconnectedError as error:
        raise _wrong("api_key", _("Stripe refuses this key: %(why)s") % {"why": error}) from error
    except GatewayError as error:
        raise _wrong("api_key", _("Stripe didn't answer. Try again in a minute.")) from error


def check_again(connection: StripeConnection) -> None:
    """Try every permission of the key that is connected, and keep what it lacks now.

    Raises GatewayError where Stripe fails, and notes where it refuses the key.
    """
    try:
        lacking = checking.lacking_of(connection.gateway, connection.mode)
        connection.lacking = list(lacking)
    finally:
        settle(connection, is_owner_there=True)
    connection.checked_at = timezone.now()
    connection.save(update_fields=["lacking", "checked_at"])


def listen_anew(connection: StripeConnection) -> bool:
    """Make a new endpoint and remove the old one; return whether Stripe took it.

    Where it doesn't, all stays as it is.
    """
    old = copy(connection)
    listen(connection)
    settle(connection, is_owner_there=True)
    if connection.endpoint_id == old.endpoint_id:
        return False
    stop_listening(old, [connection.gateway])
    if connection.failing_since is not None:
        connection.failing_since = None
        connection.save(update_fields=["failing_since"])
    return True


def disconnect(merchant: Merchant, mode: str) -> None:
    """Forget a mode's keys, after Stripe was asked to tell us no more."""
    connection = merchant.connection(mode)
    if connection is not None:
        stop_listening(connection, [connection.gateway])
        connection.delete()


def check_kind(mode: str, api_key: str, publishable_key: str) -> None:
    """Raise ValidationError unless both keys are of this mode and of a kind that we may hold."""
    if mode == Mode.LIVE and api_key.startswith("sk_"):
        raise _wrong(
            "api_key",
            _(
                "This is a secret key, which can do everything in your account. "
                "Make a restricted key (rk_live_…) in Stripe and paste that."
            ),
        )
    if not api_key.startswith((f"rk_{mode}_", f"sk_{mode}_")):
        raise _wrong("api_key", _("A key for this mode starts with rk_%(mode)s_.") % {"mode": mode})
    if not publishable_key.startswith(f"pk_{mode}_"):
        raise _wrong(
            "publishable_key", _("A key for this mode starts with pk_%(mode)s_.") % {"mode": mode}
        )


def check_host(mode: str) -> None:
    """Raise ValidationError where live money would go to another host than Stripe's."""
    if not is_host_allowed(mode):
        raise _wrong("api_key", _("This server is set to another host than Stripe's."))


def is_host_allowed(mode: str) -> bool:
    """Whether this mode may be served from where STRIPE_API_BASE points."""
    return mode == Mode.TEST or is_stripe_itself() or settings.DEBUG


def _wrong(field: str, message: object) -> ValidationError:
    return ValidationError({field: str(message)})
