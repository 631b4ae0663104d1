"""Which language somebody gets, by whose wish: a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import languages
from portal.languages import choose
from portal.texts import Texts

OFFERED = ("en", "ar", "de", "fr", "he", "ja", "pt-BR", "zh-Hans")
# By the strongest wish first; the default is German.
SAID: list[tuple[list[str], str]] = [
    ([], "de"),
    (["fr"], "fr"),
    (["fr", "ja"], "fr"),
    (["ko", "ja"], "ja"),
    (["ko"], "de"),
    # regions and variants
    (["de-AT"], "de"),
    (["fr-CA", "en"], "fr"),
    (["en-GB"], "en"),
    (["ar-MA"], "ar"),
    (["de-DE-1996"], "de"),
    (["de-DE-u-co-phonebk"], "de"),
    (["pt"], "pt-BR"),
    (["pt-PT"], "pt-BR"),
    (["pt-BR"], "pt-BR"),
    # scripts
    (["zh"], "zh-Hans"),
    (["zh-CN"], "zh-Hans"),
    (["zh-SG"], "zh-Hans"),
    (["zh-Hans-CN"], "zh-Hans"),
    (["zh-Hans-TW"], "zh-Hans"),
    (["zh-cmn-Hans-CN"], "zh-Hans"),
    (["zh-TW", "en"], "en"),
    (["zh-Hant", "ja", "zh-CN"], "ja"),
    (["zh-TW", "zh", "en-US", "en"], "en"),
    (["zh-HK", "zh-CN"], "zh-Hans"),
    (["zh-TW"], "zh-Hans"),
    (["zh-Hant-HK", "ko"], "zh-Hans"),
    (["ar-Latn", "fr"], "fr"),
    # other ways to write a code
    (["iw"], "he"),
    (["iw-IL"], "he"),
    (["DE"], "de"),
    (["PT_br"], "pt-BR"),
    (["zh_CN"], "zh-Hans"),
    ([" fr "], "fr"),
    (["fra"], "fr"),
    # rubbish
    (["", "*", "x", "french", "fr;q=0.9", "<script>", "fr FR", "../fr", "fr-", "-fr"], "de"),
    (["i-klingon", "x-pirate", "ja"], "ja"),
    (["fr-" + "x" * 40, "ja"], "ja"),
    (["ko"] * 40 + ["fr"], "de"),
]
DEFAULTS: list[tuple[list[str], str]] = [
    (["ja", "de"], "ja"),
    (["ko", "de"], "de"),
    (["zh-TW", "de"], "de"),
    (["rubbish"], "en"),
    ([], "en"),
]
# A language's name in itself, and its direction.
NAMES = {
    "en": ("English", "ltr"),
    "de": ("Deutsch", "ltr"),
    "fr": ("Français", "ltr"),
    "es": ("Español", "ltr"),
    "it": ("Italiano", "ltr"),
    "pt-BR": ("Português (Brasil)", "ltr"),
    "nl": ("Nederlands", "ltr"),
    "pl": ("Polski", "ltr"),
    "sv": ("Svenska", "ltr"),
    "ja": ("日本語", "ltr"),
    "zh-Hans": ("简体中文", "ltr"),
    "ar": ("العربية", "rtl"),
    "he": ("עברית", "rtl"),
}


@pytest.mark.parametrize(("said", "language"), SAID)
def test_the_strongest_wish_that_can_be_met_is(said: list[str], language: str) -> None:
    assert choose(said, ["de"], OFFERED) == language


@pytest.mark.parametrize(("defaults", "language"), DEFAULTS)
def test_defaults_count_where_nothing_that_was_said_does(
    defaults: list[str], language: str
) -> None:
    assert choose(["ko"], defaults, OFFERED) == language


def test_the_own_region_comes_first() -> None:
    offered = ("en", "pt-BR", "pt-PT", "zh-Hans", "zh-Hant")

    assert choose(["pt-PT"], [], offered) == "pt-PT"
    assert choose(["pt"], [], offered) == "pt-BR"
    assert choose(["pt-AO"], [], offered) == "pt-BR"
    assert choose(["zh-TW", "zh"], [], offered) == "zh-Hant"
    assert choose(["zh-MO"], [], offered) == "zh-Hant"


@given(st.lists(st.text()), st.lists(st.text()))
def test_whatever_is_said_one_that_there_is_comes_of_it(
    said: list[str], defaults: list[str]
) -> None:
    assert choose(said, defaults, OFFERED) in OFFERED


@pytest.mark.parametrize(("language", "told"), NAMES.items())
def test_a_language_is_called_by_its_own_name(language: str, told: tuple[str, str]) -> None:
    assert (languages.name_of(language), Texts(language, {}, "0").direction) == told
