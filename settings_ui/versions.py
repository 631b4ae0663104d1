"""Which version of a portal's settings a change was made for: If-Match and ETag."""

from __future__ import annotations

from django.utils.http import parse_etags

from portal.models import PortalSettings


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
    return {int(version) for version in named if version.isascii() and version.isdigit()}
