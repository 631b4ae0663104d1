"""What is said to be wrong with a hash: each usual mistake, made here on purpose."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random

import pytest

from portal.diagnosis import (
    KEYS_AT_MOST,
    OTHER_MODE,
    OTHER_PORTAL,
    Finding,
    Given,
    Key,
    diagnose,
)
from portal.fault_words import FAULTS
from portal.keys import LETTERS_AND_DIGITS, SECRET_LENGTH, checksum

EMAIL = "ada+notes@example.com"
ID = "cus_Ada1"
COMPOSED, DECOMPOSED = "\u00e9va@example.com", "e\u0301va@example.com"
MADE_UP = random.Random(1)  # the same keys in every worker, since tests are named by them


def new_secret(mode: str) -> str:
    """Make a key up, as a portal's are."""
    body = f"sb_{mode}_{''.join(MADE_UP.choices(LETTERS_AND_DIGITS, k=SECRET_LENGTH))}"
    return body + checksum(body)


OWN = Key(new_secret("test"))
OLD = Key(new_secret("test"), has_ended=True)
SISTER = Key(new_secret("test"), place=OTHER_PORTAL, portal="Second")
LIVE = Key(new_secret("live"), place=OTHER_MODE, portal="Live")
KEYS = (OWN, OLD, SISTER, LIVE)


def digest(key: str, text: str, name: str = "sha256") -> bytes:
    return hmac.digest(key.encode(), text.encode(), name)


def hash_of(text: str, key: Key = OWN) -> str:
    return digest(key.value, text).hex()


def found(identity: str, hash_: str, *others: str, reads: str = "email") -> Finding:
    return diagnose(reads, Given(identity, hash_, others), KEYS)


def test_a_right_one_is_right_and_says_by_which_key() -> None:
    second = Key(new_secret("test"))

    finding = diagnose("email", Given(EMAIL, hash_of(EMAIL, second)), (OWN, second))

    assert (finding.code, finding.faults, finding.key) == ("right", (), second)


@pytest.mark.parametrize(
    ("key", "code"), [(OLD, "key_ended"), (SISTER, "other_portal"), (LIVE, "other_mode")]
)
def test_another_key_is_named(key: Key, code: str) -> None:
    finding = found(EMAIL, hash_of(EMAIL, key))

    assert (finding.faults, finding.key) == ((code,), key)


def test_an_ended_key_of_another_portal_is_that_portals() -> None:
    key = Key(new_secret("live"), place=OTHER_MODE, has_ended=True)

    finding = diagnose("email", Given(EMAIL, hash_of(EMAIL, key)), (OWN, key))

    assert finding.code == "other_mode"


@pytest.mark.parametrize(
    ("identity", "signed", "code"),
    [
        ("Ada@example.com", "ada@example.com", "identity_case"),
        ("ada@example.com", "ADA@EXAMPLE.COM", "identity_case"),
        ("ada@example.com", "Ada@example.com", "identity_case"),
        (f" {EMAIL}", EMAIL, "identity_space"),
        (f"{EMAIL}\n", EMAIL, "identity_space"),
        (EMAIL, f"{EMAIL}\n", "identity_space"),
        (EMAIL, f" {EMAIL}", "identity_space"),
        (EMAIL, f"{EMAIL} ", "identity_space"),
        (EMAIL, "ada%2Bnotes%40example.com", "identity_url"),
        (EMAIL, "ada%2Bnotes@example.com", "identity_url"),
        (EMAIL, "ada notes@example.com", "identity_url"),
        ("ada%2Bnotes%40example.com@x", "ada+notes@example.com@x", "identity_url"),
        ("o'ada@example.com", "o&#x27;ada@example.com", "identity_html"),
        ("a&amp;b@example.com", "a&b@example.com", "identity_html"),
        (EMAIL, f'"{EMAIL}"', "identity_quotes"),
        (COMPOSED, DECOMPOSED, "identity_accents"),
        (DECOMPOSED, COMPOSED, "identity_accents"),
    ],
)
def test_another_text_that_was_signed_is_found(identity: str, signed: str, code: str) -> None:
    finding = found(identity, hash_of(signed))

    assert (finding.faults, finding.signed, finding.key) == ((code,), signed, OWN)


