"""A caller with a good hash who sends more than the page does: nothing opens that is shut.

tests/test_settings_matrix.py sends forged things along with every step of every action; here are
the exchange, what is out of a rule, what is somebody else's, and quotes that are used elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from portal import sessions
from portal.models import open_portal
from tests.matrix import FORGED, OPTIONS, Call, MatrixTestCase
from tests.settings_gates import COUNT, ENDED, GATES, SUB

FACES = ("page", "api")
SAID = {"email": "ada@example.com"}
# These narrow a visit, where they aren't empty.
AT_EXCHANGE = {n: v for n, v in FORGED.items() if n not in {"service", "subscription_id"}}


class ForgedTestCase(MatrixTestCase):
    table = "cells of what was forged"

    def calls(self) -> Iterator[tuple[str, Call]]:
        """Yield every step of every action, on both faces."""
        for gate in GATES:
            for face in FACES:
                yield from ((face, call) for call in gate.calls(face))

    def exchanged(self, face: str, **more: Any) -> Any:
        """Ask for a session with a good hash, and more."""
        given = {**SAID, "hash": self.hash(SAID["email"]), **more}
        if face == "page":
            at = f"/portal/{self.portal.public_id}/session"
            flat = {n: v if isinstance(v, str) else json.dumps(v) for n, v in given.items()}
            return self.client.post(at, flat, headers={"Sec-Fetch-Site": "same-origin"})
        body = {"portal_id": self.portal.public_id, **given}
        at = "/api/v1/portal/session"
        return self.client.post(at, body, content_type="application/json")

    def begun(self, face: str, **more: Any) -> str:
        """Return the token of such a session."""
        answer = self.exchanged(face, **more)
        assert answer.status_code in {200, 201}, answer.content
        return str(answer.headers["Servicebot-Token"] if face == "page" else answer.json()["token"])

    def tried(self, id_: str, token: str) -> list[Any]:
        """Try every action on a subscription, with what it takes where it takes something."""
        self.names.update(sub=id_, ended=id_)
        here = [pair for pair in self.calls() if "subscriptions/" in pair[1].path]
        return [self.send(face, call, token) for face, call in here]

    def quote(self, action: str = "change_plan", **asked: Any) -> str:
        """Return a quote of Ada's, of her larger plan unless said otherwise."""
        body = {"action": action, **(asked or {"price": "{business}"})}
        at = ENDED if action == "resubscribe" else SUB
        return str(self.send("api", Call(f"{at}/preview", body)).json()["quote"])

    def confirm(self, path: str, quote: str, token: str | None = None) -> Any:
        """Send a quote to an action."""
        return self.send("api", Call(path, {"quote": quote}), token)


class ExchangeTests(ForgedTestCase):
    def test_no_option_and_no_setting_sent_along_opens_anything(self) -> None:
        self.switch(**dict.fromkeys(self.all_on, False))
        claims = {
            "customer_ids": [self.ben],
            "customer": self.ben,
            "secret_id": 0,
            "exchanged_at": 2**40,
            "identity": ["email", "ben@example.com"],
        }
        before = self.at_stripe()
        for face in FACES:
            for more in ({}, {"options": OPTIONS}, OPTIONS, AT_EXCHANGE, claims):
                token = self.begun(face, **more)

                session = sessions.read(token)
                assert session.customer_ids == (self.ada,)
                assert (session.only_subscription, session.service) == ("", "")
                for where, call in self.calls():
                    with self.cell(face=face, more=list(more), call=call.path):
                        assert self.send(where, call, token).status_code == 403
        assert self.at_stripe() == before

    def test_nothing_in_the_address_opens_anything(self) -> None:
        self.switch(**dict.fromkeys(self.all_on, False))
        wide = "&".join(f"{name}=true" for name in [*FORGED, "options[disableCoupon]"])
        for face, call in self.calls():
            with self.cell(face=face, call=call.path):
                wider = replace(call, path=f"{call.path}?{wide}")
                assert self.send(face, wider).status_code == 403

    def test_a_strangers_subscription_cannot_be_narrowed_to(self) -> None:
        for face in FACES:
            token = self.begun(face, subscription_id=self.ben_sub)

            (customer,) = self.api("get", "", token).json()["customers"]

            assert (customer["id"], customer["subscriptions"]) == (self.ada, [])
            for stranger in (self.ben_sub, self.carla_sub):
                for answer in self.tried(stranger, token):
                    assert answer.status_code in {400, 404}
        assert self.stripe[self.ben_sub]["cancel_at_period_end"] is False

    def test_another_service_opens_nothing(self) -> None:
        self.switch(**dict.fromkeys(self.all_on, False))
        for face in FACES:
            token = self.begun(face, service="Other")

            for where, call in self.calls():
                assert self.send(where, call, token).status_code == 403


