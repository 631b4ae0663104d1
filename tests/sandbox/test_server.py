"""The door over HTTP, and what it serves beside the API."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from servicebot.sandbox.server import Server, application
from servicebot.sandbox.world import Account, Sandbox
from tests.sandbox.conftest import KEY, START

AUTH = {"Authorization": f"Bearer {KEY}"}
BROWSER = {"Authorization": "Bearer pk_test_acme", "Origin": "https://shop.example"}


def wsgi(sandbox: Sandbox, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
    """Call the application as a WSGI server would."""
    seen: dict[str, Any] = {}
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **{f"HTTP_{name}": value for name, value in headers.items()},
    }

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        seen.update(status=status, headers=dict(headers))

    seen["body"] = b"".join(application(sandbox)(environ, start))
    return seen


@pytest.mark.parametrize("prefix", ["", "/sandbox", "/a/b"])
def test_the_application_works_under_any_prefix(sandbox: Sandbox, prefix: str) -> None:
    found = wsgi(
        sandbox, "POST", f"{prefix}/v1/customers", b"name=Ada", AUTHORIZATION=f"Bearer {KEY}"
    )

    assert found["status"] == "200 OK"
    assert b'"name": "Ada"' in found["body"]
    assert found["headers"]["Content-Length"] == str(len(found["body"]))


def test_a_head_request_has_no_body(sandbox: Sandbox) -> None:
    assert wsgi(sandbox, "HEAD", "/js/stripe.js")["body"] == b""


def test_an_unknown_page_is_not_found(server: Server) -> None:
    assert httpx.get(f"{server.url}/nonsense").status_code == 404


def test_the_fake_stripe_js_is_served(server: Server) -> None:
    found = httpx.get(f"{server.url}/prefix/js/stripe.js")

    assert found.status_code == 200
    assert found.headers["Content-Type"].startswith("text/javascript")


def test_connections_are_kept_open(server: Server) -> None:
    with httpx.Client(headers=AUTH) as client:
        opened = [
            client.get(f"{server.url}/v1/customers").extensions["network_stream"] for _ in range(3)
        ]

    assert len({id(each.get_extra_info("socket")) for each in opened}) == 1


def test_a_call_whose_sender_died_before_it_was_whole_is_none(
    server: Server, sandbox: Sandbox
) -> None:
    head = f"POST /v1/customers HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n"
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port or 0)) as sender:
        sender.sendall(f"{head}Content-Length: 8\r\n\r\nname".encode())
        sender.shutdown(socket.SHUT_WR)

        assert sender.recv(100) == b""
    assert sandbox.calls == []


def test_the_first_byte_is_not_waited_for(server: Server) -> None:
    with httpx.Client(headers=AUTH) as client:
        stream = client.get(f"{server.url}/v1/customers").extensions["network_stream"]

        assert stream.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_browsers_of_other_origins_may_confirm(server: Server, near: Any) -> None:
    intent = near.setup_intents.create({})
    address = f"{server.url}/v1/setup_intents/{intent.id}"

    asked = httpx.options(f"{address}/confirm", headers=BROWSER)
    found = httpx.get(address, headers=BROWSER, params={"client_secret": intent.client_secret})

    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert found.json()["status"] == "requires_payment_method"


def test_browsers_of_other_origins_may_not_do_the_rest(server: Server) -> None:
    found = httpx.options(f"{server.url}/v1/customers", headers=BROWSER)

    assert "Access-Control-Allow-Origin" not in found.headers


@pytest.mark.parametrize("as_json", [True, False])
def test_the_bank_hears_the_holder(server: Server, near: Any, as_json: bool) -> None:
    intent = near.setup_intents.create(
        {"payment_method": "pm_card_threeDSecure2Required", "confirm": True}
    )
    given = {"outcome": "accept", "client_secret": intent.client_secret}

    found = httpx.post(
        f"{server.url}/3ds/{intent.id}/complete",
        json=given if as_json else None,
        data=None if as_json else given,
    )

    assert found.status_code == 200
    assert found.json()["status"] == near.setup_intents.retrieve(intent.id).status == "succeeded"


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"outcome": "accept"}, 400),
        ({"outcome": "accept", "client_secret": "wrong"}, 404),
        ({"outcome": "perhaps", "client_secret": "SECRET"}, 400),
    ],
)
def test_the_bank_refuses_nonsense(server: Server, near: Any, given: Any, status: int) -> None:
    intent = near.setup_intents.create(
        {"payment_method": "pm_card_threeDSecure2Required", "confirm": True}
    )
    given = {name: value.replace("SECRET", intent.client_secret) for name, value in given.items()}

    found = httpx.post(f"{server.url}/3ds/{intent.id}/complete", data=given)

    assert found.status_code == status
    assert near.setup_intents.retrieve(intent.id).status == "requires_action"
    assert httpx.post(f"{server.url}/3ds/seti_nothing/complete", data=given).status_code == 404


def test_a_body_that_is_not_json_is_refused(server: Server) -> None:
    found = httpx.post(
        f"{server.url}/_sandbox/faults",
        content=b"{",
        headers={**AUTH, "Content-Type": "application/json"},
    )

    assert found.status_code == 400


def test_a_mistake_of_the_sandboxes_own_is_a_500(
    server: Server, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    account.tables["customer"] = {"cus_broken": {"id": "cus_broken"}}

    found = httpx.get(f"{server.url}/v1/customers", headers=AUTH, params={"email": "a@b.c"})

    assert found.status_code == 500
    assert "The sandbox failed at GET /v1/customers" in caplog.text


def test_the_public_address_is_the_servers_own(server: Server, sandbox: Sandbox) -> None:
    assert sandbox.public_url == server.url


def test_it_runs_by_itself_and_keeps_its_state(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "servicebot.sandbox", "--port", "0"]
    state = tmp_path / "var" / "sandbox.json"
    with subprocess.Popen(  # noqa: S603 - the command is our own
        [*command, "--state", str(state)], stdout=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline() if process.stdout else ""
        url = line.split()[-1]
        httpx.post(f"{url}/v1/customers", headers=AUTH, data={"name": "Ada"})
        process.terminate()

    again = Sandbox(state)

    assert urlsplit(url).hostname == "127.0.0.1"
    assert [row["name"] for row in again.account(KEY).find("customer")] == ["Ada"]


def test_state_outlives_the_world(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    first = Sandbox(path, clock=lambda: START)
    first.account(KEY).config["account"] = {"name": "Acme Ltd"}
    made = wsgi(first, "POST", "/v1/customers", b"name=Ada", AUTHORIZATION=f"Bearer {KEY}")

    second = Sandbox(path, clock=lambda: START)

    assert made["status"] == "200 OK"
    assert second.account(KEY).tables == first.account(KEY).tables
    assert second.account(KEY).config == {"account": {"name": "Acme Ltd"}}
    assert list(tmp_path.iterdir()) == [path]


def test_reading_does_not_write(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"

    wsgi(Sandbox(path), "GET", "/v1/customers", AUTHORIZATION=f"Bearer {KEY}")

    assert not path.exists()


def test_filling_in_a_lot_writes_once(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    sandbox = Sandbox(path)

    with sandbox.gathering():
        wsgi(sandbox, "POST", "/v1/customers", b"name=Ada", AUTHORIZATION=f"Bearer {KEY}")
        assert not path.exists()

    assert b"Ada" in path.read_bytes()
