"""Adding a passkey: one that the browser finds by itself and that asks who is there."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddPasskeyForm(AddWebAuthnForm):
    """A name, and what the browser made; static/dashboard/passkeys.js fills it in."""

    passwordless = forms.BooleanField(initial=True, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label = _("Name")
        name.help_text = _("For you, to tell it from others: the phone or computer that holds it.")
        name.max_length = 100
        name.widget.attrs["maxlength"] = "100"
