"""`manage.py messages --check` finds each way that a catalogue can be wrong."""

from __future__ import annotations

import re
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from portal.catalogues import VIEWS
from tests.languages import mark

ROOT = Path(__file__).resolve().parents[2]
TRIAL = 'msgid "status.trialing"\nmsgid_plural "status.trialing"\n'
PDF = 'msgid "invoice.pdf"\n'


@pytest.fixture
def copy(tmp_path: Path, settings: Settings) -> Path:
    """A copy of templates, views and catalogues, to break things in."""
    for part in ("portal/templates", "locale/en"):
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


def written(copy: Path, language: str, key: str = "", body: str = "") -> Path:
    """Write a catalogue without a fault, but for `body` in place of the entry of a key."""
    path = copy / f"locale/{language}/LC_MESSAGES/portal.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(english(copy).read_bytes())
    mark(path, language)
    if key:
        entries = path.read_text().split("\n\n")
        (at,) = [n for n, entry in enumerate(entries) if f'msgid "{key}"' in entry]
        entries[at] = body.strip()
        path.write_text("\n\n".join(entries) + "\n")
    return path


def test_the_catalogues_are_whole() -> None:
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


@pytest.mark.parametrize("language", ["de", "fr", "pt-BR", "pl", "ja", "zh-Hans", "ar"])
def test_a_whole_language_has_no_fault(copy: Path, language: str) -> None:
    written(copy, language)

    assert check() == ""


# An entry of German, and what is wrong with it.
WRONG = [
    ("status.trialing", "", "not translated"),
    (
        "status.trialing",
        f'#, fuzzy\n{TRIAL}msgstr[0] "{{count}} Tag"\nmsgstr[1] "{{count}} Tage"',
        "fuzzy",
    ),
    (
        "status.trialing",
        f'{TRIAL}msgstr[0] "{{count}} Tag"\nmsgstr[1] ""',
        "not translated",
    ),
    (
        "status.trialing",
        'msgid "status.trialing"\nmsgstr "{count} Tage"',
        "1 plural forms of 2",
    ),
    (
        "invoice.pay_short",
        'msgid "invoice.pay_short"\nmsgid_plural "invoice.pay_short"\n'
        'msgstr[0] "Zahlen"\nmsgstr[1] "Zahlen"',
        "2 plural forms of 1",
    ),
    (
        "status.trialing",
        f'{TRIAL}msgstr[0] "Ein Tag"\nmsgstr[1] "{{days}} Tage"',
        "other placeholders than English in “{days} Tage”",
    ),
    (
        "status.trialing",
        f'{TRIAL}msgstr[0] "Ein Tag"\nmsgstr[1] "Tage"',
        "other placeholders than English in “Tage”",
    ),
    (
        "status.trialing",
        f'{TRIAL}msgstr[0] "Ein Tag"\nmsgstr[1] "{{count}} {{count}} Tage"',
        "a placeholder twice in “{count} {count} Tage”",
    ),
    (
        "invoice.pay",
        'msgid "invoice.pay"\nmsgstr "{amount} {amount} zahlen"',
        "a placeholder twice in",
    ),
    (
        "invoice.pay",
        'msgid "invoice.pay"\nmsgstr "Zahlen"',
        "other placeholders than English in “Zahlen”",
    ),
    (
        "invoice.pay_short",
        'msgid "invoice.pay_short"\nmsgstr "Zahlen {jetzt"',
        "a broken placeholder in “Zahlen {jetzt”",
    ),
    (
        "invoice.pay_short",
        'msgid "invoice.pay_short"\nmsgstr "Zahlen ｛jetzt｝"',
        "a broken placeholder in",
    ),
    (
        "invoice.pay_short",
        'msgid "invoice.pay_short"\nmsgstr "<b>Zahlen</b>"',
        "markup in “<b>Zahlen</b>”",
    ),
    (
        "invoice.pay_short",
        'msgid "invoice.pay_short"\nmsgstr "Zahlen&nbsp;jetzt"',
        "markup in",
    ),
    ("invoice.pay_short", 'msgid "invoice.pay_short"\nmsgstr "Zahlen "', "space around “Zahlen ”"),
    ("invoice.pay_short", 'msgid "invoice.pay_short"\nmsgstr "\u00a0Zahlen"', "space around"),
    ("invoice.pdf", f'{PDF}msgstr "PDF"', "left in English"),
    (
        "status.trialing",
        f'{TRIAL}msgstr[0] "Trial, {{count}} day left"\nmsgstr[1] "{{count}} Tage"',
        "left in English",
    ),
    ("invoice.pdf", f'# same as English\n{PDF}msgstr "Datei"', "marked “# same as English”"),
]


