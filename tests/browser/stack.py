"""The whole product as a newcomer runs it: `manage.py demo` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import stripe

from demo.shop import identity_hash

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 180


@dataclass(frozen=True)
class Stack:
    """A running demo: what var/demo.json says, and the merchant's account at Stripe."""

    told: dict[str, Any]

    @property
    def shop_url(self) -> str:
        return str(self.told["shop_url"])

    @property
    def stripe(self) -> Any:
        """The merchant's own backend, with Stripe's SDK over HTTP."""
        base: Any = {"api": self.told["stripe_api_base"]}
        return stripe.StripeClient(self.told["stripe_api_key"], base_addresses=base)

    def customer(self, key: str) -> dict[str, Any]:
        """Return one of the demo's customers."""
        found: dict[str, Any] = self.told["customers"][key]
        return found

    def hash(self, identity: str) -> str:
        """Make a hash as the shop's server does."""
        return identity_hash(self.told["secret_key"], identity)

    def switch(self, **settings: Any) -> dict[str, Any]:
        """Change settings of the portal, by the merchant API; return all of them."""
        request = Request(  # noqa: S310 -- http on this machine
            f"{self.told['dashboard_url']}api/v1/portals/{self.told['portal_id']}/settings",
            json.dumps(settings).encode(),
            {
                "Authorization": f"Bearer {self.told['api_token']}",
                "Content-Type": "application/json",
            },
            method="PATCH",
        )
        with urlopen(request) as answer:  # noqa: S310 -- as above
            told: dict[str, Any] = json.load(answer)
        return told

    @contextmanager
    def allowing(self, origin: str) -> Iterator[None]:
        """Let one more site show the portal meanwhile."""
        before = self.switch()["allowed_origins"]
        self.switch(allowed_origins=[*before, origin])
        try:
            yield
        finally:
            self.switch(allowed_origins=before)

    def require_contract(self) -> None:
        """Fail where anything that was said to Stripe, or answered, broke the contract."""
        key = {"Authorization": f"Bearer {self.told['stripe_api_key']}"}
        request = Request(f"{self.told['stripe_api_base']}/_sandbox/findings", headers=key)  # noqa: S310 -- http on this machine
        with urlopen(request) as answer:  # noqa: S310 -- as above
            assert json.load(answer) == {"findings": [], "refused": []}

    def subscription(self, id_: str) -> Any:
        """Return what is at Stripe now."""
        return self.stripe.v1.subscriptions.retrieve(id_)


@contextmanager
def running(folder: Path, port: int, **environ: str) -> Iterator[Stack]:
    """Run a demo that keeps its things in `folder`."""
    own = {"PORT": str(port), "DEMO_DIR": str(folder), **environ}
    inherited = {n: v for n, v in os.environ.items() if n not in {*TESTS_OWN, *own}}
    command = [sys.executable, "manage.py", "demo"]
    log = (folder / "demo.log").open("w")
    with (
        log,
        subprocess.Popen(  # noqa: S603 -- our own program
            command, cwd=ROOT, env={**inherited, **own}, stdout=log, stderr=log
        ) as process,
    ):
        try:
            yield Stack(_told(folder, process))
        finally:
            process.terminate()


# What tests/settings.py has put into this process's environment for itself.
TESTS_OWN = {
    "SECRET_KEY",
    "ENCRYPTION_KEYS",
    "STRIPE_HTTP_CLIENT",
    "DJANGO_SETTINGS_MODULE",
    "EXTRA_APPS",
    "EMAIL_URL",
    "DATABASE_URL",
    "CACHE_URL",
    "LOG_LEVEL",
}


def _told(folder: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Wait until the demo says where it is; an older report doesn't count."""
    log = folder / "demo.log"
    for _try in range(STARTS_WITHIN * 5):
        if process.poll() is not None:
            break
        if "shop" in log.read_text().lower() and (folder / "demo.json").exists():
            told: dict[str, Any] = json.loads((folder / "demo.json").read_text())
            return told
        time.sleep(0.2)
    raise RuntimeError(f"the demo didn't start: {log.read_text()}")
