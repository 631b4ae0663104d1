"""Whether a pair of keys works, found out without leaving anything behind."""

from __future__ import annotations

import contextlib
import copy
import inspect
from functools import partial
from typing import Any

import pytest

from servicebot.gateway import errors
from servicebot.gateway.checking import (
    PermissionsMissingError,
    PublishableKeyError,
    check_keys,
    is_too_little,
    lacking_of,
)
from servicebot.gateway.client import Gateway
from servicebot.gateway.permissions import (
    BY_NAME,
    NEEDED,
    REQUIRED,
    Probe,
    label_of,
    rows_in,
    serves_of,
)
from servicebot.sandbox import routing
from servicebot.sandbox.permissions import name_of
from servicebot.sandbox.world import Sandbox
from tests.world import Shop

BASE = "https://api.stripe.com"


def left_behind(world: Sandbox) -> list[str]:
    """Return what became of the attempts that checking began."""
    table = world.account("sk_test_acme").tables.get("setup_intent", {})
    return [intent["status"] for intent in table.values()]


@pytest.mark.parametrize("kind", ["sk", "rk"])
def test_a_pair_of_one_account_is_good_and_leaves_nothing_open(world: Sandbox, kind: str) -> None:
    check_keys(f"{kind}_test_acme", "pk_test_acme", BASE, "test")

    assert left_behind(world) == ["canceled"]
    assert world.findings == []


@pytest.mark.parametrize("publishable", ["pk_test_globex", "pk_live_acme", "pk_test_", "nonsense"])
def test_a_publishable_key_from_elsewhere_is_told_apart(world: Sandbox, publishable: str) -> None:
    with pytest.raises(PublishableKeyError):
        check_keys("rk_test_acme", publishable, BASE, "test")

    assert left_behind(world) == ["canceled"]


def test_a_key_that_stripe_does_not_know_is_disconnected(world: Sandbox) -> None:
    with pytest.raises(errors.DisconnectedError):
        check_keys("revoked", "pk_test_acme", BASE, "test")


@pytest.mark.parametrize("denied", ["customer_read", "setup_intent_write"])
def test_a_restricted_key_that_may_too_little_is_disconnected(world: Sandbox, denied: str) -> None:
    world.account("rk_test_acme").config["denied"] = [denied]

    with pytest.raises(errors.DisconnectedError, match=label_of(denied)):
        check_keys("rk_test_acme", "pk_test_acme", BASE, "test")

    assert left_behind(world) == []


@pytest.mark.parametrize("fault", ["500", "429", "timeout", "reset"])
def test_stripe_down_is_nobodys_wrong_key(world: Sandbox, fault: str) -> None:
    weather = world.account("rk_test_acme").weather
    weather.bring(fault, times=2, method="GET", path="/v1/setup_intents/")  # type: ignore[arg-type]

    with pytest.raises(errors.UnavailableError):
        check_keys("rk_test_acme", "pk_test_acme", BASE, "test")

    assert left_behind(world) == ["canceled"]


@pytest.mark.parametrize("name", BY_NAME)
def test_each_permission_that_a_key_lacks_is_named(world: Sandbox, name: str) -> None:
    world.account("rk_test_acme").config["denied"] = [name]

    assert lacking_of(Gateway("rk_test_acme", BASE), "test") == (name,)


def test_all_that_a_key_lacks_is_named_at_once(world: Sandbox) -> None:
    world.account("rk_test_acme").config["denied"] = list(BY_NAME)

    with pytest.raises(PermissionsMissingError) as caught:
        check_keys("rk_test_acme", "pk_test_acme", BASE, "test")

    assert caught.value.lacking == tuple(BY_NAME)
    assert "Customers: Read" in str(caught.value)


def test_what_a_portal_can_be_without_is_returned(world: Sandbox) -> None:
    optional = [name for name in BY_NAME if name not in REQUIRED]
    world.account("rk_test_acme").config["denied"] = optional

    assert check_keys("rk_test_acme", "pk_test_acme", BASE, "test") == tuple(optional)


