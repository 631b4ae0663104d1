"""What each role may do in a merchant's dashboard: the one table; product.md section 7."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A member's place in a team, the widest first."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    VIEWER = "viewer", _("Viewer")


class Right(models.TextChoices):
    """Something that a role allows, as the team's page says it."""

    READ = "read", _("See portals, settings, services and activity")
    EDIT = "edit", _("Change settings and services, and install portals")
    SECRETS = "secrets", _("See, rotate and revoke secret keys")
    EXPORT = "export", _("Download the activity, and erase a customer from it")
    TEAM = "team", _("Invite, change roles and remove people")
    STRIPE = "stripe", _("Connect and disconnect Stripe")
    TOKENS = "tokens", _("Make and end API tokens")
    DELETE = "delete", _("Rename the merchant, download all of it, and delete it or a portal")


EVERYBODY = frozenset(Role)
EDITORS = frozenset({Role.OWNER, Role.ADMIN})
OWNERS = frozenset({Role.OWNER})

ROLES: Mapping[Right, frozenset[Role]] = {
    Right.READ: EVERYBODY,
    Right.EDIT: EDITORS,
    Right.SECRETS: EDITORS,
    Right.EXPORT: EDITORS,
    Right.TEAM: OWNERS,
    Right.STRIPE: OWNERS,
    Right.TOKENS: OWNERS,
    Right.DELETE: OWNERS,
}


def may(role: str, right: str) -> bool:
    """Whether a role has a right."""
    return role in ROLES[Right(right)]


def narrower(role: str, other: str) -> Role:
    """Return which of two roles allows less."""
    order = list(Role)
    return max(Role(role), Role(other), key=order.index)
