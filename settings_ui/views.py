"""The way to a portal, opening one, and connecting Stripe."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.connecting import connect, disconnect
from accounts.listening import can_be_reached
from accounts.models import Mode
from accounts.roles import Right
from settings_ui.access import CHOSEN, MerchantRequest, merchant_required
from settings_ui.forms import ConnectForm, NewPortalForm
from settings_ui.pages import page
from settings_ui.portals import open_another


@require_safe
@merchant_required
def in_mode(request: MerchantRequest, mode: str) -> HttpResponse:
    """Lead to the first portal of a mode, or to where one is opened."""
    if mode not in Mode:
        raise Http404
    first = request.merchant.portals.filter(mode=mode).order_by("pk").first()
    if first is not None:
        return redirect("dashboard:settings", first.public_id)
    return redirect(f"{resolve_url('dashboard:new_portal')}?{urlencode({'mode': mode})}")


@require_POST
@merchant_required
def choose_merchant(request: MerchantRequest) -> HttpResponse:
    """Turn to another of the user's merchants."""
    request.session[CHOSEN] = request.merchant.pk
    return redirect("dashboard:home")


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_required(needs=Right.EDIT)
def new_portal(request: MerchantRequest) -> HttpResponse:
    """Open a portal with the recommended settings."""
    form = NewPortalForm(request.POST or None, initial={"mode": request.GET.get("mode", Mode.TEST)})
    if request.method != "POST" or not form.is_valid():
        return page(request, "new_portal", {"form": form}, 400 if form.errors else 200)
    portal = open_another(request.membership, **form.cleaned_data)
    messages.success(request, _("The portal is open, with the settings that suit most."))
    return redirect("dashboard:settings", portal.public_id)


@require_safe
@merchant_required
def stripe(request: MerchantRequest) -> HttpResponse:
    """Show how the merchant's Stripe is reached, by mode."""
    return _stripe_page(request)


@require_POST
@merchant_required(needs=Right.STRIPE)
def connect_stripe(request: MerchantRequest, mode: str) -> HttpResponse:
    """Check a pair of keys and keep them."""
    if mode not in Mode:
        raise Http404
    form = ConnectForm(mode, request.POST)
    if form.is_valid():
        try:
            connect(request.merchant, mode, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
    if form.errors:
        return _stripe_page(request, {mode: form}, status=400)
    told = _("Stripe is connected in %(mode)s mode.") % {"mode": Mode(mode).label.lower()}
    messages.success(request, told)
    return redirect("dashboard:stripe")


@require_POST
@merchant_required(needs=Right.STRIPE)
def disconnect_stripe(request: MerchantRequest, mode: str) -> HttpResponse:
    """Forget a mode's keys."""
    if mode not in Mode:
        raise Http404
    disconnect(request.merchant, mode)
    told = _("Stripe is disconnected in %(mode)s mode.") % {"mode": Mode(mode).label.lower()}
    messages.success(request, told)
    return redirect("dashboard:stripe")


def _stripe_page(
    request: MerchantRequest, forms: Mapping[str, ConnectForm] | None = None, status: int = 200
) -> HttpResponse:
    connections = {connection.mode: connection for connection in request.merchant.connections.all()}
    ways = [
        {
            "mode": mode,
            "connection": connections.get(mode),
            "can_be_told": can_be_reached(mode),
            "form": (forms or {}).get(mode) or ConnectForm(mode),
        }
        for mode in Mode
    ]
    return page(request, "stripe", {"ways": ways}, status)
