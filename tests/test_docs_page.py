"""The API's description and its page, under the same policy as every other page."""

from __future__ import annotations

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
