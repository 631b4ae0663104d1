"""What happens to any request: keys, refusals, headers, idempotency."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from servicebot.sandbox.wire import Call
from servicebot.sandbox.world import Account, Sandbox
from tests.sandbox.conftest import KEY, Clock, error_of, key_client


def post(sandbox: Sandbox, path: str, body: str = "", key: str = KEY, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return sandbox.handle(
        Call("POST", path, {"Authorization": f"Bearer {key}", **named}, body.encode())
    )


@pytest.mark.parametrize("key", ["", "sk_test_", "whatever", "xx_test_acme"])
def test_an_unknown_key_opens_nothing(sandbox: Sandbox, key: str) -> None:
    answer = post(sandbox, "/v1/customers", key=key)

    assert answer.status == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_the_sdk_calls_it_an_authentication_error(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided"):
        key_client(sandbox, "sk_dead_acme").customers.list()


def test_modes_and_names_are_worlds_apart(sandbox: Sandbox) -> None:
    key_client(sandbox, "sk_test_acme").customers.create({"name": "Ada"})

    for key, count in [("rk_test_acme", 1), ("sk_live_acme", 0), ("sk_test_globex", 0)]:
        assert len(key_client(sandbox, key).customers.list().data) == count


def test_an_unknown_parameter_is_refused(client: Any, sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.customers.create({"nmae": "Ada"})

    assert caught.value.http_status == 400
    assert caught.value.code == "parameter_unknown"
    assert caught.value.param == "nmae"
    assert str(caught.value.user_message) == "Received unknown parameter: nmae"
    assert [finding.path for finding in sandbox.refused] == ["nmae"]


def test_a_nested_parameter_is_named_in_brackets(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.prices.create(
            {"currency": "usd", "product": "p", "recurring": {"interval": "month", "odd": "1"}}
        )

    assert caught.value.param == "recurring[odd]"


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"unit_amount": 5}, "currency", "parameter_missing"),
        ({"currency": "usd", "unit_amount": "five"}, "unit_amount", None),
        ({"currency": "usd", "tax_behavior": "perhaps"}, "tax_behavior", None),
        ({"currency": "usd", "unit_amount": 5}, "product", "parameter_missing"),
    ],
)
def test_wrong_values_are_refused(near: Any, params: Any, param: str, code: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.prices.create(params)

    assert (caught.value.param, caught.value.code) == (param, code)


def test_a_parameter_the_sandbox_would_ignore_is_refused(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.customers.create({"cash_balance": {"settings": {"reconciliation_mode": "manual"}}})

    assert caught.value.code == "sandbox_unsupported"
    assert caught.value.param == "cash_balance.settings.reconciliation_mode"


def test_an_operation_the_sandbox_lacks_is_refused_as_such(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.refunds.list()

    assert caught.value.code == "sandbox_unsupported"


def test_an_unknown_address_is_not_found(sandbox: Sandbox) -> None:
    answer = post(sandbox, "/v1/nonsense")

    assert answer.status == 404
    assert "Unrecognized request URL (POST: /v1/nonsense)" in answer.json()["error"]["message"]


def test_payment_method_types_are_no_longer_supported(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.setup_intents.create({"payment_method_types": ["card"]})

    assert caught.value.code == "payment_method_types_no_longer_supported"


def test_another_version_is_refused(sandbox: Sandbox) -> None:
    answer = post(sandbox, "/v1/customers", Stripe_Version="2020-08-27")

    assert answer.json()["error"]["code"] == "sandbox_unsupported"


def test_another_account_is_out_of_reach(sandbox: Sandbox) -> None:
    assert post(sandbox, "/v1/customers", Stripe_Account="acct_globex").status == 403
    assert post(sandbox, "/v1/customers", Stripe_Account="acct_acme").status == 200


def test_answers_carry_stripes_headers(sandbox: Sandbox) -> None:
    answer = post(sandbox, "/v1/customers", Idempotency_Key="k1")

    assert answer.headers["Request-Id"].startswith("req_")
    assert answer.headers["Original-Request"] == answer.headers["Request-Id"]
    assert answer.headers["Idempotency-Key"] == "k1"
    assert answer.headers["Stripe-Version"] == "2026-10-28.endive"
    assert answer.headers["Content-Type"] == "application/json"


def test_a_repeated_key_gets_the_first_answer(client: Any) -> None:
    first = client.customers.create({"name": "Ada"}, {"idempotency_key": "k1"})
    second = client.customers.create({"name": "Ada"}, {"idempotency_key": "k1"})

    assert second.id == first.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.request_id
    assert second.last_response.request_id != first.last_response.request_id
    assert len(client.customers.list().data) == 1


def test_a_key_is_for_one_set_of_parameters(client: Any) -> None:
    client.customers.create({"name": "Ada"}, {"idempotency_key": "k1"})

    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        client.customers.create({"name": "Ben"}, {"idempotency_key": "k1"})


def test_a_key_is_for_one_address(near: Any) -> None:
    near.customers.create({"name": "Ada"}, {"idempotency_key": "k1"})

    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        near.products.create({"name": "Ada"}, {"idempotency_key": "k1"})


def test_keys_are_each_accounts_own(sandbox: Sandbox, near: Any) -> None:
    near.customers.create({"name": "Ada"}, {"idempotency_key": "k1"})

    other = key_client(sandbox, "sk_test_globex")
    other.customers.create({"name": "Carla"}, {"idempotency_key": "k1"})

    assert [c.name for c in other.customers.list().data] == ["Carla"]


def test_a_decline_is_replayed(near: Any, account: Account) -> None:
    charge = {
        "amount": 500,
        "currency": "usd",
        "payment_method": "pm_card_chargeCustomerFail",
        "confirm": True,
    }

    ids = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            near.payment_intents.create(charge, {"idempotency_key": "k1"})
        ids.append(error_of(caught)["payment_intent"]["id"])

    assert ids[0] == ids[1]
    assert len(account.find("payment_intent")) == 1


def test_a_refused_request_may_be_mended_under_its_key(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        near.customers.create({"name": "Ada", "odd": "1"}, {"idempotency_key": "k1"})

    assert near.customers.create({"name": "Ada"}, {"idempotency_key": "k1"}).name == "Ada"


def test_keys_are_forgotten_after_a_day(near: Any, account: Account, clock: Clock) -> None:
    first = near.customers.create({"name": "Ada"}, {"idempotency_key": "k1"})
    clock.now += 24 * 3600 - 1
    assert near.customers.create({"name": "Ada"}, {"idempotency_key": "k1"}).id == first.id
    clock.now += 2

    second = near.customers.create({"name": "Ben"}, {"idempotency_key": "k1"})

    assert second.id != first.id
    assert list(account.answers) == ["k1"]


def test_a_key_may_not_be_long(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="at most 255 characters"):
        near.customers.create({}, {"idempotency_key": "k" * 256})


def test_restricted_keys_lack_what_the_config_denies(sandbox: Sandbox, account: Account) -> None:
    account.config["denied"] = ["customer_write"]
    restricted = key_client(sandbox, "rk_test_acme")

    assert restricted.customers.list().data == []
    with pytest.raises(stripe.PermissionError, match="rak_customer_write"):
        restricted.customers.create({})
    with pytest.raises(stripe.PermissionError):
        restricted.accounts.retrieve_current()


def test_metadata_ends_at_500_characters(near: Any) -> None:
    near.customers.create({"metadata": {"note": "x" * 500}})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.customers.create({"metadata": {"note": "x" * 501}})

    assert caught.value.param == "metadata[note]"


@pytest.mark.parametrize("metadata", [{"k" * 41: "x"}, {str(number): "x" for number in range(51)}])
def test_metadata_keys_are_short_and_few(near: Any, metadata: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        near.customers.create({"metadata": metadata})


def test_a_search_for_what_is_not_there_is_404_in_the_url_and_400_in_a_parameter(
    near: Any,
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as in_url:
        near.customers.retrieve("cus_nobody")
    with pytest.raises(stripe.InvalidRequestError) as in_parameter:
        near.setup_intents.create({"customer": "cus_nobody"})

    assert (in_url.value.http_status, in_parameter.value.http_status) == (404, 400)
    assert in_url.value.code == in_parameter.value.code == "resource_missing"
    assert in_parameter.value.param == "customer"
    assert str(in_url.value.user_message) == "No such customer: 'cus_nobody'"


def test_a_restricted_key_expands_only_what_it_may_read(sandbox: Sandbox, account: Account) -> None:
    account.config["denied"] = ["coupon_read"]
    restricted = key_client(sandbox, "rk_test_acme")

    assert restricted.subscriptions.list().data == []
    with pytest.raises(stripe.PermissionError, match="rak_coupon_read"):
        restricted.subscriptions.list({"expand": ["data.discounts.source.coupon"]})
