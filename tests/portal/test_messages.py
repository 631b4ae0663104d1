"""`manage.py messages --check` finds each way that a catalogue can be wrong."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from portal.catalogues import VIEWS

ROOT = Path(__file__).resolve().parents[2]
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


@pytest.fixture
def copy(tmp_path: Path, settings: Settings) -> Path:
    """A copy of templates, views and catalogues, to break things in."""
    for part in ("portal/templates", "locale"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for name in VIEWS:
        shutil.copy(ROOT / f"portal/{name}.py", tmp_path / f"portal/{name}.py")
    settings.BASE_DIR = tmp_path
    return tmp_path


def check() -> str:
    """Run the check; return what it complains of."""
    out = StringIO()
    try:
        call_command("messages", "--check", stderr=out, stdout=StringIO())
    except CommandError:
        return out.getvalue()
    return ""


def english(copy: Path) -> Path:
    return copy / "locale/en/LC_MESSAGES/portal.po"


def german(copy: Path, body: str) -> None:
    """Write a German catalogue: the English one, with `body` in place of one entry."""
    path = copy / "locale/de/LC_MESSAGES/portal.po"
    path.parent.mkdir(parents=True)
    entry = 'msgid "status.trialing"\nmsgid_plural "status.trialing"\n'
    texts = english(copy).read_text()
    start = texts.index(entry)
    end = texts.index("\n\n", start) + 2
    path.write_text(texts[:start] + body + texts[end:])


def test_the_catalogues_are_whole(copy: Path) -> None:
    out = StringIO()
    call_command("messages", "--check", stdout=out)

    assert "whole" in out.getvalue()


def test_a_missing_text_is_found(copy: Path) -> None:
    page = copy / "portal/templates/portal/page.html"
    page.write_text(page.read_text() + '{% text "no.such.key" %}')

    assert "no.such.key: no text" in check()


def test_a_text_that_nobody_uses_is_found(copy: Path) -> None:
    english(copy).write_text(english(copy).read_text() + '\nmsgid "left.over"\nmsgstr "Old"\n')

    assert "left.over: nobody uses it" in check()


def test_a_placeholder_that_nobody_fills_is_found(copy: Path) -> None:
    texts = english(copy).read_text()
    english(copy).write_text(texts.replace('msgstr "Not now"', 'msgstr "Not now, {name}"'))

    assert "panel.not_now: nobody fills name" in check()


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("", "de status.trialing: not translated"),
        (
            '#, fuzzy\nmsgid "status.trialing"\nmsgid_plural "status.trialing"\n'
            'msgstr[0] "{count} Tag"\nmsgstr[1] "{count} Tage"\n\n',
            "de status.trialing: fuzzy",
        ),
        (
            'msgid "status.trialing"\nmsgid_plural "status.trialing"\n'
            'msgstr[0] "{count} Tag"\nmsgstr[1] ""\n\n',
            "de status.trialing: not translated",
        ),
        (
            'msgid "status.trialing"\nmsgstr "{count} Tage"\n\n',
            "de status.trialing: 1 plural forms of 2",
        ),
        (
            'msgid "status.trialing"\nmsgid_plural "status.trialing"\n'
            'msgstr[0] "Ein Tag"\nmsgstr[1] "{days} Tage"\n\n',
            "de status.trialing: other placeholders than English",
        ),
    ],
)
def test_what_another_language_lacks_is_found(copy: Path, entry: str, fault: str) -> None:
    german(copy, entry)

    assert fault in check()


def test_faults_are_named_even_where_nothing_is_demanded(copy: Path) -> None:
    english(copy).write_text(english(copy).read_text() + '\nmsgid "left.over"\nmsgstr "Old"\n')
    out = StringIO()

    call_command("messages", stderr=out)

    assert "left.over" in out.getvalue()
