"""What the tests of the activity share: everything on, and what was noted."""

from __future__ import annotations

from typing import Any

from accounts.models import Activity
from tests.portal.test_card import CardTestCase

ALL_ON = (
    *("can_cancel", "can_resubscribe", "can_use_coupon", "can_update_card"),
    *("can_change_quantity", "can_update_billing_details"),
)
DETAILS = {"line1": "1 Main St", "city": "Berlin", "country": "DE"}


class NotingTestCase(CardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(**dict.fromkeys(ALL_ON, True))

    def act(self, name: str, **body: Any) -> Any:
        """Do something to Ada's subscription by the API."""
        return self.api("post", f"/subscriptions/{self.ada_sub}/{name}", **body)

    def quote(self, action: str, **asked: Any) -> str:
        """Preview something, and return the quote."""
        response = self.act("preview", action=action, **asked)
        assert response.status_code == 200, response.content
        return str(response.json()["quote"])

    def quoted(self, action: str, key: str = "one", **asked: Any) -> Any:
        """Preview and confirm by the API, and confirm the same again."""
        body = {"quote": self.quote(action, **asked), "idempotency_key": key}
        path = action.replace("_", "-")
        answers = [self.act(path, **body), self.act(path, **body)]
        assert [answer.status_code for answer in answers] == [200, 200], answers[0].content
        return answers[0]

    def on_page(self, path: str, **data: Any) -> None:
        """Do something on the page, and the same again with its key."""
        for _ in range(2):
            answer = self.page_post(path, **data)
            assert answer.status_code == 200, answer.content

    def noted(self) -> Any:
        """Return the one entry that there is."""
        return Activity.objects.get()

    def actions(self) -> list[str]:
        """Return what was noted, oldest first."""
        return [entry.action for entry in Activity.objects.order_by("pk")]

    def price(self, name: str) -> str:
        return self.acme.shop.prices[name]

    def pay_with(self, card: str) -> None:
        """Give Ada another default card."""
        method = self.acme.shop.stripe.v1.payment_methods.attach(card, {"customer": self.ada})
        default = {"default_payment_method": method.id}
        self.acme.shop.stripe.v1.customers.update(self.ada, {"invoice_settings": default})

    def end(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.cancel(self.ada_sub)

    def is_stripes(self, request_id: str, method: str, path: str) -> bool:
        """Whether Stripe had a request of this id."""
        known = {call.request_id: (call.method, call.path) for call in self.sandbox.calls}
        return known.get(request_id) == (method, path)
