"""Amounts, dates, percentages and numbers in every language that is planned: CLDR's."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.utils.html import strip_tags

from portal.texts import Texts

PAGE = Template(
    "{% load portal %}{% money 123456 'usd' %}|{% money -3593 'eur' %}|{% money 7200 'jpy' %}|"
    "{% day moment %}|{% short_day moment %}|{% percent off %}|{% number 1234567 %}|"
    "{% country 'DE' %}"
)
# $1,234.56, minus €35.93, ¥7,200, a date in full and for a table, 12.5 %, 1,234,567, Germany;
# _ is a space that doesn't break, ~ a narrow one, > and < the marks of right-to-left
# and left-to-right.
FORMATS = {
    "en": "$1,234.56|-€35.93|¥7,200|July 23, 2026|Jul 23, 2026|12.5%|1,234,567|Germany",
    "de": "1.234,56_$|-35,93_€|7.200_¥|23. Juli 2026|23.07.2026|12,5_%|1.234.567|Deutschland",
    "fr": "1~234,56_$US|-35,93_€|7~200_JPY|23 juillet 2026|23 juil. 2026|12,5_%|1~234~567|"
    "Allemagne",
    "es": "1.234,56_US$|-35,93_€|7.200_JPY|23 de julio de 2026|23 jul 2026|12,5_%|1.234.567|"
    "Alemania",
    "it": "1.234,56_USD|-35,93_€|7.200_JPY|23 luglio 2026|23 lug 2026|12,5%|1.234.567|Germania",
    "pt-BR": "US$_1.234,56|-€_35,93|JP¥_7.200|23 de julho de 2026|23 de jul. de 2026|12,5%|"
    "1.234.567|Alemanha",
    "nl": "US$_1.234,56|€_-35,93|JP¥_7.200|23 juli 2026|23 jul 2026|12,5%|1.234.567|Duitsland",
    "pl": "1_234,56_USD|-35,93_€|7_200_JPY|23 lipca 2026|23 lip 2026|12,5%|1_234_567|Niemcy",
    "sv": "1_234,56_US$|-35,93_€|7_200_JPY|23 juli 2026|23 juli 2026|12,5_%|1_234_567|Tyskland",
    "ja": "$1,234.56|-€35.93|￥7,200|2026年7月23日|2026/07/23|12.5%|1,234,567|ドイツ",
    "zh-Hans": "US$1,234.56|-€35.93|JP¥7,200|2026年7月23日|2026年7月23日|12.5%|1,234,567|德国",
    "ar": ">1,234.56_US$<|>-35.93_€|>7,200_JP¥<|23 يوليو 2026|23>/07>/2026|12.5%|1,234,567|ألمانيا",
    "he": ">1,234.56_>$|>-35.93_>€|>7,200_>¥|23 ביולי 2026|23 ביולי 2026|12.5%|1,234,567|גרמניה",
}
MARKS = str.maketrans({"<": "\u200e", "_": "\u00a0", "~": "\u202f", ">": "\u200f", "-": "\u2212"})


def written(language: str) -> str:
    moment, off = datetime(2026, 7, 23, 12, tzinfo=UTC), Decimal("12.5")
    context: dict[str, Any] = {"texts": Texts(language, {}, "0"), "moment": moment, "off": off}
    return PAGE.render(Context(context))


@pytest.mark.parametrize(("language", "expected"), FORMATS.items())
def test_everything_is_written_as_the_language_does(language: str, expected: str) -> None:
    assert strip_tags(written(language)) == expected.translate(MARKS)


@pytest.mark.parametrize("language", FORMATS)
def test_a_page_has_one_kind_of_digits(language: str) -> None:
    digits = {letter for letter in written(language) if unicodedata.category(letter) == "Nd"}

    assert digits <= set("0123456789")


@pytest.mark.parametrize("language", FORMATS)
def test_amounts_and_percentages_are_isolated(language: str) -> None:
    parts = written(language).split("|")

    assert all(part.startswith("<bdi>") for part in [*parts[:3], parts[5]])
