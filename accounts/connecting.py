"""Connecting a merchant to Stripe. The rule lives here once, for dashboard and command line."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant, Mode, StripeConnection
from servicebot.gateway import checking
from servicebot.gateway.errors import DisconnectedError, GatewayError


def connect(merchant: Merchant, mode: str, api_key: str, publishable_key: str) -> StripeConnection:
    """Check the keys against Stripe and keep them; replaces the mode's earlier ones.

    Raises ValidationError, naming the field, where a key is of the wrong kind or mode, is not
    accepted by Stripe, or where the two belong to different accounts.
    """
    check_kind(mode, api_key, publishable_key)
    check_host(mode)
    try:
        checking.check_keys(api_key, publishable_key, settings.STRIPE_API_BASE)
    except checking.PublishableKeyError as error:
        raise _wrong(
            "publishable_key", _("Stripe doesn't know it beside the other key.")
        ) from error
    except DisconnectedError as error:
        raise _wrong("api_key", _("Stripe refuses this key: %(why)s") % {"why": error}) from error
    except GatewayError as error:
        raise _wrong("api_key", _("Stripe didn't answer. Try again in a minute.")) from error
    connection, _made = merchant.connections.update_or_create(
        mode=mode,
        defaults={
            "api_key": api_key,
            "publishable_key": publishable_key,
            "checked_at": timezone.now(),
        },
    )
    return connection


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
    is_stripe = settings.STRIPE_API_BASE == settings.STRIPE_OWN_API_BASE
    return mode == Mode.TEST or is_stripe or settings.DEBUG


def _wrong(field: str, message: object) -> ValidationError:
    return ValidationError({field: str(message)})
