"""`manage.py demo`: Servicebot, a shop that embeds it, and the sandbox, in one process."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from shutil import rmtree
from threading import Event
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application

from demo import environment, report, shop, statics
from demo.environment import Place
from demo.fill import (
    FillError,
    fill,
    find_everybody,
    is_filled,
    reach_this_machine,
    readdress,
)
from demo.merchant import open_demo
from demo.past import remember
from demo.servers import serving, wsgi_server
from portal.management.commands.create_merchant import in_one_line
from servicebot.sandbox.server import serve
from servicebot.sandbox.world import Sandbox


class Command(BaseCommand):
    """Serves the demo until it is stopped, and goes on next time with the data it left."""

    help = "Serve Servicebot, a demo shop that embeds it, and the sandbox that plays Stripe."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the one choice."""
        parser.add_argument("--reset", action="store_true", help="forget everything and start anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until Ctrl-C or SIGTERM."""
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, signal.default_int_handler)
        try:
            self.run(environment.place(), is_new=options["reset"])
        except KeyboardInterrupt:
            self.stdout.write("\nThe demo is stopped.")
        except FillError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(in_one_line(error)) from error

    def run(self, place: Place, *, is_new: bool) -> None:
        """Prepare, serve, tell, and wait."""
        if is_new:
            reset(place)
        self.stdout.write("Preparing the database and the static files …")
        call_command("migrate", verbosity=0, interactive=False)
        statics.collect()
        sandbox = Sandbox(place.sandbox, public_url=place.sandbox_url)
        if not is_filled(sandbox):
            self.stdout.write("Writing two years of history into the sandbox …")
            fill(sandbox)
        readdress(sandbox)
        reach_this_machine(sandbox)
        with ExitStack() as running:
            running.enter_context(serving(serve(sandbox, "127.0.0.1", place.port + 2)))
            access = open_demo(report.kept(place.report), place.shop_url)
            found = find_everybody(sandbox)
            remember(access.portal, {key: person.customer_id for key, person in found.items()})
            front = shop.application(report.shop_of(access, found))
            running.enter_context(serving(wsgi_server(front, place.port + 1)))
            running.enter_context(serving(wsgi_server(get_wsgi_application(), place.port)))
            told = report.report(place, access, found)
            report.write(place.report, told)
            self.stdout.write(report.for_people(told, place.report))
            self.stdout.flush()
            Event().wait()


def reset(place: Place) -> None:
    """Forget the demo's own database and sandbox; a database that isn't its own is left alone."""
    if settings.DATABASES["default"]["NAME"] != str(place.database):
        raise CommandError("DATABASE_URL is set: --reset empties only the demo's own database.")
    own = (place.database, place.sandbox, place.report)
    for path in own:
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
    rmtree(place.mail, ignore_errors=True)
