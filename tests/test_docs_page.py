"""The API's description and its page, under the same policy as every other page; and what the
embed's page says of messages is what the scripts send."""

from __future__ import annotations

import re

from django.conf import settings

from tests.base import ServicebotTestCase


class DocsTests(ServicebotTestCase):
    def test_the_page_has_no_inline_style_or_script(self) -> None:
        response = self.client.get("/api/docs/")

        page = response.content.decode()
        assert response.status_code == 200
        assert "<style" not in page
        assert "<script>" not in page
        assert "'unsafe-inline'" not in response.headers["Content-Security-Policy"]

    def test_the_description_is_served(self) -> None:
        response = self.client.get("/api/schema/")

        assert response.status_code == 200
        assert b"/api/v1/portal/session" in response.content


def said(*scripts: str) -> set[str]:
    """Return the names of what scripts send to the other side of the frame."""
    texts = [(settings.BASE_DIR / "static" / script).read_text() for script in scripts]
    return {name for text in texts for name in re.findall(r'\bsay\("(\w+)"', text)}


def test_every_message_between_embed_and_page_is_documented() -> None:
    page = (settings.BASE_DIR / "docs" / "embed.md").read_text()

    rows = re.findall(r"^\| `(\w+)` \| (embed|page) \|", page, re.MULTILINE)

    assert sorted(name for name, by in rows if by == "embed") == sorted(said("embed/v1.js"))
    by_page = said(
        *(f"portal/{name}.js" for name in ("portal", "stripe", "options", "events", "debug"))
    )
    assert sorted(name for name, by in rows if by == "page") == sorted(by_page)
