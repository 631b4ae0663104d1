"""What a merchant sees."""

from __future__ import annotations

from django.apps import AppConfig


class SettingsUiConfig(AppConfig):
    """The dashboard."""

    name = "settings_ui"
