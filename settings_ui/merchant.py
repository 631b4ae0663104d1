"""The merchant itself: starting another, its name, all of it in a file, and the end of it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import teams
from accounts.activity import ActivityAction, note_member
from accounts.belongings import exported
from accounts.models import User
from accounts.roles import Right
from settings_ui.access import CHOSEN, MerchantRequest, merchant_required
from settings_ui.forms import DeleteForm, NameForm
from settings_ui.fresh import fresh_log_in_required
from settings_ui.pages import page


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_merchant(request: HttpRequest) -> HttpResponse:
    """Start a merchant of which the user is the owner, and turn to it."""
    form = NameForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            started = teams.start_another_merchant(
                cast("User", request.user), form.cleaned_data["name"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            request.session[CHOSEN] = started.merchant_id
            return redirect("dashboard:home")
    status = 400 if form.errors else 200
    return render(request, "settings_ui/new_merchant.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_required(needs=Right.DELETE)
def merchant(request: MerchantRequest) -> HttpResponse:
    """Show what the merchant is called, and call it something else."""
    if request.method != "POST":
        return _merchant_page(request)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _merchant_page(request, 400, form=form)
    teams.rename_merchant(request.membership, form.cleaned_data["name"])
    messages.success(request, _("The merchant is renamed."))
    return redirect("dashboard:merchant")


@require_POST
@merchant_required(needs=Right.DELETE)
@fresh_log_in_required
def export_merchant(request: MerchantRequest) -> Any:  # streamed
    """Answer all that is kept of it as lines of JSON, and note that it was downloaded."""
    note_member(request.membership, ActivityAction.MERCHANT_EXPORTED)
    name = f"servicebot-{timezone.now():%Y-%m-%d}.jsonl"
    return StreamingHttpResponse(
        exported(request.merchant),
        content_type="application/jsonl; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store, private",
        },
    )


@require_POST
@merchant_required(needs=Right.DELETE)
def delete_merchant(request: MerchantRequest) -> HttpResponse:
    """Delete it, where its name was typed."""
    form = DeleteForm(request.merchant.name, request.POST)
    if not form.is_valid():
        return _merchant_page(request, 400, ending=form)
    teams.delete_merchant(request.membership)
    request.session.pop(CHOSEN, None)
    messages.success(request, _("%(name)s is deleted.") % {"name": request.merchant.name})
    return redirect("dashboard:home")


def _merchant_page(request: MerchantRequest, status: int = 200, **forms: Any) -> HttpResponse:
    own = request.merchant
    context = {
        "form": NameForm(initial={"name": own.name}),
        "ending": DeleteForm(own.name),
        "members": own.memberships.count(),
        **forms,
    }
    return page(request, "merchant", context, status)
