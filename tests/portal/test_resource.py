"""A merchant's own texts: what may stand in the place of ours, and what is said of the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils.html import escape

from portal import texts
from portal.resource import FaultyTextsError, forms, kept, nested, parse, read
from portal.wording import built_in
from tests.languages import spoken

MONTHS = {"interval.month_one": "monthly", "interval.month_other": "each {count} months"}
# What is said for `en`, and the code that it gets; an empty one is taken.
WORDINGS: list[tuple[str, Any, str]] = [
    ("cancel.button", "Leave us", ""),
    ("cancel.button", "  Leave\n  us ", ""),
    ("cancel.button", "", ""),
    ("cancel.button", "x" * 1000, ""),
    ("cancel.button", "x" * 1001, "too_long"),
    ("cancel.button", 3, "not_text"),
    ("cancel.button", None, "not_text"),
    ("cancel.button", ["Leave"], "not_text"),
    ("cancel.button", True, "not_text"),
    ("cancel.buton", "Leave", "unknown_key"),
    ("cancel", "Leave", "unknown_key"),
    ("__proto__", "Leave", "unknown_key"),
    ("constructor.prototype.x", "Leave", "unknown_key"),
    ("cancel.button_one", "Leave", "unknown_plural"),
    ("interval.month_few", "each {count} months", "unknown_plural"),
    ("cancel.button", "Leave\u0000", "forbidden_character"),
    ("cancel.button", "Leave\ud800", "forbidden_character"),
    ("cancel.button", "Leave \u202esu", "forbidden_character"),
    ("cancel.button", "Leave \u2066us", "forbidden_character"),
    ("cancel.button", "Leave\u2028us", "forbidden_character"),
    ("cancel.button", "\u200b\u200b", "blank"),
    ("open.first", "You owe {amount}.", ""),
    ("open.first", "You owe {{amount}} now, {{ amount }} in all.", ""),
    ("open.first", "You owe something.", "missing_placeholder"),
    ("open.first", "You owe {amont}.", "unknown_placeholder"),
    ("open.first", "You owe {amount.", "broken_placeholder"),
    ("open.first", "You owe {amount}}.", "broken_placeholder"),
    ("open.first", "You owe {}{amount}.", "broken_placeholder"),
    ("open.first", "You owe {{amount, currency}}.", "broken_placeholder"),
    ("open.first", "{amount.__class__}", "broken_placeholder"),
    ("cancel.button", "Leave {name}", "unknown_placeholder"),
    ("interval.month", "each {count} months", ""),
    ("interval.month", "monthly", "missing_placeholder"),
    ("interval.month_one", "monthly", "missing_plural"),
]


@pytest.mark.parametrize(("key", "said", "code"), WORDINGS)
def test_each_text_is_taken_or_told(key: str, said: Any, code: str) -> None:
    found = read({"en": {key: said}})

    assert [fault.code for fault in found.faults] == ([code] if code else [])
    assert all(fault.language == "en" and fault.words for fault in found.faults)
    assert bool(found.texts) is (not code and bool(said.strip()))


def test_a_fault_names_what_it_is_about() -> None:
    (lacking,) = read({"en": {"open.first": "You owe."}}).faults
    (unknown,) = read({"en": {"open.first": "{amount} {nmae}"}}).faults

    assert str(lacking) == "en open.first: It lacks {amount}."
    assert str(unknown) == "en open.first: Nobody fills {nmae}; there is {amount}."


def test_what_is_right_is_taken_beside_what_is_wrong() -> None:
    found = read({"en": {"cancel.button": "Leave", "open.first": "You owe."}, "xx": {}, "qq": 3})

    assert found.texts == {"en": {"cancel.button": "Leave"}}
    assert [(f.language, f.key, f.code) for f in found.faults] == [
        ("en", "open.first", "missing_placeholder"),
        ("xx", "", "unknown_language"),
        ("qq", "", "unknown_language"),
    ]


def test_flat_and_nested_are_the_same() -> None:
    flat = {"cancel.button": "Leave", "page.no_subscriptions": "None", **MONTHS}
    flat["page.no_subscriptions.title"] = "Nothing"

    tree = nested(flat)

    assert tree["interval"] == {"month_one": "monthly", "month_other": "each {count} months"}
    for said in (flat, tree, {"translation": tree}):
        assert read({"en": said}).texts == {"en": flat}
        assert read({"en": said}).faults == ()


def test_a_language_is_known_by_any_of_its_codes_once() -> None:
    with spoken("pt-BR", "he"):
        found = read({"pt_br": {"cancel.button": "Sair"}, "iw": {"cancel.button": "עזוב"}})
        twice = read({"pt": {}, "pt-PT": {}})

    assert set(found.texts) == {"pt-BR", "he"}
    assert [fault.code for fault in twice.faults] == ["language_twice"]


def test_plurals_are_those_of_the_language() -> None:
    arabic = {f"interval.month_{name}": f"{name} {{count}}" for name in ("few", "many", "other")}
    arabic |= {f"interval.month_{name}": name for name in ("zero", "one", "two")}
    with spoken("ar", "ja", "fr"):
        whole, lacking = read({"ar": arabic}), read({"ar": MONTHS})
        made = texts.catalogue("ar").over(forms("ar", whole.texts["ar"]))
        said = [made("interval.month", count=count) for count in (0, 1, 2, 3, 11, 100)]
        japanese = read({"ja": {"interval.month_other": "{count} か月ごと"}})
        french = read({"fr": {"interval.month_one": "par mois", "interval.month_other": "{count}"}})
        counted = texts.catalogue("fr").over(forms("fr", french.texts["fr"]))

    assert [str(each).split()[0] for each in said] == ["zero", "one", "two", "few", "many", "other"]
    assert [(fault.key, fault.code) for fault in lacking.faults] == [
        ("interval.month", "missing_plural")
    ]
    assert "interval.month_zero, interval.month_two" in lacking.faults[0].words
    assert japanese.faults == french.faults == ()
    assert counted("interval.month", count=10**6) == "1\u202f000\u202f000"


def test_one_text_can_serve_every_number() -> None:
    made = texts.catalogue("en").over(forms("en", {"interval.month": "every {count} mo"}))

    assert [made("interval.month", count=n) for n in (1, 2)] == ["every 1 mo", "every 2 mo"]


@pytest.mark.parametrize("language", texts.languages())
def test_every_text_of_ours_could_be_theirs(language: str) -> None:
    said = {
        f"{key}_{name}" if name else key: text
        for key in texts.catalogue("en").forms
        for name, text in built_in(key, language).items()
    }

    found = read({language: said})

    assert found.faults == ()
    assert set(forms(language, found.texts[language])) == set(texts.catalogue("en").forms)
    assert kept({language: said}) == {}


def test_what_is_kept_says_everything_that_is_wrong() -> None:
    with pytest.raises(FaultyTextsError) as refused:
        kept({"en": {"a": "b", "open.first": "You owe."}})

    assert [fault.code for fault in refused.value.faults] == ["unknown_key", "missing_placeholder"]
    assert kept({"en": {"cancel.button": "Leave", **MONTHS}}) == {
        "en": {"cancel.button": "Leave", **MONTHS}
    }


def test_what_is_there_twice_is_not_used() -> None:
    said = b'{"en": {"cancel.button": "A", "cancel.button": "B", "cancel": {"title": "C"}}}'
    both = {"en": {"cancel.button": "A", "cancel": {"button": "B"}}}

    for found in (read(parse(said)), read(both)):
        assert [(f.key, f.code) for f in found.faults if f.code == "duplicate_key"] == [
            ("cancel.button", "duplicate_key")
        ]
        assert "cancel.button" not in found.texts.get("en", {})


def test_thousands_of_faults_are_cut() -> None:
    assert len(read({"en": {f"no.{n}": "x" for n in range(20_000)}}).faults) == 100


def test_the_text_stays_text() -> None:
    words = "<img src=x onerror=alert(1)> & 'co'"
    made = texts.catalogue("en").over(
        forms("en", read({"en": {"cancel.button": words}}).texts["en"])
    )

    assert made("cancel.button") == escape(words)
    assert json.loads(json.dumps(made.forms["cancel.button"])) == words
