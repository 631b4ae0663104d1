"""Whether a pair of keys works, found out without leaving anything behind."""

from __future__ import annotations

import pytest

from servicebot.gateway import errors
from servicebot.gateway.checking import PublishableKeyError, check_keys
from servicebot.sandbox.world import Sandbox

BASE = "https://api.stripe.com"


def left_behind(world: Sandbox) -> list[str]:
    """Return what became of the attempts that checking began."""
    table = world.account("sk_test_acme").tables.get("setup_intent", {})
    return [intent["status"] for intent in table.values()]


@pytest.mark.parametrize("kind", ["sk", "rk"])
def test_a_pair_of_one_account_is_good_and_leaves_nothing_open(world: Sandbox, kind: str) -> None:
    check_keys(f"{kind}_test_acme", "pk_test_acme", BASE)

    assert left_behind(world) == ["canceled"]
    assert world.findings == []


@pytest.mark.parametrize("publishable", ["pk_test_globex", "pk_live_acme", "pk_test_", "nonsense"])
def test_a_publishable_key_from_elsewhere_is_told_apart(world: Sandbox, publishable: str) -> None:
    with pytest.raises(PublishableKeyError):
        check_keys("rk_test_acme", publishable, BASE)

    assert left_behind(world) == ["canceled"]


def test_a_key_that_stripe_does_not_know_is_disconnected(world: Sandbox) -> None:
    with pytest.raises(errors.DisconnectedError):
        check_keys("revoked", "pk_test_acme", BASE)


@pytest.mark.parametrize("denied", ["customer_read", "setup_intent_write"])
def test_a_restricted_key_that_may_too_little_is_disconnected(world: Sandbox, denied: str) -> None:
    world.account("rk_test_acme").config["denied"] = [denied]

    with pytest.raises(errors.DisconnectedError, match=denied):
        check_keys("rk_test_acme", "pk_test_acme", BASE)

    assert left_behind(world) == []


@pytest.mark.parametrize("fault", ["500", "429", "timeout", "reset"])
def test_stripe_down_is_nobodys_wrong_key(world: Sandbox, fault: str) -> None:
    weather = world.account("rk_test_acme").weather
    weather.bring(fault, times=2, method="GET", path="/v1/setup_intents/")  # type: ignore[arg-type]

    with pytest.raises(errors.UnavailableError):
        check_keys("rk_test_acme", "pk_test_acme", BASE)

    assert left_behind(world) == ["canceled"]
