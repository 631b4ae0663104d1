"""What a customer sees and does."""

from __future__ import annotations

from django.apps import AppConfig
from django.urls import register_converter

from portal.converters import PortalIdConverter

register_converter(PortalIdConverter, "portal_id")  # addresses name a portal: <portal_id:…>


class PortalConfig(AppConfig):
    """The portal of a merchant."""

    name = "portal"
