"""Whether people can read it: WCAG's contrast of two colours, and colours that have enough of it.

Colours are # and six digits. https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

from collections.abc import Collection

TEXT = 4.5  # what text needs
SHAPE = 3.0  # what the edge of a control needs
BLACK, WHITE = "#000000", "#ffffff"


def contrast(one: str, other: str) -> float:
    """Return the ratio of two colours, from 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return how light a colour is, from 0 for black to 1 for white."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink_on(colour: str) -> str:
    """Return black or white, whichever reads better on a colour: one always has enough."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, colour))


def readable(colour: str, grounds: Collection[str], toward: str, ratio: float = TEXT) -> str:
    """Return the first colour on the way to another that has the contrast on every ground."""
    for percent in range(101):
        found = mixed(toward, colour, percent / 100)
        if all(contrast(found, ground) >= ratio for ground in grounds):
            return found
    return toward


def mixed(one: str, other: str, share: float) -> str:
    """Return a mixture with this share of the first colour."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
