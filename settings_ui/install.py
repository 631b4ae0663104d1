"""The install page: what to copy where, with the secret key only for who has just logged in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.roles import Right, may
from portal.identity import needs_hash
from settings_ui.access import MerchantRequest, ViewFunc, merchant_required
from settings_ui.filling import page_snippet, snippets_of
from settings_ui.fresh import fresh_log_in_required
from settings_ui.pages import page
from settings_ui.rows import Row
from settings_ui.samples import FRAMEWORKS, LANGUAGES, Sample, chosen
from settings_ui.secret_keys import show_keys


@require_safe
@merchant_required
def install_page(request: MerchantRequest) -> HttpResponse:
    """Show the steps to a portal in the merchant's page; `?key=1` asks for the secret key too."""
    if "key" not in request.GET:
        return page(request, "install", _context(request))
    if not may(request.membership.role, Right.SECRETS):
        raise PermissionDenied
    return confirmed(request)


def _with_key(request: MerchantRequest) -> HttpResponse:
    secrets = show_keys(request.membership, request.portal)
    return page(request, "install", _context(request, secrets[0].value if secrets else None))


confirmed: ViewFunc = never_cache(fresh_log_in_required(_with_key))


def _context(request: MerchantRequest, key: str | None = "") -> dict[str, Any]:
    """Return the page's steps; `key` is the secret, empty where it isn't shown, None where there
    is none."""
    portal = request.portal
    language = chosen(LANGUAGES, request.GET.get("language", ""))
    sample = chosen(FRAMEWORKS, request.GET.get("sample", ""))
    return {
        "portal": portal,
        "row": Row(portal.settings, "allowed_origins"),
        "needs_hash": needs_hash(portal),
        "page_snippet": page_snippet(portal),
        "language": language,
        "language_snippets": snippets_of(language, portal, key or ""),
        "languages": _tabs(LANGUAGES, language, {"sample": sample.name}, "language", key),
        "sample": sample,
        "sample_snippets": snippets_of(sample, portal, key or ""),
        "samples": _tabs(FRAMEWORKS, sample, {"language": language.name}, "sample", key),
        "has_key": bool(key),
        "lacks_key": key is None,
        "without_key": _address(language=language.name, sample=sample.name),
        "with_key": _address(language=language.name, sample=sample.name, key="1"),
        "support_email": settings.SUPPORT_EMAIL,
    }


def _tabs(
    samples: tuple[Sample, ...],
    current: Sample,
    others: dict[str, str],
    name: str,
    key: str | None,
) -> list[dict[str, Any]]:
    """Return a link to each sample; the choice is in the address, and so is the other one."""
    kept = {**others, **({"key": "1"} if key else {})}
    return [
        {
            "label": sample.label,
            "address": _address(**{name: sample.name}, **kept),
            "is_current": sample is current,
        }
        for sample in samples
    ]


def _address(**choices: str) -> str:
    return f"?{urlencode(choices)}"
