"""What a customer sees and does."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The portal of a merchant."""

    name = "portal"
