"""Texts as files: what one would change is shown before it is saved, and all can be had as one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right
from portal import texts
from portal.models import Portal
from portal.problems import Problem
from portal.resource import BYTES_AT_MOST, Flat, Resource, ResourceError, nested, parse, read
from portal.wording import built_in
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.pages import page
from settings_ui.text_changes import differences, keys_of, put_texts, usable
from settings_ui.versions import version_in

SHAPES = ("flat", "nested")
EVERY = "all"


@require_POST
@merchant_required(needs=Right.EDIT)
def import_texts(request: MerchantRequest) -> HttpResponse:
    """Show what a file would change and what is wrong with it; `confirmed`, save what is right."""
    found = _read(_sent(request))
    whole = "replaces" in request.POST
    if "confirmed" in request.POST and found.texts:
        return _save(request, found.texts, whole=whole)
    return _shown(request, found, whole=whole)


@require_safe
@merchant_required(needs=Right.EXPORT)
def export_texts(request: MerchantRequest) -> HttpResponse:
    """Answer a portal's texts as a file, with the built-in ones where they are asked for."""
    language, shape = request.GET.get("language", EVERY), request.GET.get("shape", SHAPES[0])
    if language not in (EVERY, *texts.languages()) or shape not in SHAPES:
        raise Http404
    wanted = texts.languages() if language == EVERY else (language,)
    has_all = "built_in" in request.GET
    said = {code: _texts_of(request.portal, code, has_all=has_all) for code in wanted}
    made = {
        code: nested(flat) if shape == "nested" else flat for code, flat in said.items() if flat
    }
    response = HttpResponse(
        json.dumps(made, ensure_ascii=False, indent=2) + "\n",
        content_type="application/json; charset=utf-8",
    )
    name = f"texts-{request.portal.public_id}-{language}-{shape}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _sent(request: MerchantRequest) -> bytes:
    """Return what was sent: a file, else what was pasted."""
    file = request.FILES.get("file")
    if file is not None:
        # One byte more than there may be is enough to be refused.
        return bytes(file.read(BYTES_AT_MOST + 1))
    return request.POST.get("json", "").encode(errors="surrogatepass")


def _read(said: bytes) -> Resource:
    try:
        return read(parse(said))
    except ResourceError as error:
        return Resource({}, (error.fault,))


def _save(request: MerchantRequest, given: Mapping[str, Flat], *, whole: bool) -> HttpResponse:
    settings = request.portal.settings
    keys = keys_of(given) | (keys_of(usable(settings)) if whole else set())
    count = len(differences(settings, given, whole=whole))
    versions = version_in(request.POST.get("version", ""))
    try:
        put_texts(request.portal, given, keys, by=request.membership, versions=versions)
    except Problem as problem:
        request.portal.settings.refresh_from_db()
        return _shown(request, Resource(given, ()), whole=whole, trouble=_why(problem))
    said = ngettext("%(count)d text is changed.", "%(count)d texts are changed.", count)
    messages.success(request, said % {"count": count})
    return redirect("dashboard:texts", request.portal.public_id)


def _why(problem: Problem) -> str:
    if problem.code == "changed_meanwhile":
        return _("Settings were changed meanwhile, so nothing was saved. This would change now.")
    return " ".join(problem.extra.get("errors", {}).get("custom_texts", [])) or problem.detail


def _shown(
    request: MerchantRequest, found: Resource, *, whole: bool, trouble: str = ""
) -> HttpResponse:
    settings = request.portal.settings
    context: dict[str, Any] = {
        "portal": request.portal,
        "faults": found.faults,
        "changes": differences(settings, found.texts, whole=whole) if found.texts else [],
        "json": json.dumps(found.texts, ensure_ascii=False),
        "whole": whole,
        "trouble": trouble,
    }
    status = 412 if trouble else 400 if found.faults else 200
    return page(request, "texts_import", context, status)


def _texts_of(portal: Portal, language: str, *, has_all: bool) -> Flat:
    """Return the merchant's texts of a language, each in the place that it has among ours."""
    own = dict(usable(portal.settings).get(language, {}))
    if not has_all:
        return own
    said: Flat = {}
    mine = {key for _language, key in keys_of({language: own})}
    for key in texts.catalogue(texts.DEFAULT).forms:
        if key in mine:
            continue
        forms = built_in(key, language)
        said |= {f"{key}_{name}" if name else key: text for name, text in forms.items()}
    return said | own
