"""A portal's own page: what it is called, and the end of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right
from settings_ui import portals
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.forms import DeleteForm, NameForm
from settings_ui.pages import page


@require_safe
@merchant_required
def portal(request: MerchantRequest) -> HttpResponse:
    """Show what a portal is."""
    return _portal_page(request)


@require_POST
@merchant_required(needs=Right.EDIT)
def rename(request: MerchantRequest) -> HttpResponse:
    """Call it something else."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _portal_page(request, 400, form=form)
    portals.rename(request.membership, request.portal, form.cleaned_data["name"])
    messages.success(request, _("The portal is renamed."))
    return redirect("dashboard:portal", request.portal.public_id)


@require_POST
@merchant_required(needs=Right.DELETE)
def delete(request: MerchantRequest) -> HttpResponse:
    """Delete it, where its name was typed."""
    form = DeleteForm(request.portal.name, request.POST)
    if not form.is_valid():
        return _portal_page(request, 400, ending=form)
    portals.delete(request.membership, request.portal)
    told = _("The portal %(name)s is deleted.") % {"name": request.portal.name}
    messages.success(request, told)
    return redirect("dashboard:home")


def _portal_page(request: MerchantRequest, status: int = 200, **forms: Any) -> HttpResponse:
    own = request.portal
    context = {
        "portal": own,
        "form": NameForm(initial={"name": own.name}),
        "ending": DeleteForm(own.name),
        **forms,
    }
    return page(request, "portal", context, status)
