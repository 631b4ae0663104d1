"""Runs the install page's snippets, as they are shown for a portal, each in its own language."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

RUNNERS = Path(__file__).parent / "runners"
ROOT = Path(__file__).resolve().parents[3]
SETTINGS = re.compile(r"\s*window\.servicebotSettings = (.*);\s*", re.DOTALL)


@dataclass(frozen=True)
class Language:
    """Where each of our files goes, what calls them, and the commands that build and run that."""

    files: Mapping[str, str]
    runner: str
    commands: Sequence[Sequence[str]]


RUN: Mapping[str, Language] = {
    "node": Language(
        {"hash.js": "servicebot.mjs", "page.ejs": "page.ejs"}, "run.mjs", [["node", "run.mjs"]]
    ),
    "rails": Language(
        {"hash.rb": "servicebot_helper.rb", "page.erb": "page.erb"},
        "run.rb",
        [["ruby", "-w", "run.rb"]],
    ),
    "django": Language(
        {"hash.py": "templatetags/servicebot.py", "page.django.html": "page.django.html"},
        "run.py",
        [[sys.executable, "run.py"]],
    ),
    "php": Language(
        {"hash.php": "servicebot.php", "page.php": "page.php"},
        "run.php",
        [["php", "-d", "display_errors=stderr", "-d", "error_reporting=-1", "run.php"]],
    ),
    "go": Language(
        {"hash.go": "servicebot/servicebot.go", "page.gohtml": "page.gohtml"},
        "main.go",
        [["go", "mod", "init", "shop"], ["go", "run", "."]],
    ),
    "java": Language(
        {"Servicebot.java": "Servicebot.java"},
        "Main.java",
        [
            ["javac", "-Werror", "-Xlint", "Servicebot.java", "Main.java"],
            ["java", "-cp", ".", "Main"],
        ],
    ),
}
# What a language of the page isn't run with, and why; docs/install.md says the same.
NOT_RUN = {
    "page.jsp": "a template of a server that isn't installed",
    "Servicebot.cs": ".NET isn't in Debian",
    "page.cshtml": ".NET isn't in Debian",
}


def run(folder: Path, command: Sequence[str], given: str = "") -> str:
    """Run a program in a folder; return what it says. A language that is missing fails."""
    own = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "GOCACHE": str(folder.parent / "go-build"),
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "NODE_PATH": str(ROOT / "node_modules"),
    }
    done = subprocess.run(  # noqa: S603 -- our own commands
        command, cwd=folder, env=own, input=given.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def made_by(name: str, texts: Mapping[str, str], identities: Sequence[str], folder: Path) -> Any:
    """Return hash and page that a language makes for each identity, from the texts by file."""
    language = RUN[name]
    for file, target in language.files.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        (folder / target).write_text(texts[file], encoding="utf-8")
    shutil.copy(RUNNERS / language.runner, folder)
    *builds, last = language.commands
    for command in builds:
        run(folder, command)
    lines = run(folder, last, "\n".join(identities) + "\n").splitlines()
    return list(zip(lines[::2], lines[1::2], strict=True))


class Scripts(HTMLParser):
    """Collects the scripts of a page as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.outer: list[str | None] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and "src" in dict(attrs):
            self.outer.append(dict(attrs)["src"])
        self._is_inside = tag == "script" and "src" not in dict(attrs)

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.inline.append(data)
            self._is_inside = False


def settings_in(page: str) -> dict[str, str]:
    """Return what the one script of a page sets, of which nothing may be more than text."""
    scripts = Scripts()
    scripts.feed(page)
    (script,) = scripts.inline
    found = SETTINGS.fullmatch(script)
    assert found is not None, script
    assert "<" not in found[1]
    settings: dict[str, str] = json.loads(found[1])
    return settings
