"""Every way that Stripe fails becomes one of ours."""

from __future__ import annotations

import pytest
import stripe

from servicebot.gateway import errors
from servicebot.gateway.client import Gateway, at
from servicebot.sandbox.world import Sandbox
from tests.world import Shop

FAULTS = [("500", errors.UnavailableError), ("timeout", errors.UnavailableError)]
FAULTS += [("reset", errors.UnavailableError), ("429", errors.UnavailableError)]
KINDS: list[tuple[stripe.StripeError, type[errors.GatewayError]]] = [
    (stripe.CardError("no", None, "card_declined"), errors.CardDeclinedError),
    (stripe.CardError("no", None, "authentication_required"), errors.AuthenticationRequiredError),
    (stripe.IdempotencyError("other"), errors.IdempotencyMismatchError),
    (stripe.AuthenticationError("who"), errors.DisconnectedError),
    (stripe.PermissionError("may not"), errors.PermissionMissingError),
    (stripe.PermissionError("whose", code="account_invalid"), errors.DisconnectedError),
    (stripe.RateLimitError("slow down"), errors.UnavailableError),
    (stripe.InvalidRequestError("no sense", None), errors.RefusedError),
    (stripe.InvalidRequestError("gone", None, "resource_missing"), errors.NotFoundError),
    (stripe.APIError("broken"), errors.UnavailableError),
]


@pytest.mark.parametrize(("theirs", "ours"), KINDS)
def test_each_kind_is_translated(
    theirs: stripe.StripeError, ours: type[errors.GatewayError]
) -> None:
    found = errors.translated(theirs)

    assert type(found) is ours
    assert str(found) == (theirs.user_message or "")


@pytest.mark.parametrize(("kind", "ours"), FAULTS)
def test_a_read_that_fails_is_one_of_ours(
    world: Sandbox, gateway: Gateway, kind: str, ours: type[errors.GatewayError]
) -> None:
    shop = Shop("acme")
    customer = shop.customer("Ada", card="")
    world.account("sk_test_acme").weather.bring(kind, times=9)  # type: ignore[arg-type]

    with pytest.raises(ours):
        gateway.customer(customer)


def test_a_read_is_repeated_once(world: Sandbox, gateway: Gateway) -> None:
    customer = Shop("acme").customer("Ada", card="")
    world.account("sk_test_acme").weather.bring("reset")

    assert gateway.customer(customer).name == "Ada"


def test_what_is_missing_is_not_found_with_stripes_request_id(
    world: Sandbox, gateway: Gateway
) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        gateway.customer("cus_nobody")

    assert caught.value.request_id.startswith("req_")


def test_a_deleted_customer_is_not_found(world: Sandbox, gateway: Gateway) -> None:
    shop = Shop("acme")
    customer = shop.customer("Ada", card="")
    shop.stripe.v1.customers.delete(customer)

    with pytest.raises(errors.NotFoundError):
        gateway.customer(customer)


def test_a_key_that_stripe_does_not_know(world: Sandbox) -> None:
    with pytest.raises(errors.DisconnectedError):
        Gateway("nonsense", "https://api.stripe.com").customer("cus_1")


def test_a_key_that_may_not_do_it_says_what_it_lacks(world: Sandbox) -> None:
    world.account("rk_test_acme").config["denied"] = ["product_write"]

    with pytest.raises(errors.PermissionMissingError) as caught:
        Gateway("rk_test_acme", "https://api.stripe.com").create_product({"name": "Notes"}, key="a")

    assert caught.value.permission == "product_write"
    assert errors.PermissionMissingError("no").permission == ""


def test_an_id_never_leaves_its_place() -> None:
    assert at("/v1/customers", "cus_1?limit=1/../x") == "/v1/customers/cus_1%3Flimit%3D1%2F..%2Fx"
    with pytest.raises(errors.NotFoundError):
        at("/v1/customers", "")


def test_a_change_that_stripe_refuses(world: Sandbox, gateway: Gateway) -> None:
    shop = Shop("acme")
    shop.stock()
    subscription = shop.subscribe(shop.customer("Ada"))

    with pytest.raises(errors.RefusedError):
        gateway.update_subscription(subscription, {"trial_end": 1}, key="one")


def test_the_same_key_with_another_change_is_a_mismatch(world: Sandbox, gateway: Gateway) -> None:
    shop = Shop("acme")
    shop.stock()
    subscription = shop.subscribe(shop.customer("Ada"))
    gateway.update_subscription(subscription, {"description": "a"}, key="one")

    with pytest.raises(errors.IdempotencyMismatchError):
        gateway.update_subscription(subscription, {"description": "b"}, key="one")
