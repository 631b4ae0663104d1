"""What of django-allauth's doors is open."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """E-mail log-in alone: accounts are made by `manage.py create_merchant`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer no: nobody signs up by themselves yet."""
        return False
