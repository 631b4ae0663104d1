"""A whole page of the dashboard, with its frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.models import Mode
from settings_ui.access import MerchantRequest


def page(
    request: MerchantRequest, template: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """Answer a whole page, with what its frame shows: the merchant's portals, the user's teams."""
    frame = {
        "modes": Mode.choices,
        "portals": list(request.merchant.portals.order_by("pk")),
        "memberships": list(request.user.memberships.select_related("merchant").order_by("pk")),
    }
    return render(request, f"settings_ui/{template}.html", {**frame, **context}, status=status)
