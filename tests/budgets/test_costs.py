"""What each page and action may ask of Stripe, the database and the cache: the same for one
subscription and thirty, ten invoices and a thousand, one merchant and hundreds.

A budget is met exactly: what costs more is to be mended, what costs less is kept by lowering it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import StripeConnection
from tests.base import ServicebotTestCase
from tests.budgets.counting import Cost, cost_of, counted_cache
from tests.budgets.growing import grow_customer, grow_merchants, grow_team

# In the order in which they are asked, by a customer whom an e-mail names. A session counts who
# comes from where (portal/pace.py, spread.py). An action takes a lock and remembers its click
# (portal/alone.py, once.py); half of those queries are savepoints in the tests' own transaction.
PORTAL = {
    "frame": Cost(stripe=0, queries=1, cache=0),
    "session by e-mail, all cold": Cost(stripe=8, queries=5, cache=6),
    "session by e-mail": Cost(stripe=6, queries=3, cache=3),
    "page again": Cost(stripe=5, queries=4, cache=0),
    "older invoices": Cost(stripe=3, queries=4, cache=0),
    "choose plan": Cost(stripe=4, queries=4, cache=0),
    "preview of a plan": Cost(stripe=6, queries=4, cache=0),
    "ask to cancel": Cost(stripe=4, queries=4, cache=0),
    "API session": Cost(stripe=1, queries=3, cache=3),
    "API portal": Cost(stripe=5, queries=4, cache=0),
    "API preview": Cost(stripe=6, queries=4, cache=0),
    "API change plan": Cost(stripe=7, queries=22, cache=5),
    "cancel": Cost(stripe=10, queries=22, cache=2),
    "session, all kept": Cost(stripe=0, queries=3, cache=5),
}
# What PostgreSQL is asked less: a portal that is known is one query in place of three
# (portal/known.py), and one that has changed three and that one more.
ASKED_LESS = dict.fromkeys(PORTAL, 2) | {"frame": -3, "session by e-mail": -1}
if connection.vendor == "postgresql":
    PORTAL = {n: c._replace(queries=c.queries - ASKED_LESS[n]) for n, c in PORTAL.items()}
# By the name of the address; each needs a log-in, and asks Stripe nothing but what is its purpose.
DASHBOARD = {
    "home": Cost(stripe=0, queries=9, cache=1),
    "settings": Cost(stripe=0, queries=7, cache=1),
    "services": Cost(stripe=0, queries=7, cache=1),
    "install": Cost(stripe=0, queries=7, cache=1),
    "texts": Cost(stripe=0, queries=6, cache=1),
    "portal": Cost(stripe=0, queries=6, cache=1),
    "keys": Cost(stripe=0, queries=12, cache=1),
    "copy_settings": Cost(stripe=0, queries=8, cache=1),
    "preview": Cost(stripe=0, queries=4, cache=1),
    "stripe": Cost(stripe=0, queries=9, cache=1),
    "activity": Cost(stripe=0, queries=8, cache=1),
    "team": Cost(stripe=0, queries=8, cache=1),
    "tokens": Cost(stripe=0, queries=7, cache=1),
    "merchant": Cost(stripe=0, queries=7, cache=1),
}
OF_A_PORTAL = {"settings", "services", "install", "texts", "portal", "keys", "copy_settings"}
OF_A_PORTAL |= {"preview"}


def broken(budgets: dict[str, Cost], found: dict[str, Cost]) -> list[str]:
    """Say which budgets aren't met, each with what it is and what it was."""
    names = budgets | found
    pairs = ((name, budgets.get(name), found.get(name)) for name in names)
    return [f"{name}: {cost}, its budget is {most}" for name, most, cost in pairs if most != cost]


