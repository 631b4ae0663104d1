"""What the operator's staff see at /staff/: everything that explains a merchant's trouble, to read.

Nothing can be changed here, and no key is ever in clear: merchants change their own things.
"""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    Activity,
    ApiToken,
    Invitation,
    Membership,
    Merchant,
    OwnerNotice,
    StripeConnection,
    StripeEvent,
    User,
)


class StaffSite(admin.AdminSite):
    """Django's admin, entered as the dashboard is: with the second factor where there is one."""

    site_title = site_header = _("Servicebot staff")
    index_title = _("Merchants and what happened to them")
    site_url = None

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead to the product's own log-in; refuse whoever isn't staff."""
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Lead to where everybody changes theirs."""
        return redirect("account_change_password")


staff = StaffSite(name="admin")


class ReadOnlyAdmin(admin.ModelAdmin):
    """A model that staff may look at."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Answer no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Answer no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Answer no."""
        return False


class ReadOnlyInline(admin.TabularInline):
    """Rows of another model, to look at."""

    extra = 0
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Answer no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Answer no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Answer no."""
        return False


class MembershipInline(ReadOnlyInline):
    """The team, or the teams of a person."""

    model = Membership
    fields = ("merchant", "user", "role")


class ConnectionInline(ReadOnlyInline):
    """How the merchant's Stripe is reached."""

    model = StripeConnection
    fields = ("mode", "api_key_hint", "checked_at", "refused_since", "failing_since")
    readonly_fields = ("api_key_hint",)


@admin.register(Merchant, site=staff)
class MerchantAdmin(ReadOnlyAdmin):
    """Merchants, by their name or somebody of their team."""

    list_display = ("name", "created_at", "id")
    search_fields = ("name", "memberships__user__email", "portals__public_id")
    inlines: ClassVar = [MembershipInline, ConnectionInline]


@admin.register(User, site=staff)
class UserAdmin(ReadOnlyAdmin):
    """People of the dashboard."""

    list_display = ("email", "name", "joined_at", "last_login", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    fields = ("email", "name", "joined_at", "last_login", "is_active", "is_staff", "is_superuser")
    inlines: ClassVar = [MembershipInline]


@admin.register(StripeConnection, site=staff)
class ConnectionAdmin(ReadOnlyAdmin):
    """Keys by their hint alone, and how they fare."""

    list_display = ("merchant", "mode", "api_key_hint", "checked_at", "refused_since", "is_told")
    list_filter = ("mode",)
    search_fields = ("merchant__name",)
    fields = (
        *("merchant", "mode", "api_key_hint", "checked_at"),
        *("endpoint_id", "refused_since", "failing_since"),
    )
    readonly_fields = ("api_key_hint",)


@admin.register(Activity, site=staff)
class ActivityAdmin(ReadOnlyAdmin):
    """What was done, newest first."""

    list_display = ("at", "merchant", "kind", "who", "action", "subject", "mode")
    list_filter = ("kind", "mode", "action")
    list_select_related = ("merchant",)
    search_fields = ("merchant__name", "who", "customer_id", "subject", "request_id")
    ordering = ("-at",)


@admin.register(StripeEvent, site=staff)
class StripeEventAdmin(ReadOnlyAdmin):
    """What Stripe told of."""

    list_display = ("created_at", "connection", "type", "object_id", "customer_id")
    search_fields = ("event_id", "object_id", "customer_id", "connection__merchant__name")
    list_select_related = ("connection__merchant",)
    ordering = ("-created_at",)


@admin.register(Invitation, site=staff)
class InvitationAdmin(ReadOnlyAdmin):
    """Places in a team that wait for somebody."""

    list_display = ("email", "merchant", "role", "created_at", "expires_at")
    search_fields = ("email", "merchant__name")
    fields = ("merchant", "email", "role", "invited_by", "created_at", "expires_at")


@admin.register(ApiToken, site=staff)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens by name; not even staff can read one."""

    list_display = ("name", "membership", "role", "created_at", "last_used_at", "expires_at")
    search_fields = ("name", "membership__user__email", "membership__merchant__name")
    fields = list_display


@admin.register(OwnerNotice, site=staff)
class OwnerNoticeAdmin(ReadOnlyAdmin):
    """E-mails that owners got about trouble."""

    list_display = ("sent_at", "merchant", "kind", "subject")
    search_fields = ("merchant__name", "subject")
    ordering = ("-sent_at",)
