"""A portal's settings, saved one by one, and the portal itself beside them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Right
from portal.models import Portal, PortalSettings
from portal.problems import Problem
from portal.toggles import Choice, PortalSetting, Toggle
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.meanwhile import told, told_undoing
from settings_ui.notes import NOTES
from settings_ui.pages import page
from settings_ui.preview_views import beside_portal, choices
from settings_ui.rows import Row, dependents, others, parts, read_value
from settings_ui.saving import save_settings
from settings_ui.undoing import ticket_for, undo
from settings_ui.versions import versions_in
from settings_ui.words import in_words


@require_safe
@merchant_required
def settings_page(request: MerchantRequest) -> HttpResponse:
    """Show every setting of a portal, beside the portal itself."""
    portal = request.portal
    context = {
        "portal": portal,
        "parts": parts(portal.settings),
        "connection": portal.connection,
        "support_email": settings.SUPPORT_EMAIL,
        **choices(portal),
    }
    return beside_portal(page(request, "settings", context))


@require_POST
@merchant_required(needs=Right.EDIT)
def save_setting(request: MerchantRequest, name: str) -> HttpResponse:
    """Save one setting; answer its row, and the needs of the settings that depend on it."""
    setting = _setting(name)
    before = request.portal.settings
    value = read_value(setting, request.POST, request.FILES, getattr(before, name))
    try:
        settings = save_settings(
            request.portal, {name: value}, by=request.membership, versions=_versions(request)
        )
    except Problem as problem:
        if problem.code == "changed_meanwhile":
            return _stale(request, name, partial(told, wanted=value), value)
        return _refused(request, Row(before, name, _words(problem, name), _typed(setting, value)))
    ticket = ticket_for(before, settings, name)
    was = in_words(setting, getattr(before, name)) if ticket else ""
    said = _("Saved: %(setting)s") % {"setting": setting.verbose_name}
    return _saved(request, Row(settings, name, undo=ticket, was=was), said)


@require_POST
@merchant_required(needs=Right.EDIT)
def undo_setting(request: MerchantRequest, name: str) -> HttpResponse:
    """Take back the change of a live portal's setting that the form was offered for."""
    setting = _setting(name)
    ticket = request.POST.get("ticket", "")
    try:
        settings = undo(
            request.portal, name, ticket, by=request.membership, versions=_versions(request)
        )
    except Problem as problem:
        if problem.code == "changed_meanwhile":
            return _stale(request, name, told_undoing)
        words = [_("This can't be undone here. Set it as you want it.")]
        return _refused(request, Row(request.portal.settings, name, words))
    said = _("Undone: %(setting)s") % {"setting": setting.verbose_name}
    return _saved(request, Row(settings, name, is_undone=True), said)


def _setting(name: str) -> PortalSetting:
    setting = PortalSettings.declared().get(name)
    if setting is None:
        raise Http404
    return setting


def _versions(request: MerchantRequest) -> set[int] | None:
    return versions_in(request.headers.get("If-Match"))


def _saved(request: MerchantRequest, row: Row, said: str) -> HttpResponse:
    context = {
        "portal": request.portal,
        "row": row,
        "dependents": dependents(row.settings, row.name),
        "said": said,
    }
    response = render(request, "settings_ui/saved.html", context)
    response["HX-Trigger"] = "setting-saved"
    return response


def _refused(request: MerchantRequest, row: Row) -> HttpResponse:
    context = {"portal": request.portal, "row": row, "said": _("Not saved")}
    return render(request, "settings_ui/saved.html", context, status=400)


def _stale(
    request: MerchantRequest, name: str, say: Callable[[Portal, str], list[str]], wanted: Any = None
) -> HttpResponse:
    """Answer a stale page every row as it is now, and beside the one meant what was typed."""
    portal = request.portal
    portal.settings.refresh_from_db()
    typed = _typed(_setting(name), wanted)
    context = {
        "portal": portal,
        "row": Row(portal.settings, name, say(portal, name), typed),
        "others": others(portal.settings, name),
        "said": _("Not saved: settings were changed meanwhile."),
    }
    response = render(request, "settings_ui/saved.html", context, status=412)
    response["HX-Trigger"] = "setting-saved"
    return response


def _typed(setting: PortalSetting, value: Any) -> Any:
    """Return what was typed, to go on from; what is only chosen shows what is so."""
    return None if isinstance(setting, Choice | Toggle) else value


def _words(problem: Problem, name: str) -> list[str]:
    """Return what is wrong with the field itself, else what is wrong at all."""
    errors: list[str] = problem.extra.get("errors", {}).get(name, [])
    return errors or [problem.as_json()["detail"]]


@require_safe
@merchant_required
def note(request: MerchantRequest, name: str) -> HttpResponse:
    """Say what Stripe knows about a setting."""
    if name not in NOTES:
        raise Http404
    return render(request, "settings_ui/note.html", {"note": NOTES[name](request.portal)})
