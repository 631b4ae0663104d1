"""How a portal looks: what a merchant may set of it, and the style sheet that comes of it.

Nothing that was typed reaches the style sheet but a colour's six digits; all else is chosen.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from csp.constants import SELF
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.contrast import BLACK, SHAPE, TEXT, WHITE, ink_on, mixed, readable
from portal.logo import validate_logo
from portal.toggles import Column

# Of cards, and of what is in them. What the portal has by itself is empty.
RADII = {"none": ("0px", "0px"), "small": ("6px", "3px"), "medium": (), "large": ("18px", "10px")}
FONTS = {
    "system": "",
    "serif": 'ui-serif, Charter, "Iowan Old Style", Georgia, Cambria, "Times New Roman", serif',
    "rounded": 'ui-rounded, "SF Pro Rounded", "Hiragino Maru Gothic ProN", '
    '"Arial Rounded MT Bold", Nunito, Quicksand, system-ui, sans-serif',
    "mono": "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
}
SCHEMES = {"automatic": "", "light": "light", "dark": "dark"}
RADIUS_LABELS = (_("Square"), _("Small"), _("Medium"), _("Large"))
FONT_LABELS = (_("System"), _("Serif"), _("Rounded"), _("Monospaced"))
SCHEME_LABELS = (_("Automatic"), _("Light"), _("Dark"))
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# What text in the accent stands on, the portal's papers: static/tokens.css.
PAPERS = {"light": ("#ffffff", "#f6f7f9"), "dark": ("#14161a", "#1b1e24", "#101216")}
TOWARD = {"light": BLACK, "dark": WHITE}

COLUMNS = (
    Column(
        "accent",
        _("Accent colour"),
        kind="colour",
        hint=_("As # and six digits. Empty, the portal's own blue."),
    ),
    Column("radius", _("Corners"), choices=tuple(RADII), labels=RADIUS_LABELS, default="medium"),
    Column("font", _("Font"), choices=tuple(FONTS), labels=FONT_LABELS, default="system"),
    Column(
        "scheme",
        _("Light or dark"),
        choices=tuple(SCHEMES),
        labels=SCHEME_LABELS,
        default="automatic",
    ),
    Column("logo", _("Logo"), kind="image", hint=_("PNG, JPEG or WebP, 64 KB at most.")),
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
    if not COLOUR.fullmatch(str(value.get("accent") or BLACK)):
        raise ValidationError(_("Write the colour as # and six digits, such as #3355cc."))
    if value.get("logo"):
        validate_logo(value["logo"])


def stylesheet(look: Mapping[str, Any]) -> SafeString:
    """Return what the look sets of the portal's tokens, empty where it sets nothing.

    It stands in the page itself, whose policy allows it by `source_of`.
    """
    accent = _accent(look)
    colours = _colours(accent) if accent else {}
    declared = {**_scheme(look), **_radius(look), **_font(look), **colours}
    lines = "".join(f"  {name}: {value};\n" for name, value in declared.items())
    sheet = f":root {{\n{lines}}}\n" if declared else ""
    return mark_safe(sheet)  # noqa: S308 -- six digits, and what is chosen here  # nosec B308


def source_of(sheet: str) -> str:
    """Return how a Content-Security-Policy allows this very style sheet inside of a page.

    https://www.w3.org/TR/CSP3/#grammardef-hash-source
    """
    digest = hashlib.sha256(sheet.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def styles_allowed(sheet: str) -> list[str]:
    """Return the style-src of a page that has this sheet in it: that one, and our files."""
    return [SELF, source_of(sheet)] if sheet else [SELF]


def pinned_scheme(look: Mapping[str, Any]) -> str:
    """Return light or dark where the look says so, whatever the customer's device prefers."""
    return SCHEMES.get(look.get("scheme", ""), "")


def remarks(look: Mapping[str, Any]) -> list[str]:
    """Say what is done with the accent so that everybody can read what is written in it."""
    accent = _accent(look)
    if not accent:
        return []
    pinned = pinned_scheme(look)
    found = {s: as_text(accent, s) for s in PAPERS if pinned in ("", s)}
    words = {
        "light": gettext(
            "As text, this colour is darkened to %(colour)s so that everybody can read it."
        ),
        "dark": gettext(
            "As text on dark, it is lightened to %(colour)s so that everybody can read it."
        ),
    }
    said = [
        words[scheme] % {"colour": colour} for scheme, colour in found.items() if colour != accent
    ]
    if ink_on(accent) == BLACK:
        said.append(gettext("On buttons of this colour the text is black."))
    return said


def as_text(accent: str, scheme: str) -> str:
    """Return the accent as it is written with: with enough contrast wherever text stands."""
    grounds = (*PAPERS[scheme], ground(accent, scheme))
    return readable(accent, grounds, TOWARD[scheme], TEXT)


def ground(accent: str, scheme: str) -> str:
    """Return the accent as something to write on."""
    if scheme == "light":
        return mixed(accent, WHITE, 0.09)
    return mixed(accent, PAPERS["dark"][1], 0.24)


def _accent(look: Mapping[str, Any]) -> str:
    return str(look.get("accent") or "").lower()


@lru_cache(maxsize=1000)  # a millisecond of trying, for every frame that is opened
def _colours(accent: str) -> Mapping[str, str]:
    ink = ink_on(accent)
    edges = {scheme: readable(accent, PAPERS[scheme], TOWARD[scheme], SHAPE) for scheme in PAPERS}
    return {
        "--accent": accent,
        "--accent-ink": ink,
        # Away from what is written on it.
        "--accent-pressed": mixed(WHITE if ink == BLACK else BLACK, accent, 0.12),
        "--accent-edge": _both(edges),
        "--accent-text": _both({scheme: as_text(accent, scheme) for scheme in PAPERS}),
        "--accent-bg": _both({scheme: ground(accent, scheme) for scheme in PAPERS}),
    }


def _both(colours: Mapping[str, str]) -> str:
    return f"light-dark({colours['light']}, {colours['dark']})"


def _scheme(look: Mapping[str, Any]) -> dict[str, str]:
    pinned = pinned_scheme(look)
    return {"color-scheme": pinned} if pinned else {}


def _radius(look: Mapping[str, Any]) -> dict[str, str]:
    sizes = RADII.get(look.get("radius", ""), ())
    return dict(zip(("--radius", "--radius-small"), sizes, strict=False))


def _font(look: Mapping[str, Any]) -> dict[str, str]:
    family = FONTS.get(look.get("font", ""), "")
    return {"--font": family} if family else {}
