"""The code for frameworks and site builders, as far as it runs outside of them."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from portal.identity import hash_of
from settings_ui.filling import filled, values_for
from settings_ui.samples import FRAMEWORKS
from tests.base import ServicebotTestCase
from tests.settings_ui.snippets.running import RUNNERS, Scripts, run, settings_in

EVIL = "</script><script>alert(1)</script>@example.com"
TOKEN = "bubble-" * 6
RUN_HERE = {"show_portal.js", "next_route.js", "webflow_function.js", "bubble_function.js"}
RUN_HERE |= {"wordpress.php"}
# What tests/browser/test_components.py builds and shows.
COMPONENTS = {"react.jsx", "vue.vue", "angular.ts", "svelte.svelte", "next_page.jsx"}
# What isn't run, and why; docs/install.md says the same.
NOT_RUN = {
    "webflow_page.html": "needs a site and a log-in provider",
    "bubble_page.html": "needs what Bubble fills in",
}


class FunctionTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def put(self, file: str, target: str, *replaced: tuple[str, str]) -> None:
        """Write a snippet as shown to who sees the key, with what the merchant replaces."""
        text = filled(file, values_for(self.portal, self.acme.secret))
        for old, new in replaced:
            assert text.count(old) == 1
            text = text.replace(old, new)
        path = self.folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run_here(self, command: str, runner: str, given: Any = None, *more: str) -> Any:
        """Run a runner of ours beside the snippets; return what it says."""
        for file in (runner, *more):
            shutil.copy(RUNNERS / file, self.folder)
        text = given if isinstance(given, str) else json.dumps(given)
        return run(self.folder, [command, runner], text)

    def settings_for(self, email: str) -> dict[str, str]:
        hash_ = hash_of(self.acme.secret, email)
        return {"portal_id": self.portal.public_id, "email": email, "hash": hash_}

    def test_the_function_for_webflow_signs_verified_addresses_only(self) -> None:
        self.put("webflow_function.js", "function.mjs")
        users = {
            "ada": {"email": "ada@example.com", "email_verified": True},
            "eve": {"email": "ada@example.com", "email_verified": False},
            "eva": {"email": "ada@example.com"},
            "odd": {"email": EVIL, "email_verified": True},
        }
        tokens = [*users, "stranger"]
        requests = [{"headers": {"Authorization": f"Bearer {token}"}} for token in tokens]

        said = self.run_here("node", "functions.mjs", {"users": users, "requests": [*requests, {}]})

        ada, eve, eva, odd, stranger, nobody = json.loads(said)
        assert (ada["status"], ada["body"]) == (200, self.settings_for("ada@example.com"))
        assert odd["body"] == self.settings_for(EVIL)
        assert {each["status"] for each in (eve, eva, stranger, nobody)} == {401}
        assert {each["body"]["error"] for each in (eve, eva, stranger, nobody)} == {"not_logged_in"}
        assert ada["headers"]["access-control-allow-origin"] == "https://YOUR-SITE.example"
        assert ada["headers"]["cache-control"] == "no-store"

    def test_the_function_for_webflow_lets_its_site_ask(self) -> None:
        self.put("webflow_function.js", "function.mjs")

        said = self.run_here(
            "node", "functions.mjs", {"users": {}, "requests": [{"method": "OPTIONS"}]}
        )

        (asked,) = json.loads(said)
        assert asked["status"] == 204
        assert asked["headers"]["access-control-allow-headers"] == "Authorization"

    def ask_bubbles(self, *requests: dict[str, Any]) -> Any:
        return json.loads(
            self.run_here("node", "functions.mjs", {"users": {}, "requests": requests})
        )

    def test_the_function_for_bubble_answers_bubble_alone(self) -> None:
        self.put(
            "bubble_function.js",
            "function.mjs",
            ('CALLER_TOKEN = ""', f'CALLER_TOKEN = "{TOKEN}"'),
        )
        asked = {"method": "POST", "body": json.dumps({"identity": EVIL})}
        right = {"Authorization": f"Bearer {TOKEN}"}

        signed, wrong, without, empty = self.ask_bubbles(
            {**asked, "headers": right},
            {**asked, "headers": {"Authorization": f"Bearer {TOKEN}x"}},
            asked,
            {"method": "POST", "body": "{}", "headers": right},
        )

        page = f"<script>window.servicebotSettings = {signed['body']['settings']};</script>"
        assert signed["status"] == 200
        assert settings_in(page) == self.settings_for(EVIL)
        assert (wrong["status"], without["status"], empty["status"]) == (401, 401, 400)

    def test_the_function_for_bubble_answers_nobody_until_it_has_a_token(self) -> None:
        self.put("bubble_function.js", "function.mjs")

        answers = self.ask_bubbles(
            {"method": "POST", "headers": {"Authorization": "Bearer "}, "body": "{}"},
            {"method": "POST", "body": "{}"},
        )

        assert [answer["status"] for answer in answers] == [401, 401]

    def test_the_route_for_nextjs_signs_verified_addresses_only(self) -> None:
        self.put("hash.js", "servicebot.mjs")
        self.put("next_route.js", "app/api/servicebot/route.mjs")
        people = [
            {"email": EVIL, "email_verified": True},
            {"email": EVIL, "email_verified": False},
            None,
        ]

        said = self.run_here("node", "next.mjs", people, "session.mjs")

        signed, unverified, nobody = json.loads(said)
        assert (signed["status"], signed["body"]) == (200, self.settings_for(EVIL))
        assert signed["headers"]["cache-control"] == "no-store"
        assert (unverified["status"], nobody["status"]) == (401, 401)

    def test_show_portal_shows_takes_away_and_says_what_went_wrong(self) -> None:
        self.put("show_portal.js", "showPortal.mjs")

        heard = json.loads(self.run_here("node", "show_portal.mjs"))

        loads, asks = "loads http://127.0.0.1:8000/embed/v1.js", "asked /api/servicebot"
        assert heard == [
            *(loads, asks, "The billing page couldn't be loaded. Try again."),
            *(loads, asks, "mounts ada@example.com function", "destroys"),
            asks,
            *(asks, "Log in to see your subscriptions."),
        ]

    def test_the_shortcode_for_wordpress_shows_the_portal_to_who_is_logged_in(self) -> None:
        self.put("wordpress.php", "servicebot.php")

        said = self.run_here("php", "wordpress.php", f"ada@example.com\n{EVIL}\n\n")

        ada, odd, nobody = said.splitlines()
        scripts = Scripts()
        scripts.feed(ada)
        assert settings_in(ada) == self.settings_for("ada@example.com")
        assert scripts.outer == ["http://127.0.0.1:8000/embed/v1.js"]
        assert settings_in(odd) == self.settings_for(EVIL)
        assert nobody == "<p>Log in to see your subscriptions.</p>"

    def test_every_file_of_a_framework_is_run_or_said_not_to_be(self) -> None:
        offered = {part.file for framework in FRAMEWORKS for part in framework.parts}

        assert offered == RUN_HERE | COMPONENTS | set(NOT_RUN)