def test_a_live_key_needs_make_no_demo_service(world: Sandbox) -> None:
    world.account("rk_live_acme").config["denied"] = ["plan_write"]

    assert lacking_of(Gateway("rk_live_acme", BASE), "live") == ()


def test_checking_changes_nothing(world: Sandbox, shop: Shop) -> None:
    shop.subscribe(shop.customer("Ada"))
    before = copy.deepcopy(world.account("rk_test_acme").tables)

    assert lacking_of(Gateway("rk_test_acme", BASE), "test") == ()

    assert world.account("rk_test_acme").tables == before


def test_everything_is_asked_once_and_at_the_same_time(world: Sandbox) -> None:
    account = world.account("rk_test_acme")
    account.config["denied"] = list(BY_NAME)
    account.weather.latency = 0.3

    lacking_of(Gateway("rk_test_acme", BASE), "test")

    assert [call.status for call in world.calls] == [403] * len(NEEDED)
    assert max(call.started for call in world.calls) < min(call.ended for call in world.calls)


def test_stripe_down_is_no_lacking_permission(world: Sandbox) -> None:
    world.account("rk_test_acme").weather.bring("500", times=2, path="/v1/prices")

    with pytest.raises(errors.UnavailableError):
        lacking_of(Gateway("rk_test_acme", BASE), "test")


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        ("Having the 'rak_quote_read', 'rak_plan_read' permissions would allow", ("plan_read",)),
        ("It does not have the required permissions", ("plan_read",)),
        ("Having the 'rak_quote_read' permission would allow", ("quote_read",)),
    ],
)
def test_which_permission_stripe_means(said: str, lacking: tuple[str, ...]) -> None:
    class Refusing(Gateway):
        def probe(self, probe: Probe) -> None:
            if probe == BY_NAME["plan_read"].probe:
                raise errors.PermissionMissingError(said)

    found = lacking_of(Refusing("rk_test_acme", BASE), "test")

    assert found == lacking
    assert is_too_little(found)


def arguments(method: Any) -> dict[str, Any]:
    """Return something for all that a method must be given."""
    made = {"int": 1, "str": "none_1"}
    needed = [p for p in inspect.signature(method).parameters.values() if p.default is p.empty]
    return {p.name: made.get(p.annotation, {}) for p in needed}


def verbs(gateway: Gateway) -> list[Any]:
    """Return everything that the gateway can do at Stripe, ready to be called."""
    methods = inspect.getmembers(gateway, inspect.ismethod)
    found = [partial(m, **arguments(m)) for name, m in methods if not name.startswith("_")]
    return [each for each in found if each.func.__name__ not in {"probe", "reads_of"}]


def test_every_verb_of_the_gateway_has_its_permission_in_the_table(world: Sandbox) -> None:
    """A new verb that needs another permission fails here until the table has it."""
    gateway = Gateway("sk_test_acme", BASE)
    asked: set[str] = set()
    for verb in verbs(gateway):
        with contextlib.suppress(errors.GatewayError):
            verb()
        call = world.calls[-1]
        asked.add(name_of(routing.find(call.method, call.path)[0]))
        world.calls.clear()
        world.calls.append(call)

    assert asked == set(BY_NAME)


def test_every_permission_says_where_it_is_set_and_what_it_is_for() -> None:
    for permission in NEEDED:
        assert permission.label == label_of(permission.name)
        assert permission.level == ("Write" if permission.name.endswith("_write") else "Read")
        assert serves_of(permission.name)
        assert permission.section
    assert label_of("quote_read") == "quote_read"
    assert serves_of("quote_read")


def test_a_row_is_set_once() -> None:
    rows = {each.row: each.level for each in rows_in("test")}

    assert rows["Customers"] == "Write"
    assert rows["Coupons"] == "Read"
    assert {each.row: each.level for each in rows_in("live")}["Prices"] == "Read"
