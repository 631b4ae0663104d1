"""Portals and their settings as the merchant API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portal.models import Portal, PortalSettings
from portal.toggles import Address, Group, Lines, OwnTexts, Table, Text


class PortalSerializer(serializers.ModelSerializer[Portal]):
    """A portal by its public id."""

    id = serializers.CharField(source="public_id", read_only=True)

    class Meta:
        model = Portal
        fields = ["id", "name", "mode"]
        read_only_fields = fields


class KnownNames(serializers.ModelSerializer[Portal]):
    """Takes the names that it declares and no other."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse names that aren't declared."""
        return refuse_unknown(self, attrs)


class NewPortalSerializer(KnownNames):
    """A portal to open."""

    class Meta:
        model = Portal
        fields = ["name", "mode"]


class PortalNameSerializer(KnownNames):
    """What a portal is called."""

    class Meta:
        model = Portal
        fields = ["name"]


class ColumnField(serializers.ListField):
    """A list that is kept in a JSON column."""

    def __init__(self, *, encoder: Any = None, decoder: Any = None, **kwargs: Any) -> None:
        # The two belong to the JSON column, not to the list that is in it.
        super().__init__(**kwargs)


class LinesField(ColumnField):
    """A list of texts."""

    child = serializers.CharField()


class TableField(ColumnField):
    """A list of rows, each with the same few names."""

    child = serializers.DictField()


class GroupField(serializers.DictField):
    """A mapping with the same few names, kept in a JSON column."""

    def __init__(self, *, encoder: Any = None, decoder: Any = None, **kwargs: Any) -> None:
        # The two belong to the JSON column, not to the mapping that is in it.
        super().__init__(**kwargs)


class OwnTextsField(serializers.JSONField):
    """Texts by language and key, kept in a JSON column; the setting itself says what is wrong."""


class SettingsSerializer(serializers.ModelSerializer[PortalSettings]):
    """Every setting that PortalSettings declares, with its help text."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        Lines: LinesField,
        Table: TableField,
        Group: GroupField,
        OwnTexts: OwnTextsField,
        Address: serializers.CharField,
        Text: serializers.CharField,
    }

    class Meta:
        model = PortalSettings
        fields = [*PortalSettings.declared()]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse names that aren't settings."""
        return refuse_unknown(self, attrs)


def refuse_unknown(serializer: serializers.Serializer, attrs: dict[str, Any]) -> dict[str, Any]:
    """Return what was sent, unless there is more than declared: no typing error is a change."""
    unknown = set(serializer.initial_data) - set(serializer.fields)
    if unknown:
        raise serializers.ValidationError({name: ["unknown"] for name in sorted(unknown)})
    return attrs
