"""The services page: what was found in Stripe, and the steps that change one product at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right
from portal import catalogue as catalogues
from portal import demo_service, services
from portal.catalogue import catalogue_of
from portal.models import Portal
from portal.problems import Problem
from portal.services import Saved
from portal.visit import connection_of
from servicebot.gateway.errors import (
    DisconnectedError,
    GatewayError,
    NotFoundError,
    PermissionMissingError,
    RefusedError,
)
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.pages import page
from settings_ui.product_rows import Refused, page_of

RESOURCES = {"product": gettext_lazy("Products"), "plan": gettext_lazy("Prices")}
"""What Stripe's page of a restricted key calls what its permissions are named for."""
RIGHTS = {"read": gettext_lazy("Read"), "write": gettext_lazy("Write")}


@require_safe
@merchant_required
def services_page(request: MerchantRequest) -> HttpResponse:
    """Show every service with its plans, and what belongs to none."""
    return page(request, "services", {"portal": request.portal, **_found(request.portal)})


@require_POST
@merchant_required
def read_anew(request: MerchantRequest) -> HttpResponse:
    """Read from Stripe what is sold, as it is now."""
    connection = request.portal.connection
    if connection is not None:
        catalogues.drop(connection)
    return _answer(request, _("This is how it is in Stripe now."))


@require_POST
@merchant_required(needs=Right.EDIT)
def save_product(request: MerchantRequest, product_id: str) -> HttpResponse:
    """Save what a form says of one product."""
    posted = request.POST
    try:
        saved = services.save_product(
            connection_of(request.portal),
            product_id,
            _changes(posted),
            posted.get("version", ""),
            by=request.membership,
        )
    except (Problem, GatewayError) as error:
        return _refused(request, error, product_id)
    return _answer(request, _said(saved), was_saved=product_id)


@require_POST
@merchant_required(needs=Right.EDIT)
def move(request: MerchantRequest, product_id: str) -> HttpResponse:
    """Put a plan at the place named, so that the same click again changes nothing."""
    to = request.POST.get("to", "")
    try:
        if not (to.isascii() and to.isdigit() and len(to) < 5):
            raise Problem("invalid", errors={"to": [_("Say a place.")]})
        connection = connection_of(request.portal)
        saved = services.move(connection, product_id, int(to), by=request.membership)
    except (Problem, GatewayError) as error:
        return _refused(request, error)
    return _answer(request, _said(saved))


@require_POST
@merchant_required(needs=Right.EDIT)
def write_kept(request: MerchantRequest) -> HttpResponse:
    """Try once more to write to Stripe what is kept here."""
    try:
        saved = services.write_kept(connection_of(request.portal))
    except (Problem, GatewayError) as error:
        return _refused(request, error)
    return _answer(request, _said(saved) if saved.is_kept_here else _("All of it is at Stripe."))


@require_POST
@merchant_required(needs=Right.EDIT)
def make_demo(request: MerchantRequest) -> HttpResponse:
    """Make a service to try things with."""
    try:
        demo_service.make(connection_of(request.portal), by=request.membership)
    except (Problem, GatewayError) as error:
        return _refused(request, error)
    return _answer(request, _("The demo service is made: three plans, by month and by year."))


def _changes(posted: QueryDict) -> dict[str, Any]:
    texts = {name: posted.get(name, "") for name in ("service", "tier")}
    switches = ("is_addon", "quantity_enabled", "is_hidden", "is_featured")
    return texts | {name: name in posted for name in switches}


def _found(portal: Portal, refused: Refused | None = None) -> dict[str, Any]:
    """Return what there is to show, or what stands in the way."""
    connection = portal.connection
    if connection is None:
        return {"connection": None}
    try:
        catalogue = catalogue_of(connection)
    except GatewayError as error:
        return {"connection": connection, "trouble": trouble(error)}
    return {
        "connection": connection,
        "found": page_of(portal.settings, catalogue, refused),
        "offers_demo": demo_service.is_offered(connection, catalogue),
    }


def _said(saved: Saved) -> str:
    """Say what was saved and where."""
    if not saved.is_kept_here:
        return _("Saved at Stripe: %(name)s") % {"name": saved.name}
    return _("Kept here: %(name)s. %(why)s") % {"name": saved.name, "why": _lacks(saved.lacks)}


def _lacks(permission: str) -> str:
    """Say which permission a key lacks, in the words of Stripe's page for it."""
    resource, _underline, right = permission.rpartition("_")
    if resource not in RESOURCES or right not in RIGHTS:
        return _("The key may not do this in Stripe. %(name)s") % {"name": permission}
    named = {"resource": RESOURCES[resource], "right": RIGHTS[right]}
    return _("The key lacks %(resource)s: %(right)s in Stripe.") % named


def trouble(error: Exception) -> str:
    """Say plainly what went wrong and what to do."""
    if isinstance(error, Problem):
        return _problem(error)
    if isinstance(error, PermissionMissingError):
        return _lacks(error.permission)
    if isinstance(error, DisconnectedError):
        return _("Stripe refuses the key. An owner of the team can replace it under Stripe.")
    if isinstance(error, NotFoundError):
        return _("Stripe doesn't have this product any more.")
    if isinstance(error, RefusedError):
        return _("Stripe refused: %(why)s") % {"why": error}
    return _("Stripe didn't answer. Try again in a minute.")


def _problem(problem: Problem) -> str:
    if problem.code == "changed_meanwhile":
        return _("It has been changed meanwhile, and this is how it is now. Change it again.")
    if problem.code == "not_found":
        return _("There is no such product on sale any more.")
    if problem.code == "action_blocked":
        return _("There are products in Stripe by now, so no demo service was made.")
    if problem.code == "stripe_disconnected":
        return _("Stripe isn't connected.")
    return _("What was sent makes no sense here.")


def _refused(request: MerchantRequest, error: Exception, product_id: str = "") -> HttpResponse:
    """Answer what went wrong, beside the product's form where it is about that."""
    errors = error.extra.get("errors", {}) if isinstance(error, Problem) else {}
    words = [text for texts in errors.values() for text in texts]
    said = " ".join(words) or trouble(error)
    about = Refused(product_id, said, _changes(request.POST) if errors else {})
    return _answer(request, _("Not saved. %(why)s") % {"why": said}, refused=about)


def _answer(
    request: MerchantRequest,
    said: str,
    *,
    was_saved: str = "",
    refused: Refused | None = None,
) -> HttpResponse:
    """Answer the page as it is now: the part that htmx asked for, else by way of a redirect."""
    found = _found(request.portal, refused)
    said = found.get("trouble", said)
    if "HX-Request" not in request.headers:
        (messages.error if refused else messages.success)(request, said)
        return redirect("dashboard:services", request.portal.public_id)
    context: Mapping[str, Any] = {
        "portal": request.portal,
        "said": said,
        "was_saved": was_saved,
        **found,
    }
    status = 400 if refused else 200
    return render(request, "settings_ui/services_found.html", context, status=status)
