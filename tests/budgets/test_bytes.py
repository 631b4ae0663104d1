"""How much goes over the wire until a page is there, compressed; and what of it is kept for ever.

The snippet's own script has its budget in tests/portal/test_embedding.py.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from portal.assets import PARTS, STYLES, _smaller_styles, address_of
from tests.base import ServicebotTestCase
from tests.budgets.test_costs import DASHBOARD, OF_A_PORTAL

KB = 1024
PORTAL_BYTES, PORTAL_REQUESTS = 30 * KB, 3  # frame, styles, scripts; and what the session answers
DASHBOARD_BYTES = 60 * KB
LOADED = re.compile(r'<(?:link rel="stylesheet"|script)[^>]*? (?:href|src)="([^"]+)"')


@dataclass(frozen=True)
class Weight:
    """What a page weighs, and what it asks for besides itself."""

    sizes: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.sizes.values())

    def over(self, most: int) -> str:
        """Return nothing where it is light enough, else all that it weighs."""
        return "" if self.total <= most else f"{self.total} of {most}: {self.sizes}"


def packed(content: bytes) -> int:
    return len(gzip.compress(content, 9))


class WeightTestCase(ServicebotTestCase):
    def weight(self, page: Any) -> Weight:
        """Weigh a page with all styles and scripts that it loads."""
        html = page.content.decode()
        sizes = {address: packed(self.loaded(address)) for address in LOADED.findall(html)}
        return Weight({"page": packed(page.content), **sizes})

    def loaded(self, address: str) -> bytes:
        answer = self.client.get(address)
        assert answer.status_code == 200, address
        return answer.getvalue()


class PortalWeightTests(WeightTestCase):
    def session(self, **headers: str) -> Any:
        email = "ada@example.com"
        own = {"Sec-Fetch-Site": "same-origin", **headers}
        at = f"/portal/{self.portal.public_id}/session"
        return self.client.post(at, {"email": email, "hash": self.hash(email)}, headers=own)

    def frame(self, **headers: str) -> Any:
        return self.client.get(f"/portal/{self.portal.public_id}/", headers=headers)

    def test_frame_styles_scripts_and_page_are_light(self) -> None:
        weight = self.weight(self.frame())
        whole = Weight({**weight.sizes, "session": packed(self.session().content)})

        print(f"\nportal: {whole.total} bytes gzipped, of at most {PORTAL_BYTES}")  # noqa: T201
        assert whole.over(PORTAL_BYTES) == ""
        assert len(weight.sizes) <= PORTAL_REQUESTS, weight.sizes

    def test_a_look_of_its_own_costs_no_request(self) -> None:
        self.switch(look={"accent": "#3355cc", "radius": "none", "font": "serif", "scheme": "dark"})
        weight = self.weight(self.frame())
        whole = Weight({**weight.sizes, "session": packed(self.session().content)})

        assert whole.over(PORTAL_BYTES) == ""
        assert len(weight.sizes) <= PORTAL_REQUESTS, weight.sizes

    def test_stripes_script_is_not_among_them(self) -> None:
        html = self.frame().content.decode() + self.session().content.decode()

        assert [at for at in LOADED.findall(html) if not at.startswith("/")] == []

    def test_frame_and_page_are_compressed_on_the_way(self) -> None:
        wanting = {"Accept-Encoding": "gzip"}
        plain, answer = self.session(), self.session(**wanting)
        frame = self.frame(**wanting)

        assert "Content-Encoding" not in plain.headers
        assert answer.headers["Content-Encoding"] == frame.headers["Content-Encoding"] == "gzip"
        assert len(answer.content) < len(plain.content) / 2
        assert b"Payment method" in gzip.decompress(answer.content)
        again = self.frame(**wanting, **{"If-None-Match": frame.headers["ETag"]})
        assert again.status_code == 304


class AssetTests(WeightTestCase):
    def test_each_is_kept_for_ever_under_its_version_alone(self) -> None:
        for name in PARTS:
            with self.subTest(name=name):
                now, old = address_of(name), reverse("asset", args=["0" * 16, name])

                present, past = self.client.get(now), self.client.get(old)

                assert present.headers["Cache-Control"] == "public, max-age=31536000, immutable"
                assert past.headers["Cache-Control"] == "no-cache"
                assert present.content == past.content
        assert self.client.get(reverse("asset", args=["0" * 16, "else.js"])).status_code == 404

    def test_browsers_get_it_compressed(self) -> None:
        for name in PARTS:
            for encoding in ("br", "gzip"):
                with self.subTest(name=name, encoding=encoding):
                    asked = {"Accept-Encoding": f"{encoding}, deflate"}
                    answer = self.client.get(address_of(name), headers=asked)

                    assert answer.headers["Content-Encoding"] == encoding
                    assert answer.headers["Vary"] == "Accept-Encoding"
                    assert len(answer.content) < len(self.loaded(address_of(name))) / 3

    def test_the_styles_lose_comments_and_indentation_alone(self) -> None:
        written = "/* why */\na {\n  color: red;\n}\n\n/* b\n */\nb,\ni {\n  top: 0;\n}\n"

        assert _smaller_styles(written) == "a {\ncolor: red;\n}\nb,\ni {\ntop: 0;\n}"
        sheet = self.loaded(address_of(STYLES)).decode()
        for part in PARTS[STYLES]:
            written = (settings.BASE_DIR / "static" / part).read_text()
            assert sheet.count("{") >= written.count("{")


class DashboardWeightTests(WeightTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = self.fresh(self.owner())
        self.page_post("page")

    def pages(self) -> dict[str, str]:
        """Return the dashboard's pages, an account's, and the docs' longest."""
        own = {
            name: reverse(f"dashboard:{name}", args=[self.portal.public_id] * (name in OF_A_PORTAL))
            for name in DASHBOARD
        }
        more = ("/accounts/", "/accounts/2fa/", "/docs/", "/docs/settings/", "/docs/reference/api/")
        return {**own, **{at: at for at in more}}

    def test_each_page_is_light(self) -> None:
        found = {name: self.weight(self.client.get(at)) for name, at in self.pages().items()}
        heaviest = max(found, key=lambda name: found[name].total)

        print(f"\n{heaviest}: {found[heaviest].total} bytes, of at most {DASHBOARD_BYTES}")  # noqa: T201
        assert {
            n: w.over(DASHBOARD_BYTES) for n, w in found.items() if w.over(DASHBOARD_BYTES)
        } == {}


class BrokenTests(WeightTestCase):
    def test_a_page_that_is_too_heavy_is_found(self) -> None:
        heavy = b"/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
        frame = self.client.get(f"/portal/{self.portal.public_id}/")
        loading = b'<script src="%s"></script></head>' % heavy
        frame.content = frame.content.replace(b"</head>", loading)

        weight = self.weight(frame)

        assert "swagger-ui-bundle" in weight.over(PORTAL_BYTES)
        assert len(weight.sizes) > PORTAL_REQUESTS
