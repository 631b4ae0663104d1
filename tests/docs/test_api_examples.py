"""The examples of the API's page: each call is made here, and its file is what came of it.

`WRITE_EXAMPLES=1 pytest tests/docs/test_api_examples.py` writes the files anew, and then
`manage.py reference` the page.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import time_machine
from django.conf import settings
from django.core.cache import cache
from drf_spectacular.generators import SchemaGenerator

from accounts.models import ApiToken
from accounts.roles import Role
from portal.api_reference import operations
from portal.models import open_portal
from tests.base import ServicebotTestCase

FOLDER = settings.BASE_DIR / "docs" / "examples" / "api"
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
ID = re.compile(r"\b(cus|sub_sched|sub|si|price|prod|in|pm|seti|pi|di|coupon)_[A-Za-z0-9]{2,}\b")
SECRET = re.compile(r"\b(sb_(?:test|live)_)(?:[A-Za-z0-9]{8,}|…\w+)")
NUMBER = re.compile(r'("number": ")[0-9A-Z]+-')
OF_DATABASE = re.compile(r'("id": |/secret-keys/)(\d+)\b')
TOKEN = re.compile(r"^Authorization: Bearer (sb_api_)?.+$", re.MULTILINE)
PORTAL = re.compile(r'("(?:id|portal)": ")[A-Za-z0-9]{20}\b')
SETTINGS_SHOWN = 4
SAID_AS = {
    "quote": "QUOTE",
    "token": "SESSION_TOKEN",
    "client_secret": "CLIENT_SECRET",
    "hash": "HASH",
}
NAMED = ("Content-Type", "ETag", "Servicebot-Token")


class Recorder(ServicebotTestCase):
    """Ada's portal on a fixed day, and what it is asked."""

    def setUp(self) -> None:
        self.enterContext(time_machine.travel(NOW, tick=False))
        super().setUp()
        self.examples: dict[str, str] = {}
        self.clicks: Counter[str] = Counter()
        self.stock()
        self.paths = {
            operation["operationId"]: (method, path)
            for path, method, operation in operations(SchemaGenerator().get_schema(public=True))
        }
        self.customer = {"Authorization": f"Bearer {self.token()}"}
        made = ApiToken.make(self.acme.owner.memberships.get(), "Deployment", Role.OWNER)
        self.merchant = {"Authorization": f"Bearer {made}"}

    def stock(self) -> None:
        """Let Ada have an ended subscription, a second card, seats, and a code to use."""
        shop, stripe = self.acme.shop, self.acme.shop.stripe.v1
        self.ended = shop.subscribe(self.ada, "Starter month")
        stripe.subscriptions.cancel(self.ended)
        counted = {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}
        stripe.products.update(shop.products["Team"], counted)
        coupon = stripe.coupons.create({"percent_off": 10, "duration": "once", "name": "Welcome"})
        promotion = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "WELCOME"}
        stripe.promotion_codes.create(promotion)
        self.spare = stripe.payment_methods.attach("pm_card_mastercard", {"customer": self.ada}).id
        on = ("change_quantity", "use_coupon", "cancel", "resubscribe", "update_card")
        self.switch(**{f"can_{name}": True for name in (*on, "update_billing_details")})

    def ask(self, operation: str, body: Any = None, query: Any = None, **named: str) -> Any:
        """Make a call by its name in the description, and keep it as an example."""
        method, path = self.paths[operation]
        path = path.format(portal_id=self.portal.public_id, **named)
        headers = {} if operation == "portal_session_create" else dict(self.headers_of(operation))
        is_click = method == "POST" and "Authorization" in headers and body is not None
        if is_click and operation.startswith("portal_"):
            self.clicks[operation] += 1
            headers["Idempotency-Key"] = f"{operation}-{self.clicks[operation]}"
        cache.clear()
        asked = f"{path}?{urlencode(query)}" if query else path
        sent = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = getattr(self.client, method.lower())(asked, headers=headers, **sent)
        self.examples[operation] = example(method, asked, headers, body, answer)
        assert answer.status_code < 300, (operation, answer.content)
        return answer.json() if answer.content else None

    def headers_of(self, operation: str) -> Mapping[str, str]:
        """Return the token that a call is made with."""
        return self.customer if operation.startswith("portal_") else self.merchant


