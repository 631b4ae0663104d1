"""The home page: the way to live, step by step, and how the portals stand once it is gone."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Mode, StripeConnection
from accounts.roles import may
from portal.catalogue import catalogue_of
from servicebot.gateway.errors import GatewayError
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.first_run import Stage, furthest, services, stages
from settings_ui.forms import NewPortalForm
from settings_ui.pages import page
from settings_ui.standing import Standing, is_used_in_test, standings_of


@require_safe
@merchant_required
def home(request: MerchantRequest) -> HttpResponse:
    """Show what is left to do, and each portal; Stripe is asked later, if at all."""
    standings = standings_of(request.merchant)
    connections = _connections(request)
    test, live = _stages(request, standings, connections)
    has_begun_live = Mode.LIVE in connections or any(s.portal.mode == Mode.LIVE for s in standings)
    current = live if test.is_done or has_begun_live else test
    context = {
        "form": NewPortalForm(),
        "stages": [(each, each.for_role(request.membership.role)) for each in (test, live)],
        "current": current,
        "next": current.next if standings else None,
        "is_complete": live.is_done,
        "standings": [(each, connections.get(each.portal.mode)) for each in standings],
    }
    return page(request, "home", context)


@require_safe
@merchant_required
def home_services(request: MerchantRequest) -> HttpResponse:
    """Answer the step for which Stripe must be asked, and how many are done with it."""
    standings = standings_of(request.merchant)
    standing = furthest(standings, Mode.TEST)
    connection = request.merchant.connection(Mode.TEST)
    try:
        catalogue = catalogue_of(connection) if connection is not None else None
        step = services(standing, connection, catalogue)
    except GatewayError:
        step = services(standing, connection, None, is_failed=True)
    stage, _live = _stages(request, standings, _connections(request))
    allowed = may(request.membership.role, step.right)
    context = {"step": step, "is_allowed": allowed, "stage": stage}
    return render(request, "settings_ui/home_services.html", context)


def _connections(request: MerchantRequest) -> dict[str, StripeConnection]:
    return {each.mode: each for each in request.merchant.connections.all()}


def _stages(
    request: MerchantRequest,
    standings: list[Standing],
    connections: dict[str, StripeConnection],
) -> tuple[Stage, Stage]:
    return stages(standings, connections, is_used=is_used_in_test(request.merchant))
