"""Users, merchants and how they reach Stripe."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who uses the dashboard."""

    name = "accounts"
