"""The documented nginx, as a private one: its own folder, free ports, nothing of the system's."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.serving import ROOT, wait_for_port

CONF = ROOT / "docs/examples/self_hosting/nginx.conf"
PLACES = ("/usr/sbin", "/usr/local/sbin", str(ROOT / ".venv/nginx/usr/sbin"))
CERTIFICATE = "/etc/ssl/billing.example.com"
AROUND = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  gzip on; # as Debian has it
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {servers}
}}
"""


def binary() -> str:
    """Return the path of nginx; `scripts/nginx` gets one."""
    found = shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], *PLACES]))
    if not found:
        raise SystemExit("nginx isn't there: run scripts/nginx")
    return found


def written(folder: Path, front: int, door: int, *, certificate: Path | None) -> Path:
    """Write the documented servers into a folder: at `front`, before `door`, plain at the next.

    Without a certificate, `front` speaks plain HTTP.
    """
    text = CONF.read_text()
    placed = {
        "listen 80;": f"listen 127.0.0.1:{front + 1};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{front}{' ssl http2' if certificate else ''};",
        "127.0.0.1:8000": f"127.0.0.1:{door}",
    }
    for name, value in placed.items():
        assert text.count(name) == 1, name
        text = text.replace(name, value)
    if certificate:
        text = text.replace(CERTIFICATE, str(certificate))
    else:
        text = "\n".join(line for line in text.splitlines() if "ssl_certificate" not in line)
    conf = folder / "nginx.conf"
    own = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    conf.write_text(own + AROUND.format(folder=folder, servers=text))
    return conf


@contextmanager
def nginx(conf: Path, front: int) -> Iterator[Path]:
    """Run it; gives the file where it writes what went wrong."""
    words = [binary(), "-c", str(conf), "-p", str(conf.parent)]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            wait_for_port(front)
            yield conf.parent / "error.log"
        finally:
            process.terminate()