@pytest.mark.parametrize(("key", "entry", "fault"), WRONG)
def test_what_is_wrong_with_a_text_is_found(copy: Path, key: str, entry: str, fault: str) -> None:
    written(copy, "de", key, entry)

    (found,) = check().splitlines()
    assert found.startswith(f"de {key}: {fault}")


RIGHT = [
    ("de", f'{TRIAL}msgstr[0] "Noch ein Tag"\nmsgstr[1] "Noch {{count}} Tage"'),
    ("fr", f'{TRIAL}msgstr[0] "Un jour"\nmsgstr[1] "{{count}} jours"'),
    (
        "ar",
        f'{TRIAL}msgstr[0] "a"\nmsgstr[1] "b"\nmsgstr[2] "c"\nmsgstr[3] "d {{count}}"\n'
        'msgstr[4] "e {count}"\nmsgstr[5] "f {count}"',
    ),
    (
        "de",
        'msgid "price.package"\nmsgid_plural "price.package"\nmsgstr[0] "a"\nmsgstr[1] "b {units}"',
    ),
    ("pl", f'{TRIAL}msgstr[0] "dzień"\nmsgstr[1] "{{count}} dni"\nmsgstr[2] "{{count}} dni"'),
]


@pytest.mark.parametrize(("language", "entry"), RIGHT)
def test_a_form_for_one_number_needs_no_count(copy: Path, language: str, entry: str) -> None:
    written(copy, language, entry.split('"')[1], entry)

    assert check() == ""


def test_what_is_the_same_by_right_says_so(copy: Path) -> None:
    written(copy, "de", "invoice.pdf", f'# same as English\n{PDF}msgstr "PDF"')

    assert check() == ""


@pytest.mark.parametrize("marker", ["", "# same as English\n"])
def test_what_has_no_words_may_be_the_same(copy: Path, marker: str) -> None:
    entry = f'{marker}msgid "price.quantity"\nmsgid_plural "price.quantity"\n'
    both = 'msgstr[0] "× {count}"\nmsgstr[1] "× {count}"'
    written(copy, "de", "price.quantity", entry + both)

    assert check() == ""


def test_a_key_that_english_lacks_is_found(copy: Path) -> None:
    path = written(copy, "de")
    path.write_text(path.read_text() + '\nmsgid "left.over"\nmsgstr "Alt"\n')

    assert check() == "de left.over: English has no such key\n"


def test_a_key_that_is_there_twice_is_found(copy: Path) -> None:
    path = written(copy, "de")
    path.write_text(path.read_text() + f'\n{PDF}msgstr "Datei"\n')

    assert check() == "de invoice.pdf: there more than once\n"


@pytest.mark.parametrize(
    ("language", "plurals", "is_right"),
    [
        ("de", "nplurals=2; plural=(n > 1);", False),
        ("de", "nplurals=1; plural=0;", False),
        ("de", "nplurals=3; plural=(n != 1);", False),
        ("de", "nplurals=2; plural=n != 1;", True),
        ("de", "nplurals=2; plural=(n @ 1);", False),
        ("fr", "nplurals=2; plural=(n != 1);", False),
        ("fr", "nplurals=2; plural=(n > 1);", True),
        ("pl", "nplurals=2; plural=(n != 1);", False),
        ("he", "nplurals=2; plural=(n != 1);", False),
        ("he", "nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);", True),
        ("es", "nplurals=3; plural=(n==1 ? 0 : n!=0 && n%1000000==0 ? 1 : 2);", True),
        ("ja", "nplurals=2; plural=(n != 1);", False),
    ],
)
def test_the_plurals_are_the_languages_own(
    copy: Path, language: str, plurals: str, is_right: bool
) -> None:
    path = written(copy, language)
    path.write_text(re.sub("nplurals=.*;", plurals, path.read_text()))

    assert (f"{language}: Plural-Forms isn't the language's" in check()) is not is_right


def test_a_header_of_another_language_is_found(copy: Path) -> None:
    path = written(copy, "de")
    path.write_text(path.read_text().replace("Language: de", "Language: nl"))

    assert "de: the header's Language is nl" in check()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Not <b>now</b>", "markup in"),
        ("Not now ", "space around"),
        ("Not {now", "a broken placeholder in"),
        ("", "not translated"),
    ],
)
def test_english_is_held_to_the_same(copy: Path, text: str, fault: str) -> None:
    texts = english(copy).read_text()
    english(copy).write_text(texts.replace('msgstr "Not now"', f'msgstr "{text}"'))

    assert f"en panel.not_now: {fault}" in check()


def test_faults_are_named_even_where_nothing_is_demanded(copy: Path) -> None:
    english(copy).write_text(english(copy).read_text() + '\nmsgid "left.over"\nmsgstr "Old"\n')
    out = StringIO()

    call_command("messages", stderr=out)

    assert "left.over" in out.getvalue()
