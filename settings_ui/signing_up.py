"""Signing up: the person, their merchant and its first portal, made together or not at all."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm
from allauth.core import context
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.adapter import INVITATION
from accounts.models import Merchant, User
from portal.opening import open_for


class SignUpForm(SignupForm):
    """E-mail, password and the merchant's name; who is invited joins one and names none."""

    merchant = forms.CharField(
        label=_("Name of your business"),
        max_length=Merchant._meta.get_field("name").max_length,
        help_text=_("Your team sees it here. It can be changed later."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    field_order = ("email", "password1", "merchant")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if context.request.session.get(INVITATION):
            del self.fields["merchant"]

    def try_save(self, request: HttpRequest) -> Any:
        """Make the account; a second one for the address is answered as if it were the first."""
        try:
            return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        """Make the user, and their merchant with a portal where they name one."""
        user: User = super().save(request)
        if "merchant" in self.cleaned_data:
            open_for(user, self.cleaned_data["merchant"])
        return user
