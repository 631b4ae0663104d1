"""Who: users, the merchants they belong to, and each merchant's way to Stripe."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.activity import Activity as Activity
from accounts.fields import EncryptedTextField
from accounts.roles import Right, Role, may, narrower
from servicebot.gateway.client import Gateway


def endpoint_slug() -> str:
    """Return a new last part of an address, which nobody guesses."""
    return secrets.token_hex(16)


class Mode(models.TextChoices):
    """Stripe's two worlds."""

    TEST = "test", _("Test")
    LIVE = "live", _("Live")


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Make a user; the address is kept as given but for the domain's case."""
        user: User = self.model(email=self.normalize_email(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Make one of the operator's staff."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person of the dashboard, known by e-mail. Customers are never users."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email


class Merchant(models.Model):
    """A tenant: a business that sells subscriptions on Stripe."""

    name = models.CharField(_("name"), max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    def connection(self, mode: str) -> StripeConnection | None:
        """Return the way to this merchant's Stripe in one mode, if there is one."""
        return self.connections.filter(mode=mode).first()


class Membership(models.Model):
    """A user's place in a merchant's team."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "merchant"], name="one_membership_each")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.merchant}"

    @property
    def rights(self) -> dict[str, bool]:
        """What this member may do: every Right by its name."""
        return {right.value: may(self.role, right) for right in Right}


class Invitation(models.Model):
    """A place in a team that waits for somebody; only a digest of what the e-mail holds is kept."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "email"], name="one_invitation_each")
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.merchant}"

    @property
    def has_ended(self) -> bool:
        """Whether it can't be accepted any more."""
        return self.expires_at <= timezone.now()


class StripeConnection(models.Model):
    """A merchant's keys in one mode; connecting.py checks them before they are saved."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="connections")
    mode = models.CharField(max_length=4, choices=Mode.choices)
    api_key = EncryptedTextField()
    publishable_key = EncryptedTextField()
    checked_at = models.DateTimeField()
    endpoint_id = models.CharField(max_length=255, blank=True, default="")
    endpoint_secret = EncryptedTextField(blank=True, default="")
    # The end of the address that Stripe alone is told. It opens nothing, but who calls there may
    # have us say that Stripe's events fail, so it isn't guessed.
    endpoint_slug = models.SlugField(max_length=32, unique=True, default=endpoint_slug)
    # Names of servicebot.gateway.permissions that the key lacks, none of them required.
    lacking = models.JSONField(default=list, blank=True)
    # Since when Stripe refuses the key, and since when its events fail; see accounts/health.py.
    refused_since = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    # Another each time that the catalogue changes; portal/catalogue.py keeps what it reads by it.
    catalogue_turn = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "mode"], name="one_connection_a_mode")
        ]

    def __str__(self) -> str:
        return f"{self.merchant} in {self.mode} mode"

    @cached_property
    def gateway(self) -> Gateway:
        """The merchant's account; health.py reads off it how Stripe took the key."""
        return Gateway(self.api_key, settings.STRIPE_API_BASE)

    @property
    def api_key_hint(self) -> str:
        """Enough of the key to recognise it, too little to use it."""
        return f"{self.api_key[:8]}…{self.api_key[-4:]}"

    @property
    def is_told(self) -> bool:
        """Whether the merchant's Stripe tells us of changes; listening.py asks it to."""
        return bool(self.endpoint_id)


class StripeEvent(models.Model):
    """Something that a merchant's Stripe told us of: what happened to which object, and whose."""

    connection = models.ForeignKey(StripeConnection, models.CASCADE, related_name="events")
    event_id = models.CharField(max_length=255)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255, blank=True)
    customer_id = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "event_id"], name="each_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.object_id}"


class OwnerNotice(models.Model):
    """The last e-mail of its kind to a merchant's owners, so that one trouble is told once.

    `over_at` is since when all is well again; accounts/notices.py says when it is told anew.
    """

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=255, blank=True, default="")
    sent_at = models.DateTimeField(default=timezone.now)
    over_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "kind", "subject"], name="one_notice_a_trouble"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


def in_a_year() -> datetime:
    """Return when a token ends of which nothing else was said."""
    return timezone.now() + timedelta(days=365)


class ApiToken(models.Model):
    """A key to the merchant API with a role and an end; only its digest is kept.

    It hangs on who made it, and never allows more than they may now.
    """

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.ADMIN)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=in_a_year)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def make(
        cls,
        membership: Membership,
        name: str,
        role: str = Role.ADMIN,
        expires_at: datetime | None = None,
    ) -> str:
        """Make a token, good for a year where no end is given, and return it; it can't be read
        again."""
        value = f"sb_api_{secrets.token_urlsafe(32)}"
        cls.objects.create(
            membership=membership,
            name=name,
            role=role,
            digest=digest_of(value),
            expires_at=expires_at or in_a_year(),
        )
        return value

    @classmethod
    def found(cls, value: str) -> ApiToken | None:
        """Return the token that this is, noting its use; None where it is none or has ended."""
        token = (
            cls.objects.select_related("membership__merchant", "membership__user")
            .filter(digest=digest_of(value), membership__user__is_active=True)
            .filter(expires_at__gt=timezone.now())
            .first()
        )
        if token is not None and is_due(token.last_used_at):
            token.last_used_at = timezone.now()
            token.save(update_fields=["last_used_at"])
        return token

    @property
    def has_ended(self) -> bool:
        """Whether it opens nothing any more."""
        return self.expires_at <= timezone.now()

    @property
    def allows(self) -> Role:
        """The role that it acts in."""
        return narrower(self.role, self.membership.role)


def digest_of(value: str) -> str:
    """Return what is kept of a token: it is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(value.encode()).hexdigest()


def is_due(last_used_at: datetime | None) -> bool:
    """Whether a use is noted again: once a minute says enough and writes little."""
    return last_used_at is None or timezone.now() - last_used_at > timedelta(minutes=1)