def example(method: str, path: str, headers: Mapping[str, str], body: Any, answer: Any) -> str:
    """Return a call and its answer as they went over the wire, cut to what is worth reading."""
    sent = {"Host": "HOST", **headers}
    if body is not None:
        sent["Content-Type"] = "application/json"
    told = {name: answer.headers[name] for name in NAMED if name in answer.headers}
    status = f"HTTP/1.1 {answer.status_code} {HTTPStatus(answer.status_code).phrase}"
    answered = answer.json() if answer.content else None
    parts = [_message(f"{method} {path} HTTP/1.1", sent, body), _message(status, told, answered)]
    return neutral("\n\n".join(parts)) + "\n"


def _message(first: str, headers: Mapping[str, str], body: Any) -> str:
    lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
    if body is not None:
        lines += ["", json.dumps(shortened(body), indent=2, ensure_ascii=False)]
    return "\n".join(lines)


def one_order(name: str, value: Any) -> Any:
    """Sort what is kept as JSON: databases tell it in orders of their own."""
    is_kept = name in {"before", "after"} and isinstance(value, dict)
    return dict(sorted(value.items())) if is_kept else value


def shortened(value: Any) -> Any:
    """Cut lists of objects after the first, and settings after a few."""
    if isinstance(value, dict):
        told = [(name, one_order(name, each)) for name, each in value.items()]
        if "is_on" in value and len(told) > SETTINGS_SHOWN:
            told = [*told[:SETTINGS_SHOWN], ("…", "…")]
        return {name: SAID_AS.get(name) or shortened(each) for name, each in told}
    if isinstance(value, list):
        more = ["…"] if len(value) > 1 and isinstance(value[0], dict) else []
        return [shortened(each) for each in value[: 1 if more else None]] + more
    return value


def neutral(text: str) -> str:
    """Put ids that are the same in every run in place of those of this one."""
    numbers: dict[str, dict[str, int]] = defaultdict(dict)

    def numbered(found: re.Match[str]) -> str:
        known = numbers[found[1]]
        return f"{found[1]}_{known.setdefault(found[0], len(known) + 1)}"

    def of_database(found: re.Match[str]) -> str:
        known = numbers["database"]
        return f"{found[1]}{known.setdefault(found[2], len(known) + 1)}"

    text = TOKEN.sub(lambda f: f"Authorization: Bearer {'API' if f[1] else 'SESSION'}_TOKEN", text)
    text = OF_DATABASE.sub(of_database, text)
    text = NUMBER.sub(r"\1ADA-", text)
    text = SECRET.sub(lambda found: f"{found[1]}…", text)
    return ID.sub(numbered, text)


