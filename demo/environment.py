"""The environment that the demo runs in: three ports, a folder of its own, and keys made once.

Runs before Django's settings are read. What the environment already says stays as it is.
"""

from __future__ import annotations

import os
import secrets
import socket
from base64 import urlsafe_b64encode
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
SERVERS = ("Servicebot", "the demo shop", "the sandbox")
LAST_PORT = 65_535
PRIVATE = 0o600


@dataclass(frozen=True)
class Place:
    """Where a demo serves and where it keeps things."""

    port: int
    folder: Path

    @property
    def ports(self) -> dict[str, int]:
        """Return who listens where."""
        return {name: self.port + step for step, name in enumerate(SERVERS)}

    @property
    def servicebot_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def shop_url(self) -> str:
        """Return the shop's origin: another site for a browser, not just another port."""
        return f"http://localhost:{self.port + 1}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 2}"

    @property
    def database(self) -> Path:
        return self.folder / "demo.sqlite3"

    @property
    def sandbox(self) -> Path:
        return self.folder / "sandbox.json"

    @property
    def report(self) -> Path:
        return self.folder / "demo.json"

    @property
    def mail(self) -> Path:
        """Return the folder in which every e-mail is a file."""
        return self.folder / "mail"

    @property
    def keys(self) -> Path:
        return self.folder / "demo.env"


def place(environ: Mapping[str, str] = os.environ) -> Place:
    """Return the place that PORT and DEMO_DIR name."""
    given = environ.get("PORT", "8000")
    if not given.isascii() or not given.isdigit() or not 0 < int(given) <= LAST_PORT - 2:
        raise SystemExit(f"PORT is {given!r}: it must be a number from 1 to {LAST_PORT - 2}.")
    return Place(int(given), Path(environ.get("DEMO_DIR", ROOT / "var")).resolve())


def prepare(environ: MutableMapping[str, str] = os.environ) -> None:
    """Fill in what the environment leaves open; ends the program where a port is taken."""
    here = place(environ)
    require_free(here)
    for name, value in (addresses(here) | kept_keys(here.keys)).items():
        environ.setdefault(name, value)


def require_free(here: Place) -> None:
    """End the program with one line where somebody already listens on one of the ports."""
    for name, port in here.ports.items():
        if is_taken(port):
            raise SystemExit(
                f"Port {port} is taken, and {name} needs it: set PORT (now {here.port}) so that "
                "it and the next two are free, as in `make demo PORT=9000`."
            )


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def addresses(here: Place) -> dict[str, str]:
    """Return the settings that follow from the place."""
    return {
        "DJANGO_SETTINGS_MODULE": "servicebot.settings",
        "DEBUG": "False",
        "LOG_LEVEL": "WARNING",
        "EXTRA_APPS": "demo",
        "DATABASE_URL": f"sqlite:///{here.database}",
        "PUBLIC_URL": here.servicebot_url,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "EMAIL_URL": f"filemail:///{quote(str(here.mail))}",
        "STRIPE_API_BASE": here.sandbox_url,
        "STRIPE_JS_URL": f"{here.sandbox_url}/js/stripe.js",
    }


def kept_keys(path: Path) -> dict[str, str]:
    """Return this demo's own keys, made the first time."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {"SECRET_KEY": secrets.token_urlsafe(48), "ENCRYPTION_KEYS": fernet_key()}
        write_privately(path, "".join(f"{name}={value}\n" for name, value in made.items()))
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def fernet_key() -> str:
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


def write_privately(path: Path, text: str) -> None:
    """Replace a file at once; nobody else may read it at any moment."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=PRIVATE)
    draft.write_text(text)
    draft.replace(path)
