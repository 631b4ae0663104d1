"""What Stripe tells us: who may say it, that it counts once, and what it has read anew."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import OperationalError, connection, connections
from django.test import Client, TransactionTestCase

from accounts.connecting import connect
from accounts.models import StripeConnection, StripeEvent
from portal.catalogue import Catalogue, catalogue_of, keep, kept, place_of
from portal.webhooks import MAX_BYTES
from servicebot.sandbox import doors
from servicebot.sandbox.webhooks import signature
from servicebot.sandbox.world import Sandbox
from tests.base import ServicebotTestCase
from tests.world import Objects, Tenant, make_tenant

PUBLIC = "https://billing.example.com"


def path_of(connection: StripeConnection) -> str:
    """Return where a connection's Stripe calls."""
    return f"/webhooks/stripe/{connection.endpoint_slug}/"


def keeping_the_catalogue(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
    """Stand for a database in which no catalogue can be dropped."""
    if "catalogue_turn" in sql and sql.startswith("UPDATE"):
        raise OperationalError
    return execute(sql, params, *rest)


class WebhookTestCase(ServicebotTestCase):
    """Acme's Stripe tells us of changes."""

    def setUp(self) -> None:
        super().setUp()
        self.connection = self.listen(self.acme)

    def listen(self, tenant: Tenant) -> StripeConnection:
        """Connect a merchant anew, where Stripe can reach us."""
        shop = tenant.shop
        with self.settings(PUBLIC_URL=PUBLIC):
            return connect(tenant.merchant, "test", shop.api_key, shop.publishable_key)

    def newest(self) -> dict[str, Any]:
        """Return the last thing that happened at Acme's Stripe."""
        event: dict[str, Any] = self.stripe.all("event")[-1]
        return event

    def send(self, event: Any = None, **how: Any) -> Any:
        """Send an event as Stripe does; `how` says what is different."""
        payload = how.get("payload") or json.dumps(event or self.newest()).encode()
        secret = how.get("secret", self.connection.endpoint_secret)
        signed = signature(payload, secret, how.get("at", int(time.time())))
        return how.get("client", self.client).post(
            how.get("path", path_of(self.connection)),
            payload,
            content_type="application/json; charset=utf-8",
            headers={"Stripe-Signature": how.get("header", signed)},
        )

    def rename(self, name: str) -> dict[str, Any]:
        """Rename Acme's Team plan at Stripe; returns the event of it."""
        product = self.acme.shop.products["Team"]
        self.acme.shop.stripe.v1.products.update(product, {"name": name})
        return self.newest()

    def shown(self) -> str:
        """Return what the portal calls that plan."""
        return self.catalogue().product_name(self.acme.shop.products["Team"])

    def catalogue(self) -> Catalogue:
        """Return the catalogue as a request finds it."""
        self.connection.refresh_from_db()
        return catalogue_of(self.connection)


class TakingTests(WebhookTestCase):
    def test_an_event_is_noted_with_what_it_is_about_and_whose(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.update(self.ada_sub, {"description": "x"})
        event = self.newest()

        response = self.send(event)

        assert response.status_code == 200
        noted = self.connection.events.get()
        assert noted.event_id == event["id"]
        assert str(noted) == f"customer.subscription.updated {self.ada_sub}"
        assert noted.customer_id == self.ada
        assert noted.created_at.timestamp() == event["created"]

    def test_an_event_of_no_customer_is_noted(self) -> None:
        response = self.send(self.rename("Other"))

        assert response.status_code == 200
        assert self.connection.events.get().customer_id == ""

    def test_an_event_that_nobody_knows_is_noted(self) -> None:
        event = {**self.newest(), "type": "radar.moon_rose"}

        response = self.send(event)

        assert response.status_code == 200
        assert self.connection.events.get().type == "radar.moon_rose"

    def test_no_cookie_and_no_form_token_is_needed(self) -> None:
        response = self.send(client=Client(enforce_csrf_checks=True))

        assert response.status_code == 200
        assert not response.cookies

    def test_the_same_event_again_does_nothing(self) -> None:
        event = self.rename("Other")
        self.send(event)
        self.shown()
        self.sandbox.calls.clear()

        response = self.send(event)

        assert response.status_code == 200
        assert self.connection.events.count() == 1
        assert self.shown() == "Other"
        assert self.sandbox.calls == []

    def test_two_merchants_may_be_told_of_events_with_one_id(self) -> None:
        other = self.listen(self.globex)
        event = self.newest()
        self.send(event)

        response = self.send(event, path=path_of(other), secret=other.endpoint_secret)

        assert response.status_code == 200
        assert other.events.get().event_id == event["id"]

    def test_what_fails_is_not_noted_and_so_is_sent_again(self) -> None:
        event = self.rename("Other")

        with connection.execute_wrapper(keeping_the_catalogue):
            response = self.send(event, client=Client(raise_request_exception=False))

        assert response.status_code == 503
        assert not self.connection.events.exists()
        assert self.send(event).status_code == 200


class RefusingTests(WebhookTestCase):
    def refused(self, response: Any, status: int = 400) -> Any:
        """Check that nothing came of it; return what was said."""
        assert response.status_code == status
        assert response.headers["Content-Type"] == "application/problem+json"
        assert not StripeEvent.objects.exists()
        return response.json()

    def test_a_forged_signature(self) -> None:
        said = self.refused(self.send(secret="whsec_guessed"))

        assert said["code"] == "invalid"
        assert "Stripe-Signature" in said["errors"]
        assert self.connection.endpoint_secret not in json.dumps(said)

    def test_no_signature(self) -> None:
        self.refused(self.send(header=""))

    def test_a_signature_that_is_old(self) -> None:
        said = self.refused(self.send(at=int(time.time()) - 301))

        assert "tolerance" in said["errors"]["Stripe-Signature"][0]

    def test_the_secret_of_another_connection(self) -> None:
        self.refused(self.send(secret=self.listen(self.globex).endpoint_secret))

    def test_the_secret_of_an_endpoint_that_was_replaced(self) -> None:
        old = self.connection
        self.connection = self.listen(self.acme)

        self.refused(self.send(secret=old.endpoint_secret))
        self.refused(self.send(secret=old.endpoint_secret, path=path_of(old)), 404)

    def test_an_event_of_the_other_mode(self) -> None:
        said = self.refused(self.send({**self.newest(), "livemode": True}))

        assert "livemode" in said["errors"]

    def test_a_body_that_is_no_json(self) -> None:
        self.refused(self.send(payload=b"not JSON"))

    def test_a_body_too_long_to_be_one_event(self) -> None:
        event = json.dumps(self.newest()).encode()

        said = self.refused(self.send(payload=event.ljust(MAX_BYTES + 1)))

        assert "body" in said["errors"]
        assert self.send(payload=event.ljust(MAX_BYTES)).status_code == 200

    def test_a_connection_that_is_none(self) -> None:
        slug = self.connection.endpoint_slug
        for guessed in (self.connection.pk, 10**30, slug[:-1], slug.upper(), f"{slug}0"):
            with self.subTest(guessed=guessed):
                said = self.refused(self.send(path=f"/webhooks/stripe/{guessed}/"), 404)

                assert said["code"] == "not_found"

    def test_a_connection_that_does_not_listen(self) -> None:
        silent = self.globex.merchant.connections.get()

        self.refused(self.send(path=path_of(silent), secret=""), 404)

    def test_there_is_nothing_to_see(self) -> None:
        assert self.client.get(path_of(self.connection)).status_code == 405


class AtOnceTests(TransactionTestCase):
    """Deliveries of one event side by side, each with a transaction of its own."""

    def setUp(self) -> None:
        super().setUp()
        sandbox = self.enterContext(doors.use(Sandbox()))
        shop = make_tenant("Acme").shop
        self.enterContext(self.settings(PUBLIC_URL=PUBLIC))
        merchant = StripeConnection.objects.get().merchant
        self.connection = connect(merchant, "test", shop.api_key, shop.publishable_key)
        self.payload = json.dumps(Objects(sandbox, shop.api_key).all("event")[-1]).encode()

    def deliver(self, client: Client) -> int:
        """Send the event; returns the status of the answer."""
        signed = signature(self.payload, self.connection.endpoint_secret, int(time.time()))
        try:
            return client.post(
                path_of(self.connection),
                self.payload,
                content_type="application/json",
                headers={"Stripe-Signature": signed},
            ).status_code
        finally:
            connections.close_all()

    def test_they_count_once(self) -> None:
        with ThreadPoolExecutor(4) as pool:
            statuses = list(pool.map(self.deliver, [Client() for _ in range(8)]))

        assert statuses == [200] * 8
        assert self.connection.events.count() == 1


class CatalogueTests(WebhookTestCase):
    def test_a_change_is_seen_as_soon_as_stripe_tells_of_it(self) -> None:
        self.shown()
        event = self.rename("Other")
        assert self.shown() == "Notes Team"

        self.send(event)

        assert self.shown() == "Other"

    def test_a_new_price_is_seen_as_soon_as_stripe_tells_of_it(self) -> None:
        before = self.catalogue()
        self.acme.shop.price("Team", 9, "week")

        self.send()

        assert self.catalogue() != before

    def test_what_an_event_says_of_its_object_is_not_believed(self) -> None:
        first, second = self.rename("First"), self.rename("Second")

        for event in (second, first):
            self.send(event)

            assert self.shown() == "Second"

    def test_other_events_leave_the_catalogue(self) -> None:
        self.shown()
        self.rename("Other")
        self.acme.shop.stripe.v1.customers.update(self.ada, {"name": "Ada L."})

        self.send()

        assert self.newest()["type"] == "customer.updated"
        assert self.shown() == "Notes Team"

    def test_one_merchants_event_leaves_anothers_catalogue(self) -> None:
        other = self.listen(self.globex)
        catalogue_of(other)
        self.sandbox.calls.clear()

        self.send(self.rename("Other"))

        catalogue_of(other)
        assert [call.path for call in self.sandbox.calls if call.account == "globex"] == []

    def test_what_was_being_read_when_stripe_told_is_not_kept(self) -> None:
        place = place_of(self.connection)
        gateway = self.connection.gateway
        products, prices = gateway.products(), gateway.prices()

        self.send(self.rename("Other"))
        keep(self.connection, place, products, prices)
        self.connection.refresh_from_db()

        assert kept(place_of(self.connection)) is None
        assert self.shown() == "Other"

    def test_it_is_kept_longer_where_stripe_tells_of_changes(self) -> None:
        silent = self.globex.merchant.connections.get()

        assert (place_of(self.connection).seconds, place_of(silent).seconds) == (3600, 30)
