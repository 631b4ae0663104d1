"""Changing a portal's settings. The rule lives here once, for page and API alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.activity import ActivityAction, note_member
from accounts.models import Membership, Mode
from portal.fetched import refresh
from portal.models import Portal, PortalSettings
from portal.problems import Problem
from portal.resource import Fault


def save_settings(
    portal: Portal,
    changes: Mapping[str, Any],
    *,
    by: Membership,
    versions: Collection[int] | None = None,
) -> PortalSettings:
    """Check and keep some settings of a portal; they are in force at once, and noted one by one.

    Raises Problem: invalid, with `errors` by setting and the `faults` of texts; live_requires_hash;
    changed_meanwhile where the settings are no longer in one of the `versions` that the change was
    made for.
    """
    with transaction.atomic():
        settings = PortalSettings.objects.select_for_update().get(portal=portal)
        if versions is not None and settings.version not in versions:
            raise Problem("changed_meanwhile")
        before = {name: getattr(settings, name) for name in changes}
        changed = _apply(settings, changes)
        if changed:
            settings.version += 1
            settings.save(update_fields=[*changed, "version"])
        for name in changed:
            setting = settings.declared()[name]
            _note(by, portal, name, *setting.difference(before[name], getattr(settings, name)))
        if "custom_resource_url" in changed:
            # It takes a while, and nothing may wait for it in the database.
            transaction.on_commit(partial(refresh, portal))
    portal.settings = settings
    return settings


def _note(by: Membership, portal: Portal, name: str, before: Any, after: Any) -> None:
    note_member(
        by,
        ActivityAction.SETTING_CHANGED,
        portal_id=portal.public_id,
        mode=portal.mode,
        subject=name,
        before=before,
        after=after,
    )


def _apply(settings: PortalSettings, changes: Mapping[str, Any]) -> list[str]:
    """Set what is valid and return the names of what is now different."""
    declared = settings.declared()
    before = {name: getattr(settings, name) for name in changes}
    errors: dict[str, list[str]] = {}
    faults: list[Fault] = []
    for name, value in changes.items():
        try:
            setattr(settings, name, declared[name].clean(value, settings))
        except ValidationError as error:
            errors[name] = error.messages
            faults += getattr(error, "faults", ())
    if errors:
        told = {"faults": [fault.as_json() for fault in faults]} if faults else {}
        raise Problem("invalid", errors=errors, **told)
    if settings.mode == Mode.LIVE and not settings.requires_security_hash:
        raise Problem("live_requires_hash")
    return [name for name, value in before.items() if getattr(settings, name) != value]
