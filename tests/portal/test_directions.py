"""The portal's styles know no left and right, so that they mirror; what they can't say otherwise is
listed."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

SHEETS = ("tokens.css", "portal/portal.css", "portal/preview.css")
SIDES = re.compile(r"\b(left|right)\b|translateX|skewX|scaleX")
SHORTHAND = re.compile(r"\b(?:margin|padding|inset|border-width|border-radius): *([^;]+);")
# Pictures are placed by side, and by the other one where the page is mirrored.
ALLOWED = ["object-position: left center;", "object-position: right center;"]


def physical(css: str) -> list[str]:
    """Return the lines that would stay where they are in a mirrored page."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    lines = [line.strip() for line in bare.splitlines()]
    return [line for line in lines if SIDES.search(line) or _has_two_sides(line)]


def _has_two_sides(line: str) -> bool:
    found = SHORTHAND.search(line)
    values = found[1].split() if found and "(" not in found[1] else []
    return len(values) == 4 and values[1] != values[3]


@pytest.mark.parametrize("sheet", SHEETS)
def test_styles_mirror(sheet: str) -> None:
    css = (settings.BASE_DIR / "static" / sheet).read_text()

    assert [line for line in physical(css) if line not in ALLOWED] == []


@pytest.mark.parametrize(
    "line",
    [
        "margin-left: 1px;",
        "text-align: right;",
        "float: left;",
        "left: 0;",
        "border-top-left-radius: 2px;",
        "padding: 1px 2px 3px 4px;",
        "transform: translateX(2px);",
    ],
)
def test_one_that_would_not_is_found(line: str) -> None:
    assert physical(f".a {{\n  {line}\n}}") == [line]


def test_a_picture_has_its_other_side() -> None:
    css = (settings.BASE_DIR / "static" / "portal/portal.css").read_text()

    assert re.search(r":dir\(rtl\) img \{\s+object-position: right center;", css)


def test_what_is_typed_finds_its_own_direction() -> None:
    pages = (settings.BASE_DIR / "portal/templates/portal").glob("*.html")
    typed = re.compile(
        r"<(?:textarea|input (?![^>]*type=\"(?:hidden|radio|checkbox|number)\"))[^>]*>"
    )
    fields = [field for page in pages for field in typed.findall(page.read_text())]

    assert len(fields) >= 10
    assert [field for field in fields if 'dir="auto"' not in field] == []
