"""`manage.py dashboard_messages` collects every text that is marked, and `--check` misses none."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as project
from django.core.management import CommandError, call_command
from pytest_django import Settings

from settings_ui.catalogues import FILE, PACKAGES

CODE = """
from django.utils.translation import gettext as _, ngettext, pgettext
saved = _("It is saved.")
found = ngettext("%(count)d plan", "%(count)d plans", 2)
left = pgettext("side", "Left")
"""
PAGE = '{% load i18n %}<p>{% translate "Back home" %}</p>'


@pytest.fixture
def root(tmp_path: Path, settings: Settings) -> Path:
    """A small project whose catalogues are as they should be."""
    for package in PACKAGES:
        (tmp_path / package / "templates").mkdir(parents=True)
        (tmp_path / package / "pages.py").write_text(CODE)
        (tmp_path / package / "templates/page.html").write_text(PAGE)
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = []
    collect()
    return tmp_path


def collect() -> str:
    """Write the catalogues; return what the command says."""
    out = StringIO()
    call_command("dashboard_messages", stdout=out)
    return out.getvalue()


def check() -> str:
    """Run the check; return what it complains of."""
    out = StringIO()
    try:
        call_command("dashboard_messages", "--check", stderr=out, stdout=StringIO())
    except CommandError:
        return out.getvalue()
    return ""


def catalogue(root: Path, package: str = "settings_ui", language: str = "en") -> Path:
    return root / package / "locale" / language / FILE


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def test_what_was_just_collected_is_up_to_date(root: Path) -> None:
    assert check() == ""
    assert collect() == ""


@pytest.mark.parametrize("package", PACKAGES)
def test_a_new_text_of_code_is_missed_in_every_package(root: Path, package: str) -> None:
    append(root / package / "pages.py", '\nlost = _("It is lost.")\n')

    assert check() == f"{package} en: lacks “It is lost.”\n"


def test_a_new_text_of_a_page_is_missed_until_it_is_collected(root: Path) -> None:
    append(root / "settings_ui/templates/page.html", '<b>{% translate "Later" %}</b>')
    before = check()

    said = collect()

    assert before == "settings_ui en: lacks “Later”\n"
    assert said == f"Wrote settings_ui/locale/en/{FILE}\n"
    assert check() == ""


def test_a_text_that_nobody_says_any_more_is_found(root: Path) -> None:
    (root / "portal/templates/page.html").write_text("")

    assert check() == "portal en: nobody says “Back home”\n"


def test_other_plurals_are_another_text(root: Path) -> None:
    code = root / "accounts/pages.py"
    code.write_text(CODE.replace("%(count)d plans", "%(count)d tariffs"))

    assert check() == (
        "accounts en: lacks “%(count)d tariffs”\naccounts en: nobody says “%(count)d plans”\n"
    )


def test_another_context_is_another_text(root: Path) -> None:
    (root / "accounts/pages.py").write_text(CODE.replace('"side"', '"rest"'))

    assert check() == "accounts en: lacks “Left”\naccounts en: nobody says “Left”\n"


def test_a_missing_catalogue_is_found(root: Path) -> None:
    catalogue(root, "servicebot").unlink()

    assert "servicebot en: lacks “It is saved.”" in check()


def test_english_is_said_in_the_code_alone(root: Path) -> None:
    path = catalogue(root)
    text = path.read_text()
    path.write_text(text.replace('"It is saved."\nmsgstr ""', '"It is saved."\nmsgstr "Saved."'))

    assert check() == "settings_ui en: “It is saved.” is said in the code, not here\n"


def test_another_language_is_kept_and_told_what_is_new(root: Path) -> None:
    german = catalogue(root, language="de")
    german.parent.mkdir(parents=True)
    text = catalogue(root).read_text()
    german.write_text(text.replace('"Left"\nmsgstr ""', '"Left"\nmsgstr "Links"'))
    append(root / "settings_ui/pages.py", '\nlost = _("It is lost.")\n')
    before = check()

    collect()

    assert "settings_ui de: lacks “It is lost.”" in before
    assert 'msgstr "Links"' in german.read_text()
    assert check() == ""


def test_django_reads_every_catalogue_and_not_that_of_the_portal() -> None:
    of_apps = {Path(app.path) / "locale" for app in apps.get_app_configs()}
    read = {*of_apps, *map(Path, project.LOCALE_PATHS)}

    assert {project.BASE_DIR / package / "locale" for package in PACKAGES} <= read
    assert project.BASE_DIR / "locale" not in read
