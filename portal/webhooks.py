"""What a merchant's Stripe tells us: `/webhooks/stripe/SLUG/`, an address that it alone knows.

Events come late, twice and in any order. So each is noted once, nothing that it says of an object
is believed, and all that it does is to have things read anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.health import hearing
from accounts.models import Mode, StripeConnection
from portal import catalogue, reads
from portal.problems import MEDIA_TYPE, Problem
from servicebot.gateway.errors import WebhookError
from servicebot.gateway.webhooks import Event, read_event

MAX_BYTES = 256 * 1024
SIGNATURE = "Stripe-Signature"

Effect: TypeAlias = Callable[[StripeConnection, Event], None]


@csrf_exempt
@require_POST
def take(request: HttpRequest, endpoint_slug: str) -> HttpResponse:
    """Take an event that the Stripe of one merchant has signed; the same one again does nothing.

    Without the database it ends in outage.py's 503, so that Stripe sends it again.
    """
    try:
        connection = listening(request, endpoint_slug)
        with hearing(connection):
            note(connection, proven(request, connection))
    except Problem as problem:
        return JsonResponse(problem.as_json(), status=problem.status, content_type=MEDIA_TYPE)
    return HttpResponse()


def listening(request: HttpRequest, endpoint_slug: str) -> StripeConnection:
    """Return whose Stripe is meant.

    Raises Problem not_found where nobody listens, invalid where the request doesn't claim to be
    from Stripe: whatever else calls here says nothing of how Stripe's events fare. Who has the
    address and claims it is believed that much: what then fails is noted, and told to the owners.
    """
    connections = StripeConnection.objects.exclude(endpoint_id="").select_related("merchant")
    connection = connections.filter(endpoint_slug=endpoint_slug).first()
    if connection is None:
        raise Problem("not_found")
    if SIGNATURE not in request.headers:
        raise Problem("invalid", errors={SIGNATURE: ["Stripe signs what it sends."]})
    return connection


def proven(request: HttpRequest, connection: StripeConnection) -> Event:
    """Return what a connection's Stripe says; raises Problem invalid where it isn't that one."""
    payload = request.read(MAX_BYTES + 1)
    if len(payload) > MAX_BYTES:
        raise Problem("invalid", errors={"body": [f"More than {MAX_BYTES} bytes are too many."]})
    try:
        event = read_event(payload, request.headers[SIGNATURE], connection.endpoint_secret)
    except WebhookError as error:
        raise Problem("invalid", errors={SIGNATURE: [str(error)]}) from error
    if event.is_live != (connection.mode == Mode.LIVE):
        raise Problem("invalid", errors={"livemode": ["This connection is of the other mode."]})
    return event


@transaction.atomic
def note(connection: StripeConnection, event: Event) -> None:
    """Keep that an event happened and do what it means, once.

    Where that fails, nothing is kept, and Stripe sends it again.
    """
    _row, is_new = connection.events.get_or_create(
        event_id=event.id,
        defaults={
            "type": event.type,
            "object_id": event.object_id,
            "customer_id": event.customer_id,
            "created_at": event.created_at,
        },
    )
    if is_new:
        changed(connection, event)


def changed(connection: StripeConnection, event: Event) -> None:
    """Drop what an event makes out of date."""
    if event.customer_id:
        reads.drop(connection, event.customer_id)
    for start, effect in EFFECTS:
        if event.type.startswith(start):
            effect(connection, event)


def _drop_catalogue(connection: StripeConnection, event: Event) -> None:
    catalogue.drop(connection)


def _drop_customers(connection: StripeConnection, event: Event) -> None:
    reads.drop(connection, reads.EVERYBODY)


def _drop_emails(connection: StripeConnection, event: Event) -> None:
    reads.drop(connection, reads.EMAILS)


# What an event does beside having its customer read anew, by what its type begins with.
EFFECTS: tuple[tuple[str, Effect], ...] = (
    *(("product.", effect) for effect in (_drop_catalogue, _drop_customers)),
    *(("price.", effect) for effect in (_drop_catalogue, _drop_customers)),
    *((start, _drop_customers) for start in ("coupon.", "promotion_code.")),
    *((f"customer.{what}", _drop_emails) for what in ("created", "updated", "deleted")),
)
