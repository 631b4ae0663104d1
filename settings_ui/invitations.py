"""What the link of an invitation opens: what it is, and the way into the team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import invitations
from accounts.adapter import INVITATION
from accounts.models import Membership
from settings_ui.access import CHOSEN


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever has its link, and give it to whom it is for."""
    waiting = invitations.found(token)
    if waiting is None or waiting.has_ended:
        return _shown(request, "gone", {"invitation": waiting}, 410)
    if not request.user.is_authenticated:
        request.session[INVITATION] = waiting.digest
        if request.method == "POST":
            return redirect_to_login(request.path)
        return _shown(request, "waits", {"invitation": waiting})
    user = request.user
    membership = invitations.accept(user, waiting) if request.method == "POST" else None
    if membership is not None:
        return _welcomed(request, membership)
    # Never as an error, also where it is refused: the addresses of errors are logged.
    fits = invitations.fit(waiting, user).value
    return _shown(request, "waits", {"invitation": waiting, "fit": fits})


def _welcomed(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Turn to the merchant whose team the user is in now."""
    request.session.pop(INVITATION, None)
    request.session[CHOSEN] = membership.merchant_id
    told = _("You are in the team of %(merchant)s now.") % {"merchant": membership.merchant}
    messages.success(request, told)
    return redirect("dashboard:home")


def _shown(
    request: HttpRequest, name: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    response = render(request, f"settings_ui/invitation_{name}.html", context, status=status)
    # No address that this page leads to learns the token. Not `no-referrer`: under that a browser
    # posts this page's forms with `Origin: null`, and they are refused as forged.
    response["Referrer-Policy"] = "strict-origin"
    return response
