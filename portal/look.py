"""How a portal looks: what a merchant may set of it."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.toggles import Column

RADII = ("none", "small", "medium", "large")
FONTS = ("system", "serif", "rounded", "mono")
SCHEMES = ("automatic", "light", "dark")
COLOUR = re.compile(r"#[0-9a-f]{6}")

COLUMNS = (
    Column("accent", _("Accent colour")),
    Column("radius", _("Corners"), choices=RADII, default="medium"),
    Column("font", _("Font"), choices=FONTS, default="system"),
    Column("scheme", _("Light or dark"), choices=SCHEMES, default="automatic"),
    Column("logo", _("Logo")),
)


def validate_look(value: Any) -> None:
    """Raise ValidationError unless this is a mapping of the columns to values that they take."""
    if not isinstance(value, dict):
        raise ValidationError(_("Give a mapping."))
    columns = {column.name: column for column in COLUMNS}
    for name, given in value.items():
        column = columns.get(name)
        if column is None:
            raise ValidationError(_("%(name)s isn't part of the look."), params={"name": name})
        if column.choices and given not in column.choices:
            told = {"name": name, "choices": ", ".join(column.choices)}
            raise ValidationError(_("%(name)s is one of %(choices)s."), params=told)
    if not COLOUR.fullmatch(str(value.get("accent") or "#000000")):
        raise ValidationError(_("Write the colour as # and six digits, such as #3355cc."))
