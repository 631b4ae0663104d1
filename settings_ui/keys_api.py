"""The merchant API's secret keys: listed without their values, rotated, revoked."""

from __future__ import annotations

from typing import Any, cast

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Right
from portal.api import given, problems
from portal.models import PortalSecret
from portal.problems import Problem
from portal.secrets import OVERLAPS
from portal.showing import time
from settings_ui.api import TAG
from settings_ui.api_access import Allowed, MerchantView
from settings_ui.fresh import is_fresh
from settings_ui.secret_keys import revoke_key, rotate_key

REFUSALS = ("token_missing", "token_invalid", "permission_missing", "not_found")
NO_STORE = {"Cache-Control": "no-store"}


class RotateRequest(serializers.Serializer):
    """How long the old key stays good."""

    overlap_seconds = serializers.ChoiceField(
        choices=OVERLAPS, help_text="0, or 3600, 86400 or 604800: an hour, a day, a week."
    )
    replaces = serializers.IntegerField(
        required=False,
        help_text="The id of the key to replace. Where it isn't the newest any more, the answer is "
        "412, so that a repeat makes no second key.",
    )


class KeyAnswer(serializers.Serializer):
    """A secret key, without its value."""

    id = serializers.IntegerField()
    hint = serializers.CharField(help_text="Enough to recognise it, too little to use it.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class MadeAnswer(KeyAnswer):
    """A new secret key with its value, which is answered this once."""

    secret_key = serializers.CharField()


class RevokedAnswer(serializers.Serializer):
    """What is in force after a revocation; `made` is the key that took its place, if one had to."""

    keys = KeyAnswer(many=True)
    made = MadeAnswer(allow_null=True)


class KeysView(MerchantView):
    """A view of keys: for owners and admins."""

    reading_needs = writing_needs = Right.SECRETS

    def keys(self) -> list[dict[str, Any]]:
        """Return the keys in force as they are shown."""
        return [key_json(secret) for secret in self.portal.active_secrets()]


class SecretKeys(KeysView):
    """The keys in force."""

    @extend_schema(
        operation_id="secret_keys_list",
        summary="List a portal's secret keys",
        tags=TAG,
        responses={200: KeyAnswer(many=True), **problems(*REFUSALS)},
    )
    def get(self, request: Request, portal_id: str) -> Response:
        """Answer every key that is in force, newest first, without its value."""
        return Response(self.keys(), headers=NO_STORE)


class KeyChange(KeysView):
    """A view that changes them."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Open the door; the dashboard's session changes keys only after a fresh log-in."""
        super().initial(request, *args, **kwargs)
        _memberships, role = cast("Allowed", request.auth)
        is_session = role is None
        if is_session and request.method == "POST" and not is_fresh(request._request):
            told = _("Log in to the dashboard again first, or use an API token.")
            raise Problem("permission_missing", reason="log_in_again", detail=told)


class RotateKey(KeyChange):
    """A new key."""

    @extend_schema(
        operation_id="secret_keys_rotate",
        summary="Rotate a portal's secret key",
        tags=TAG,
        request=RotateRequest,
        responses={
            201: MadeAnswer,
            **problems("invalid", *REFUSALS, "action_blocked", "changed_meanwhile"),
        },
    )
    def post(self, request: Request, portal_id: str) -> Response:
        """Make a new key and answer it with its value, this once; the old one stays good as long
        as is said. While an earlier key is still good, this is `action_blocked`."""
        body = given(RotateRequest, request)
        made = rotate_key(
            self.membership, self.portal, body["overlap_seconds"], replaces=body.get("replaces")
        )
        return Response(made_json(made), status=201, headers=NO_STORE)


class RevokeKey(KeyChange):
    """The end of a key."""

    @extend_schema(
        operation_id="secret_keys_revoke",
        summary="Revoke a secret key",
        tags=TAG,
        request=None,
        responses={200: RevokedAnswer, **problems(*REFUSALS)},
    )
    def post(self, request: Request, portal_id: str, key_id: int) -> Response:
        """End a key at once, with every session that it let in. A repeat changes nothing more.

        Where no key without an end is left, a new one is made and answered with its value.
        """
        made = revoke_key(self.membership, self.portal, key_id).made
        answer = {"keys": self.keys(), "made": made and made_json(made)}
        return Response(answer, headers=NO_STORE)


def key_json(secret: PortalSecret) -> dict[str, Any]:
    """Show a key without its value."""
    return {
        "id": secret.pk,
        "hint": secret.hint,
        "created_at": time(secret.created_at),
        "expires_at": time(secret.expires_at),
        "last_used_at": time(secret.last_used_at),
    }


def made_json(secret: PortalSecret) -> dict[str, Any]:
    """Show a key that was just made."""
    return {**key_json(secret), "secret_key": secret.value}
