"""A setting's value in words, where there is no control to show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.languages import name_of
from portal.toggles import Choice, Column, Group, Lines, OwnTexts, PortalSetting, Table, Toggle


def in_words(setting: PortalSetting, value: Any) -> str:
    """Say what a setting is."""
    if isinstance(setting, Toggle):
        return _("On") if value else _("Off")
    if isinstance(setting, Choice):
        return str(dict(setting.flatchoices).get(value, value))
    return _several(setting, value) or _("Empty")


def _several(setting: PortalSetting, value: Any) -> str:
    if isinstance(setting, Lines):
        return ", ".join(value)
    if isinstance(setting, Table):
        return "; ".join(_row(setting.columns, row) for row in value)
    if isinstance(setting, Group):
        return _row(setting.columns, value)
    if isinstance(setting, OwnTexts):
        return ", ".join(_counted(language, len(own)) for language, own in value.items())
    return str(value)


def _counted(language: str, count: int) -> str:
    said = ngettext("%(count)d text in %(language)s", "%(count)d texts in %(language)s", count)
    return said % {"count": count, "language": name_of(language)}


def _row(columns: tuple[Column, ...], row: Mapping[str, Any]) -> str:
    cells = [(column.label, column.in_words(row)) for column in columns]
    return ", ".join(f"{label}: {cell}" for label, cell in cells if cell != "")
