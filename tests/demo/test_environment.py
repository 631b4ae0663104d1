"""The demo's environment: what it fills in, what it leaves, and when it refuses."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import environment
from tests.serving import free_ports


@pytest.fixture
def port() -> int:
    """Return a port that is free with the two after it."""
    return free_ports(3)


@pytest.fixture
def given(port: int, tmp_path: Path) -> dict[str, str]:
    return {"PORT": str(port), "DEMO_DIR": str(tmp_path / "var")}


@pytest.fixture(params=[0, 1, 2])
def neighbour(port: int, request: pytest.FixtureRequest) -> Iterator[int]:
    """Somebody who listens on one of the three ports already."""
    with socket.create_server(("127.0.0.1", port + request.param)):
        yield port + request.param


def test_it_says_where_everything_is(given: dict[str, str], port: int) -> None:
    environment.prepare(given)

    assert given["PUBLIC_URL"] == f"http://127.0.0.1:{port}"
    assert given["STRIPE_API_BASE"] == f"http://127.0.0.1:{port + 2}"
    assert given["STRIPE_JS_URL"] == f"http://127.0.0.1:{port + 2}/js/stripe.js"
    assert given["DATABASE_URL"].endswith("/var/demo.sqlite3")
    assert given["EMAIL_URL"] == f"filemail:///{given['DEMO_DIR']}/mail"
    assert given["EXTRA_APPS"] == "demo"
    assert given["DEBUG"] == "False"


def test_the_shop_is_on_another_site() -> None:
    place = environment.place({"PORT": "8100"})

    assert place.servicebot_url == "http://127.0.0.1:8100"
    assert place.shop_url == "http://localhost:8101"


def test_what_the_environment_says_stays(given: dict[str, str]) -> None:
    given |= {"DATABASE_URL": "postgres://elsewhere/mine", "SECRET_KEY": "mine"}

    environment.prepare(given)

    assert given["DATABASE_URL"] == "postgres://elsewhere/mine"
    assert given["SECRET_KEY"] == "mine"


def test_keys_are_made_once_and_nobody_else_reads_them(given: dict[str, str]) -> None:
    first, second = dict(given), dict(given)
    environment.prepare(first)

    environment.prepare(second)

    kept = environment.place(given).keys
    assert len(first["SECRET_KEY"]) >= 50
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert first["ENCRYPTION_KEYS"] == second["ENCRYPTION_KEYS"]
    assert kept.stat().st_mode & 0o777 == 0o600


def test_two_demos_have_different_keys(given: dict[str, str], tmp_path: Path) -> None:
    other = given | {"DEMO_DIR": str(tmp_path / "other")}

    environment.prepare(given)
    environment.prepare(other)

    assert given["SECRET_KEY"] != other["SECRET_KEY"]


def test_a_taken_port_is_said_in_one_line_before_anything_changes(
    given: dict[str, str], neighbour: int
) -> None:
    before = dict(given)

    with pytest.raises(SystemExit) as stopped:
        environment.prepare(given)

    said = str(stopped.value.code)
    assert f"Port {neighbour} is taken" in said
    assert "PORT" in said.replace(f"Port {neighbour}", "")
    assert "\n" not in said
    assert given == before
    assert not Path(given["DEMO_DIR"]).exists()


@pytest.mark.parametrize("port", ["http", "", "0", "-1", "65534", "8 000"])
def test_a_port_that_is_none_is_said_in_one_line(port: str) -> None:
    with pytest.raises(SystemExit, match="PORT is") as stopped:
        environment.place({"PORT": port})

    assert "\n" not in str(stopped.value.code)
