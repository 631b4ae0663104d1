"""The API tokens of the team: seeing, making and ending them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Right
from accounts.tokens import end_token, make_token, tokens_of
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.forms import TokenForm
from settings_ui.fresh import fresh_log_in_required
from settings_ui.pages import page


@require_safe
@merchant_required(needs=Right.TOKENS)
def tokens(request: MerchantRequest) -> HttpResponse:
    """List what there is; the tokens themselves are known to nobody here."""
    return page(request, "tokens", {"tokens": tokens_of(request.merchant)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@merchant_required(needs=Right.TOKENS)
@fresh_log_in_required
def new_token(request: MerchantRequest) -> HttpResponse:
    """Make a token for somebody who has just proven who they are, and show it this once."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            value = make_token(request.membership, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return page(request, "token_made", {"value": value, "name": form.cleaned_data["name"]})
    return page(request, "new_token", {"form": form}, 400 if form.errors else 200)


@require_POST
@merchant_required(needs=Right.TOKENS)
def end(request: MerchantRequest, token_id: int) -> HttpResponse:
    """End a token."""
    token = get_object_or_404(tokens_of(request.merchant), pk=token_id)
    end_token(request.membership, token)
    messages.success(request, _("The token %(name)s is ended.") % {"name": token.name})
    return redirect("dashboard:tokens")
