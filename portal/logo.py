"""A merchant's logo: a small picture, kept as a data URI. No SVG, which can hold scripts."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

BYTES_AT_MOST = 64 * 1024
UNKNOWN = "application/octet-stream"
DATA_URI = re.compile(r"data:([\w.+/-]+);base64,([A-Za-z0-9+/]*={0,2})")
KINDS: dict[str, Callable[[bytes], bool]] = {
    "image/png": lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": lambda content: content.startswith(b"\xff\xd8\xff"),
    "image/webp": lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP",
}
"""What a picture of each type begins with."""
NOT_A_PICTURE = _("The logo is a PNG, JPEG or WebP picture. SVG isn't taken: it can hold scripts.")


@dataclass(frozen=True)
class Logo:
    """A picture, its type, and what tells it from another one."""

    type: str
    content: bytes
    version: str


def logo_of(look: dict[str, Any]) -> Logo | None:
    """Return a look's logo, if it has one."""
    uri = look.get("logo")
    if not uri:
        return None
    type_, content = _taken_apart(uri)
    return Logo(type_, content, version_of(look))


def version_of(look: dict[str, Any]) -> str:
    """Return what changes with the logo, empty where there is none."""
    uri = look.get("logo")
    return hashlib.sha256(uri.encode()).hexdigest()[:16] if uri else ""


def data_uri(content: bytes) -> str:
    """Write what was uploaded as a data URI; its own first bytes say of which type it is."""
    kinds = (kind for kind, is_this in KINDS.items() if is_this(content))
    return f"data:{next(kinds, UNKNOWN)};base64,{base64.b64encode(content).decode()}"


def validate_logo(uri: Any) -> None:
    """Raise ValidationError unless this is a picture of a known type and not too large."""
    type_, content = _taken_apart(uri)
    if type_ not in KINDS or not KINDS[type_](content):
        raise ValidationError(NOT_A_PICTURE)
    if len(content) > BYTES_AT_MOST:
        raise ValidationError(_("The logo is too large: 64 KB at most."))


def _taken_apart(uri: Any) -> tuple[str, bytes]:
    found = DATA_URI.fullmatch(uri) if isinstance(uri, str) else None
    if found is None:
        raise ValidationError(NOT_A_PICTURE)
    try:
        return found[1], base64.b64decode(found[2], validate=True)
    except binascii.Error as error:
        raise ValidationError(NOT_A_PICTURE) from error
