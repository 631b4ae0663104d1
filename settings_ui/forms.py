"""What a merchant types besides settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Mode


class KeyInput(forms.TextInput):
    """A field for a key; what was typed never comes back in a page."""

    def format_value(self, value: Any) -> None:
        """Show nothing."""


class ConnectForm(forms.Form):
    """The two keys of one mode; accounts.connecting checks them."""

    api_key = forms.CharField(label=_("Restricted key"), max_length=300)
    publishable_key = forms.CharField(label=_("Publishable key"), max_length=300)

    def __init__(self, mode: str, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id=f"{mode}-%s")
        for name, start in (("api_key", "rk"), ("publishable_key", "pk")):
            self.fields[name].widget = KeyInput(
                attrs={
                    "autocomplete": "off",
                    "spellcheck": "false",
                    "autocapitalize": "off",
                    "placeholder": f"{start}_{mode}_…",
                }
            )


class NewPortalForm(forms.Form):
    """A portal to open."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("For you and your team; customers don't see it."),
    )
    mode = forms.ChoiceField(
        label=_("Mode"),
        choices=Mode.choices,
        initial=Mode.TEST,
        help_text=_("Test is where things are tried. Live is for your customers."),
    )
