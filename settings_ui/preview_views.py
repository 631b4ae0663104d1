"""The portal beside its settings: a made-up customer's page, or one of the test account's own."""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF
from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Mode
from accounts.roles import Right
from portal import languages, texts
from portal import preview as made_up
from portal.look import pinned_scheme, styles_allowed, stylesheet
from portal.models import Portal
from portal.problems import MEDIA_TYPE, Problem, problem_of
from servicebot.gateway.errors import GatewayError
from servicebot.hosts import portal_origin
from settings_ui import preview as previewing
from settings_ui.access import MerchantRequest, merchant_required

SCHEMES = ("light", "dark")
# Whatever is pressed in it, it can't be sent: it shows, and that is all.
POLICY = {
    "frame-ancestors": [SELF],
    "connect-src": [NONE],
    "frame-src": [NONE],
    "form-action": [NONE],
}


@require_safe
@never_cache
@xframe_options_sameorigin
@merchant_required
def preview(request: MerchantRequest) -> HttpResponse:
    """Answer the portal's page as a made-up customer in some state sees it; asks Stripe nothing."""
    state = request.GET.get("state", "active")
    language = request.GET.get("language", texts.DEFAULT)
    scheme = request.GET.get("scheme", "")
    known = made_up.states(request.portal)
    if state not in known or language not in texts.languages() or scheme not in ("", *SCHEMES):
        raise Http404
    look, asked = request.portal.settings.look, scheme
    scheme, sheet = pinned_scheme(look) or asked, stylesheet(look)
    html = made_up.preview(request.portal, known[state], language)
    context = {
        "html": mark_safe(html),  # noqa: S308 -- rendered by the portal's own template  # nosec B308
        "portal_id": request.portal.public_id,
        "look": sheet,
        "language": language,
        "direction": texts.catalogue(language).direction,
        "scheme": scheme,
        "notes": _notes(request.portal, state, asked),
    }
    response: Any = render(request, "settings_ui/preview_page.html", context)
    response._csp_replace = {**POLICY, "style-src": styles_allowed(sheet)}
    answer: HttpResponse = response
    return answer


def choices(portal: Portal) -> dict[str, Any]:
    """Return where the portal is, and what a preview can be of: the states and the languages."""
    return {
        "portal_origin": portal_origin() if settings.PORTAL_HOST else "",
        "states": [(name, state.label) for name, state in made_up.states(portal).items()],
        "languages": languages.choices(),
    }


def beside_portal(response: Any) -> HttpResponse:
    """Let a page show the portal where that has a host of its own."""
    if settings.PORTAL_HOST:
        response._csp_update = {"script-src": portal_origin(), "frame-src": portal_origin()}
    shown: HttpResponse = response
    return shown


def _notes(portal: Portal, state: str, scheme: str) -> list[str]:
    """Say where the page differs from what customers see now, or from what was asked for."""
    found = []
    if not portal.settings.is_on and state != "off":
        found.append(_("The portal is off now: customers see “Portal is off” instead of this."))
    if state == "unsecured" and portal.settings.requires_security_hash:
        found.append(_("The security hash is required: nobody gets in like this now."))
    pinned = pinned_scheme(portal.settings.look)
    if scheme and pinned not in ("", scheme):
        words = {"light": _("Your look is always light."), "dark": _("Your look is always dark.")}
        found.append(words[pinned])
    return found


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
def preview_customer(request: MerchantRequest) -> HttpResponse:
    """Answer what the embed needs to show a customer's page, with the hash made here."""
    try:
        return JsonResponse(previewing.snippet(request.portal, request.POST.get("customer", "")))
    except (Problem, GatewayError) as error:
        problem = problem_of(error) or Problem("stripe_unavailable")
        return JsonResponse(problem.as_json(), status=problem.status, content_type=MEDIA_TYPE)
