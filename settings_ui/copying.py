"""Copying settings from a test portal, with the difference shown first: for page and API alike.

Services and plans are settings by name, so nothing of one Stripe account gets into the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.activity import ActivityAction, note_member
from accounts.models import Membership, Mode
from portal.catalogue import catalogue_of
from portal.models import Portal, PortalSettings
from portal.origins import usable
from portal.problems import Problem
from portal.toggles import PortalSetting
from portal.visit import connection_of
from settings_ui.saving import save_settings
from settings_ui.words import in_words

NEVER = ("is_on", "requires_security_hash")
"""What each portal decides for itself: whether it is open, and the hash that live mode demands."""


@dataclass(frozen=True)
class Difference:
    """A setting that two portals don't share; `is_advised` where copying it is the usual wish."""

    setting: PortalSetting
    now: Any
    then: Any
    is_advised: bool

    @property
    def name(self) -> str:
        """The setting's name."""
        return self.setting.name

    @property
    def now_in_words(self) -> str:
        """What the setting is."""
        return in_words(self.setting, self.now)

    @property
    def then_in_words(self) -> str:
        """What it is once it was copied."""
        return in_words(self.setting, self.then)


def sources(portal: Portal) -> QuerySet[Portal]:
    """Return the merchant's test portals that a portal's settings can come from."""
    tests = portal.merchant.portals.filter(mode=Mode.TEST).exclude(pk=portal.pk)
    return tests.select_related("settings").order_by("pk")


def source_of(portal: Portal, public_id: str) -> Portal:
    """Return one of them; raises Problem not_found."""
    # Chosen here: PostgreSQL takes no text with a NUL in it, which a query string may have.
    found = next((each for each in sources(portal) if each.public_id == public_id), None)
    if found is None:
        raise Problem("not_found")
    return found


def differences(source: PortalSettings, target: PortalSettings) -> list[Difference]:
    """Return what would be different, in the order of the settings page."""
    found = []
    for name, setting in target.declared().items():
        now, then = getattr(target, name), _copied(source, target, name)
        if name not in NEVER and then != now:
            found.append(Difference(setting, now, then, _is_advised(source, target, name)))
    return found


def _copied(source: PortalSettings, target: PortalSettings, name: str) -> Any:
    """Return what a setting would become: of the sites, only those that count in the mode."""
    value = getattr(source, name)
    if name == "allowed_origins":
        return usable(value, target.mode) or target.allowed_origins
    return value


def _is_advised(source: PortalSettings, target: PortalSettings, name: str) -> bool:
    """Whether a setting is ticked at first: not what belongs to where things are tried.

    Sites of the test portal never take the place of those that a live page is served from unasked.
    """
    if name == "allowed_origins":
        all_count = usable(source.allowed_origins, target.mode) == source.allowed_origins
        return all_count and not target.allowed_origins
    return name != "debug_mode"


def copy_settings(
    portal: Portal,
    source: Portal,
    names: Collection[str] | None,
    *,
    by: Membership,
    versions: Collection[int] | None = None,
    source_versions: Collection[int] | None = None,
) -> list[Difference]:
    """Copy some settings, all that are advised where none are named; return what became different.

    Raises Problem: invalid for a name that is no setting or never copied; changed_meanwhile where
    either portal's settings are no longer in one of the versions that the difference was shown of.
    """
    with transaction.atomic():
        target = PortalSettings.objects.select_for_update().get(portal=portal)
        given = PortalSettings.objects.get(portal=source)
        if source_versions is not None and given.version not in source_versions:
            raise Problem("changed_meanwhile")
        chosen = _chosen(differences(given, target), names)
        changes = {each.name: each.then for each in chosen}
        save_settings(portal, changes, by=by, versions=versions)
        if chosen:
            _note(by, portal, source, chosen)
    return chosen


def _chosen(found: Sequence[Difference], names: Collection[str] | None) -> list[Difference]:
    if names is None:
        return [each for each in found if each.is_advised]
    known = PortalSettings.declared()
    errors = {name: ["unknown"] for name in names if name not in known}
    errors |= {name: [_("It is never copied.")] for name in names if name in NEVER}
    if errors:
        raise Problem("invalid", errors=errors)
    return [each for each in found if each.name in names]


def _note(by: Membership, portal: Portal, source: Portal, chosen: Sequence[Difference]) -> None:
    noted = {each.name: each.setting.difference(each.now, each.then) for each in chosen}
    note_member(
        by,
        ActivityAction.SETTINGS_COPIED,
        portal_id=portal.public_id,
        mode=portal.mode,
        subject=source.name,
        before={name: before for name, (before, _after) in noted.items()},
        after={name: after for name, (_before, after) in noted.items()},
    )


def absent_plans(source: Portal, portal: Portal) -> list[str]:
    """Return the services of one portal, and their plans, that the other's account lacks by name.

    Raises Problem stripe_disconnected, or a GatewayError where Stripe fails.
    """
    wanted = catalogue_of(connection_of(source)).only(source.settings.services).services
    there = catalogue_of(connection_of(portal)).services
    absent = [name for name in wanted if name not in there]
    for name in sorted(set(wanted) & set(there)):
        plans = {tier.name for tier in there[name].tiers}
        lacking = [tier.name for tier in wanted[name].tiers if tier.name not in plans]
        absent += [f"{name}: {plan}" for plan in lacking]
    return absent
