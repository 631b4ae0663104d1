"""Amounts read as they are charged, in every currency and language."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.money import THREE_DECIMAL, ZERO_DECIMAL, exponent, in_words

# What Stripe charges in, less the two lists of portal/money.py.
CODES = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd"
    " cad cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd"
    " hnl htg huf idr ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt"
    " mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub"
    " sar sbd scr sek sgd shp sll sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu uzs wst"
    " xcd yer zar zmw"
)
TWO_DECIMAL = CODES.split()
EVERY = [*TWO_DECIMAL, *sorted(ZERO_DECIMAL), *sorted(THREE_DECIMAL)]


def value(words: str) -> Decimal:
    """Return the number in an English amount."""
    return Decimal(re.sub(r"[^\d.\-]", "", words))


def test_what_is_read_is_what_is_charged_in_every_currency() -> None:
    wrong = [
        (charged, words)
        for currency in EVERY
        for amount in (1999, 199900, 100, 5, 0, -3593)
        for charged in [Decimal(amount).scaleb(-exponent(currency))]
        for words in [in_words(amount, currency, "en")]
        if value(words) != charged
    ]

    assert wrong == []


@given(amount=st.integers(-(10**9), 10**9), currency=st.sampled_from(["usd", "jpy", "kwd"]))
def test_no_amount_loses_anything(amount: int, currency: str) -> None:
    assert value(in_words(amount, currency, "en")) == Decimal(amount).scaleb(-exponent(currency))


@pytest.mark.parametrize("parts", ["0.4", "12.5", "0.0001", "100.01"])
def test_parts_of_a_cent_stay(parts: str) -> None:
    assert value(in_words(Decimal(parts), "usd", "en")) == Decimal(parts) / 100


def test_a_whole_amount_is_written_as_people_write_it() -> None:
    written = {c: in_words(150_000, c, "en") for c in ("isk", "ugx", "rsd", "usd")}

    assert written == {
        "isk": "ISK1,500",
        "ugx": "UGX1,500",
        "rsd": "RSD1,500",
        "usd": "$1,500.00",
    }


def test_each_language_writes_it_its_own_way() -> None:
    written = {
        language: in_words(123456, "eur", language).replace("\xa0", " ").replace("\u202f", " ")
        for language in ("en", "de", "fr", "pt-BR", "ja", "en-IN")
    }

    assert written == {
        "en": "€1,234.56",
        "de": "1.234,56 €",
        "fr": "1 234,56 €",
        "pt-BR": "€ 1.234,56",
        "ja": "€1,234.56",
        "en-IN": "€1,234.56",
    }


def test_the_case_of_a_currency_is_nothing() -> None:
    assert in_words(7200, "JPY", "en") == in_words(7200, "jpy", "en") == "¥7,200"


def test_the_lists_are_stripes() -> None:
    assert not ZERO_DECIMAL & THREE_DECIMAL
    assert len(ZERO_DECIMAL) == 15
    assert {exponent(currency) for currency in TWO_DECIMAL} == {2}
