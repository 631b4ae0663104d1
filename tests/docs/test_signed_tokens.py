"""The docs' ways to make a signed token let a customer in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.base import ServicebotTestCase

EXAMPLES: Path = settings.BASE_DIR / "docs" / "examples"
PYTHON = "from signed_token import servicebot_token\nprint(servicebot_token({sub}, **{more}))"
NODE = 'import {{ servicebotToken }} from "{file}";\nconsole.log(servicebotToken({sub}, {more}));'


class TokenTests(ServicebotTestCase):
    def made(self, command: list[str], program: str, **more: object) -> str:
        """Run a program that makes a token for Ada."""
        said = program.format(
            sub=json.dumps("email:ada@example.com"),
            more=json.dumps(more),
            file=EXAMPLES / "signed_token.mjs",
        )
        own = {
            "SERVICEBOT_PORTAL_ID": self.portal.public_id,
            "SERVICEBOT_SECRET_KEY": self.acme.secret,
            "PYTHONPATH": str(EXAMPLES),
        }
        done = subprocess.run(  # noqa: S603 -- our own examples
            [*command, said], env=os.environ | own, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def test_each_language_lets_in_who_it_names_and_narrows(self) -> None:
        languages = {
            "python": ([sys.executable, "-c"], PYTHON),
            "node": (["node", "--input-type=module", "-e"], NODE),
        }
        for name, (command, program) in languages.items():
            with self.subTest(language=name):
                token = self.made(command, program, permissions=["view"])
                body = {"portal_id": self.portal.public_id, "token": token}
                at, kind = "/api/v1/portal/session", "application/json"

                begun: Any = self.client.post(at, body, content_type=kind)

                session = begun.json()["token"]
                cancel = self.api("post", f"/subscriptions/{self.ada_sub}/cancel", session)
                assert begun.status_code == 201
                assert cancel.json()["code"] in {"permission_missing", "setting_off"}