class NarrowedTests(ForgedTestCase):
    def test_a_narrowed_visit_reaches_no_other_subscription(self) -> None:
        other = self.acme.shop.subscribe(self.ada, "Starter month")
        narrowed = self.begun("api", subscription_id=other)
        before = self.at_stripe()

        for id_ in (self.ada_sub, self.ended):
            for answer in self.tried(id_, narrowed):
                # A quote that was never made is refused before anything is looked for.
                assert answer.status_code in {400, 404}, answer.content

        assert self.at_stripe() == before

    def test_nor_with_a_quote_of_a_wider_one(self) -> None:
        other = self.acme.shop.subscribe(self.ada, "Starter month")
        narrowed = self.begun("api", subscription_id=other)

        answer = self.confirm(f"{SUB}/change-plan", self.quote(), narrowed)

        assert answer.status_code == 404
        assert self.plan() == self.acme.shop.prices["Team month"]

    def plan(self) -> str:
        return str(self.stripe[self.ada_sub]["items"]["data"][0]["price"]["id"])


class ParameterTests(ForgedTestCase):
    def test_a_quantity_outside_the_rule(self) -> None:
        self.switch(quantity_rules=[{"unit_label": "seat", "min": 2, "max": 8, "step": 3}])
        page, api = (way[-2] for way in COUNT)
        before = self.at_stripe()

        for quantity in (0, -5, 3, 4, 9, 10**6, 10**12, "5.5", "5e0", "", None, True, [3]):
            for face, call in (("page", page), ("api", api)):
                if face == "page" and (quantity is None or isinstance(quantity, bool)):
                    continue
                with self.cell(face=face, quantity=quantity):
                    assert isinstance(call, Call)
                    forged = call.sending(**{**FORGED, "quantity": quantity})
                    assert self.send(face, forged).status_code == 400
        assert self.at_stripe() == before

    def test_a_tier_outside_the_service(self) -> None:
        shop, stripe = self.acme.shop, self.acme.shop.stripe.v1
        made = stripe.products.create({"name": "Else", "metadata": {"sb_service": "Else"}}).id
        shop.products["Else"] = made
        archived = shop.price("Team", 100, "month")
        stripe.prices.update(archived, {"active": False})
        prices = [
            shop.price("Else", 100, "month"),
            shop.price("Team", 100, "month", currency="eur"),
            archived,
            self.globex.shop.prices["Business month"],
            "price_nobody",
        ]
        before = self.at_stripe()

        for price in prices:
            for action, at in (("change_plan", SUB), ("resubscribe", ENDED)):
                path = action.replace("_", "-")
                calls = {
                    "page": Call(f"{at}/preview-{path}", {"price": price}),
                    "api": Call(f"{at}/preview", {"action": action, "price": price, **OPTIONS}),
                }
                for face, call in calls.items():
                    with self.cell(face=face, action=action, price=price):
                        assert self.send(face, call).status_code == 404
        assert self.at_stripe() == before

    def test_an_action_takes_no_parameter_of_another(self) -> None:
        # A code with a change of plan is a thing of its own, which can_use_coupon shuts.
        plan: dict[str, Any] = {"price": "{business}", "quantity": 7}
        count = {**plan, "coupon": "WELCOME"}
        for action, asked in {"change_plan": plan, "change_quantity": count}.items():
            with self.undone(can_use_coupon=False):
                quote = self.quote(action, **asked)

                self.confirm(f"{SUB}/{action.replace('_', '-')}", quote)

                (item,) = self.stripe[self.ada_sub]["items"]["data"]
                moved = item["price"]["id"] == self.names["business"], item["quantity"] == 7
                assert moved == (action == "change_plan", action == "change_quantity")
                assert self.stripe[self.ada_sub]["discounts"] == []

    def test_somebody_elses_customer_and_cards(self) -> None:
        self.names.update(ada=self.ben, spare=self.default_card(self.ben))
        whose = {"save a card", "remove a card", "change billing details"}
        before = self.at_stripe()

        for gate in [gate for gate in GATES if gate.name in whose]:
            for face in FACES:
                for call in gate.calls(face):
                    with self.cell(gate=gate.name, face=face, call=call.path):
                        answer = self.send(face, call.sending(**FORGED))
                        assert answer.status_code == 404
        assert self.at_stripe() == before

    def default_card(self, customer: str) -> str:
        return str(self.stripe[customer]["invoice_settings"]["default_payment_method"])