@counted_cache
class PortalCosts(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_cancel=True)
        self.who = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        self.made_before = self.token()

    def post(self, path: str, **data: Any) -> Any:
        """Post to the page as Ada, with nothing asked by the test itself."""
        return self.page_post(path, self.made_before, **data)

    def call(self, method: str, path: str, **body: Any) -> Any:
        return self.api(method, path, self.made_before, **body)

    def session(self) -> Any:
        at = f"/portal/{self.portal.public_id}/session"
        return self.client.post(at, self.who, headers={"Sec-Fetch-Site": "same-origin"})

    def api_session(self) -> Any:
        body = {"portal_id": self.portal.public_id, **self.who}
        return self.client.post("/api/v1/portal/session", body, content_type="application/json")

    def found(self) -> dict[str, Cost]:
        """Ask everything once; return what each cost."""
        one, price = f"subscriptions/{self.ada_sub}", self.acme.shop.prices["Business month"]
        costs: dict[str, Cost] = {}

        def ask(name: str, act: Callable[[], Any]) -> Any:
            answer, costs[name] = cost_of(self.sandbox, act)
            return answer

        cache.clear()
        ask("frame", lambda: self.client.get(f"/portal/{self.portal.public_id}/"))
        ask("session by e-mail, all cold", self.session)
        ask("session by e-mail", self.session)
        ask("page again", lambda: self.post("page"))
        ask("older invoices", lambda: self.post("invoices", customer=self.ada))
        ask("choose plan", lambda: self.post(f"{one}/plans"))
        ask("preview of a plan", lambda: self.post(f"{one}/preview-change-plan", price=price))
        ask("ask to cancel", lambda: self.post(f"{one}/ask-cancel"))
        ask("API session", self.api_session)
        ask("API portal", lambda: self.call("get", ""))
        wanted = {"action": "change_plan", "price": price}
        quoted = ask("API preview", lambda: self.call("post", f"/{one}/preview", **wanted))
        quote = quoted.json()["quote"]
        ask("API change plan", lambda: self.call("post", f"/{one}/change-plan", quote=quote))
        ask("cancel", lambda: self.post(f"{one}/cancel"))
        StripeConnection.objects.update(endpoint_id="we_budgets")
        self.session()
        ask("session, all kept", self.session)
        return costs

    def test_each_costs_what_it_may(self) -> None:
        assert broken(PORTAL, self.found()) == []

    def test_and_no_more_when_there_is_much(self) -> None:
        grow_customer(self.acme, self.sandbox, self.ada, subscriptions=30, invoices=1000)
        grow_merchants(300)

        assert broken(PORTAL, self.found()) == []


@counted_cache
class DashboardCosts(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.browser = self.fresh(self.owner())
        self.look_around()

    def look_around(self) -> None:
        """Have the catalogue read, and all that is noted of a browser once."""
        assert self.page_post("page").status_code == 200
        for at in ("/", f"/portals/{self.portal.public_id}/keys/"):
            assert self.browser.get(at).status_code == 200

    def found(self) -> dict[str, Cost]:
        costs = {}
        for name in DASHBOARD:
            of = [self.portal.public_id] if name in OF_A_PORTAL else []
            at = reverse(f"dashboard:{name}", args=of)
            costs[name] = cost_of(self.sandbox, partial(self.browser.get, at))[1]
        return costs

    def test_each_costs_what_it_may(self) -> None:
        assert broken(DASHBOARD, self.found()) == []

    def test_and_no_more_when_there_is_much(self) -> None:
        grow_team(self.acme)
        grow_merchants(300)
        self.look_around()

        assert broken(DASHBOARD, self.found()) == []

    def test_one_query_or_look_more_anywhere_is_found(self) -> None:
        before = self.found()
        chain = ["tests.budgets.counting.wasting", *settings.MIDDLEWARE]
        with override_settings(MIDDLEWARE=chain):
            # A browser whose requests go through the chain that is set now.
            known, self.browser = self.browser, Client()
            self.browser.cookies = known.cookies
            after = self.found()

        assert len(broken(before, after)) == len(DASHBOARD)
        assert all(after[n].queries == before[n].queries + 1 for n in DASHBOARD)
        assert all(after[n].cache == before[n].cache + 1 for n in DASHBOARD)
