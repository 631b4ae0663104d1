"""The demo merchant's place in Servicebot, found again after a restart."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from accounts.connecting import connect
from accounts.models import ApiToken, Membership, Mode, User
from accounts.roles import Role
from demo import backend
from portal.models import Portal, PortalSettings
from portal.opening import open_merchant
from portal.toggles import Toggle

NAME = "Acme Analytics"
EMAIL = "owner@acme.example"
TOKEN_NAME = "demo"  # noqa: S105 - what it is called
SWITCHED_OFF = frozenset(
    {
        "cancels_immediately",
        "shows_only_active_subscriptions",
        "shows_actions_in_dropdown",
        "uses_custom_resource",
        "requires_signed_token",
    }
)


@dataclass(frozen=True)
class Access:
    """How the demo's people and programs get in."""

    portal: Portal
    password: str
    api_token: str
    secret_key: str


def open_demo(kept: Mapping[str, str], shop_url: str) -> Access:
    """Make the demo merchant or find it again; `kept` is what was told people last time."""
    owner = Membership.objects.filter(user__email=EMAIL, role=Role.OWNER).first()
    if owner is None:
        opened = open_merchant(
            email=EMAIL,
            name=NAME,
            mode=Mode.TEST,
            api_key=backend.SECRET_KEY,
            publishable_key=backend.PUBLISHABLE_KEY,
        )
        owner = opened.owner
        switch_all(opened.portal)
    else:
        # Events go to where Servicebot is served this time, and somebody may have disconnected it.
        connect(owner.merchant, Mode.TEST, backend.SECRET_KEY, backend.PUBLISHABLE_KEY)
    portal = owner.merchant.portals.get(mode=Mode.TEST)
    admit(portal, shop_url)
    return Access(
        portal=portal,
        password=password_of(owner.user, kept.get("password", "")),
        api_token=token_of(owner, kept.get("api_token", "")),
        secret_key=portal.active_secrets()[0].value,
    )


def switch_all(portal: Portal) -> None:
    """Turn on everything that can be shown."""
    for name, setting in PortalSettings.declared().items():
        if isinstance(setting, Toggle):
            setattr(portal.settings, name, name not in SWITCHED_OFF)
    portal.settings.save()


def admit(portal: Portal, origin: str) -> None:
    """Let the shop show the portal, wherever it is served this time."""
    if origin not in portal.settings.allowed_origins:
        portal.settings.allowed_origins.append(origin)
        portal.settings.version += 1
        portal.settings.save()


def password_of(user: User, kept: str) -> str:
    """Return the password that people were told, or a new one where it no longer opens."""
    if kept and user.check_password(kept):
        return kept
    made = secrets.token_urlsafe(12)
    user.set_password(made)
    user.save()
    return made


def token_of(owner: Membership, kept: str) -> str:
    """Return the API token that programs were told, or a new one in its place."""
    found = ApiToken.found(kept) if kept else None
    if found is not None and found.membership == owner:
        return kept
    owner.api_tokens.filter(name=TOKEN_NAME).delete()
    return ApiToken.make(owner, TOKEN_NAME, Role.OWNER)
