"""The portal's public id in an address: 20 letters and digits, and anything else is not found."""

from __future__ import annotations

from django.urls.converters import StringConverter


class PortalIdConverter(StringConverter):
    """Matches what could be a portal's id, so that no other text reaches the database."""

    regex = "[A-Za-z0-9]{20}"
