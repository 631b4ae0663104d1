"""The page that shows how a test portal's settings differ from a portal's, and copies them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Right
from portal.models import Portal, PortalSettings
from portal.problems import Problem
from servicebot.gateway.errors import GatewayError
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.copying import NEVER, absent_plans, copy_settings, differences, source_of, sources
from settings_ui.pages import page
from settings_ui.versions import version_in


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_required(needs=Right.EDIT)
def copy_page(request: MerchantRequest) -> HttpResponse:
    """Show the difference to a test portal; a POST copies what is ticked in it."""
    source = _source(request, request.POST.get("from") or request.GET.get("from", ""))
    if request.method != "POST" or source is None:
        return _page(request, source)
    names = request.POST.getlist("settings")
    if not names:
        return _page(request, source, _("Nothing is ticked, so nothing was copied."), 400)
    try:
        copied = copy_settings(
            request.portal,
            source,
            names,
            by=request.membership,
            versions=version_in(request.POST.get("version", "")),
            source_versions=version_in(request.POST.get("from_version", "")),
        )
    except Problem as problem:
        return _page(request, source, _why(problem), problem.status, names)
    labels = ", ".join(str(each.setting.verbose_name) for each in copied)
    messages.success(request, _("Copied: %(settings)s.") % {"settings": labels or _("nothing new")})
    return redirect("dashboard:settings", request.portal.public_id)


@require_safe
@merchant_required(needs=Right.EDIT)
def copy_services(request: MerchantRequest) -> HttpResponse:
    """Say which services and plans of the test portal this one's account lacks."""
    source = _source(request, request.GET.get("from", ""))
    if source is None:
        raise Http404
    context: dict[str, Any] = {"portal": request.portal}
    try:
        context["absent"] = absent_plans(source, request.portal)
    except (Problem, GatewayError) as error:
        context["is_disconnected"] = isinstance(error, Problem)
        context["failed"] = True
    return render(request, "settings_ui/copy_services.html", context)


def _source(request: MerchantRequest, public_id: str) -> Portal | None:
    """Return the test portal named; without a name, the only one that there is, else None."""
    if not public_id:
        found = list(sources(request.portal)[:2])
        return found[0] if len(found) == 1 else None
    try:
        return source_of(request.portal, public_id)
    except Problem as problem:
        raise Http404 from problem


def _why(problem: Problem) -> str:
    if problem.code == "changed_meanwhile":
        return _(
            "Settings were changed meanwhile, so nothing was copied. This is the difference now."
        )
    return _("Nothing was copied: what was sent makes no sense here.")


def _page(
    request: MerchantRequest,
    source: Portal | None,
    trouble: str = "",
    status: int = 200,
    ticked: list[str] | None = None,
) -> HttpResponse:
    portal = request.portal
    declared = PortalSettings.declared()
    context: dict[str, Any] = {
        "portal": portal,
        "sources": list(sources(portal)),
        "source": source,
        "trouble": trouble,
        "never": [declared[name].verbose_name for name in NEVER],
    }
    if source is not None:
        portal.settings.refresh_from_db()
        found = differences(source.settings, portal.settings)
        context["found"] = [
            (each, each.is_advised if ticked is None else each.name in ticked) for each in found
        ]
    return page(request, "copy", context, status)
