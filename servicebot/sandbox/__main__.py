"""Runs the sandbox by itself: `python -m servicebot.sandbox`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from servicebot.sandbox.server import run, serve
from servicebot.sandbox.world import Sandbox


def main() -> None:
    """Serve a sandbox until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m servicebot.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--state", type=Path, help="a file that the state is kept in")
    parser.add_argument("--public-url", default="", help="where browsers reach the sandbox")
    given = parser.parse_args()
    server = serve(Sandbox(given.state, public_url=given.public_url), given.host, given.port)
    sys.stdout.write(f"The sandbox listens at {server.url}\n")
    sys.stdout.flush()
    run(server)


if __name__ == "__main__":
    main()
