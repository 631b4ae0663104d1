"""The dashboard's door: who is asking, as a member of which merchant, about which portal.

Pages come through `merchant_required`, the API through api_access.py; no view looks a merchant or
a portal up itself, and a stranger's doesn't exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeAlias, overload

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode

from accounts.models import Membership, Merchant, User
from accounts.roles import Right, may
from portal.models import Portal

ViewFunc: TypeAlias = Callable[..., HttpResponse]
Memberships: TypeAlias = "QuerySet[Membership]"

CHOSEN = "merchant"  # where the session keeps which of several merchants is on


class MerchantRequest(HttpRequest):
    """A member's request; `portal` is there where the address names one."""

    user: User
    membership: Membership
    merchant: Merchant
    portal: Portal


@overload
def merchant_required(view: ViewFunc) -> ViewFunc: ...
@overload
def merchant_required(*, needs: str) -> Callable[[ViewFunc], ViewFunc]: ...
def merchant_required(view: ViewFunc | None = None, *, needs: str = Right.READ) -> Any:
    """Let members in, and of those only whose role has the Right that `needs` names.

    Turns `portal_id` and `merchant_id` of the address into what they name: 404 where that is no
    merchant of this user's, 403 where the role doesn't reach. A form that names its merchant acts
    in that one, and turns to it: another tab may have turned to another since it was shown.
    """
    if view is None:
        return partial(merchant_required, needs=needs)

    @wraps(view)
    def gated(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _ask_to_log_in(request)
        portal_id = kwargs.pop("portal_id", "")
        membership = membership_among(
            request.user.memberships.all(),
            portal_id=portal_id,
            merchant_id=kwargs.pop("merchant_id", None) or posted_merchant(request),
            chosen_id=request.session.get(CHOSEN),
        )
        if membership is None:
            return render(request, "settings_ui/no_team.html", status=403)
        if not may(membership.role, needs):
            raise PermissionDenied
        request.membership, request.merchant = membership, membership.merchant
        if posted_merchant(request):
            request.session[CHOSEN] = membership.merchant_id
        if portal_id:
            request.portal = portal_of(membership, portal_id)
        response = view(request, *args, **kwargs)
        # Whoever comes to the same browser later and goes back finds nothing of a merchant's.
        patch_cache_control(response, no_store=True, private=True)
        return response

    return gated


def posted_merchant(request: HttpRequest) -> int | None:
    """Return the merchant on whose page a form was filled in, where the form says so."""
    posted = re.fullmatch(r"[0-9]{1,18}", request.POST.get("merchant", ""))
    return int(posted.group()) if posted else None


def membership_among(
    memberships: Memberships,
    *,
    portal_id: str = "",
    merchant_id: int | None = None,
    chosen_id: int | None = None,
) -> Membership | None:
    """Return the membership that a request is made in, None where the user has none at all.

    Raises Http404 where the portal or merchant that the address names is a stranger's.
    """
    found = memberships.select_related("merchant").order_by("pk")
    if not portal_id and merchant_id is None:
        return found.filter(merchant=chosen_id).first() or found.first()
    if portal_id:
        found = found.filter(merchant__portals__public_id=portal_id)
    else:
        found = found.filter(merchant=merchant_id)
    membership = found.first()
    if membership is None:
        raise Http404
    return membership


def portal_of(membership: Membership, portal_id: str) -> Portal:
    """Return a portal of the merchant, with its settings."""
    return membership.merchant.portals.select_related("settings").get(public_id=portal_id)


def _ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """Lead to the log-in page; a part of a page leads the whole page there."""
    if "HX-Request" not in request.headers:
        return redirect_to_login(request.get_full_path())
    address = f"{resolve_url('account_login')}?{urlencode({'next': resolve_url('dashboard:home')})}"
    return HttpResponse(status=401, headers={"HX-Redirect": address})
