"""The snippet's script as it is served: small, from anywhere, once; and what debug mode adds."""

from __future__ import annotations

import gzip
import json
from typing import Any

import brotli
from django.test import override_settings

from portal.embedding import accepted
from tests.base import ServicebotTestCase

AT = "/embed/v1.js"
MOST = 3072
SITE = "https://shop.example.com"
ENCODINGS = {"": "", "gzip": "gzip", "br, gzip": "br", "br;q=0, gzip;q=0.5": "gzip", "zstd": ""}


class ScriptTests(ServicebotTestCase):
    def test_it_may_be_loaded_from_anywhere(self) -> None:
        for at in (AT, "/embed/v1.src.js"):
            response = self.client.get(at)

            assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
            assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Cache-Control"] == "public, max-age=300"

    def test_it_is_at_most_3_kb_compressed(self) -> None:
        size = len(gzip.compress(self.client.get(AT).content, 9))

        print(f"\n/embed/v1.js: {size} bytes minified and gzipped, of at most {MOST}")  # noqa: T201
        assert size <= MOST

    def test_its_first_line_says_where_it_can_be_read(self) -> None:
        first = self.client.get(AT).content.decode().split("*/")[0]
        source = self.client.get(first.split()[-1])

        assert first.split()[-1] == "/embed/v1.src.js"
        self.assertContains(source, "// Functions and circles don't travel")

    def test_each_browser_gets_the_smallest_that_it_takes(self) -> None:
        plain = self.client.get(AT).content
        tags = set()
        for asked, given in ENCODINGS.items():
            with self.subTest(asked=asked):
                response = self.client.get(AT, headers={"Accept-Encoding": asked})
                unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(given, bytes)

                assert response.headers.get("Content-Encoding", "") == given
                assert response.headers["Vary"] == "Accept-Encoding"
                assert unpack(response.content) == plain
                tags.add(response.headers["ETag"])
        assert len(tags) == 3

    def test_it_is_not_sent_twice(self) -> None:
        headers = {"Accept-Encoding": "br"}
        tag = self.client.get(AT, headers=headers).headers["ETag"]
        again = self.client.get(AT, headers={**headers, "If-None-Match": f'"other", {tag}'})

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in again.headers

    def test_a_header_of_nonsense_asks_for_nothing_odd(self) -> None:
        assert accepted("gzip;q=1.0, br ; q=0, *;q=0.1") == {"gzip", "*"}
        assert accepted("") == {""}
        for nonsense in ("gzip;q=1.2.3", "gzip;q=.", ";;;q=", "gzip;q=x"):
            response = self.client.get(AT, headers={"Accept-Encoding": nonsense})
            assert response.status_code == 200


class DebugScriptTests(ServicebotTestCase):
    def debug(self, portal_id: str = "") -> Any:
        asked = {"portal_id": portal_id or self.portal.public_id}
        return self.client.get("/embed/v1.debug.js", asked)

    def test_it_is_a_module_for_every_site_and_never_kept(self) -> None:
        response = self.debug()

        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response.headers["Cache-Control"] == "no-cache"

    def test_off_it_says_so_and_nothing_else(self) -> None:
        self.switch(allowed_origins=[SITE])

        said = self.debug().content.decode()

        assert "is off" in said
        assert SITE not in said
        assert len(said) < 200

    def test_of_no_portal_it_says_so(self) -> None:
        for portal_id in ("A" * 20, "'\"</script>", "x" * 5000, "\0"):
            with self.subTest(portal_id=portal_id):
                said = self.debug(portal_id).content.decode()

                assert said.startswith('console.error("Servicebot: There is no portal')
                assert portal_id not in said

    @override_settings(PUBLIC_URL="https://billing.example.com")
    def test_on_it_says_of_the_portal_what_anybody_may_know(self) -> None:
        self.switch(debug_mode=True, allowed_origins=[SITE], off_text="hidden")

        said = self.debug().content.decode()
        facts = json.loads(said.split("\n")[0].removeprefix("const portal = ").removesuffix(";"))

        assert facts.pop("problems")["hash_invalid"].startswith("The hash isn't")
        assert facts == {
            "portal_id": self.portal.public_id,
            "mode": "test",
            "is_on": True,
            "identify_by": "email",
            "needs_hash": True,
            "needs_token": False,
            "sites": [SITE, "https://billing.example.com"],
        }
        for key in self.portal.active_secrets():
            assert key.value not in said