class ApiExamples(Recorder):
    def test_every_example_is_what_the_api_says(self) -> None:
        self.as_customer()
        self.as_merchant()

        told = dict(self.told())
        assert set(told) == set(self.paths)
        if os.environ.get("WRITE_EXAMPLES"):
            FOLDER.mkdir(parents=True, exist_ok=True)
            for name, text in told.items():
                (FOLDER / f"{name}.http").write_text(text)
        there = {path.stem: path.read_text() for path in FOLDER.glob("*.http")}
        assert there == told

    def told(self) -> Iterator[tuple[str, str]]:
        """Yield the examples with the same ids of portals in every run."""
        for name, text in self.examples.items():
            text = text.replace(self.portal.public_id, "PORTAL_ID")
            yield name, PORTAL.sub(r"\1PORTAL_ID", text)

    def as_customer(self) -> None:
        """Do all that a customer can."""
        given = {"portal_id": self.portal.public_id, "email": "ada@example.com"}
        self.ask("portal_session_create", {**given, "hash": self.hash("ada@example.com")})
        self.ask("portal_read")
        self.ask("portal_invoices_list", query={"subscription": self.ada_sub})
        self.change()
        self.keep()
        self.pay()

    def change(self) -> None:
        """Change plan, quantity and price of a subscription."""
        sub, prices = {"subscription_id": self.ada_sub}, self.acme.shop.prices
        self.ask("portal_plans_list", **sub)
        for action, more in (
            ("change_quantity", {"quantity": 3}),
            ("apply_coupon", {"coupon": "WELCOME"}),
            ("change_plan", {"price": prices["Business month"]}),
        ):
            quote = self.ask("portal_preview_create", {"action": action, **more}, **sub)["quote"]
            self.ask(f"portal_{action}", {"quote": quote}, **sub)
        self.switch(schedules_downgrades=True)
        kept = dict(self.examples)
        lower = {"action": "change_plan", "price": prices["Starter month"]}
        quote = self.ask("portal_preview_create", lower, **sub)["quote"]
        self.ask("portal_change_plan", {"quote": quote}, **sub)
        self.examples = kept
        self.ask("portal_undo_scheduled_change", **sub)

    def keep(self) -> None:
        """Leave, stay, come back, go on."""
        sub, ended = {"subscription_id": self.ada_sub}, {"subscription_id": self.ended}
        why = {"reason": "too_expensive", "comment": "Too much for one person."}
        self.ask("portal_cancel", why, **sub)
        self.ask("portal_undo_cancel", **sub)
        again = {"action": "resubscribe"}
        kept = self.examples["portal_preview_create"]
        quote = self.ask("portal_preview_create", again, **ended)["quote"]
        self.ask("portal_resubscribe", {"quote": quote}, **ended)
        paused = self.paused()
        quote = self.ask("portal_preview_create", {"action": "resume"}, **paused)["quote"]
        self.ask("portal_resume", {"quote": quote}, **paused)
        self.examples["portal_preview_create"] = kept
        self.customer = {"Authorization": f"Bearer {self.token()}"}

    def paused(self) -> dict[str, str]:
        """Turn to somebody whose trial ended without a card, and who has one by now."""
        shop, now = self.acme.shop, int(NOW.timestamp())
        clocks = shop.stripe.v1.test_helpers.test_clocks
        clock = clocks.create({"frozen_time": now})
        eve = shop.customer("Eve", card="", test_clock=clock.id)
        pauses = {"end_behavior": {"missing_payment_method": "pause"}}
        paused = shop.subscribe(eve, trial_period_days=3, trial_settings=pauses)
        clocks.advance(clock.id, {"frozen_time": now + 4 * 24 * 60 * 60})
        card = shop.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": eve}).id
        default = {"invoice_settings": {"default_payment_method": card}}
        shop.stripe.v1.customers.update(eve, default)
        token = self.token(eve, email="eve@example.com")
        self.customer = {"Authorization": f"Bearer {token}"}
        return {"subscription_id": paused}

    def pay(self) -> None:
        """Save and remove a card, pay an invoice, change whom it is made out to."""
        stripe = self.acme.shop.stripe.v1
        intent = self.ask("portal_payment_method_setup", {"customer": self.ada})["setup_intent"]
        stripe.setup_intents.confirm(intent, {"payment_method": "pm_card_amex"})
        self.ask("portal_payment_method_save", {"setup_intent": intent})
        self.ask("portal_payment_method_remove", method_id=self.spare)
        stripe.invoice_items.create(
            {"customer": self.ada, "amount": 1500, "currency": "usd", "description": "Import"}
        )
        draft = stripe.invoices.create(
            {"customer": self.ada, "pending_invoice_items_behavior": "include"}
        )
        open_ = stripe.invoices.finalize_invoice(draft.id).id
        self.ask("portal_invoice_pay", invoice_id=open_)
        details = {"name": "Ada Lovelace", "address": {"line1": "1 Way", "country": "GB"}}
        self.ask("portal_customer_update", details, customer_id=self.ada)

    def as_merchant(self) -> None:
        """Do all that a member of the team can."""
        self.ask("portals_list")
        self.ask("portals_read")
        self.ask("portals_rename", {"name": "Notes billing"})
        self.ask("settings_read")
        self.ask("settings_change", {"can_use_coupon": False, "shows_all_invoices": True})
        self.ask("services_list")
        product = self.acme.shop.products["Team"]
        self.ask("services_change", {"is_featured": True}, product_id=product)
        self.ask("secret_keys_list")
        self.ask("sessions_end", {"email": "ada@example.com"})
        self.ask("secret_keys_rotate", {"overlap_seconds": 86400})
        old = self.portal.active_secrets()[-1].pk
        self.ask("secret_keys_revoke", key_id=str(old))
        self.live()
        self.ask("activity_list", query={"kind": "member"})
        self.ask("portals_delete")

    def live(self) -> None:
        """Open a portal in live mode and copy settings there."""
        test = self.portal
        self.ask("portals_open", {"name": "Notes", "mode": "live"})
        self.portal = open_portal(self.acme.merchant, "live", "Notes in Europe")
        self.ask("settings_difference", query={"from": test.public_id})
        self.ask("settings_copy", {"from": test.public_id})
        for name in ("settings_difference", "settings_copy"):
            text = self.examples[name].replace(test.public_id, "TEST_PORTAL_ID")
            self.examples[name] = text.replace(self.portal.public_id, "LIVE_PORTAL_ID")
        self.portal = test
