"""Who was refused lately, and why: what to look at where the portal doesn't show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right, may
from portal.fault_words import FAULTS
from portal.models import Portal, RefusedAttempt
from portal.origins import allows, is_origin, usable
from portal.problems import PROBLEMS, Problem
from portal.refusals import MANY_ADDRESSES, latest_refusals
from portal.shell import embedding_origins
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.pages import page
from settings_ui.saving import save_settings

CODES: Mapping[str, tuple[str, str]] = {
    "hash_missing": (
        gettext_noop("Somebody came without a hash."),
        gettext_noop("Make it on your server and put it into the snippet."),
    ),
    "hash_invalid": (
        gettext_noop("The hash isn't this identity's under any key of this portal."),
        gettext_noop("The checker says more: it tries the keys of your other portals too."),
    ),
    "signed_token_required": (
        gettext_noop("Somebody came with a hash; this portal takes signed tokens only."),
        gettext_noop("Make a token on your server, or stop requiring it in the settings."),
    ),
    "no_customer": (
        gettext_noop("Stripe has no customer with this identity."),
        gettext_noop("It must be spelled as it is in Stripe, and be in this portal's mode."),
    ),
    "origin_not_allowed": (
        gettext_noop("A site that isn't allowed has put the portal into its page."),
        gettext_noop("If the site is yours, allow it. If it isn't, there is nothing to do."),
    ),
    MANY_ADDRESSES: (
        gettext_noop("This customer's hash was used from unusually many addresses. It was let in."),
        gettext_noop("If you can't tell why, rotate the key; signed tokens end by themselves."),
    ),
}
ALLOWED_NOW = gettext_noop("It is allowed now.")
ONLY_HTTPS = gettext_noop("The portal can be shown on https sites only.")
ONLY_IN_TEST = gettext_noop("Sites on your own machine can show it in test mode only.")


@dataclass
class Row:
    """What was refused, as often as it was."""

    at: datetime
    what: str
    todo: str
    origin: str
    identity: str
    can_allow: bool
    count: int = 1


@require_safe
@never_cache
@merchant_required
def refused(request: MerchantRequest) -> HttpResponse:
    """Show the last refusals, as a part of a page where a page asks for it."""
    return _answer(request)


@require_POST
@merchant_required(needs=Right.EDIT)
def allow_origin(request: MerchantRequest) -> HttpResponse:
    """Let a site show the portal."""
    settings, origin = request.portal.settings, request.POST.get("origin", "")
    allowed = dict.fromkeys([*settings.allowed_origins, origin])
    try:
        save_settings(
            request.portal,
            {"allowed_origins": list(allowed)},
            by=request.membership,
            versions={settings.version},
        )
    except Problem as problem:
        errors = problem.extra.get("errors", {}).get("allowed_origins")
        return _answer(request, failed=" ".join(errors or [problem.as_json()["detail"]]))
    return _answer(request, done=_("%(origin)s may show the portal now.") % {"origin": origin})


def rows(portal: Portal, *, with_identities: bool) -> list[Row]:
    """Return the last refusals, newest first, the same ones together."""
    found: dict[tuple[str, ...], Row] = {}
    for attempt in latest_refusals(portal):
        identity = attempt.identity if with_identities else ""
        key = (attempt.code, attempt.fault, attempt.origin, identity)
        if key in found:
            found[key].count += 1
        else:
            found[key] = _row(portal, attempt, identity)
    return list(found.values())


def _row(portal: Portal, attempt: RefusedAttempt, identity: str) -> Row:
    is_known = attempt.fault in FAULTS and attempt.fault != "unknown"
    words = FAULTS[attempt.fault] if is_known else CODES.get(attempt.code)
    what, todo = words or (PROBLEMS[attempt.code][1], "")
    is_site = attempt.code == "origin_not_allowed" and not attempt.fault
    hindrance = _hindrance(portal, attempt.origin) if is_site else ""
    return Row(
        at=attempt.at,
        what=_(what),
        todo=_(hindrance or todo) if hindrance or todo else "",
        origin=attempt.origin,
        identity=identity,
        can_allow=is_site and not hindrance,
    )


def _hindrance(portal: Portal, origin: str) -> str:
    """Say why a site needn't or can't be allowed, empty where it can."""
    if allows(embedding_origins(portal), origin):
        return ALLOWED_NOW
    if not is_origin(origin):
        return ONLY_HTTPS
    return "" if usable([origin], portal.mode) else ONLY_IN_TEST


def _answer(request: MerchantRequest, *, done: str = "", failed: str = "") -> HttpResponse:
    is_part = "HX-Request" in request.headers
    if request.method == "POST" and not is_part:
        messages.add_message(
            request, messages.ERROR if failed else messages.SUCCESS, failed or done
        )
        return redirect("dashboard:refused", request.portal.public_id)
    context: dict[str, Any] = {
        "portal": request.portal,
        "is_part": is_part,
        "rows": rows(request.portal, with_identities=may(request.membership.role, Right.EDIT)),
        "done": done,
        "failed": failed,
    }
    if is_part:
        status = 400 if failed else 200
        return render(request, "settings_ui/refused.html", context, status=status)
    return page(request, "refused_page", context)
