"""The plugin for WordPress, run by PHP on what it calls of WordPress."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from portal.identity import hash_of
from portal.keys import new_secret
from tests.base import ServicebotTestCase
from tests.serving import ROOT

PLUGIN = ROOT / "integrations" / "wordpress" / "servicebot-portal.php"
HARNESS = Path(__file__).parent / "harness.php"
SHORTCODE = "shortcode servicebot_portal"
SAVE, PAGE = "action admin_post_servicebot_portal", "page servicebot-portal"
HOST, NONCE = "https://billing.example.com", {"_wpnonce": "nonce of servicebot_portal"}
MOUNT = re.compile(
    r"window\.Servicebot && Servicebot\.mount\(document\.getElementById\((.*?)\), (\{.*\})\);"
)
EMAILS = (
    "ada@example.com",
    "ada+billing@example.com",
    "Ada.Lovelace@Example.COM",
    "zoë@exämple.com",
    "zoe\u0308@example.com",
    'o\'hara&"co"@example.com',
    "</script><script>alert(1)</script>@example.com",
)


class PluginTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.key = self.acme.secret
        self.settings_saved = {
            "host": HOST,
            "portal_id": self.portal.public_id,
            "secret_key": self.key,
            "meta_key": "stripe_customer_id",
        }

    def at(self, *calls: Any, **site: Any) -> Any:
        """Run the plugin on a site that is set up; return what came of it."""
        told = {
            "plugin": str(PLUGIN),
            "page": ["singular"],
            "options": {"servicebot_portal": self.settings_saved},
            "calls": calls or [[SHORTCODE, ""]],
            **site,
        }
        done = subprocess.run(  # noqa: S603 -- our own harness
            ["php", "-d", "display_errors=stderr", str(HARNESS)],  # noqa: S607
            input=json.dumps(told),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def told(self, said: Any) -> list[dict[str, str]]:
        """Return what each portal of a page is mounted with, which can't end its script."""
        mounts = []
        for handle, code in said["inline"]:
            found = MOUNT.fullmatch(code)
            assert handle == "servicebot-portal"
            assert found is not None, code
            assert not set("<>&") & set(found[2])
            mounts.append(json.loads(found[2]))
        return mounts


def user(email: str = "ada@example.com", **more: Any) -> dict[str, Any]:
    return {"email": email, **more}


OWNER = user(rights=["manage_options"])


