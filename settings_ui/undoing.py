"""Taking back a change of a live portal's setting, as long as nobody has changed it since.

What it was before rides in the page, signed: nothing is kept here and nothing can be made up.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core import signing
from django.db import transaction

from accounts.models import Membership, Mode
from portal.models import Portal, PortalSettings
from portal.problems import Problem
from settings_ui.saving import save_settings

SALT = "settings_ui.undoing"


def ticket_for(before: PortalSettings, after: PortalSettings, name: str) -> str:
    """Return what undoes a change of one setting; empty where there is nothing to take back.

    In test mode nothing is at stake. Where another change came between, nobody knows what was
    before.
    """
    if after.mode != Mode.LIVE or after.version != before.version + 1:
        return ""
    said = {
        "portal": after.portal_id,
        "name": name,
        "version": after.version,
        "was": getattr(before, name),
        "is": getattr(after, name),
    }
    return signing.dumps(said, salt=SALT, compress=True)


def undo(
    portal: Portal,
    name: str,
    ticket: str,
    *,
    by: Membership,
    versions: Collection[int] | None = None,
) -> PortalSettings:
    """Put back what a setting was before the change that the ticket was made for.

    Raises Problem: invalid where it is no ticket for this setting; changed_meanwhile where the
    setting is no longer what that change made it, or the settings aren't in one of `versions` (the
    ticket's own, where none are named).
    """
    said = _read(portal, name, ticket)
    with transaction.atomic():
        settings = PortalSettings.objects.select_for_update().get(portal=portal)
        if getattr(settings, name) != said["is"]:
            raise Problem("changed_meanwhile")
        allowed = {said["version"]} if versions is None else versions
        return save_settings(portal, {name: said["was"]}, by=by, versions=allowed)


def _read(portal: Portal, name: str, ticket: str) -> dict[str, Any]:
    try:
        said: dict[str, Any] = signing.loads(ticket, salt=SALT)
    except signing.BadSignature as error:
        raise Problem("invalid") from error
    if (said["portal"], said["name"]) != (portal.pk, name):
        raise Problem("invalid")
    return said
