"""A portal's settings, saved one by one, and the portal itself beside them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Mode
from accounts.roles import Right
from portal.models import PortalSettings
from portal.problems import MEDIA_TYPE, Problem, problem_of
from portal.toggles import Choice, Toggle
from servicebot.gateway.errors import GatewayError
from settings_ui import preview as previewing
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.notes import NOTES
from settings_ui.pages import page
from settings_ui.rows import Row, dependents, parts, read_value
from settings_ui.saving import save_settings


@require_safe
@merchant_required
def settings_page(request: MerchantRequest) -> HttpResponse:
    """Show every setting of a portal, beside the portal itself."""
    portal = request.portal
    context = {"portal": portal, "parts": parts(portal.settings), "connection": portal.connection}
    return page(request, "settings", context)


@require_POST
@merchant_required(needs=Right.EDIT)
def save_setting(request: MerchantRequest, name: str) -> HttpResponse:
    """Save one setting; answer its row, and those of the settings that depend on it."""
    setting = PortalSettings.declared().get(name)
    if setting is None:
        raise Http404
    value = read_value(setting, request.POST)
    try:
        settings = save_settings(request.portal, {name: value}, by=request.membership)
    except Problem as problem:
        typed = None if isinstance(setting, Choice | Toggle) else value
        return _refused(request, Row(request.portal.settings, name, _words(problem, name), typed))
    context = {
        "portal": request.portal,
        "row": Row(settings, name),
        "dependents": dependents(settings, name),
        "saved": setting.verbose_name,
    }
    response = render(request, "settings_ui/saved.html", context)
    response["HX-Trigger"] = "setting-saved"
    return response


def _refused(request: MerchantRequest, row: Row) -> HttpResponse:
    context = {"portal": request.portal, "row": row}
    return render(request, "settings_ui/saved.html", context, status=400)


def _words(problem: Problem, name: str) -> list[str]:
    """Return what is wrong with the field itself, else what is wrong at all."""
    errors: list[str] = problem.extra.get("errors", {}).get(name, [])
    return errors or [problem.as_json()["detail"]]


@require_safe
@merchant_required
def note(request: MerchantRequest, name: str) -> HttpResponse:
    """Say what Stripe knows about a setting."""
    if name not in NOTES:
        raise Http404
    return render(request, "settings_ui/note.html", {"note": NOTES[name](request.portal)})


@require_safe
@never_cache
@merchant_required(needs=Right.EDIT)
def customers(request: MerchantRequest) -> HttpResponse:
    """Offer customers whose page to look at."""
    context: dict[str, Any] = {"portal": request.portal}
    if request.portal.mode == Mode.TEST:
        try:
            context["customers"] = previewing.customers(request.portal)
        except (Problem, GatewayError) as error:
            context["problem"] = problem_of(error)
    return render(request, "settings_ui/customers.html", context)


@require_POST
@never_cache
@merchant_required(needs=Right.EDIT)
def preview(request: MerchantRequest) -> HttpResponse:
    """Answer what the embed needs to show a customer's page, with the hash made here."""
    try:
        return JsonResponse(previewing.snippet(request.portal, request.POST.get("customer", "")))
    except (Problem, GatewayError) as error:
        problem = problem_of(error) or Problem("stripe_unavailable")
        return JsonResponse(problem.as_json(), status=problem.status, content_type=MEDIA_TYPE)