class ShortcodeTests(PluginTestCase):
    def enter(self, settings: dict[str, str]) -> int:
        return self.client.post(
            "/api/v1/portal/session", settings, content_type="application/json"
        ).status_code

    def test_the_portal_lets_in_who_is_logged_in_by_any_address(self) -> None:
        for email in EMAILS:
            with self.subTest(email=email):
                if email != EMAILS[0]:
                    self.acme.shop.customer("Somebody", email=email)

                said = self.at(user=user(email))

                (settings,) = self.told(said)
                assert settings == {
                    "portal_id": self.portal.public_id,
                    "email": email,
                    "hash": hash_of(self.key, email),
                }
                assert self.enter(settings) == 201
                assert said["html"] == ['<div id="servicebot-portal-1"></div>']
                assert said["scripts"] == {"servicebot-portal": f"{HOST}/embed/v1.js"}
                assert said["no_cache"]

    def test_the_customer_id_is_the_users_own(self) -> None:
        self.switch(identify_by="customer_id")
        call = [SHORTCODE, {"identify": "customer_id", "language": "de"}]

        said = self.at(call, user=user(meta={"stripe_customer_id": self.ada}))

        (settings,) = self.told(said)
        assert (settings["customer_id"], settings["language"]) == (self.ada, "de")
        assert "email" not in settings
        assert self.enter(settings) == 201

    def test_who_has_no_customer_id_or_address_gets_no_hash(self) -> None:
        by_id = [SHORTCODE, {"identify": "customer_id"}]
        cases = [(by_id, user(meta={"stripe_customer_id": odd})) for odd in ("", "x", "cus_1\n", 5)]
        cases += [([SHORTCODE, {"identify": "login"}], user()), ([SHORTCODE, ""], user("ada"))]
        for call, who in cases:
            with self.subTest(call=call, who=who):
                said = self.at(call, user=who)

                assert said["html"] == ["<p>There are no subscriptions for this account.</p>"]
                assert (said["inline"], said["scripts"]) == ([], {})

    def test_the_meta_key_is_the_settings_and_no_authors(self) -> None:
        self.settings_saved["meta_key"] = "billing_customer"
        meta = {"billing_customer": self.ada, "description": self.ben}
        call = [SHORTCODE, {"identify": "customer_id", "meta_key": "description"}]

        (settings,) = self.told(self.at(call, user=user(meta=meta)))

        assert settings["customer_id"] == self.ada

    def test_a_visitor_gets_a_link_to_log_in_and_nothing_else(self) -> None:
        said = self.at()

        (html,) = said["html"]
        assert "wp-login.php?redirect_to=https%3A%2F%2Fshop.example.com%2Fbilling%2F" in html
        assert (said["inline"], said["scripts"]) == ([], {})
        assert said["no_cache"]

    def test_nothing_is_printed_where_it_is_no_page_of_its_own(self) -> None:
        for where in ("admin", "rest", "ajax", "feed", "search", "embed", "excerpt"):
            with self.subTest(where=where):
                said = self.at(user=user(), page=["singular", where])

                assert (said["html"], said["inline"], said["scripts"]) == ([""], [], {})
        assert self.at(user=user(), page=[])["html"] == [""]

    def test_a_preview_says_where_it_will_be(self) -> None:
        said = self.at(user=user(), page=["singular", "preview"])

        assert said["html"] == ["<p>The portal is shown here to who is logged in.</p>"]
        assert said["inline"] == []

    def test_several_on_a_page_have_a_place_each_and_one_script(self) -> None:
        calls = [[SHORTCODE, ""], [SHORTCODE, {"portal": 'B"</script>'}]]

        said = self.at(*calls, user=user())

        assert said["html"] == [f'<div id="servicebot-portal-{n}"></div>' for n in (1, 2)]
        first, second = self.told(said)
        assert (first["portal_id"], second["portal_id"]) == (
            self.portal.public_id,
            'B"</script>',
        )
        assert len(said["scripts"]) == 1
        assert [found[1] for _name, code in said["inline"] if (found := MOUNT.fullmatch(code))] == [
            '"servicebot-portal-1"',
            '"servicebot-portal-2"',
        ]

    def test_the_key_never_reaches_the_page(self) -> None:
        assert self.key not in json.dumps({**self.at(user=user()), "saved": ""})

    def test_a_page_that_has_one_is_never_cached(self) -> None:
        redirect = ["action template_redirect"]

        with_one = self.at(redirect, post="Hello [servicebot_portal language=de]")
        without = self.at(redirect, post="Hello")
        a_list = self.at(redirect, post="[servicebot_portal]", page=[])

        assert [said["no_cache"] for said in (with_one, without, a_list)] == [True, False, False]

    def test_before_it_is_set_up_only_who_may_do_so_is_told(self) -> None:
        self.settings_saved["secret_key"] = ""

        (shown,) = self.at(user=OWNER)["html"]

        assert "options-general.php?page=servicebot-portal" in shown
        assert self.at(user=user())["html"] == [""]

    def test_the_constant_takes_the_place_of_the_saved_key(self) -> None:
        other = new_secret("test")

        (settings,) = self.told(self.at(user=user(), constant=other))

        assert settings["hash"] == hash_of(other, "ada@example.com")


