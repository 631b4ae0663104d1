"""How Stripe took a key: what a refusal is, and what is only an answer."""

from __future__ import annotations

import contextlib

import pytest

from servicebot.gateway import errors
from servicebot.gateway.client import Gateway
from servicebot.sandbox.world import Sandbox

BASE = "https://api.stripe.com"


@pytest.fixture
def restricted(world: Sandbox) -> Gateway:
    return Gateway("rk_test_acme", BASE)


def ask(gateway: Gateway) -> None:
    with contextlib.suppress(errors.GatewayError):
        gateway.recent_customers(1)


def test_a_key_that_was_asked_nothing_is_neither_good_nor_bad(restricted: Gateway) -> None:
    assert not restricted.standing.is_answered
    assert not restricted.standing.is_refused


def test_a_key_that_stripe_answers_is_good(restricted: Gateway) -> None:
    ask(restricted)

    assert restricted.standing.is_answered
    assert not restricted.standing.is_refused


def test_an_answer_that_says_no_is_an_answer(restricted: Gateway) -> None:
    with pytest.raises(errors.NotFoundError):
        restricted.customer("cus_none")

    assert restricted.standing.is_answered


def test_stripe_down_says_nothing_of_the_key(world: Sandbox, restricted: Gateway) -> None:
    world.account("rk_test_acme").weather.bring("500", times=2)

    ask(restricted)

    assert not restricted.standing.is_answered
    assert not restricted.standing.is_refused


def test_a_key_that_stripe_does_not_know_is_refused() -> None:
    unknown = Gateway("revoked", BASE)

    ask(unknown)

    assert unknown.standing.is_refused


def test_a_key_that_lacks_what_every_page_needs_is_refused(
    world: Sandbox, restricted: Gateway
) -> None:
    world.account("rk_test_acme").config["denied"] = ["customer_read"]

    ask(restricted)

    assert restricted.standing.is_refused


def test_a_key_that_lacks_what_can_be_missing_is_not(world: Sandbox, restricted: Gateway) -> None:
    world.account("rk_test_acme").config["denied"] = ["customer_write"]

    with pytest.raises(errors.PermissionMissingError):
        restricted.update_customer("cus_none", {})

    assert not restricted.standing.is_refused


def test_what_stripe_does_not_name_counts(restricted: Gateway) -> None:
    restricted.standing.refusals.append(errors.PermissionMissingError("not allowed"))

    assert restricted.standing.is_refused
