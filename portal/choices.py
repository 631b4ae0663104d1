"""What a setting that is one of a few can be."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdentifyBy(models.TextChoices):
    """Which field of the snippet says who the customer is."""

    EMAIL = "email", _("E-mail address")
    CUSTOMER_ID = "customer_id", _("Stripe customer id")


class Proration(models.TextChoices):
    """Stripe's three ways to charge a plan change."""

    ALWAYS_INVOICE = "always_invoice", _("The difference is paid at once")
    CREATE_PRORATIONS = "create_prorations", _("The difference is paid with the next invoice")
    NONE = "none", _("The new price counts from the next renewal")