class SettingsTests(PluginTestCase):
    def saves(self, **form: str) -> Any:
        given = {"host": HOST, "portal_id": "B" * 20, "secret_key": "", "meta_key": "their_id"}
        return self.at([SAVE], user=OWNER, form={**given, **NONCE, **form})

    def saved(self, said: Any) -> Any:
        return said["saved"]["1"]["servicebot_portal"]

    def test_what_is_right_is_saved_and_never_loaded_for_every_page(self) -> None:
        new = new_secret("live")

        said = self.saves(host=" https://Pay.Example.com/ ", secret_key=f" {new}\n")

        assert self.saved(said) == {
            "host": "https://pay.example.com",
            "portal_id": "B" * 20,
            "secret_key": new,
            "meta_key": "their_id",
        }
        assert said["autoload"] == {"servicebot_portal": False}
        assert said["ended"].endswith("?page=servicebot-portal&saved=all")

    def test_an_empty_key_keeps_the_saved_one(self) -> None:
        assert self.saved(self.saves())["secret_key"] == self.key

    def test_the_saved_key_is_never_shown(self) -> None:
        said = self.at([PAGE], user=OWNER)

        (html,) = said["html"]
        assert said["page"] == ["manage_options", "servicebot-portal"]
        assert self.key not in html
        assert 'type="password" autocomplete="off" value=""' in html
        assert "A key is saved. Leave this empty to keep it." in html

    def test_with_the_constant_there_is_no_field_and_nothing_is_saved_of_one(self) -> None:
        other = new_secret("test")
        form = {**self.settings_saved, **NONCE, "secret_key": new_secret("test")}

        (html,) = self.at([PAGE], user=OWNER, constant=other)["html"]
        said = self.at([SAVE], user=OWNER, constant=other, form=form)

        assert 'name="secret_key"' not in html
        assert "as SERVICEBOT_SECRET_KEY" in html
        assert other not in html
        assert self.saved(said)["secret_key"] == self.key

    def test_what_is_wrong_is_named_and_not_saved(self) -> None:
        wrong = {
            "host": (
                "http://billing.example.com",
                "billing.example.com",
                "https://a.example/path",
                "javascript:alert(1)",
                'https://a"b.example',
                "",
            ),
            "portal_id": ("", "short", "x" * 21, "<script>alert(1)</sc"),
            "secret_key": (
                "sk_test_1",
                self.key[:-1],
                f"{self.key}0",
                f"{self.key}'",
                self.key[:-1] + "g",
                self.key.swapcase(),
            ),
            "meta_key": ("", "a b", "'"),
        }
        for name, values in wrong.items():
            for value in values:
                with self.subTest(name=name, value=value):
                    said = self.saves(**{name: value})

                    assert said["ended"].endswith(f"&saved={name}")
                    assert self.saved(said)[name] == self.settings_saved[name]

    def test_this_machine_may_do_without_https(self) -> None:
        for host in ("http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]"):
            assert self.saved(self.saves(host=host))["host"] == host

    def test_the_page_says_what_was_saved_and_what_is_wrong_and_nothing_else(self) -> None:
        asked = {"all": "Saved.", "host.portal_id": "A portal id has 20 letters and digits."}
        for query, text in asked.items():
            (html,) = self.at([PAGE], user=OWNER, query={"saved": query})["html"]
            assert text in html

        (html,) = self.at([PAGE], user=OWNER, query={"saved": "<script>"})["html"]
        assert "<script>" not in html
        assert "notice" not in html

    def test_what_is_shown_is_escaped(self) -> None:
        self.settings_saved["portal_id"] = '"><script>alert(1)</script>'

        (html,) = self.at([PAGE], user=OWNER)["html"]

        assert "<script>" not in html

    def test_nobody_else_reads_or_saves_them(self) -> None:
        form = {**self.settings_saved, **NONCE, "portal_id": "C" * 20}

        read = self.at([PAGE], user=user(rights=["edit_posts"]))
        saved = self.at([SAVE], user=user(rights=["edit_posts"]), form=form)
        forged = self.at([SAVE], user=OWNER, form={**form, "_wpnonce": "guessed"})

        assert read["html"] == [""]
        for said in (saved, forged):
            assert said["ended"] == "died 403"
            assert self.saved(said) == self.settings_saved


class LeavingTests(PluginTestCase):
    CALLS = (["activation servicebot-portal.php"], ["uninstall servicebot-portal.php"])

    def test_uninstalling_leaves_nothing_on_any_site(self) -> None:
        alone, many = self.at(*self.CALLS), self.at(*self.CALLS, sites=[1, 2, 3])

        assert alone["saved"] == {"1": []}
        assert many["saved"] == {"1": [], "2": [], "3": []}

    def test_deactivating_keeps_what_is_saved(self) -> None:
        source = PLUGIN.read_text()

        assert "register_deactivation_hook" not in source
        assert source.count("delete_option") == 2


def test_it_names_itself_and_carries_no_licence() -> None:
    head = PLUGIN.read_text().split("*/")[0]

    named = (
        "Plugin Name: Servicebot portal",
        "Requires PHP: 7.4",
        "Text Domain: servicebot-portal",
    )
    for line in named:
        assert line in head
    assert "License" not in head


def test_every_text_is_of_its_domain() -> None:
    texts = re.findall(r"\b(?:esc_html)?__\((.*?)\)[,;) ]", PLUGIN.read_text())

    assert len(texts) > 15
    assert all(text.endswith(", 'servicebot-portal'") for text in texts)
