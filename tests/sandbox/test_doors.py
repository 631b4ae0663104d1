"""The door in process, and the process-wide world behind it."""

from __future__ import annotations

import threading

import stripe
from stripe import StripeClient

from servicebot.sandbox import doors
from servicebot.sandbox.world import Account, Sandbox
from tests.sandbox.conftest import KEY


def test_the_factory_follows_the_current_world() -> None:
    client = StripeClient(KEY, http_client=doors.client()).v1
    one, two = Sandbox(), Sandbox()

    with doors.use(one):
        client.customers.create({"name": "Ada"})
        with doors.use(two):
            assert client.customers.list().data == []
        assert doors.current() is one
        assert client.customers.list().data[0].name == "Ada"


def test_a_world_is_made_when_there_is_none() -> None:
    made = doors.current()

    assert doors.current() is made


def test_an_installed_world_stays() -> None:
    before = doors.current()
    world = Sandbox()

    doors.install(world)

    assert doors.current() is world
    doors.install(before)


def test_raw_requests_go_through_too(sandbox: Sandbox) -> None:
    client = StripeClient(KEY, http_client=doors.InProcessClient(sandbox))
    client.v1.customers.create({"name": "Ada"})

    answer = client.raw_request("get", "/v1/customers", limit=1)

    assert answer.data["data"][0]["name"] == "Ada"


def test_threads_may_share_a_world(sandbox: Sandbox, account: Account) -> None:
    client = StripeClient(KEY, http_client=doors.InProcessClient(sandbox)).v1

    def work() -> None:
        for _ in range(20):
            client.customers.create({})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(account.find("customer")) == 80


def test_it_is_a_real_http_client_of_the_sdk() -> None:
    assert isinstance(doors.client(), stripe.HTTPClient)
