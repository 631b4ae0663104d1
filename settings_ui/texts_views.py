"""The page of texts: each text of a portal beside the merchant's own, saved one at a time."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right
from portal import texts
from portal.fetched import refresh
from portal.problems import Problem
from portal.resource import Flat, read, read_language
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.meanwhile import last_change
from settings_ui.pages import page
from settings_ui.preview_views import beside_portal, choices
from settings_ui.rows import Row
from settings_ui.text_changes import put_texts, ticket_for, undo_text
from settings_ui.text_rows import TextRow, groups_of, row_of
from settings_ui.versions import versions_in

WORDS_AT_MOST = 100


@require_safe
@merchant_required
def texts_page(request: MerchantRequest) -> HttpResponse:
    """Show the texts of one language, those that were looked for."""
    portal, asked = request.portal, request.GET
    language = _language(asked)
    words = asked.get("q", "").strip()[:WORDS_AT_MOST]
    only_own = asked.get("only") == "own"
    settings = portal.settings
    context = {
        "portal": portal,
        "shown_language": language,
        "words": words,
        "only_own": only_own,
        "groups": groups_of(portal, language, words, only_own=only_own),
        "rows": [Row(settings, name) for name in ("uses_custom_resource", "custom_resource_url")],
        "own": Row(settings, "custom_texts"),
        "outdated": read(settings.custom_texts).faults,
        **choices(portal),
    }
    return beside_portal(page(request, "texts", context))


@require_safe
@merchant_required
def text(request: MerchantRequest) -> HttpResponse:
    """Show one text, or the form that changes it."""
    edits = "edit" in request.GET and request.membership.rights["edit"]
    row = row_of(request.portal, _language(request.GET), _key(request.GET))
    return _answer(request, row, edits=edits)


@require_POST
@merchant_required(needs=Right.EDIT)
def save_text(request: MerchantRequest) -> HttpResponse:
    """Save what stands in place of one text; nothing, or the built-in one, is the built-in one."""
    language, key = _language(request.POST), _key(request.POST)
    before = request.portal.settings
    given = {} if "reset" in request.POST else _given(request.POST, language, key)
    good, faults = read_language(language, given)
    if faults:
        words = [fault.words for fault in faults]
        return _refused(request, language, key, words, given)
    try:
        settings = put_texts(
            request.portal,
            {language: good},
            [(language, key)],
            by=request.membership,
            versions=versions_in(request.headers.get("If-Match")),
        )
    except Problem as problem:
        return _not_saved(request, problem, language, key, given)
    ticket = ticket_for(before, settings, language, key)
    row = row_of(request.portal, language, key, undo=ticket)
    return _answer(request, row, said=_("Saved: %(key)s") % {"key": key})


@require_POST
@merchant_required(needs=Right.EDIT)
def undo_texts(request: MerchantRequest) -> HttpResponse:
    """Take back the change of a live portal's text that the form was offered for."""
    language, key = _language(request.POST), _key(request.POST)
    ticket = request.POST.get("ticket", "")
    try:
        undo_text(request.portal, language, key, ticket, by=request.membership)
    except Problem as problem:
        return _not_saved(request, problem, language, key, None)
    row = row_of(request.portal, language, key)
    return _answer(request, row, said=_("Undone: %(key)s") % {"key": key})


@require_POST
@merchant_required(needs=Right.EDIT)
def fetch_texts(request: MerchantRequest) -> HttpResponse:
    """Fetch the texts from the merchant's address anew, and say what came of it."""
    fetched = refresh(request.portal)
    if "HX-Request" not in request.headers:
        return redirect("dashboard:texts", request.portal.public_id)
    context = {"portal": request.portal, "fetched": fetched}
    response = render(request, "settings_ui/fetched.html", context)
    response["HX-Trigger"] = "setting-saved"
    return response


def _language(given: QueryDict) -> str:
    """Return the language that is meant; raises Http404 where there is no such."""
    language = given.get("language", texts.DEFAULT)
    if language not in texts.languages():
        raise Http404
    return language


def _key(given: QueryDict) -> str:
    key = given.get("key", "")
    if key not in texts.catalogue(texts.DEFAULT).forms:
        raise Http404
    return key


def _given(posted: QueryDict, language: str, key: str) -> Flat:
    """Return what was typed for each form of a text."""
    forms = TextRow(language, key, {}, {}).forms
    return {form.path: posted.get(form.path, "") for form in forms}


def _refused(
    request: MerchantRequest,
    language: str,
    key: str,
    words: list[str],
    given: Flat | None,
    status: int = 400,
) -> HttpResponse:
    row = row_of(request.portal, language, key, given=given, errors=list(dict.fromkeys(words)))
    return _answer(request, row, said=_("Not saved"), edits=True, status=status)


def _not_saved(
    request: MerchantRequest, problem: Problem, language: str, key: str, given: Flat | None
) -> HttpResponse:
    """Say why a text wasn't saved; a stale page learns what is so now, and what is typed stays."""
    if problem.code != "changed_meanwhile":
        errors = problem.extra.get("errors", {}).get("custom_texts", [])
        words = errors or [_("This can't be undone here. Set it as you want it.")]
        return _refused(request, language, key, words, given)
    request.portal.settings.refresh_from_db()
    words = [
        _("Not saved: settings were changed meanwhile."),
        *last_change(request.portal, "custom_texts"),
    ]
    now = row_of(request.portal, language, key).in_place
    if now:
        words.append(_("It is now: %(text)s.") % {"text": " / ".join(now)})
    words.append(_("What you typed is still here; save it if you want it."))
    return _refused(request, language, key, words, given, 412)


def _answer(
    request: MerchantRequest,
    row: TextRow,
    *,
    said: str = "",
    edits: bool = False,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "portal": request.portal,
        "row": row,
        "edits": edits,
        "said": said,
        "is_answer": True,
    }
    response = render(request, "settings_ui/text_answer.html", context, status=status)
    if said and status == 200:
        response["HX-Trigger"] = "setting-saved"
    return response
