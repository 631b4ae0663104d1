"""Connecting Stripe, seeing how the connection does, and taking it away."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.activity import ActivityAction, note_member
from accounts.connecting import check_again, connect, disconnect, listen_anew
from accounts.models import Mode, StripeConnection
from accounts.roles import Right
from servicebot.gateway.errors import DisconnectedError, GatewayError
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.forms import ConnectForm
from settings_ui.pages import page
from settings_ui.stripe_ways import Way, way_of


@require_safe
@merchant_required
def stripe(request: MerchantRequest) -> HttpResponse:
    """Show how the merchant's Stripe is reached, by mode, and how that does."""
    return _page(request)


@require_POST
@merchant_required(needs=Right.STRIPE)
def connect_stripe(request: MerchantRequest, mode: str) -> HttpResponse:
    """Check a pair of keys and keep them."""
    _check(mode)
    form = ConnectForm(mode, request.POST)
    before = request.merchant.connection(mode)
    lacking: tuple[str, ...] = ()
    if form.is_valid():
        try:
            made = connect(request.merchant, mode, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            lacking = getattr(error, "lacking", ())
    if form.errors:
        form.attend()
        return _page(request, {mode: Way(mode, before, form, refused=lacking)}, status=400)
    note_member(
        request.membership,
        ActivityAction.STRIPE_CONNECTED,
        mode=mode,
        before=before and before.api_key_hint,
        after=made.api_key_hint,
    )
    told = _("Stripe is connected in %(mode)s mode.") % {"mode": Mode(mode).label.lower()}
    messages.success(request, told)
    return redirect("dashboard:stripe")


@require_POST
@merchant_required(needs=Right.STRIPE)
def check_stripe(request: MerchantRequest, mode: str) -> HttpResponse:
    """Try the key again, and answer how the connection does."""
    connection = _connected(request, mode)
    done, failed = _("Checked just now."), ""
    try:
        check_again(connection)
    except DisconnectedError as error:
        done, failed = "", _("Stripe refuses this key: %(why)s") % {"why": error}
    except GatewayError:
        done, failed = "", _("Stripe didn't answer. Try again in a minute.")
    return _part(request, connection, done, failed)


@require_POST
@merchant_required(needs=Right.STRIPE)
def set_up_endpoint(request: MerchantRequest, mode: str) -> HttpResponse:
    """Set the webhook endpoint up again, and answer how the connection does."""
    connection = _connected(request, mode)
    if listen_anew(connection):
        return _part(request, connection, _("The endpoint is set up."))
    return _part(
        request,
        connection,
        failed=_("Stripe didn't take the endpoint. Check the key again to see what it lacks."),
    )


@require_POST
@merchant_required(needs=Right.STRIPE)
def disconnect_stripe(request: MerchantRequest, mode: str) -> HttpResponse:
    """Forget a mode's keys."""
    _check(mode)
    before = request.merchant.connection(mode)
    disconnect(request.merchant, mode)
    if before is not None:
        note_member(
            request.membership,
            ActivityAction.STRIPE_DISCONNECTED,
            mode=mode,
            before=before.api_key_hint,
        )
    told = _("Stripe is disconnected in %(mode)s mode.") % {"mode": Mode(mode).label.lower()}
    messages.success(request, told)
    return redirect("dashboard:stripe")


def _check(mode: str) -> None:
    if mode not in Mode:
        raise Http404


def _connected(request: MerchantRequest, mode: str) -> StripeConnection:
    """Return the mode's connection; raises Http404 where there is none, or no such mode."""
    connection = request.merchant.connection(mode)
    if connection is None:
        raise Http404
    return connection


def _page(
    request: MerchantRequest, tried: Mapping[str, Way] | None = None, status: int = 200
) -> HttpResponse:
    ways = [(tried or {}).get(mode) or way_of(request.merchant, mode) for mode in Mode.values]
    return page(request, "stripe", {"ways": ways}, status)


def _part(
    request: MerchantRequest, connection: StripeConnection, done: str = "", failed: str = ""
) -> HttpResponse:
    """Answer how a connection does, alone: htmx puts it in its place."""
    form = ConnectForm(connection.mode)
    way = Way(connection.mode, connection, form, done=done, failed=failed)
    return render(request, "settings_ui/stripe_health.html", {"way": way})
