"""Makes or drops an empty PostgreSQL database: `scripts/database.py make|drop postgres://…/NAME`."""

from __future__ import annotations

import sys
import time
from urllib.parse import urlsplit

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT
from psycopg2.sql import SQL, Identifier

WAIT_SECONDS = 30


def server(url: str) -> psycopg2.extensions.connection:
    """Connect to the server's own database, waiting a little for one that is still starting."""
    address = urlsplit(url)._replace(path="/postgres").geturl()
    for _second in range(WAIT_SECONDS):
        try:
            return psycopg2.connect(address)
        except psycopg2.OperationalError:
            time.sleep(1)
    raise SystemExit(f"No PostgreSQL answers at {address}: start one and run this again.")


def main(action: str, url: str) -> None:
    """Drop the database where it is there, and make it anew where asked."""
    name = Identifier(urlsplit(url).path.strip("/"))
    connection = server(url)
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with connection.cursor() as cursor:
        cursor.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        if action == "make":
            cursor.execute(SQL("CREATE DATABASE {}").format(name))
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
