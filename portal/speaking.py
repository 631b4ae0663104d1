"""In which language an answer is, by what page, snippet, browser and portal say of it."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from portal import languages, texts
from portal.models import PortalSettings


def language_of(given: Mapping[str, str], settings: PortalSettings) -> str:
    """Return the language of whoever asks, by what is said with it.

    `chosen_language` is the customer's choice in the page, `language` the snippet's, `languages`
    the browser's own list, and `default_language` the snippet's before the portal's.
    """
    is_heard = settings.detects_browser_language
    browser = (given.get("languages") or "").split(",") if is_heard else []
    said = [given.get("chosen_language") or "", given.get("language") or "", *browser]
    defaults = [given.get("default_language") or "", settings.default_language]
    return languages.choose(said, defaults, texts.languages())


def before_page(request: HttpRequest, settings: PortalSettings) -> str:
    """Return the language of a browser that has nothing to show yet, by its Accept-Language."""
    return language_of({"languages": _accepted(request)}, settings)


def of_page(request: HttpRequest, settings: PortalSettings) -> str:
    """Return the language that a page is in, which its requests say as their Accept-Language."""
    return language_of({"language": request.headers.get("Accept-Language", "")}, settings)


def without_portal(request: HttpRequest) -> str:
    """Return the language of whoever asks where the portal, and what it is set to, isn't known."""
    return language_of({"languages": _accepted(request), **request.POST.dict()}, PortalSettings())


def _accepted(request: HttpRequest) -> str:
    header = request.headers.get("Accept-Language", "")
    return ",".join(code for code, _weight in parse_accept_lang_header(header))
