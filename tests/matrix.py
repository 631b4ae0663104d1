"""How the matrix of settings asks: a request by page or API, a way of several, and taking back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.core.cache import cache

from portal.models import PortalSettings
from tests.base import ServicebotTestCase

QUOTE = re.compile(r'name="quote" value="([^"]+)"|"quote":"([^"]+)"')
INTENT = re.compile(r"seti_\w+?(?=_secret)")
TOGGLED = (
    *("can_change_plan", "can_change_quantity", "can_use_coupon", "can_use_coupon_to_resubscribe"),
    *("can_cancel", "can_resubscribe", "can_change_plan_when_canceled", "can_update_card"),
    "can_update_billing_details",
)
# The snippet's options as they would be forged: as wide as they can be.
OPTIONS: dict[str, Any] = {
    "disableCoupon": False,
    "disableTiers": [],
    "messageOnCancel": "Bye",
    "quantity": 999_999,
    "behavior": {"quantityManagement": {"unit": {"seat": {"min": 1, "max": 999_999, "step": 1}}}},
}
# What nobody reads: settings and options, sent along as if they were parameters.
FORGED: dict[str, Any] = {
    **dict.fromkeys(PortalSettings.declared(), True),
    **{name: value for name, value in OPTIONS.items() if name != "quantity"},
    "options": OPTIONS,
    "quantity_rules": [{"unit_label": "seat", "min": 1, "max": 999_999, "step": 1}],
    "settings": dict.fromkeys(PortalSettings.declared(), True),
    "permissions": ["view", "pay", "manage"],
    "language": "en",
    "service": "",
    "subscription": "",
    "subscription_id": "",
}


@dataclass(frozen=True)
class Call:
    """One request; `{names}` in path and body stand for what MatrixTestCase.names has."""

    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    method: str = "post"

    def sending(self, **more: Any) -> Call:
        """Return the same request with more in its body."""
        return replace(self, body={**self.body, **more})


Step = Call | Callable[["MatrixTestCase"], None]


class MatrixTestCase(ServicebotTestCase):
    """Ada with a plan of seats, an ended subscription, a spare card, a code and a loose invoice."""

    table = "cells of the settings matrix"

    @pytest.fixture(autouse=True)
    def _recording(self, record_property: Callable[[str, object], None]) -> None:
        self.record = record_property

    def setUp(self) -> None:
        super().setUp()
        shop, stripe = self.acme.shop, self.acme.shop.stripe.v1
        self.ended = shop.subscribe(self.ada, "Starter month")
        stripe.subscriptions.cancel(self.ended)
        loose = stripe.invoices.finalize_invoice(stripe.invoices.create({"customer": self.ada}).id)
        counted = {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}
        stripe.products.update(shop.products["Team"], counted)
        coupon = stripe.coupons.create({"percent_off": 10, "duration": "forever"}).id
        promotion = {"promotion": {"type": "coupon", "coupon": coupon}, "code": "WELCOME"}
        stripe.promotion_codes.create(promotion)
        spare = stripe.payment_methods.attach("pm_card_mastercard", {"customer": self.ada}).id
        self.names = {
            "ada": self.ada,
            "sub": self.ada_sub,
            "ended": self.ended,
            "loose": str(loose.number),
            "coupon": coupon,
            "spare": spare,
            "business": shop.prices["Business month"],
            "starter": shop.prices["Starter month"],
            "quote": "none yet",
            "intent": "none yet",
        }
        self.all_on = dict.fromkeys(TOGGLED, True)
        self.cells = 0
        self.switch(**self.all_on)
        self.sandbox.calls.clear()

    def tearDown(self) -> None:
        self.record(self.table, self.cells)
        super().tearDown()

    def cell(self, **named: Any) -> Any:
        """Count one cell of the table."""
        self.cells += 1
        return self.subTest(**named)

    @contextmanager
    def undone(self, **settings: Any) -> Iterator[None]:
        """Try something under other settings; what comes of it is taken back."""
        account = self.sandbox.account(self.acme.shop.api_key)
        kept, answers = account.snapshot(), {**account.answers}
        names, before = {**self.names}, {n: getattr(self.portal.settings, n) for n in settings}
        cache.clear()
        self.switch(**settings)
        try:
            yield
        finally:
            account.return_to(kept)
            account.answers = answers
            self.names = names
            self.switch(**before)
            cache.clear()

    def filled(self, value: Any) -> Any:
        """Put the names into a path or a body."""
        if isinstance(value, str) and re.search(r"{[a-z]+}", value):
            return value.format(**self.names)
        if isinstance(value, dict):
            return {key: self.filled(each) for key, each in value.items()}
        return value

    def send(self, face: str, call: Call, token: str | None = None) -> Any:
        """Ask page or API, and remember the quote or the intent that comes back."""
        path, body = self.filled(call.path), self.filled(dict(call.body))
        if face == "page":
            answer = self.page_post(path, token, **body)
        else:
            answer = self.ask(call.method, f"/api/v1/portal/{path}", body, token)
        said = answer.content.decode()
        if quote := QUOTE.search(said):
            self.names["quote"] = quote[1] or quote[2]
        if intent := INTENT.search(said):
            self.names["intent"] = intent[0]
        return answer

    def ask(self, method: str, url: str, body: Any, token: str | None = None) -> Any:
        """Call the API with any body, bytes too."""
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        if isinstance(body, bytes):
            headers["Idempotency-Key"] = "k" * 256
        how = {} if method == "get" else {"content_type": "application/json"}
        return getattr(self.client, method)(url, body, headers=headers, **how)

    def take(self, face: str, steps: tuple[Step, ...], **more: Any) -> Any:
        """Go a way to its end; returns the last answer."""
        answer = None
        for step in steps:
            if not isinstance(step, Call):
                step(self)
                continue
            answer = self.send(face, step.sending(**more) if more else step)
            assert answer.status_code == 200, (step, answer.content)
        return answer

    def has(self, control: tuple[str, str]) -> bool:
        """Look whether a control is on the page."""
        answer = self.send("page", Call(control[0]))
        return self.filled(control[1]) in answer.content.decode()

    def at_stripe(self) -> Any:
        """Return all that has happened at Stripe so far."""
        return [event["id"] for event in self.stripe.all("event")]
