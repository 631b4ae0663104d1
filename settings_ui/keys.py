"""A portal's secret keys: shown after a fresh log-in, rotated, revoked."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right
from portal.models import Portal
from portal.problems import Problem
from portal.secrets import HOUR
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.fresh import fresh_log_in_required
from settings_ui.pages import page
from settings_ui.secret_keys import revoke_key, rotate_key, show_keys
from settings_ui.sessions import EndForm

ENDED_SHOWN = 5
OVERLAP_CHOICES = [
    (0, gettext_lazy("It ends at once")),
    (HOUR, gettext_lazy("1 hour")),
    (24 * HOUR, gettext_lazy("24 hours")),
    (7 * 24 * HOUR, gettext_lazy("7 days")),
]


class RotateForm(forms.Form):
    """How long the old key stays good, and which key is replaced."""

    overlap = forms.TypedChoiceField(
        label=gettext_lazy("How long the old key stays good"),
        choices=OVERLAP_CHOICES,
        coerce=int,
        initial=24 * HOUR,
        help_text=gettext_lazy("Time to put the new key on every server of yours."),
    )
    replaces = forms.IntegerField(widget=forms.HiddenInput)


@require_safe
@never_cache
@merchant_required(needs=Right.SECRETS)
@fresh_log_in_required
def keys_page(request: MerchantRequest) -> HttpResponse:
    """Show the keys that are in force, whole, and the last that ended by their hints."""
    active = show_keys(request.membership, request.portal)
    newest = active[0].pk if active else 0
    ended = request.portal.secrets.filter(expires_at__lte=timezone.now()).order_by("-expires_at")
    context = {
        "portal": request.portal,
        "keys": active,
        "overlapping": next((secret for secret in active if secret.expires_at), None),
        "ended": ended[:ENDED_SHOWN],
        "ending": EndForm(),
        "form": RotateForm(initial={"replaces": newest}),
    }
    return page(request, "keys", context)


@require_POST
@merchant_required(needs=Right.SECRETS)
@fresh_log_in_required
def rotate(request: MerchantRequest) -> HttpResponse:
    """Make a new key, once for each time that the button was shown."""
    form = RotateForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how long the old key stays good."))
        return redirect("dashboard:keys", request.portal.public_id)
    overlap, replaces = form.cleaned_data["overlap"], form.cleaned_data["replaces"]
    try:
        rotate_key(request.membership, request.portal, overlap, replaces=replaces or None)
    except Problem as problem:
        if problem.code == "changed_meanwhile":
            messages.info(request, _("That key was replaced before. The newest is below."))
        else:
            messages.error(request, problem.as_json()["detail"])
    else:
        messages.success(request, _rotated(request.portal))
    return redirect("dashboard:keys", request.portal.public_id)


@require_POST
@merchant_required(needs=Right.SECRETS)
@fresh_log_in_required
def revoke(request: MerchantRequest, secret_id: int) -> HttpResponse:
    """End a key at once."""
    try:
        revoked = revoke_key(request.membership, request.portal, secret_id)
    except Problem as error:
        raise Http404 from error
    if revoked.ended is None:
        messages.info(request, _("That key had ended before."))
    elif revoked.made is None:
        messages.success(request, _("The key has ended, with every session that it let in."))
    else:
        told = _(
            "The key has ended, with every session that it let in. A new one is below: until it is "
            "on your server, nobody new gets in."
        )
        messages.success(request, told)
    return redirect("dashboard:keys", request.portal.public_id)


def _rotated(portal: Portal) -> str:
    old = next((secret for secret in portal.active_secrets() if secret.expires_at), None)
    if old is None:
        return _("The old key has ended. Put the new one on your server now.")
    end = date_format(old.expires_at, "j M Y, H:i") if old.expires_at else ""
    return _("There is a new key. Put it on your server before %(end)s UTC.") % {"end": end}
