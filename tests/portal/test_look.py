"""What a merchant sets of the look: its style sheet, its logo, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from django.core.exceptions import ValidationError
from django.test import SimpleTestCase

from portal import look
from portal.contrast import SHAPE, TEXT, contrast
from portal.logo import BYTES_AT_MOST, data_uri, logo_of
from tests.base import ServicebotTestCase

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
WEBP = b"RIFF\x00\x00\x00\x00WEBP" + bytes(20)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def declared(**given: str) -> dict[str, str]:
    """Return the properties of a style sheet."""
    return dict(re.findall(r"^  ([\w-]+): (.+);$", look.stylesheet(given), re.MULTILINE))


def styles_allowed(answer: Any) -> str:
    """Return which style sheets a page's policy allows."""
    found = re.search(r"style-src ([^;]+)", answer.headers["Content-Security-Policy"])
    return found[1] if found else ""


@hypothesis.given(COLOURS)
def test_whatever_the_accent_it_can_be_read(accent: str) -> None:
    found = declared(accent=accent)
    sides = "light", "dark"
    pairs = {
        name: dict(zip(sides, re.findall(r"#\w{6}", value), strict=True))
        for name, value in found.items()
        if value.startswith("light-dark")
    }

    for button in (found["--accent"], found["--accent-pressed"]):
        assert contrast(found["--accent-ink"], button) >= TEXT
    for side in sides:
        for ground in (*look.PAPERS[side], pairs["--accent-bg"][side]):
            assert contrast(pairs["--accent-text"][side], ground) >= TEXT
        for paper in look.PAPERS[side]:
            assert contrast(pairs["--accent-edge"][side], paper) >= SHAPE


class StylesheetTests(SimpleTestCase):
    def test_nothing_set_is_no_style_sheet(self) -> None:
        plain = {"radius": "medium", "font": "system", "scheme": "automatic"}

        for given in ({}, plain):
            assert look.stylesheet(given) == ""

    def test_it_sets_what_was_chosen(self) -> None:
        found = declared(accent="#FFCC00", radius="large", font="mono", scheme="dark")

        assert found["--accent"] == "#ffcc00"
        assert found["--accent-ink"] == "#000000"
        assert (found["--radius"], found["--radius-small"]) == ("18px", "10px")
        assert found["--font"].startswith("ui-monospace")
        assert found["color-scheme"] == "dark"

    def test_corners_can_be_sharp(self) -> None:
        assert declared(radius="none") == {"--radius": "0px", "--radius-small": "0px"}

    def test_it_says_what_was_done_to_the_colour(self) -> None:
        text, ink = look.remarks({"accent": "#ffcc00"})

        assert text.startswith("As text, this colour is darkened to #")
        assert ink == "On buttons of this colour the text is black."
        assert look.remarks({}) == []
        assert "lightened" in look.remarks({"accent": "#000080"})[0]
        assert look.remarks({"accent": "#000080", "scheme": "light"}) == []


class RefusalTests(SimpleTestCase):
    def refused(self, value: Any) -> str:
        with pytest.raises(ValidationError) as raised:
            look.validate_look(value)
        return str(raised.value.messages[0])

    def test_what_is_no_look_is_refused_by_name(self) -> None:
        assert self.refused([]) == "Give a mapping."
        assert "shadow isn't part" in self.refused({"shadow": "big"})
        assert "radius is one of none" in self.refused({"radius": "huge"})
        for accent in ("red", "#abc", "#12345g", "#3355cc;}", 7, ["#3355cc"]):
            assert "six digits" in self.refused({"accent": accent})

    def test_a_logo_is_a_small_picture(self) -> None:
        for content in (PNG, JPEG, WEBP):
            look.validate_look({"logo": data_uri(content)})
        for logo in (data_uri(SVG), "https://example.com/x.png", "data:image/png;base64,=", 7):
            assert "SVG isn't taken" in self.refused({"logo": logo})
        svg = f"data:image/svg+xml;base64,{base64.b64encode(SVG).decode()}"
        disguised = f"data:image/png;base64,{base64.b64encode(SVG).decode()}"
        for logo in (svg, disguised):
            assert "SVG isn't taken" in self.refused({"logo": logo})
        assert "64 KB" in self.refused({"logo": data_uri(PNG + bytes(BYTES_AT_MOST))})

    def test_no_logo_is_none(self) -> None:
        assert logo_of({}) is None


class AddressTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.at = f"/portal/{self.portal.public_id}/"

    def test_the_shell_has_it_in_itself_and_its_policy_allows_nothing_else(self) -> None:
        plain = self.client.get(self.at)
        self.switch(look={"accent": "#3355cc", "font": "serif"})
        tagged = {"If-None-Match": plain.headers["ETag"]}

        styled = self.client.get(self.at, headers=tagged)

        (sheet,) = re.findall(r"<style>(.*?)</style>", styled.content.decode(), re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
        assert sheet == look.stylesheet(self.portal.settings.look)
        assert "--accent: #3355cc;" in sheet
        assert styles_allowed(styled) == f"'self' 'sha256-{digest}'"
        assert "<style" not in plain.content.decode()
        assert styles_allowed(plain) == "'self'"

    def test_the_logo_stands_on_the_page_with_the_merchants_name(self) -> None:
        plain = self.page_post("page").content.decode()
        self.switch(look={"logo": data_uri(PNG)})
        self.acme.merchant.name = "Acme & <Sons>"
        self.acme.merchant.save()

        page = self.page_post("page").content.decode()
        (src, alt) = re.findall(r'<img src="(\S+)" alt="([^"]*)">', page)[0]
        picture = self.client.get(src)

        assert "<img" not in plain
        assert alt == "Acme &amp; &lt;Sons&gt;"
        assert picture.content == PNG
        assert picture.headers["Content-Type"] == "image/png"
        assert picture.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in picture.headers["Cache-Control"]
        assert self.client.get(f"{self.at}logo/0123").status_code == 404

    def test_without_a_logo_there_is_none(self) -> None:
        assert self.client.get(f"{self.at}logo/0123").status_code == 404