class QuoteTests(ForgedTestCase):
    def test_one_of_another_action(self) -> None:
        made = {
            "change-plan": self.quote(),
            "change-quantity": self.quote("change_quantity", quantity=7),
            "apply-coupon": self.quote("apply_coupon", coupon="WELCOME"),
        }
        before = self.at_stripe()
        for of, quote in made.items():
            for path in {*made, "resubscribe", "resume"} - {of}:
                with self.cell(of=of, at=path):
                    refused = 409 if path == "resubscribe" else 400  # nothing has ended
                    assert self.confirm(f"{SUB}/{path}", quote).status_code == refused
        again = self.quote("resubscribe", price="{business}")
        assert self.confirm(f"{SUB}/change-plan", again).status_code == 400
        assert self.at_stripe() == before

    def test_one_of_another_visit(self) -> None:
        ben = self.token(self.ben, email="ben@example.com")
        asked = {"action": "change_plan", "price": "{business}"}
        theirs = Call(f"subscriptions/{self.ben_sub}/preview", asked)
        of_ben = self.send("api", theirs, ben).json()["quote"]
        of_ada = self.quote()
        before = self.at_stripe()

        answers = [
            self.confirm(f"{SUB}/change-plan", of_ben),
            self.confirm(f"{SUB}/change-plan", of_ada, ben),
            self.confirm(f"subscriptions/{self.ben_sub}/change-plan", of_ben),
        ]

        assert [answer.status_code for answer in answers] == [400, 404, 404]
        assert self.at_stripe() == before

    def test_one_of_a_portal_that_allows_more(self) -> None:
        wider = open_portal(self.acme.merchant, "test", "Wider")
        for name in self.all_on:
            setattr(wider.settings, name, True)
        wider.settings.save()
        token = self.token(tenant=replace(self.acme, portal=wider))
        self.switch(can_change_plan=False, quantity_rules=[{"unit_label": "seat", "max": 6}])
        asked: dict[str, dict[str, Any]] = {
            "change_plan": {"price": "{business}"},
            "change_quantity": {"quantity": 7},
        }
        quotes = {}
        for action, more in asked.items():
            call = Call(f"{SUB}/preview", {"action": action, **more})
            quotes[action.replace("_", "-")] = self.send("api", call, token).json()["quote"]
        before = self.at_stripe()

        found = {path: self.confirm(f"{SUB}/{path}", q).status_code for path, q in quotes.items()}

        assert found == {"change-plan": 403, "change-quantity": 400}
        assert self.at_stripe() == before


class OffTests(ForgedTestCase):
    def test_no_token_outlives_the_portal(self) -> None:
        token, quote = self.token(), self.quote()
        self.names["quote"] = quote
        self.switch(is_on=False)
        before = self.at_stripe()

        for face, call in self.calls():
            with self.cell(face=face, call=call.path):
                assert self.send(face, call.sending(**FORGED), token).status_code == 503
        for face in FACES:
            assert self.exchanged(face, **AT_EXCHANGE).status_code == 503
        assert self.at_stripe() == before
