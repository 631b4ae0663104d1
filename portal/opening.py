"""Taking a merchant on: all that a portal needs to work, made together or not at all."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.connecting import connect
from accounts.models import Membership, Mode, User
from accounts.roles import Role
from accounts.signing_up import vouch_for
from accounts.teams import start_merchant
from portal.models import Portal, open_portal

PASSWORD_BYTES = 12


@dataclass(frozen=True)
class Opened:
    """A merchant's new portal; `password` is set where one was made up for its owner."""

    portal: Portal
    owner: Membership
    secret_key: str
    password: str | None


@transaction.atomic
def open_merchant(
    email: str,
    name: str,
    mode: str,
    api_key: str,
    publishable_key: str,
    password: str = "",
) -> Opened:
    """Make a merchant with its owner, its connection to Stripe and a portal.

    Asked again for the same owner and name, it adds the other mode to that merchant.
    Raises ValidationError, and has then made nothing.
    """
    owner, made_up = _owner(email, name, password)
    merchant = owner.merchant
    if merchant.portals.filter(mode=mode).exists():
        raise ValidationError(
            _("%(name)s already has a portal in %(mode)s mode.") % {"name": name, "mode": mode}
        )
    connect(merchant, mode, api_key, publishable_key)
    portal = open_portal(merchant, mode, name)
    return Opened(portal, owner, portal.active_secrets()[0].value, made_up)


@transaction.atomic
def open_for(user: User, name: str) -> Portal:
    """Make a merchant that a new user owns, with a portal to try things in."""
    return open_portal(start_merchant(user, name).merchant, Mode.TEST, name)


def _owner(email: str, name: str, password: str) -> tuple[Membership, str | None]:
    """Return the owner's place in the merchant of this name, and the password made up for it."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user, made_up = _user(email, password)
    elif password:
        raise ValidationError(
            _("%(email)s already has a password; leave it out.") % {"email": email}
        )
    else:
        made_up = None
    owned = user.memberships.filter(role=Role.OWNER, merchant__name=name).first()
    return owned or start_merchant(user, name), made_up


def _user(email: str, password: str) -> tuple[User, str | None]:
    validate_email(email)
    made_up = None if password else secrets.token_urlsafe(PASSWORD_BYTES)
    user = User(email=User.objects.normalize_email(email))
    validate_password(made_up or password, user)
    user.set_password(made_up or password)
    user.save()
    vouch_for(user)
    return user, made_up
