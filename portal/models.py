"""Portals, their settings and their secret keys."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant, Mode, StripeConnection
from portal import keys, languages, look, names, quantities, reasons, resource
from portal.choices import IdentifyBy as IdentifyBy
from portal.choices import Proration as Proration
from portal.clicks import ActionLock as ActionLock
from portal.clicks import BegunClick as BegunClick
from portal.clicks import DoneClick as DoneClick
from portal.ending import EndedSessions as EndedSessions
from portal.ending import SignedToken as SignedToken
from portal.fetched import FetchedTexts as FetchedTexts
from portal.fetching import validate_address
from portal.hash_keys import PortalSecret as PortalSecret
from portal.kept import KeptMetadata as KeptMetadata
from portal.origins import validate_origins
from portal.refusals import RefusedAttempt as RefusedAttempt
from portal.toggles import (
    Address,
    Choice,
    Group,
    Lines,
    OwnTexts,
    PortalSetting,
    Section,
    Table,
    Text,
    Toggle,
)


class Portal(models.Model):
    """One configured page of a merchant in one mode."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="portals")
    public_id = models.CharField(max_length=20, unique=True, default=keys.new_portal_id)
    name = models.CharField(_("name"), max_length=150)
    mode = models.CharField(max_length=4, choices=Mode.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @cached_property
    def connection(self) -> StripeConnection | None:
        """The way to the merchant's Stripe in this portal's mode, as it was first asked for."""
        return self.merchant.connection(self.mode)

    @property
    def fetched_texts(self) -> dict[str, dict[str, str]]:
        """The merchant's texts as they came from their address, where there is one."""
        row = getattr(self, "fetched", None) if self.settings.custom_resource_url else None
        return row.texts if row else {}

    def active_secrets(self) -> list[PortalSecret]:
        """Return the keys that a hash may be made with now, newest first."""
        live = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return list(self.secrets.filter(live).order_by("-created_at", "-pk"))

    @cached_property
    def all_secrets(self) -> list[PortalSecret]:
        """Every key that it had when it was first asked, ended ones as well."""
        return list(self.secrets.all())

    def good_secrets(self) -> list[PortalSecret]:
        """Return those of `all_secrets` that a hash may be made with now."""
        return [secret for secret in self.all_secrets if not secret.has_ended]


class PortalSettings(models.Model):
    """What customers may do and see in one portal. Declared here once; the dashboard, the API,
    the page and the docs derive from it (CONTRIBUTING.md says how to add one)."""

    portal = models.OneToOneField(Portal, models.CASCADE, related_name="settings")
    # Set once from the portal, so that the database can hold the constraint below.
    mode = models.CharField(max_length=4, choices=Mode.choices)
    version = models.PositiveIntegerField(default=1)

    is_on = Toggle(
        _("Portal is on"),
        section=Section.PORTAL,
        default=True,
        help_text=_("Off, customers read that the page is closed; nobody can change anything."),
    )
    off_text = Text(
        _("What customers read while it is off"),
        section=Section.PORTAL,
        max_length=500,
        default="",
        blank=True,
        help_text=_("Empty, the portal says so in its own words."),
    )
    allowed_origins = Lines(
        _("Sites that may show the portal"),
        section=Section.PORTAL,
        default=list,
        blank=True,
        validators=[validate_origins],
        help_text=_(
            "One a line, such as https://shop.example.com or https://*.example.com. "
            "Other sites can't put the portal into their pages."
        ),
    )
    identify_by = Choice(
        _("How to identify customers"),
        section=Section.IDENTITY,
        max_length=11,
        choices=IdentifyBy.choices,
        default=IdentifyBy.EMAIL,
        help_text=_(
            "By e-mail, every Stripe customer with exactly that address is shown, each by itself. "
            "By customer id, that one customer."
        ),
    )
    requires_security_hash = Toggle(
        _("Enable security hash"),
        section=Section.IDENTITY,
        default=False,
        help_text=_(
            "Only visitors with a hash made on your server get in. In test mode you can try the "
            "portal without; in live mode it is always required."
        ),
    )
    requires_signed_token = Toggle(
        _("Require signed tokens"),
        section=Section.IDENTITY,
        needs=("requires_security_hash",),
        default=False,
        help_text=_("Only identities with an end of their own get in; a hash alone never expires."),
    )
    can_change_plan = Toggle(
        _("Enable change plan"),
        section=Section.PLANS,
        default=False,
        help_text=_(
            "Customers move between the plans of your service and between billing intervals. "
            "They see the exact amount first."
        ),
    )
    proration_behavior = Choice(
        _("How a plan change is charged"),
        section=Section.PLANS,
        max_length=17,
        choices=Proration.choices,
        default=Proration.ALWAYS_INVOICE,
        help_text=_(
            "And a changed quantity. A changed billing interval starts a new period and is always "
            "paid at once."
        ),
    )
    services = Lines(
        _("Services of this portal"),
        section=Section.PLANS,
        default=list,
        blank=True,
        validators=[names.validate_names],
        help_text=_("One a line, as named in Stripe. Empty, all that there are."),
    )
    schedules_downgrades = Toggle(
        _("Downgrade at the end of the period"),
        section=Section.PLANS,
        needs=("can_change_plan",),
        default=False,
        help_text=_(
            "A cheaper plan starts with the next period and can be undone until then. "
            "Off, it starts at once, with credit."
        ),
    )
    can_change_quantity = Toggle(
        _("Enable quantity management"),
        section=Section.PLANS,
        default=False,
        help_text=_(
            "Customers change how many they have, where the Stripe product has a unit label and "
            "the metadata sb_quantity_enabled=true."
        ),
    )
    quantity_rules = Table(
        _("Which quantities are offered"),
        section=Section.PLANS,
        needs=("can_change_quantity",),
        columns=quantities.COLUMNS,
        default=list,
        blank=True,
        validators=[quantities.validate_rules],
        help_text=_("By the unit label of the Stripe product; without a rule, any quantity is."),
    )
    can_cancel = Toggle(
        _("Enable cancellation"),
        section=Section.CANCELLING,
        default=False,
        help_text=_("Customers end their subscription themselves, after reading what ends when."),
    )
    asks_cancellation_reason = Toggle(
        _("Cancellation reason"),
        section=Section.CANCELLING,
        needs=("can_cancel",),
        default=False,
        help_text=_("Ask why; answering is optional. Stripe keeps it with the subscription."),
    )
    cancellation_reasons = Table(
        _("Reasons to choose from"),
        section=Section.CANCELLING,
        needs=("can_cancel", "asks_cancellation_reason"),
        columns=reasons.COLUMNS,
        default=list,
        blank=True,
        validators=[reasons.validate_reasons],
        help_text=_(
            "Your own in place of the built-in ones. Stripe files each under one of its kinds of "
            "feedback."
        ),
    )
    cancels_immediately = Toggle(
        _("Cancel immediately"),
        section=Section.CANCELLING,
        needs=("can_cancel",),
        default=False,
        help_text=_(
            "The subscription ends at once and nothing is refunded. Off, it ends with the period "
            "that is paid for, and can be kept until then."
        ),
    )
    can_resubscribe = Toggle(
        _("Allow resubscribe"),
        section=Section.RESUBSCRIBING,
        default=False,
        help_text=_(
            "Customers whose subscription was canceled can start it again. Stripe can't revive "
            "one, so this makes a new subscription on the same plan."
        ),
    )
    can_change_plan_when_canceled = Toggle(
        _("Allow plan change for canceled subscriptions"),
        section=Section.RESUBSCRIBING,
        needs=("can_change_plan", "can_resubscribe"),
        default=False,
        help_text=_("They can pick another plan while resubscribing."),
    )
    can_use_coupon = Toggle(
        _("Enable coupon"),
        section=Section.COUPONS,
        default=False,
        help_text=_("Customers enter a promotion code, see the new price, and apply it."),
    )
    can_use_coupon_to_resubscribe = Toggle(
        _("Enable coupon for resubscribe"),
        section=Section.COUPONS,
        needs=("can_resubscribe",),
        default=False,
        help_text=_("The same while resubscribing."),
    )
    accepts_coupon_ids = Toggle(
        _("Accept coupon ids"),
        section=Section.COUPONS,
        default=False,
        help_text=_("Coupon ids work like codes. Ids of internal coupons can be guessed."),
    )
    can_update_card = Toggle(
        _("Enable update card"),
        section=Section.PAYING,
        default=False,
        help_text=_("Customers replace their card. Its number goes to Stripe, never here."),
    )
    can_update_billing_details = Toggle(
        _("Enable billing details"),
        section=Section.PAYING,
        default=False,
        help_text=_("Customers change name, address, phone and tax ids; never their e-mail."),
    )
    shows_all_invoices = Toggle(
        _("Show all customer invoices"),
        section=Section.PAYING,
        default=False,
        help_text=_("One-off invoices too. Off, invoices of the subscriptions shown."),
    )
    shows_only_active_subscriptions = Toggle(
        _("Show only active subscription"),
        section=Section.SHOWING,
        default=False,
        help_text=_("Canceled subscriptions are hidden, and nobody can start one again."),
    )
    shows_actions_in_dropdown = Toggle(
        _("Use dropdown menu for subscription actions"),
        section=Section.SHOWING,
        default=False,
        help_text=_("One menu in place of buttons."),
    )
    look = Group(
        _("Look"),
        section=Section.SHOWING,
        columns=look.COLUMNS,
        remarks=look.remarks,
        default=dict,
        blank=True,
        validators=[look.validate_look],
        help_text=_("The portal takes on the look of your site; empty, it keeps its own."),
    )
    detects_browser_language = Toggle(
        _("Automatically detect browser language"),
        section=Section.LANGUAGE,
        default=True,
        help_text=_(
            "The browser's language where the portal speaks it, else the default below. Customers "
            "can choose another in the page."
        ),
    )
    default_language = Choice(
        _("Default language"),
        section=Section.LANGUAGE,
        max_length=10,
        choices=languages.choices,
        default="en",
        help_text=_("Used where neither your page nor the customer's browser says which."),
    )
    uses_custom_resource = Toggle(
        _("Add a custom resource"),
        section=Section.LANGUAGE,
        default=False,
        help_text=_("Your own texts in place of the built-in ones, by language and key."),
    )
    custom_texts = OwnTexts(
        _("Your own texts"),
        section=Section.LANGUAGE,
        needs=("uses_custom_resource",),
        read=resource.kept,
        default=dict,
        blank=True,
        help_text=_("Where there is none, customers read the built-in one."),
    )
    custom_resource_url = Address(
        _("Address of your texts"),
        section=Section.LANGUAGE,
        needs=("uses_custom_resource",),
        max_length=500,
        default="",
        blank=True,
        validators=[validate_address],
        help_text=_("JSON at an https address of yours. Texts that are saved here come first."),
    )
    handles_response = Toggle(
        _("Enable handle response"),
        section=Section.DEVELOPERS,
        default=False,
        help_text=_("Your page's handleResponse function hears what happens in the portal."),
    )
    debug_mode = Toggle(
        _("Debug mode"),
        section=Section.DEVELOPERS,
        default=False,
        help_text=_(
            "Where the snippet says debug: true, every step is written to the browser's console, "
            "and what is wrong with the page; never a secret."
        ),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(mode=Mode.TEST) | Q(requires_security_hash=True),
                name="live_requires_hash",
            )
        ]

    def __str__(self) -> str:
        return f"settings of {self.portal_id}"

    @classmethod
    def declared(cls) -> dict[str, PortalSetting]:
        """Return every setting by name, in the order declared."""
        return {f.name: f for f in cls._meta.local_fields if isinstance(f, PortalSetting)}

    def unmet_needs(self, name: str) -> list[str]:
        """Return the settings that this one needs and that are off."""
        return [need for need in self.declared()[name].needs if not getattr(self, need)]


RECOMMENDED = ("can_cancel", "asks_cancellation_reason", "can_update_card", "can_resubscribe")


def open_portal(merchant: Merchant, mode: str, name: str) -> Portal:
    """Make a portal with the recommended settings and its first secret key."""
    portal = Portal.objects.create(merchant=merchant, mode=mode, name=name)
    on = {**dict.fromkeys(RECOMMENDED, True), "requires_security_hash": mode == Mode.LIVE}
    PortalSettings.objects.create(portal=portal, mode=mode, **on)
    PortalSecret.make(portal)
    return portal
