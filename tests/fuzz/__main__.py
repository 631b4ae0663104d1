"""`make fuzz`: Schemathesis asks all that the API's description says, and whatever it doesn't.

Signed in as customers and as the team, one request after another in this process, with the sandbox
in place of Stripe. Prints how often each operation answered what; fails on any answer that is not
described, on a fault, and where an operation never did what it is for.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
import traceback
from random import SystemRandom
from typing import Any

import schemathesis
from django.core.signals import got_request_exception
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test import Client
from django.test.utils import setup_test_environment
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from servicebot.sandbox.handling import FOUND
from tests.fuzz.asking import Asking, operation_of
from tests.fuzz.links import add_links
from tests.fuzz.people import World
from tests.fuzz.telling import Told

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance", "unsupported_method"),
    "allow_header_conformance",
)
NONE = {"responses": False}
SCENARIOS = 60  # of requests that follow each other
ROUND = 10  # examples of an operation, after which there are scenarios once more
OPENED: set[Any] = set()  # connections to the database, one in each thread
EXPECTED_503 = {"portal_off", "stripe_disconnected"}


def configuration(seed: int, examples: int, phases: list[str]) -> SchemathesisConfig:
    """Return what Schemathesis does, and for how long."""
    checks: dict[str, Any] = {"enabled": False}
    checks |= {name: {"enabled": True} for name in CHECKS}
    checks["not_a_server_error"]["expected-statuses"] = ["2xx", "3xx", "4xx", 503]
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "cache": {"enabled": False},
            "analysis": {"constants": {"enabled": False}},
            "base-url": "http://localhost",
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            "checks": checks,
            "generation": {"no-shrink": True, "with-security-parameters": False},
            # Ids are others in every run, so nothing that is made up depends on them.
            "phases": {
                "coverage": {"extra-data-sources": NONE},
                "fuzzing": {
                    "generation": {"max-examples": examples},
                    "extra-data-sources": NONE,
                    "error-feedback": {"enabled": False},
                },
                "stateful": {
                    "generation": {"max-examples": SCENARIOS},
                    "inference": {"algorithms": ["dependency-analysis"]},
                    "link-calibration": False,
                    "max-steps": 12,
                },
            },
        }
    )
    config.projects.default.phases.update(phases=phases)
    return config


def described() -> dict[str, Any]:
    """Return the description as it is served, with links."""
    document: dict[str, Any] = Client().get("/api/schema/?format=json").json()
    add_links(document)
    return document


def close_connections() -> None:
    """Close what the threads in which Schemathesis asks have opened."""
    for opened in OPENED:
        opened.inc_thread_sharing()
        opened.close()


def served() -> Any:
    """Return the product as a server calls it, which says who calls."""
    product = get_wsgi_application()

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        OPENED.add(connections[DEFAULT_DB_ALIAS])
        return product({**environ, "REMOTE_ADDR": "127.0.0.1"}, start_response)

    return application


def run(seed: int, examples: int) -> Told:
    """Ask, and tell what came of it."""
    document = described()
    told = Told(
        [each["operationId"] for path in document["paths"].values() for each in path.values()]
    )
    asking = Asking(World(), seed)

    def fault(**_given: Any) -> None:
        told.faults.append(traceback.format_exc())

    got_request_exception.connect(fault)

    @schemathesis.hook
    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        asking.prepare(case)

    @schemathesis.hook
    def after_call(context: Any, case: Any, response: Any) -> None:
        told.note(case, response.status_code)
        if response.status_code == 503 and response.json().get("code") not in EXPECTED_503:
            told.find(operation_of(case), "503", response.text)

    for number in range(1 + examples // ROUND):
        phases = ["stateful"] if number else ["coverage", "fuzzing", "stateful"]
        config = configuration(seed + number, examples, phases)
        schema = schemathesis.openapi.from_dict(document, config=config)
        schema.app = served()
        for event in from_schema(schema).execute():
            judge(event, told)
    told.followed = asking.followed
    for each in FOUND:
        told.find("sandbox", "an answer of the sandbox's that isn't Stripe's", str(each))
    return told


def judge(event: events.EngineEvent, told: Told) -> None:
    """Note what Schemathesis found wrong."""
    if isinstance(event, events.NonFatalError):
        told.find(str(event.label), "Schemathesis itself failed", event.info.format())
    if not isinstance(event, events.ScenarioFinished):
        return
    recorder = event.recorder
    for case_id, checks in recorder.checks.items():
        response = recorder.find_response(case_id=case_id)
        answered = f"{response.status_code} {response.text[:300]}" if response else "no answer"
        for failed in (check.failure_info for check in checks if check.failure_info):
            lines = [failed.failure.message, failed.code_sample, answered]
            operation = operation_of(recorder.cases[case_id].value)
            told.find(operation, failed.failure.title, "\n".join(lines))


def main() -> int:
    """Run as the arguments say; return 1 where something was wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    parser.add_argument("--examples", type=int, default=80, help="of each operation")
    parser.add_argument("--at-least", type=int, default=5000, help="requests")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    logging.disable(logging.CRITICAL)
    setup_test_environment()
    began, name = time.monotonic(), str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        told = run(given.seed, given.examples)
    finally:
        close_connections()
        connection.creation.destroy_test_db(name, verbosity=0)
    lacking = [*told.lacking(given.at_least)]
    for line in [*told.table(), *told.wrong(), *lacking]:
        print(line)
    seconds = time.monotonic() - began
    print(", ".join(f"{count} {phase}" for phase, count in told.phases.items()))
    print(f"{told.followed} took what they say from an answer before")
    print(f"{told.total} requests in {seconds:.0f} s, {len(told.findings)} kinds of findings")
    print(f"seed {given.seed}")
    return 1 if told.findings or told.faults or lacking else 0


if __name__ == "__main__":
    sys.exit(main())
