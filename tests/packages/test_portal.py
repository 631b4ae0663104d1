"""The package for JavaScript: its types hold, it is built, and its own tests pass in Node.js."""

from __future__ import annotations

import json
import re
import subprocess

from django.conf import settings

from portal.events import Event

PACKAGE = settings.BASE_DIR / "packages" / "portal"


def npm(*command: str) -> str:
    done = subprocess.run(  # noqa: S603 -- our own scripts
        ["npm", *command],  # noqa: S607
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_built_and_packed_its_types_hold_and_its_tests_pass() -> None:
    npm("run", "build")
    npm("run", "check")

    assert re.search(r"^# fail 0$", npm("test"), re.MULTILINE)
    (packed,) = json.loads(npm("pack", "--dry-run", "--json", "--ignore-scripts"))

    names = {file["path"] for file in packed["files"]}
    told = json.loads((PACKAGE / "package.json").read_text())["exports"]
    exported = {
        path.removeprefix("./")
        for each in told.values()
        for path in (each.values() if isinstance(each, dict) else [each])
    }
    assert exported <= names
    assert {name.split("/")[0] for name in names} == {"README.md", "package.json", "dist"}


def test_its_events_are_those_of_the_portal() -> None:
    types = (PACKAGE / "src" / "events.ts").read_text()

    table = types[types.index("interface Responses") :].split("\n}")[0]
    assert re.findall(r"^  (\w+): \[", table, re.MULTILINE) == [str(event) for event in Event]
