"""Ending customers' sessions: everybody's, one customer's, or those of one signed token."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Right
from portal.api import given, problems
from portal.ending import EVERYBODY, JTI_AT_MOST, TOKEN
from portal.identity import Identity, is_well_formed, subject_of
from portal.models import IdentifyBy
from portal.problems import Problem
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.api import TAG
from settings_ui.api_access import MerchantView
from settings_ui.keys_api import REFUSALS
from settings_ui.secret_keys import end_sessions_of

ALL, ONE_TOKEN = "all", "token"


def subject_for(who: str, name: str) -> str:
    """Return whose sessions are meant; raises Problem invalid where `name` can't be one.

    `who` is `all`, which takes no name, a field of the snippet or `token`; `name` its value, or a
    `jti`.
    """
    if who == ALL and not name:
        return EVERYBODY
    if who == ALL:
        is_right = False  # somebody is named, so everybody isn't meant
    elif who == ONE_TOKEN:
        is_right = 0 < len(name) <= JTI_AT_MOST and name.isprintable()
    else:
        is_right = is_well_formed(who, name)
    if not is_right:
        raise Problem("invalid", errors={who: ["malformed"]})
    return TOKEN + name if who == ONE_TOKEN else subject_of(Identity(who, name))


class EndForm(forms.Form):
    """Whose sessions are to end."""

    who = forms.ChoiceField(
        label=gettext_lazy("Whose"),
        choices=[
            (ALL, gettext_lazy("Everybody's")),
            (IdentifyBy.EMAIL, gettext_lazy("Those of an e-mail address")),
            (IdentifyBy.CUSTOMER_ID, gettext_lazy("Those of a customer id")),
            (ONE_TOKEN, gettext_lazy("Those of a signed token")),
        ],
    )
    name = forms.CharField(
        label=gettext_lazy("Address, customer id, or the token's jti"),
        required=False,
        strip=False,
        max_length=512,
        help_text=gettext_lazy("Empty for everybody."),
    )


@require_POST
@merchant_required(needs=Right.SECRETS)
def end(request: MerchantRequest) -> HttpResponse:
    """End sessions now; whoever can prove who they are gets in again."""
    form = EndForm(request.POST)
    try:
        if not form.is_valid():
            raise Problem("invalid")
        subject = subject_for(form.cleaned_data["who"], form.cleaned_data["name"])
    except Problem:
        told = _("Nothing was ended: say whose sessions, by an address, a customer id or a jti.")
        messages.error(request, told)
    else:
        end_sessions_of(request.membership, request.portal, subject)
        messages.success(request, _("Ended. Their next click asks who they are again."))
    return redirect("dashboard:keys", request.portal.public_id)


class EndRequest(serializers.Serializer):
    """Whose sessions end; nothing for everybody's."""

    email = serializers.CharField(required=False, trim_whitespace=False)
    customer_id = serializers.CharField(required=False)
    token = serializers.CharField(required=False, help_text="The `jti` of a signed token.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take one of them, or none."""
        if len(attrs) > 1:
            raise serializers.ValidationError(_("Give one of them, or none for everybody's."))
        return attrs


class EndSessions(MerchantView):
    """The end of sessions: for owners and admins."""

    reading_needs = writing_needs = Right.SECRETS

    @extend_schema(
        operation_id="sessions_end",
        summary="End customers' sessions",
        tags=TAG,
        request=EndRequest,
        responses={204: None, **problems("invalid", *REFUSALS)},
    )
    def post(self, request: Request, portal_id: str) -> Response:
        """End every session of everybody, of one identity, or of one signed token, at once.

        Whoever can prove who they are gets in again; a token that was ended doesn't any more. To
        lock a customer out, stop making hashes for them. A repeat ends what began since.
        """
        body = given(EndRequest, request)
        who, name = next(iter(body.items()), (ALL, ""))
        end_sessions_of(self.membership, self.portal, subject_for(who, name))
        return Response(status=204)
