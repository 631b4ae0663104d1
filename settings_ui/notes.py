"""What a setting's row says beyond its help text: things that only Stripe knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.catalogue import Service, catalogue_of
from portal.models import Portal
from servicebot.gateway.errors import GatewayError


@dataclass(frozen=True)
class Note:
    """A sentence below a setting, with the way on where something is missing."""

    text: str
    is_missing: bool = False
    link: str = ""
    link_text: str = ""


def services_note(portal: Portal) -> Note:
    """Say which plans customers can move between, or how there come to be some."""
    connection = portal.connection
    if connection is None:
        return Note(
            _("Without Stripe there are no plans."),
            is_missing=True,
            link=resolve_url("dashboard:stripe"),
            link_text=_("Connect Stripe"),
        )
    try:
        services = catalogue_of(connection).only(portal.settings.services).services
    except GatewayError:
        return Note(_("Stripe didn't say which plans there are. Load the page again to retry."))
    return _found(portal, services) if services else _no_service(portal)


def names_note(portal: Portal) -> Note:
    """Say which services there are to name, and which of those named aren't there."""
    try:
        known = catalogue_of(portal.connection).services if portal.connection else {}
    except GatewayError:
        return Note(_("Stripe didn't say which services there are. Load the page again to retry."))
    absent = [name for name in portal.settings.services if name not in known]
    if absent:
        named = {"services": ", ".join(absent)}
        return _to_services(
            portal, _("Stripe has no service named %(services)s.") % named, is_missing=True
        )
    named = {"services": ", ".join(sorted(known)) or _("none")}
    return _to_services(portal, _("Services found in Stripe: %(services)s.") % named)


def _found(portal: Portal, services: Mapping[str, Service]) -> Note:
    named = [
        ngettext("%(service)s (%(count)d plan)", "%(service)s (%(count)d plans)", len(s.tiers))
        % {"service": s.name, "count": len(s.tiers)}
        for s in services.values()
    ]
    said = _("Plans found in Stripe: %(services)s.") % {"services": ", ".join(named)}
    return _to_services(portal, said)


def _no_service(portal: Portal) -> Note:
    text = _("No plans to move between yet: put the products of one service together.")
    return _to_services(portal, text, is_missing=True)


def _to_services(portal: Portal, text: str, *, is_missing: bool = False) -> Note:
    link = resolve_url("dashboard:services", portal.public_id)
    return Note(text, is_missing, link, _("Set up services") if is_missing else _("See services"))


NOTES: Mapping[str, Callable[[Portal], Note]] = {
    "can_change_plan": services_note,
    "services": names_note,
}
