"""Which way imports point: the contracts hold, and each of them is seen to fail when broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("servicebot", "accounts", "portal", "settings_ui", "demo")
BIN = Path(sys.executable).parent
BREACHES = [
    ("layers", "portal/breach.py", "from settings_ui import views"),
    ("layers", "accounts/breach.py", "from portal import models"),
    ("layers", "servicebot/gateway/breach.py", "from accounts import models"),
    ("dashboard", "servicebot/breach.py", "from settings_ui import views"),
    ("dashboard", "demo/breach.py", "from settings_ui import views"),
    ("stripe", "portal/actions/breach.py", "import stripe"),
    ("stripe", "servicebot/breach.py", "from stripe import StripeClient"),
    ("stripe", "demo/breach.py", "import stripe"),
    ("sandbox", "portal/breach.py", "from servicebot.sandbox import doors"),
    ("sandbox", "servicebot/gateway/breach.py", "from servicebot.sandbox.world import Sandbox"),
    ("demo", "settings_ui/breach.py", "from demo import shop"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product's sources, to break things in."""
    target = tmp_path_factory.mktemp("architecture")
    shutil.copy(ROOT / "pyproject.toml", target)
    for name in PACKAGES:
        only_python = shutil.ignore_patterns("__pycache__", "templates", "static", "node_modules")
        shutil.copytree(ROOT / name, target / name, ignore=only_python)
    return target


@pytest.fixture
def breach(copy: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A module that imports what it must not."""
    path, line = request.param
    (copy / path).write_text(f"from __future__ import annotations\n\n{line}\n")
    yield copy / path
    (copy / path).unlink()


def lint_imports(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own tool on our own files
        [BIN / "lint-imports", "--no-logo", "--no-cache", *options],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def ruff(path: Path) -> str:
    """Return what ruff says about a ban in this file."""
    run = subprocess.run(  # noqa: S603 - our own tool on our own files
        [
            BIN / "ruff",
            "check",
            "--no-cache",
            "--select",
            "TID251",
            "--output-format=concise",
            path,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout


def test_every_contract_holds(copy: Path) -> None:
    run = lint_imports(copy)

    assert run.returncode == 0, run.stdout
    assert "0 broken" in run.stdout


@pytest.mark.parametrize(
    ("contract", "breach"),
    [(contract, (path, line)) for contract, path, line in BREACHES],
    indirect=["breach"],
    ids=[f"{contract}: {path}" for contract, path, _line in BREACHES],
)
def test_a_contract_fails_when_broken(copy: Path, contract: str, breach: Path) -> None:
    run = lint_imports(copy, "--contract", contract)

    assert run.returncode == 1, run.stdout
    assert breach.relative_to(copy).with_suffix("").as_posix().replace("/", ".") in run.stdout


@pytest.mark.parametrize(
    "breach",
    [
        ("portal/breach.py", "import stripe"),
        ("settings_ui/breach.py", "from stripe import StripeClient"),
        ("servicebot/breach.py", "import stripe"),
        ("demo/breach.py", "import stripe"),
    ],
    indirect=True,
)
def test_the_ban_names_stripe_where_it_must_not_be(breach: Path) -> None:
    assert "TID251" in ruff(breach)


@pytest.mark.parametrize(
    "breach",
    [
        ("servicebot/gateway/fine.py", "import stripe"),
        ("servicebot/sandbox/fine.py", "import stripe"),
    ],
    indirect=True,
)
def test_the_ban_lets_stripe_be_where_it_belongs(breach: Path) -> None:
    assert "TID251" not in ruff(breach)
