"""Opening, renaming and deleting portals. The rules live here once, for page and API alike."""

from __future__ import annotations

from django.db import transaction

from accounts.activity import ActivityAction, note_member
from accounts.models import Membership
from portal.models import Portal, open_portal


@transaction.atomic
def open_another(by: Membership, mode: str, name: str) -> Portal:
    """Open a portal with the recommended settings."""
    portal = open_portal(by.merchant, mode, name)
    note_member(
        by,
        ActivityAction.PORTAL_OPENED,
        portal_id=portal.public_id,
        mode=mode,
        subject=name,
    )
    return portal


@transaction.atomic
def rename(by: Membership, portal: Portal, name: str) -> None:
    """Call a portal something else; customers don't see it."""
    before, portal.name = portal.name, name
    if name == before:
        return
    portal.save(update_fields=["name"])
    note_member(
        by,
        ActivityAction.PORTAL_RENAMED,
        portal_id=portal.public_id,
        mode=portal.mode,
        subject=name,
        before=before,
        after=name,
    )


@transaction.atomic
def delete(by: Membership, portal: Portal) -> None:
    """Delete a portal with its settings and secret keys: whoever visits it finds nothing."""
    note_member(
        by,
        ActivityAction.PORTAL_DELETED,
        portal_id=portal.public_id,
        mode=portal.mode,
        subject=portal.name,
    )
    portal.delete()
