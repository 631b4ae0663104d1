"""Which sites may show a portal."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from publicsuffixlist import PublicSuffixList

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
SITE = re.compile(
    rf"https://(?:\*\.)?{LABEL}(?:\.{LABEL})+(?::\d{{1,5}})?|https://{LABEL}(?::\d{{1,5}})?"
)
SENT = re.compile(r"https?://(?:[a-z0-9._-]{1,240}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?(?=/|$)")
LOCAL = re.compile(r"http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?")


def validate_origins(value: Any) -> None:
    """Raise ValidationError unless this is a list of origins that a browser could send."""
    if not isinstance(value, list) or not all(isinstance(origin, str) for origin in value):
        raise ValidationError(_("Give a list of addresses."))
    for origin in value:
        if not is_origin(origin):
            raise ValidationError(
                _("%(origin)s isn't an origin. Write https:// and the host, without a path."),
                params={"origin": origin},
            )


def is_origin(origin: str) -> bool:
    """Whether this names an https site, one with all its subdomains, or this machine."""
    if not (LOCAL.fullmatch(origin) or SITE.fullmatch(origin)) or not _has_port(origin):
        return False
    return "*" not in origin or not _is_public(origin)


def _has_port(origin: str) -> bool:
    """Whether the port, where one is named, is one that there is."""
    _host, _, port = origin.removeprefix("https://").removeprefix("http://").rpartition(":")
    return not port.isdigit() or 0 < int(port) < 1 << 16


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _is_public(origin: str) -> bool:
    """Whether a wildcard stands for everybody below a public suffix, such as `*.co.uk`."""
    host = urlsplit(origin.replace("*.", "")).hostname or ""
    return bool(_public_suffixes().is_public(host))


def usable(origins: list[str], mode: str) -> list[str]:
    """Return the origins that count in this mode: this machine over http only in test mode."""
    return [o for o in origins if mode == "test" or o.startswith("https://")]


def allows(origins: list[str], origin: str) -> bool:
    """Whether `origin`, as a browser sends it, is one of these."""
    return any(origin == allowed or _covers(allowed, origin) for allowed in origins)


def _covers(allowed: str, origin: str) -> bool:
    if "*." not in allowed:
        return False
    wanted, given = urlsplit(allowed.replace("*.", "")), urlsplit(origin)
    return (
        given.scheme == wanted.scheme
        and given.port == wanted.port
        and (given.hostname or "").endswith(f".{wanted.hostname}")
    )


def origin_of(url: str) -> str:
    """Return the origin of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def read_origin(said: str) -> str:
    """Return the origin that a browser's header names, empty where it names none."""
    found = SENT.match(said[:300].lower())
    return found.group() if found else ""
