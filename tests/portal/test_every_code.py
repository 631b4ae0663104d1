"""Every code of the API, answered over HTTP, with what each of the three reads of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction

from portal import texts
from portal.blocked import MERCHANT_TEXTS
from portal.problems import PROBLEMS
from portal.ways_out import WAYS_OUT
from servicebot.sandbox import doors
from servicebot.sandbox.wire import Answer, Call
from servicebot.sandbox.world import Sandbox
from tests.settings_ui.base import DashboardTestCase
from tests.signing import signed_token
from tests.test_database_down import Away

EMAIL = "ada@example.com"


class AskingSandbox(Sandbox):
    """Stripe where the bank wants to be asked before a subscription is changed."""

    def handle(self, call: Call) -> Answer:
        """Answer as Stripe does then."""
        if call.method == "POST" and "/v1/subscriptions/" in call.path:
            error = {"type": "card_error", "code": "authentication_required", "message": "Ask."}
            return Answer(402, {"Request-Id": "req_1"}, json.dumps({"error": error}).encode())
        return super().handle(call)


class EveryCodeTests(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        everything = ("can_cancel", "can_update_card", "uses_custom_resource", "can_change_plan")
        self.switch(**dict.fromkeys(everything, True))

    def exchange(self, **given: Any) -> Any:
        body = {"portal_id": self.portal.public_id, **given}
        return self.client.post("/api/v1/portal/session", body, content_type="application/json")

    def enter(self, site: str = "same-origin", **given: str) -> Any:
        """Exchange an identity as the shell does."""
        at, headers = f"/portal/{self.portal.public_id}/session", {"Sec-Fetch-Site": site}
        return self.client.post(at, {"email": EMAIL, **given}, headers=headers)

    def act(self, path: str, **body: Any) -> Any:
        return self.api("post", f"/subscriptions/{self.ada_sub}/{path}", **body)

    def preview(self, plan: str) -> Any:
        price = self.acme.shop.prices[f"{plan} month"]
        return self.act("preview", action="change_plan", price=price)

    def pays_with(self, card: str) -> None:
        """Give Ada another default card."""
        v1 = self.acme.shop.stripe.v1
        method = v1.payment_methods.attach(card, {"customer": self.ada}).id
        v1.customers.update(self.ada, {"invoice_settings": {"default_payment_method": method}})

    def save_settings(self, portal_id: str, **given: Any) -> Any:
        headers = {**self.bearer(), "If-Match": given.pop("version", "*")}
        at = f"/api/v1/portals/{portal_id}/settings"
        return self.client.patch(at, given, content_type="application/json", headers=headers)

    def declined(self) -> Any:
        self.pays_with("pm_card_chargeCustomerFail")
        eve = {"items": [{"price": self.acme.shop.prices["Team month"]}], "customer": self.ada}
        made = self.acme.shop.stripe.v1.subscriptions.create(
            {**eve, "payment_behavior": "default_incomplete"}
        )
        return self.api("post", f"/invoices/{made.latest_invoice}/pay")

    def asked_by_the_bank(self) -> Any:
        asking = AskingSandbox()
        asking.accounts = self.sandbox.accounts
        with doors.use(asking):
            return self.act("cancel")

    def pending(self) -> Any:
        self.pays_with("pm_card_chargeCustomerFail")
        self.act("change-plan", quote=self.preview("Business").json()["quote"])
        return self.preview("Starter")

    def stale(self) -> Any:
        quote = self.preview("Business").json()["quote"]
        items = self.stripe[self.ada_sub]["items"]["data"]
        more = {"items": [{"id": items[0]["id"], "quantity": 2}]}
        self.acme.shop.stripe.v1.subscriptions.update(self.ada_sub, more)
        return self.act("change-plan", quote=quote)

    def mismatched(self) -> Any:
        for plan in ("Business", "Starter"):
            quote = self.preview(plan).json()["quote"]
            answer = self.act("change-plan", quote=quote, idempotency_key="click")
        return answer

    def too_often(self) -> Any:
        answers = [self.exchange(email=EMAIL, hash="0" * 64) for _ in range(101)]
        return answers[-1]

    def without_database(self) -> Any:
        token = self.token()
        with connection.execute_wrapper(Away()):
            return self.api("get", "", token)

    def without_stripe(self) -> Any:
        self.acme.merchant.connections.all().delete()
        return self.api("get", "")

    def with_stripe_down(self) -> Any:
        self.sandbox.account(self.acme.shop.api_key).weather.bring("timeout", times=99)
        return self.api("get", "")

    def switched(self, ask: Callable[[], Any], **given: Any) -> Callable[[], Any]:
        """Return how it is asked with other settings."""

        def asked() -> Any:
            self.switch(**given)
            return ask()

        return asked

    def ways(self) -> dict[str, Callable[[], Any]]:
        """Return how each code is come by."""
        looking: dict[str, Any] = {"permissions": ["view"]}
        return {
            "invalid": lambda: self.act("preview", action="explode"),
            "identity_mismatch": lambda: self.exchange(customer_id=self.ada),
            "live_requires_hash": lambda: self.save_settings(
                self.live.public_id, requires_security_hash=False
            ),
            "resource_not_inline": lambda: self.enter(hash=self.hash(EMAIL), resource="a text"),
            "token_missing": lambda: self.api("get", "", ""),
            "token_invalid": lambda: self.api("get", "", "nonsense"),
            "token_expired": self.switched(
                lambda: self.api("get", "", self.token()), identify_by="customer_id"
            ),
            "card_declined": self.declined,
            "authentication_required": self.asked_by_the_bank,
            "hash_missing": lambda: self.exchange(email=EMAIL),
            "hash_invalid": lambda: self.exchange(email=EMAIL, hash="0" * 64),
            "signed_token_required": self.switched(
                lambda: self.exchange(email=EMAIL, hash=self.hash(EMAIL)),
                requires_signed_token=True,
            ),
            "origin_not_allowed": lambda: self.enter("cross-site"),
            "permission_missing": lambda: self.api(
                "post",
                f"/subscriptions/{self.ada_sub}/cancel",
                self.exchange(token=signed_token(self.acme, **looking)).json()["token"],
            ),
            "setting_off": self.switched(lambda: self.act("cancel"), can_cancel=False),
            "not_found": lambda: self.api("get", f"/subscriptions/{self.ben_sub}/plans"),
            "no_customer": lambda: self.exchange(email="x@y", hash=self.hash("x@y")),
            "action_blocked": lambda: self.act("undo-cancel"),
            "preview_stale": self.stale,
            "update_pending": self.pending,
            "idempotency_mismatch": self.mismatched,
            "changed_meanwhile": lambda: self.save_settings(
                self.portal.public_id, can_cancel=False, version='"9999"'
            ),
            "rate_limited": self.too_often,
            "stripe_unavailable": self.with_stripe_down,
            "stripe_disconnected": self.without_stripe,
            "servicebot_unavailable": self.without_database,
            "portal_off": self.switched(lambda: self.api("get", ""), is_on=False),
        }

    def test_it_is_answered_with_its_words_for_all_three(self) -> None:
        english, ways = texts.catalogue("en"), self.ways()
        docs = (Path(settings.BASE_DIR) / "docs" / "errors.md").read_text()
        assert set(ways) == set(PROBLEMS)

        for code, (status, detail) in PROBLEMS.items():
            with self.subTest(code=code):
                entry = docs.split(f"### `{code}`\n")[1].split("\n### ")[0]
                assert f"Status {status}." in entry
                assert WAYS_OUT[code] in entry
                assert english(f"problem.{code}") in entry
                assert detail
                if code in ways:
                    self.check(code, status)

    def check(self, code: str, status: int) -> None:
        """Come by a code, and read the answer; the next one finds the world as it was."""
        cache.clear()
        account = self.sandbox.account(self.acme.shop.api_key)
        kept = account.snapshot()
        with transaction.atomic():
            answer = self.ways()[code]()
            transaction.set_rollback(True)
        account.return_to(kept)
        account.weather.clear()
        self.portal.settings.refresh_from_db()
        assert answer.status_code == status, answer.content
        if "Servicebot-Problem" in answer.headers:
            assert answer.headers["Servicebot-Problem"] == code
            assert texts.catalogue("en")(f"problem.{code}") in answer.content.decode()
        else:
            assert answer.json()["code"] == code
            assert answer.json()["type"] == f"/docs/errors/#{code}"
            assert answer.json()["detail"]

    def test_every_reason_is_come_by_in_a_test(self) -> None:
        tests = Path(settings.BASE_DIR, "tests")
        asked = [*(tests / "portal").rglob("test_*.py"), tests / "demo" / "test_every_action.py"]
        told = "".join(path.read_text() for path in asked if path.name != "test_policy.py")
        words = set(re.findall(r"\w+", told))

        assert set(MERCHANT_TEXTS) - words == set()

    def test_no_code_was_typed(self) -> None:
        self.switch(can_use_coupon=True)

        answer = self.act("preview", action="apply_coupon", coupon="")

        assert (answer.status_code, answer.json()["reason"]) == (400, "coupon_missing")

    def test_as_many_discounts_as_stripe_takes(self) -> None:
        self.switch(can_use_coupon=True)
        v1 = self.acme.shop.stripe.v1
        made = [v1.coupons.create({"percent_off": 1, "duration": "forever"}).id for _ in range(20)]
        discounts = [{"coupon": coupon} for coupon in made]
        v1.subscriptions.update(self.ada_sub, {"discounts": discounts})

        answer = self.act("preview", action="apply_coupon", coupon="ANY")

        assert (answer.status_code, answer.json()["reason"]) == (409, "discounts_full")
