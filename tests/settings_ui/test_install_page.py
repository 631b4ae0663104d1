"""The install page: what is filled in, for whom, and that all of it is there."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.conf import settings
from django.test import override_settings

from accounts.models import Activity
from portal.models import PortalSecret
from settings_ui.filling import FOLDER, NO_KEY, PLACEHOLDER, filled, snippets_of, values_for
from settings_ui.samples import FRAMEWORKS, LANGUAGES
from tests.settings_ui.base import DashboardTestCase

SAMPLES = (*LANGUAGES, *FRAMEWORKS)
CODE = re.compile(r"<pre[^>]*>(.*?)</pre>", re.DOTALL)
PASSWORD = {"password": "a long password"}


def code_of(response: Any) -> list[str]:
    """Return the code that a page shows, as somebody copies it."""
    blocks = CODE.findall(response.content.decode())
    return [unescape(re.sub(r"<[^>]+>", "", block)) for block in blocks]


class InstallTestCase(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.address = f"{self.home}/install/"


class OriginsTests(InstallTestCase):
    def test_sites_are_saved_for_what_the_page_shows(self) -> None:
        version = self.settings_now().version

        self.assertContains(self.client.get(self.address), f'id="version" data-version="{version}"')


class KeyTests(InstallTestCase):
    def test_the_key_is_not_there_unless_asked_for(self) -> None:
        for browser in (self.client, self.browser("admin"), self.browser("viewer")):
            response = browser.get(self.address)

            self.assertContains(response, NO_KEY)
            self.assertNotContains(response, self.acme.secret)

    def test_who_asks_for_it_confirms_who_they_are_first(self) -> None:
        address = f"{self.address}?language=php&key=1"

        asked = self.client.get(address)
        confirmed = self.client.post(asked["Location"], PASSWORD)
        shown = self.client.get(address)

        assert asked.status_code == 302
        assert asked["Location"].startswith("/accounts/reauthenticate/?next=")
        self.assertRedirects(confirmed, address, fetch_redirect_response=False)
        self.assertContains(shown, self.acme.secret)
        self.assertNotContains(shown, f"const SERVICEBOT_SECRET_KEY = '{NO_KEY}'")
        assert "no-store" in shown["Cache-Control"]
        assert any(self.acme.secret in code for code in code_of(shown))

    def test_a_wrong_password_shows_nothing(self) -> None:
        refused = self.client.post("/accounts/reauthenticate/", {"password": "a wrong password"})
        asked = self.client.get(f"{self.address}?key=1")

        self.assertContains(refused, "That isn&#x27;t your password.")
        assert asked.status_code == 302

    def test_an_admin_may_see_it(self) -> None:
        admin = self.browser("admin")
        self.fresh(admin)

        self.assertContains(admin.get(f"{self.address}?key=1"), self.acme.secret)

    def test_a_viewer_never_sees_it(self) -> None:
        viewer = self.browser("viewer")
        self.fresh(viewer)

        page, asked = viewer.get(self.address), viewer.get(f"{self.address}?key=1")

        self.assertNotContains(page, "key=1")
        self.assertContains(page, "an owner or admin of your team can see it")
        self.assertNotContains(asked, self.acme.secret, status_code=403)

    def test_a_stranger_finds_nothing(self) -> None:
        stranger = self.owner(self.globex)
        self.fresh(stranger)

        for address in (self.address, f"{self.address}?key=1"):
            self.assertNotContains(stranger.get(address), self.acme.secret, status_code=404)

    def test_looking_is_noted_once_for_a_while_and_without_the_key(self) -> None:
        self.fresh(self.client)

        for language in ("node", "rails", "php"):
            self.client.get(f"{self.address}?key=1&language={language}")

        (entry,) = Activity.objects.filter(action="secret_shown")
        assert (entry.who, entry.portal_id) == ("owner@acme.example", self.portal.public_id)
        assert self.acme.secret not in str(vars(entry))

    def test_it_is_the_newest_key(self) -> None:
        self.fresh(self.client)
        older, newest = self.acme.secret, PortalSecret.make(self.portal).value

        response = self.client.get(f"{self.address}?key=1")

        self.assertContains(response, newest)
        self.assertNotContains(response, older)

    def test_without_a_key_in_force_the_page_says_so(self) -> None:
        self.fresh(self.client)
        self.portal.active_secrets()[0].end()

        response = self.client.get(f"{self.address}?key=1")

        self.assertContains(response, "This portal has no secret key that is in force.")
        self.assertContains(response, NO_KEY)
        assert not Activity.objects.filter(action="secret_shown").exists()


class PageTests(InstallTestCase):
    def page_code(self, address: str = "") -> str:
        """Return the snippet for the page."""
        return code_of(self.client.get(address or self.address))[0]

    @override_settings(PUBLIC_URL="https://billing.example.com")
    def test_the_snippet_is_this_portals_at_this_server(self) -> None:
        code = self.page_code()

        assert f'portal_id: "{self.portal.public_id}"' in code
        assert 'src="https://billing.example.com/embed/v1.js"' in code
        assert 'hash: "HASH_FROM_YOUR_SERVER"' in code

    def test_a_portal_that_asks_for_no_hash_says_that_it_can_be_left_out(self) -> None:
        self.switch(requires_security_hash=False)

        response = self.client.get(self.address)

        self.assertContains(response, "asks for no hash")
        assert "hash" not in code_of(response)[0]

    def test_a_live_portal_always_has_the_hash(self) -> None:
        assert "hash:" in self.page_code(f"/portals/{self.live.public_id}/install/")

    def test_a_portal_by_customer_id_has_one_in_all_its_code(self) -> None:
        self.switch(identify_by="customer_id")

        assert 'customer_id: "cus_' in self.page_code()
        for sample in SAMPLES:
            text = "".join(snippet.text for snippet in snippets_of(sample, self.portal))
            assert "email:" not in text

    def test_without_stripe_it_says_what_is_missing(self) -> None:
        live = self.client.get(f"/portals/{self.live.public_id}/install/")

        self.assertContains(live, "Stripe isn't connected in live mode")
        self.assertNotContains(self.client.get(self.address), "Stripe isn't connected")

    def test_allowed_origins_are_set_in_place(self) -> None:
        self.switch(allowed_origins=["https://shop.example.com"])

        owner, viewer = self.client.get(self.address), self.browser("viewer").get(self.address)

        self.assertContains(owner, f'hx-post="{self.home}/settings/allowed_origins/"')
        self.assertContains(owner, "https://shop.example.com</textarea>")
        self.assertContains(viewer, "readonly")

    def test_the_choice_stands_in_the_address_and_is_kept(self) -> None:
        response = self.client.get(f"{self.address}?language=go&sample=vue")

        self.assertContains(response, 'href="?language=rails&amp;sample=vue#hash"')
        self.assertContains(response, 'href="?sample=webflow&amp;language=go#samples"')
        self.assertContains(response, "servicebot/servicebot.go")
        self.assertContains(response, "BillingPortal.vue")

    def test_an_unknown_choice_shows_the_first(self) -> None:
        response = self.client.get(f"{self.address}?language=cobol&sample=%3Cscript%3E")

        self.assertContains(response, "servicebot.mjs")
        self.assertContains(response, "BillingPortal.jsx")
        self.assertNotContains(response, "<script>")

    def test_the_link_to_ask_for_another_is_there_where_somebody_answers(self) -> None:
        without = self.client.get(self.address)
        with self.settings(SUPPORT_EMAIL="help@example.com"):
            asked = self.client.get(self.address)

        self.assertNotContains(without, "mailto:")
        self.assertContains(asked, 'href="mailto:help@example.com?subject=Servicebot%3A%20code')

    def test_it_says_to_sign_verified_addresses_only(self) -> None:
        for sample in ("wordpress", "bubble"):
            response = self.client.get(f"{self.address}?sample={sample}")

            self.assertContains(response, "Sign verified addresses only", count=2)

    def test_it_names_the_package_and_the_plugin_and_that_neither_is_published(self) -> None:
        for sample, folder, where in (
            ("react", "packages/portal", "isn&#x27;t published on npm"),
            ("wordpress", "integrations/wordpress", "isn&#x27;t in WordPress&#x27;s plugin"),
        ):
            response = self.client.get(f"{self.address}?sample={sample}")

            self.assertContains(response, folder)
            self.assertContains(response, where)
            assert (settings.BASE_DIR / folder / "README.md").exists()


class SnippetTests(InstallTestCase):
    def test_every_file_is_offered_and_what_is_offered_is_a_file(self) -> None:
        offered = {part.file for sample in SAMPLES for part in sample.parts}

        assert offered | {"page.html", "page_without_hash.html"} == {
            path.name for path in FOLDER.iterdir()
        }

    def test_every_sample_has_a_name_of_its_own(self) -> None:
        for samples in (LANGUAGES, FRAMEWORKS):
            assert len({sample.name for sample in samples}) == len(samples)

    def test_the_page_shows_the_very_text_of_each_with_all_filled_in(self) -> None:
        for name, samples in (("language", LANGUAGES), ("sample", FRAMEWORKS)):
            for sample in samples:
                with self.subTest(sample=sample.name):
                    shown = code_of(self.client.get(f"{self.address}?{name}={sample.name}"))

                    texts = [s.text for s in snippets_of(sample, self.portal)]
                    assert set(texts) <= set(shown)
                    assert not any(PLACEHOLDER.search(text) for text in texts)

    def test_every_placeholder_is_used(self) -> None:
        values = values_for(self.portal)

        used = {name for path in FOLDER.iterdir() for name in PLACEHOLDER.findall(path.read_text())}
        assert used == set(values)

    def test_a_value_that_could_mean_something_is_refused(self) -> None:
        for value in ('"', "'", "<", "$", "#{", "\\", "`", "\n", "é"):
            values = {**values_for(self.portal), "HOST": f"https://a{value}b"}

            with self.subTest(value=value), self.assertRaisesMessage(ValueError, "HOST"):
                filled("page.html", values)
