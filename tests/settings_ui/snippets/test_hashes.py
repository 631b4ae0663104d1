"""The hashes that the install page's code makes, run in its own language, are let in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from portal.identity import hash_of
from settings_ui.filling import filled, values_for
from settings_ui.samples import LANGUAGES
from tests.base import ServicebotTestCase
from tests.settings_ui.snippets.running import NOT_RUN, RUN, made_by, run, settings_in

EMAILS = (
    "ada@example.com",
    "ada+billing@example.com",
    "Ada.Lovelace@Example.COM",
    "zoë@exämple.com",
    "zoe\u0308@example.com",
    "owl🦉@example.com",
    "</script><script>alert(1)</script>@example.com",
    'o\'hara&"co"\\n<!--@example.com',
)


class HashTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def text(self, file: str) -> str:
        """Return a snippet as the page shows it to somebody who sees the key."""
        return filled(file, values_for(self.portal, self.acme.secret))

    def enter(self, identity: str, hash_: str) -> int:
        """Ask the portal to let somebody in; return its status."""
        given = {
            "portal_id": self.portal.public_id,
            str(self.portal.settings.identify_by): identity,
            "hash": hash_,
        }
        return self.client.post(
            "/api/v1/portal/session", given, content_type="application/json"
        ).status_code

    def stock(self) -> None:
        """Make a customer of each address; Ada is there."""
        for email in EMAILS[1:]:
            self.acme.shop.customer("Somebody", email=email)

    def make(self, name: str, *identities: str) -> Any:
        texts = {file: self.text(file) for file in RUN[name].files}
        folder = self.folder / str(self.portal.settings.identify_by)
        folder.mkdir()
        return zip(identities, made_by(name, texts, identities, folder), strict=True)

    def is_let_in(self, name: str) -> None:
        """Run a language for all identities; each hash opens the portal, each page is safe."""
        self.stock()

        for email, (hash_, page) in self.make(name, *EMAILS):
            with self.subTest(email=email):
                assert self.enter(email, hash_) == 201
                assert settings_in(page) == {
                    "portal_id": self.portal.public_id,
                    "email": email,
                    "hash": hash_,
                }

        self.switch(identify_by="customer_id")
        for customer_id, (hash_, page) in self.make(name, self.ada):
            assert self.enter(customer_id, hash_) == 201
            assert settings_in(page)["customer_id"] == customer_id

    def test_node(self) -> None:
        self.is_let_in("node")

    def test_rails(self) -> None:
        self.is_let_in("rails")

    def test_django(self) -> None:
        self.is_let_in("django")

    def test_php(self) -> None:
        self.is_let_in("php")

    def test_go(self) -> None:
        self.is_let_in("go")

    def test_java(self) -> None:
        self.is_let_in("java")

    def test_shell(self) -> None:
        (self.folder / "hash.sh").write_text(self.text("hash.sh"), encoding="utf-8")
        self.stock()

        for email in EMAILS:
            with self.subTest(email=email):
                made = run(self.folder, ["sh", "hash.sh", email]).strip()
                assert self.enter(email, made) == 201

    def test_a_hash_of_another_key_is_refused(self) -> None:
        assert self.enter("ada@example.com", hash_of("sb_test_other", "ada@example.com")) == 403

    def test_every_file_of_a_language_is_run_or_said_not_to_be(self) -> None:
        offered = {part.file for language in LANGUAGES for part in language.parts}

        run_here = {file for language in RUN.values() for file in language.files}
        assert offered == run_here | {"hash.sh"} | set(NOT_RUN)
