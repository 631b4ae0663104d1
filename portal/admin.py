"""Portals as the operator's staff see them: settings and refusals, never a secret key."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from accounts.admin import staff as staff
from portal.models import KeptMetadata, Portal, PortalSecret, PortalSettings, RefusedAttempt


class SettingsInline(ReadOnlyInline):
    """The settings in force."""

    model = PortalSettings
    template = "admin/edit_inline/stacked.html"
    fields = ("version", *PortalSettings.declared())


class SecretInline(ReadOnlyInline):
    """Secret keys by their dates alone."""

    model = PortalSecret
    fields = ("id", "created_at", "expires_at", "last_used_at")
    readonly_fields = ("id", "created_at")
    show_change_link = False


@admin.register(Portal, site=staff)
class PortalAdmin(ReadOnlyAdmin):
    """Portals, by id, name or merchant."""

    list_display = ("public_id", "name", "merchant", "mode", "created_at")
    list_filter = ("mode",)
    list_select_related = ("merchant",)
    search_fields = ("public_id", "name", "merchant__name")
    inlines: ClassVar = [SecretInline, SettingsInline]


@admin.register(RefusedAttempt, site=staff)
class RefusedAttemptAdmin(ReadOnlyAdmin):
    """Who was not let in lately."""

    list_display = ("at", "portal", "code", "fault", "origin")
    list_filter = ("code",)
    list_select_related = ("portal",)
    search_fields = ("portal__public_id", "identity", "origin")
    ordering = ("-at",)


@admin.register(KeptMetadata, site=staff)
class KeptMetadataAdmin(ReadOnlyAdmin):
    """What was set for products where the key may only read."""

    list_display = ("merchant", "mode", "product_id")
    search_fields = ("merchant__name", "product_id")
