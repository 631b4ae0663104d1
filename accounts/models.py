"""Who: users, the merchants they belong to, and each merchant's way to Stripe."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import EncryptedTextField
from servicebot.gateway.client import Gateway


class Mode(models.TextChoices):
    """Stripe's two worlds."""

    TEST = "test", _("Test")
    LIVE = "live", _("Live")


class Role(models.TextChoices):
    """What a user may do in a merchant's dashboard; product.md section 7."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    VIEWER = "viewer", _("Viewer")


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
    def may_edit(self) -> bool:
        """Whether this member changes settings and sees secrets."""
        return self.role in {Role.OWNER, Role.ADMIN}

    @property
    def is_owner(self) -> bool:
        """Whether this member connects Stripe."""
        return self.role == Role.OWNER


class StripeConnection(models.Model):
    """A merchant's keys in one mode; connecting.py checks them before they are saved."""

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="connections")
    mode = models.CharField(max_length=4, choices=Mode.choices)
    api_key = EncryptedTextField()
    publishable_key = EncryptedTextField()
    checked_at = models.DateTimeField()
    endpoint_id = models.CharField(max_length=255, blank=True, default="")
    endpoint_secret = EncryptedTextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "mode"], name="one_connection_a_mode")
        ]

    def __str__(self) -> str:
        return f"{self.merchant} in {self.mode} mode"

    @property
    def gateway(self) -> Gateway:
        """The merchant's account."""
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


class ApiToken(models.Model):
    """A member's key to the merchant API; only its digest is kept."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def make(cls, membership: Membership, name: str) -> str:
        """Make a token and return it; it can't be read again."""
        value = f"sb_api_{secrets.token_urlsafe(32)}"
        cls.objects.create(membership=membership, name=name, digest=cls.digest_of(value))
        return value

    @staticmethod
    def digest_of(value: str) -> str:
        """Return what is kept of a token: it is random, so one round of SHA-256 is enough."""
        return hashlib.sha256(value.encode()).hexdigest()

    @classmethod
    def membership_of(cls, value: str) -> Membership | None:
        """Return whose token this is, noting its use; None where it is nobody's."""
        token = (
            cls.objects.select_related("membership__merchant", "membership__user")
            .filter(digest=cls.digest_of(value), membership__user__is_active=True)
            .first()
        )
        if token is None:
            return None
        token.last_used_at = timezone.now()
        token.save(update_fields=["last_used_at"])
        return token.membership
