"""The checker of identities: what a server made, held against this merchant's own keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.limits import hits
from accounts.roles import Right
from portal.fault_words import FAULTS
from portal.models import IdentifyBy, Portal
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.checks import check
from settings_ui.pages import page

CHECKS_A_MINUTE = 30  # of one user
MINUTE = 60


class CheckForm(forms.Form):
    """What a server sends; every space in it counts."""

    identity = forms.CharField(max_length=512, required=False, strip=False)
    hash = forms.CharField(label=_("Hash"), max_length=1024, required=False, strip=False)

    def __init__(self, portal: Portal, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="check-%s")
        self.fields["identity"].label = IdentifyBy(portal.settings.identify_by).label
        for field in self.fields.values():
            field.widget.attrs |= {
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
            }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@merchant_required(needs=Right.SECRETS)
def check_identity(request: MerchantRequest) -> HttpResponse:
    """Show the checker, as a part of a page where a page asks for it; or what it found."""
    is_part = "HX-Request" in request.headers
    context: dict[str, Any] = {"portal": request.portal, "is_part": is_part}
    if request.method != "POST":
        return _answer(request, "checker", {**context, "form": CheckForm(request.portal)})
    form = CheckForm(request.portal, request.POST)
    context["form"] = form
    if hits(f"check:{request.user.pk}", MINUTE) > CHECKS_A_MINUTE:
        return _answer(request, "checked", {**context, "is_too_often": True}, status=400)
    if not form.is_valid():
        return _answer(request, "checked", context, status=400)
    identity, hash_ = form.cleaned_data["identity"], form.cleaned_data["hash"]
    checked = check(request.portal, identity, hash_)
    context |= {
        "checked": checked,
        "faults": [FAULTS[code] for code in checked.finding.faults],
        "shows_signed": checked.finding.signed not in {"", identity},
    }
    return _answer(request, "checked", context)


def _answer(
    request: MerchantRequest, part: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    if context["is_part"]:
        return render(request, f"settings_ui/{part}.html", context, status=status)
    return page(request, "check_page", context, status)