def test_the_hash_of_the_id_in_place_of_the_email_is_found_and_the_other_way_round() -> None:
    by_email = found(EMAIL, hash_of(ID), "cus_Other", ID)
    by_id = found(ID, hash_of(EMAIL), EMAIL, reads="customer_id")

    assert (by_email.faults, by_email.signed) == (("identity_other",), ID)
    assert (by_id.faults, by_id.signed) == (("identity_other",), EMAIL)


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (lambda raw: raw.hex().upper(), ("hash_upper",)),
        (lambda raw: f" {raw.hex()}\n", ("hash_space",)),
        (lambda raw: f" {raw.hex().upper()}", ("hash_space", "hash_upper")),
        (lambda raw: f"sha256={raw.hex()}", ("hash_wrapped",)),
        (lambda raw: f"0x{raw.hex()}", ("hash_wrapped",)),
        (lambda raw: f'"{raw.hex()}"', ("hash_wrapped",)),
        (lambda raw: f"{raw.hex()}00", ("hash_wrapped",)),
        (lambda raw: f"<{raw.hex()}00>", ("hash_wrapped",)),
        (lambda raw: base64.b64encode(raw).decode(), ("hash_base64",)),
        (lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="), ("hash_base64",)),
        (lambda raw: raw.hex()[:-1], ("hash_cut",)),
        (lambda raw: raw.hex()[:32], ("hash_cut",)),
    ],
)
def test_another_way_to_write_it_is_found(written: object, codes: tuple[str, ...]) -> None:
    said = written(digest(OWN.value, EMAIL))  # type: ignore[operator]

    assert found(EMAIL, said).faults == codes


@pytest.mark.parametrize("name", ["sha1", "sha384", "sha512", "md5"])
def test_another_algorithm_is_found(name: str) -> None:
    assert found(EMAIL, digest(OWN.value, EMAIL, name).hex()).faults == (f"hash_{name}",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (EMAIL, "no_key"),
        (OWN.value + EMAIL, "no_hmac"),
        (EMAIL + OWN.value, "no_hmac"),
        (f"{OWN.value}:{EMAIL}", "no_hmac"),
        (f"{EMAIL}:{OWN.value}", "no_hmac"),
    ],
)
def test_a_plain_hash_is_no_hmac(text: str, code: str) -> None:
    assert found(EMAIL, hashlib.sha256(text.encode()).hexdigest()).faults == (code,)


def test_key_and_identity_in_each_others_place_are_found() -> None:
    assert found(EMAIL, digest(EMAIL, OWN.value).hex()).faults == ("swapped",)


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (f"{OWN.value}\n", "key_space"),
        (f" {OWN.value}", "key_space"),
        (f"{OWN.value} ", "key_space"),
        (f'"{OWN.value}"', "key_space"),
        (f"'{OWN.value}'", "key_space"),
        (OWN.value.removeprefix("sb_test_"), "key_part"),
        (OWN.value[:-6], "key_part"),
        (OWN.value.removeprefix("sb_test_")[:-6], "key_part"),
    ],
)
def test_a_key_that_was_misread_is_found(key: str, code: str) -> None:
    assert found(EMAIL, digest(key, EMAIL).hex()).faults == (code,)


def test_what_is_no_identity_is_said() -> None:
    assert found("", hash_of("")).faults == ("no_identity",)
    assert found("  ", "0" * 64).faults == ("no_identity",)
    assert found("undefined", "0" * 64).faults == ("malformed", "unknown")
    assert found("cus_é", "0" * 64, reads="customer_id").faults == ("malformed", "unknown")


def test_the_other_field_is_said_with_what_else_is_wrong() -> None:
    assert found(ID, hash_of(ID)).faults == ("other_field",)
    assert found(EMAIL, hash_of(EMAIL, LIVE), reads="customer_id").faults == (
        "other_field",
        "other_mode",
    )


def test_a_missing_hash_and_what_is_none_are_said() -> None:
    assert found(EMAIL, " ").faults == ("no_hash",)
    for said in ("undefined", "{{ hash }}", "[object Object]", "Z" * 29, "0" * 15):
        assert found(EMAIL, said).faults == ("not_a_hash",)


def test_the_key_sent_in_place_of_the_hash_comes_first() -> None:
    assert found(EMAIL, OWN.value).faults == ("key_sent",)
    assert found("", f" {OWN.value}").faults == ("key_sent", "no_identity")


def test_two_mistakes_are_both_said() -> None:
    assert found("Ada@x", hash_of("ada@x", LIVE).upper()).faults == (
        "other_mode",
        "identity_case",
        "hash_upper",
    )


def test_a_hash_of_somebody_else_is_not_explained() -> None:
    finding = found(EMAIL, hash_of("ben@example.com"))

    assert (finding.faults, finding.key, finding.signed) == (("unknown",), None, "")


def test_a_few_digits_are_not_taken_for_a_hash_that_was_cut() -> None:
    assert found(EMAIL, hash_of(EMAIL)[:14]).faults == ("not_a_hash",)


def test_keys_beyond_a_bound_are_not_tried() -> None:
    many = [Key(new_secret("test")) for _ in range(KEYS_AT_MOST)]

    assert diagnose("email", Given(EMAIL, hash_of(EMAIL)), (*many, OWN)).code == "unknown"


def test_every_fault_has_words_of_its_own_and_says_what_to_do() -> None:
    said = [what for what, _do in FAULTS.values()]

    assert len(set(said)) == len(said)
    assert all(what.endswith(".") and do.endswith(".") for what, do in FAULTS.values())
