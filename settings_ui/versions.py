"""Which version of a portal's settings a change was made for: If-Match and ETag."""

from __future__ import annotations

from django.utils.http import parse_etags

from portal.models import PortalSettings

MOST_DIGITS = 10


def etag_of(settings: PortalSettings) -> str:
    """Return the version as an ETag."""
    return f'"{settings.version}"'


def versions_in(header: str | None) -> set[int] | None:
    """Return the versions that an If-Match allows, None where it allows any."""
    etags = parse_etags(header) if header is not None else ["*"]
    if "*" in etags:
        return None
    # A proxy that compresses makes the tag weak; the version in it is as exact as before.
    named = (etag.removeprefix("W/").strip('"') for etag in etags)
    return set().union(*(version_in(text) for text in named))


def version_in(text: str) -> set[int]:
    """Return the version that a text names: none where it is no number that one can be."""
    is_one = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return {int(text)} if is_one else set()
