"""A whole page of the dashboard, with its frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Mode
from portal.models import Portal
from settings_ui.access import MerchantRequest

PLACES: Mapping[str, Any] = {
    "services": _("Services"),
    "texts": _("Texts"),
    "install": _("Install"),
    "keys": _("Secret keys"),
}
"""What the menu has below a portal; its other pages belong to the portal itself."""


def page(
    request: MerchantRequest, template: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """Answer a whole page, with what its frame shows: the merchant's portals, the user's teams."""
    frame = {
        "places": _places(request, context.get("portal")),
        "modes": Mode.choices,
        "portals": list(request.merchant.portals.order_by("pk")),
        "memberships": list(request.user.memberships.select_related("merchant").order_by("pk")),
    }
    return render(request, f"settings_ui/{template}.html", {**frame, **context}, status=status)


def _places(request: MerchantRequest, portal: Portal | None) -> dict[str, Any]:
    """Return the addresses below a portal that its member may see, with their names."""
    if portal is None:
        return {}
    hidden = set() if request.membership.rights["secrets"] else {"keys"}
    return {
        reverse(f"dashboard:{name}", args=[portal.public_id]): label
        for name, label in PLACES.items()
        if name not in hidden
    }
