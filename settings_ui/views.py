"""The way to a portal, and opening one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Mode
from accounts.roles import Right
from settings_ui.access import CHOSEN, MerchantRequest, merchant_required
from settings_ui.forms import NewPortalForm
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
