"""The portal's words: every language by its own rules, nothing of anybody's as markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import override_settings
from django.utils.safestring import SafeString, mark_safe

from portal import texts
from portal.texts import Texts, UnknownTextError

POLISH = "(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
ARABIC = "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"
HOSTILE = ["<script>alert(1)</script>", '" onload="x', "' onclick='x", "{name}", "{count}", "&lt;"]


@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_is_filled_in_is_text(value: str) -> None:
    made = Texts("en", {"hello": "Hello {name}, bye {name}"}, "(n != 1)")

    said = made("hello", name=value)

    assert isinstance(said, SafeString)
    assert not set('<>"') & set(said)
    assert "'" not in said


def test_what_is_filled_in_is_filled_in_once() -> None:
    made = Texts("en", {"hello": "{name} {count}"}, "(n != 1)")

    assert made("hello", name="{count}", count=3) == "{count} 3"


def test_the_text_itself_is_text_too() -> None:
    made = Texts("en", {"hello": "<b>{name}</b> & co"}, "(n != 1)")

    assert made("hello", name="Ada") == "&lt;b&gt;Ada&lt;/b&gt; &amp; co"


def test_a_piece_of_page_stays_one() -> None:
    made = Texts("en", {"hello": "Pay {amount}"}, "(n != 1)")

    assert made("hello", amount=mark_safe("<bdi>$1</bdi>")) == "Pay <bdi>$1</bdi>"


@pytest.mark.parametrize(
    ("count", "form"), [(0, "2"), (1, "0"), (2, "1"), (5, "2"), (12, "2"), (22, "1"), (25, "2")]
)
def test_polish_counts_as_poles_do(count: int, form: str) -> None:
    assert Texts("pl", {"days": ("0", "1", "2")}, POLISH)("days", count=count) == form


@pytest.mark.parametrize(
    ("count", "form"), [(0, "0"), (1, "1"), (2, "2"), (3, "3"), (11, "4"), (100, "5"), (103, "3")]
)
def test_arabic_has_six_forms(count: int, form: str) -> None:
    assert Texts("ar", {"days": tuple("012345")}, ARABIC)("days", count=count) == form


def test_japanese_has_one_form() -> None:
    assert Texts("ja", {"days": ("{count} 日",)}, "0")("days", count=7) == "7 日"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Monthly, Every 3 months"), ("ja", "毎月, 3か月ごと")]
)
def test_one_period_has_words_of_its_own(language: str, said: str) -> None:
    """Japanese has one form for every count, and would say every 1 month."""
    page = Template('{% load portal %}{% every "month" 1 %}, {% every "month" 3 %}')

    assert page.render(Context({"texts": texts.catalogue(language)})) == said


def test_what_is_missing_falls_back_to_english_with_english_plurals() -> None:
    polish = Texts("pl", {}, POLISH)

    assert polish("status.trialing", count=1) == "Trial, 1 day left"
    assert polish("status.trialing", count=5) == "Trial, 5 days left"


@pytest.mark.parametrize("empty", ["", None, ("", "", "")])
def test_a_text_left_empty_falls_back_too(empty: object) -> None:
    polish = Texts("pl", {"status.trialing": empty}, POLISH)

    assert polish("status.trialing", count=5) == "Trial, 5 days left"
    assert "status.trialing" not in polish


def test_a_key_that_english_lacks_is_a_mistake_in_every_language() -> None:
    with pytest.raises(UnknownTextError):
        Texts("pl", {}, POLISH)("no.such.key")


def test_a_placeholder_that_nobody_fills_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Texts("en", {"hello": "Hello {name}"}, "(n != 1)")("hello")


def test_english_is_whole() -> None:
    english = texts.catalogue("en")

    assert len(english.forms) >= 100
    assert all(key in english for key in english.forms)


def test_a_language_is_a_folder_of_its_own(tmp_path: Path) -> None:
    for language in ("pl", "en", "ar"):
        folder = tmp_path / "locale" / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        header = (
            f'msgid ""\nmsgstr "Language: {language}\\nPlural-Forms: nplurals=1; plural=0;\\n"\n'
        )
        folder.joinpath("portal.po").write_text(f'{header}\nmsgid "hello"\nmsgstr "{language}!"\n')

    with override_settings(BASE_DIR=tmp_path):
        texts.languages.cache_clear()
        texts.catalogue.cache_clear()
        found, polish = texts.languages(), texts.catalogue("pl")
    texts.languages.cache_clear()
    texts.catalogue.cache_clear()

    assert found == ("en", "ar", "pl")
    assert polish("hello") == "pl!"


NAME, RTL_NAME = "Ada (Acme)", "אבי (Acme)"


@pytest.mark.parametrize(
    ("language", "name", "said"),
    [
        ("en", NAME, f"Hi {NAME}!"),
        ("en", RTL_NAME, f"Hi \u2068{RTL_NAME}\u2069!"),
        ("ar", NAME, f"Hi \u2068{NAME}\u2069!"),
        ("he", RTL_NAME, f"Hi \u2068{RTL_NAME}\u2069!"),
        # What would turn the rest of the line around is left out.
        ("en", "A\u202eda", "Hi Ada!"),
        ("ar", "A\u2069da\u2067", "Hi \u2068Ada\u2069!"),
    ],
)
def test_a_name_of_the_other_direction_moves_nothing_around_it(
    language: str, name: str, said: str
) -> None:
    assert Texts(language, {"hello": "Hi {name}!"}, "0")("hello", name=name) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "12,345 left"),
        ("de", "12.345 left"),
        ("sv", "12\u00a0345 left"),
        ("he", "12,345 left"),
    ],
)
def test_whole_numbers_are_written_as_the_language_does(language: str, said: str) -> None:
    assert Texts(language, {"days": ("{count} left",)}, "0")("days", count=12345) == said
