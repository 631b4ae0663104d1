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

METADATA_DOCS = "https://docs.stripe.com/metadata"


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
        services = catalogue_of(connection).services
    except GatewayError:
        return Note(_("Stripe didn't say which plans there are. Load the page again to retry."))
    return _found(services) if services else _no_service()


def _found(services: Mapping[str, Service]) -> Note:
    named = [
        ngettext("%(service)s (%(count)d plan)", "%(service)s (%(count)d plans)", len(s.tiers))
        % {"service": s.name, "count": len(s.tiers)}
        for s in services.values()
    ]
    return Note(_("Plans found in Stripe: %(services)s.") % {"services": ", ".join(named)})


def _no_service() -> Note:
    return Note(
        _(
            "No plans to move between yet. In Stripe, give the products of one service the same "
            "metadata sb_service, and each its plan's name as sb_tier."
        ),
        is_missing=True,
        link=METADATA_DOCS,
        link_text=_("How to set metadata in Stripe"),
    )


NOTES: Mapping[str, Callable[[Portal], Note]] = {"can_change_plan": services_note}
