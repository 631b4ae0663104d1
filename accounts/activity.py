"""What was done in a merchant's dashboard and portals, by whom: written once, never changed.

An entry says who did what to which thing, what it was before and is after, and for what a customer
did the id of Stripe's request. It never holds a secret.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import Membership


class ActivityKind(models.TextChoices):
    """Who did it."""

    MEMBER = "member", _("Team")
    CUSTOMER = "customer", _("Customers")


class ActivityAction(models.TextChoices):
    """What was done. Those of customers are the policy's actions."""

    SETTING_CHANGED = "setting_changed", _("changed a setting")
    SETTINGS_COPIED = "settings_copied", _("copied settings from another portal")
    PORTAL_OPENED = "portal_opened", _("opened a portal")
    PORTAL_RENAMED = "portal_renamed", _("renamed a portal")
    PORTAL_DELETED = "portal_deleted", _("deleted a portal")
    SERVICE_CHANGED = "service_changed", _("changed a service")
    SECRET_ROTATED = "secret_rotated", _("rotated the secret key")
    SECRET_REVOKED = "secret_revoked", _("revoked a secret key")
    SESSIONS_ENDED = "sessions_ended", _("ended sessions of customers")
    SECRET_SHOWN = "secret_shown", _("looked at the secret key")
    STRIPE_CONNECTED = "stripe_connected", _("connected Stripe")
    STRIPE_DISCONNECTED = "stripe_disconnected", _("disconnected Stripe")
    MERCHANT_RENAMED = "merchant_renamed", _("renamed the merchant")
    MERCHANT_EXPORTED = "merchant_exported", _("downloaded all that is kept of the merchant")
    MEMBER_INVITED = "member_invited", _("invited somebody")
    INVITATION_REVOKED = "invitation_revoked", _("took an invitation back")
    MEMBER_JOINED = "member_joined", _("joined the team")
    MEMBER_LEFT = "member_left", _("left the team")
    MEMBER_REMOVED = "member_removed", _("removed somebody from the team")
    ROLE_CHANGED = "role_changed", _("changed a role")
    TOKEN_MADE = "token_made", _("made an API token")
    TOKEN_ENDED = "token_ended", _("ended an API token")
    ACTIVITY_EXPORTED = "activity_exported", _("downloaded the activity")
    CUSTOMER_ERASED = "customer_erased", _("erased a customer from the activity")
    CHANGE_PLAN = "change_plan", _("changed plan")
    CHANGE_QUANTITY = "change_quantity", _("changed quantity")
    APPLY_COUPON = "apply_coupon", _("used a code")
    CANCEL = "cancel", _("canceled")
    UNDO_CANCEL = "undo_cancel", _("kept the subscription after all")
    UNDO_SCHEDULED_CHANGE = "undo_scheduled_change", _("kept the plan after all")
    RESUME = "resume", _("resumed")
    RESUBSCRIBE = "resubscribe", _("subscribed again")
    UPDATE_CARD = "update_card", _("saved a card")
    REMOVE_CARD = "remove_card", _("removed a card")
    UPDATE_BILLING_DETAILS = "update_billing_details", _("changed billing details")
    PAY_INVOICE = "pay_invoice", _("paid an invoice")


class AppendOnlyError(Exception):
    """Somebody tried to change or delete what was noted."""


class ActivityQuerySet(models.QuerySet["Activity"]):
    """Entries, which may be read, and forgotten where that is promised."""

    def update(self, **_values: Any) -> int:
        """Refuse: what was noted stays as it was."""
        raise AppendOnlyError

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse; `erase` and `forget` say why something goes."""
        raise AppendOnlyError

    def of_customer(self, merchant_id: int, customer_id: str) -> ActivityQuerySet:
        """Return all that tells of one customer: theirs, what else they did by that name, and
        that a member ended their sessions."""
        mine = self.filter(merchant=merchant_id)
        own = Q(kind=ActivityKind.CUSTOMER, customer_id=customer_id)
        names = set(mine.filter(own).values_list("who", flat=True))
        by_name = Q(kind=ActivityKind.CUSTOMER, who__in=names)
        said = [f"email:{name}"[:255] for name in names] + [f"customer:{customer_id}"]
        ended = Q(action=ActivityAction.SESSIONS_ENDED, subject__in=said)
        return mine.filter(own | by_name | ended)

    def erase(self, merchant_id: int, customer_id: str) -> int:
        """Forget one customer of a merchant; return how many entries that were."""
        found = self.of_customer(merchant_id, customer_id)
        return super(ActivityQuerySet, found).delete()[0]

    def forget(self, before: datetime) -> int:
        """Forget what is older than what is kept; return how many entries that were."""
        return super(ActivityQuerySet, self.filter(at__lt=before)).delete()[0]


class Activity(models.Model):
    """Somebody of the team, or a customer, did something."""

    merchant = models.ForeignKey("accounts.Merchant", models.CASCADE, related_name="activity")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=8, choices=ActivityKind.choices)
    action = models.CharField(max_length=30, choices=ActivityAction.choices)
    who = models.CharField(max_length=512)  # a member's e-mail, or the identity that was proven
    portal_id = models.CharField(max_length=20, blank=True, default="")  # its public id
    mode = models.CharField(max_length=4, blank=True, default="")
    customer_id = models.CharField(max_length=255, blank=True, default="")
    subject = models.CharField(max_length=255, blank=True, default="")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=100, blank=True, default="")
    comment = models.CharField(max_length=500, blank=True, default="")
    request_id = models.CharField(max_length=100, blank=True, default="")  # Stripe's

    objects: ClassVar = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activity"
        indexes: ClassVar = [
            models.Index(fields=["merchant", "-at"], name="activity_newest"),
            models.Index(fields=["merchant", "customer_id"], name="activity_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.who}: {self.action} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new entry; raises AppendOnlyError for one that is there."""
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise AppendOnlyError


def note_member(
    membership: Membership,
    action: str,
    *,
    portal_id: str = "",
    mode: str = "",
    subject: str = "",
    before: Any = None,
    after: Any = None,
) -> Activity:
    """Note what a member of a team did; never with a secret in it."""
    made: Activity = Activity.objects.create(
        merchant=membership.merchant,
        kind=ActivityKind.MEMBER,
        action=action,
        who=membership.user.email,
        portal_id=portal_id,
        mode=mode,
        subject=subject,
        before=before,
        after=after,
    )
    return made
