"""What a merchant types besides settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Mode
from accounts.roles import Role
from portal.names import LENGTH_AT_MOST
from servicebot.gateway.shapes import Product


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

    def attend(self) -> None:
        """Have the page open at the first key that something is wrong with."""
        for name in [name for name in self.fields if name in self.errors][:1]:
            self.fields[name].widget.attrs["autofocus"] = True


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


class NameForm(forms.Form):
    """What a merchant or a portal is called."""

    name = forms.CharField(label=_("Name"), max_length=150)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"


class DeleteForm(forms.Form):
    """A name typed once more, so that nothing is deleted by a slip."""

    typed = forms.CharField(label=_("Type its name to delete it"), max_length=150)

    def __init__(self, name: str, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.name = name
        self.fields["typed"].widget.attrs["autocomplete"] = "off"

    def clean_typed(self) -> str:
        """Refuse another name."""
        typed: str = self.cleaned_data["typed"]
        if typed != self.name.strip():
            raise forms.ValidationError(_("That isn't its name. Nothing was deleted."))
        return typed


class RoleForm(forms.Form):
    """A place in the team."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)


class InviteForm(RoleForm):
    """Who is invited, as what."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    field_order = ["email", "role"]


class TokenForm(forms.Form):
    """An API token to make."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What it is for, such as “Deployment”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        initial=Role.VIEWER,
        help_text=_("It can do what this role can, and never more than you."),
    )
    days = forms.TypedChoiceField(
        label=_("Ends after"),
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("A year"))],
        coerce=int,
        initial=90,
    )


class ProductForm(forms.Form):
    """What is set for a product; portal.services checks it."""

    service = forms.CharField(
        label=_("Service"),
        max_length=LENGTH_AT_MOST,
        required=False,
        help_text=_("One that there is or a new one. Empty, it is no plan."),
        widget=forms.TextInput(attrs={"list": "service-names", "autocomplete": "off"}),
    )
    tier = forms.CharField(
        label=_("Name of the plan"),
        max_length=LENGTH_AT_MOST,
        required=False,
        help_text=_("As customers read it. Empty, the product's name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    is_featured = forms.BooleanField(
        label=_("Recommend it: it is marked where customers choose a plan"), required=False
    )
    is_hidden = forms.BooleanField(
        label=_("Hide it: nobody can move to it, and who is on it keeps it"), required=False
    )
    quantity_enabled = forms.BooleanField(
        label=_("Customers change how many they have"), required=False
    )
    is_addon = forms.BooleanField(
        label=_("It is an add-on: sold beside a plan, and none itself"), required=False
    )

    def __init__(self, product: Product, values: Mapping[str, Any]) -> None:
        super().__init__(initial=dict(values), auto_id=f"{product.id}-%s")
        self.fields["tier"].widget.attrs["placeholder"] = product.name
        counted = self.fields["quantity_enabled"]
        if product.unit_label:
            label = {"unit": product.unit_label}
            counted.help_text = _("Counted by the product's unit: %(unit)s.") % label
        else:
            counted.help_text = _("Needs a unit label at the product in Stripe, such as seat.")
            counted.disabled = not values["quantity_enabled"]


class EraseForm(forms.Form):
    """Which customer to forget."""

    customer = forms.RegexField(
        r"^cus_[A-Za-z0-9]{1,250}\Z",
        label=_("Customer id"),
        help_text=_("It begins with cus_ and is on the customer's page at Stripe."),
        error_messages={"invalid": _("A customer id begins with cus_, then letters and digits.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
