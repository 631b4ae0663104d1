"""What belongs to somebody else doesn't exist: page and API, every id that can be named."""

from __future__ import annotations

from tests.base import ServicebotTestCase

ACTIONS = ("plans", "preview", "change-plan", "cancel", "undo-cancel", "resubscribe")
PAGES = (
    "plans",
    "preview-change-plan",
    "change-plan",
    "ask-cancel",
    "cancel",
    "undo-cancel",
    "ask-resubscribe",
    "preview-resubscribe",
    "resubscribe",
)


class StrangerTests(ServicebotTestCase):
    def quote(self) -> str:
        """Return a quote of Ada's own."""
        path = f"/subscriptions/{self.ada_sub}/preview"
        price = self.acme.shop.prices["Business month"]
        answer = self.api("post", path, action="change_plan", price=price)
        return str(answer.json()["quote"])

    def test_another_customers_subscription_is_not_found_in_the_api(self) -> None:
        body = {"action": "change_plan", "price": self.acme.shop.prices["Business month"]}
        for stranger in (self.ben_sub, self.carla_sub, "sub_nobody", "..%2Fcustomers"):
            for action in ACTIONS:
                method = "get" if action == "plans" else "post"
                with self.subTest(action=action, subscription=stranger):
                    response = self.api(method, f"/subscriptions/{stranger}/{action}", **body)

                    if action in {"change-plan", "resubscribe"}:
                        assert response.status_code in {400, 404}
                    else:
                        assert response.status_code == 404

    def test_another_customers_subscription_is_not_found_on_the_page(self) -> None:
        given = {"price": self.acme.shop.prices["Business month"]}
        for stranger in (self.ben_sub, self.carla_sub):
            for page in PAGES:
                with self.subTest(page=page, subscription=stranger):
                    response = self.page_post(f"subscriptions/{stranger}/{page}", **given)

                    assert response.status_code in {400, 404}
                    assert self.stripe[self.ben_sub]["cancel_at_period_end"] is False

    def test_a_quote_opens_no_other_subscription(self) -> None:
        path = f"/subscriptions/{self.ben_sub}/change-plan"

        response = self.api("post", path, quote=self.quote())

        assert response.status_code == 400

    def test_ones_own_quote_is_no_use_to_another(self) -> None:
        token = self.token(self.ben, email="ben@example.com")
        path = f"/subscriptions/{self.ada_sub}/change-plan"

        response = self.api("post", path, token, quote=self.quote())

        assert response.status_code == 404

    def test_another_customers_invoices_and_cards_are_not_found(self) -> None:
        invoice = self.stripe[self.ben_sub]["latest_invoice"]

        for asked in (
            {"customer": self.ben},
            {"subscription": self.ben_sub},
            {"cursor": invoice},
            {"cursor": "in_nobody"},
        ):
            with self.subTest(asked=asked):
                assert self.api("get", "/invoices", **asked).status_code == 404
        for path, given in (
            ("invoices", {"customer": self.ben}),
            ("invoices", {"customer": self.ada, "after": invoice}),
            ("card", {"customer": self.ben}),
            ("card/begin", {"customer": self.carla}),
        ):
            with self.subTest(path=path):
                assert self.page_post(path, **given).status_code == 404

    def test_a_narrowed_visit_has_only_its_subscription(self) -> None:
        other = self.acme.shop.subscribe(self.ada)
        token = self.token(only_subscription=other)

        (customer,) = self.api("get", "", token).json()["customers"]

        assert [s["id"] for s in customer["subscriptions"]] == [other]
        refused = self.api("post", f"/subscriptions/{self.ada_sub}/cancel", token)
        assert refused.status_code == 404
        invoices = self.api("get", "/invoices", token).json()["invoices"]
        assert {invoice["subscription"] for invoice in invoices} == {other}

    def test_a_visit_for_one_service_shows_what_belongs_to_it(self) -> None:
        shown = self.api("get", "", self.token(service="Notes")).json()["customers"][0]
        hidden = self.api("get", "", self.token(service="Other")).json()["customers"][0]

        assert (len(shown["subscriptions"]), len(hidden["subscriptions"])) == (1, 0)

    def test_a_customer_whose_email_was_changed_is_shown_no_more(self) -> None:
        token = self.token()
        self.acme.shop.stripe.v1.customers.update(self.ada, {"email": "new@example.com"})

        response = self.api("get", "", token)

        assert (response.status_code, response.json()["code"]) == (404, "no_customer")

    def test_a_deleted_customer_is_shown_no_more(self) -> None:
        token = self.token()
        self.acme.shop.stripe.v1.customers.delete(self.ada)

        assert self.api("get", "", token).json()["code"] == "no_customer"

    def test_customers_of_one_email_stand_each_by_itself(self) -> None:
        twin = self.acme.shop.customer("Ada at work", email="ada@example.com")
        self.acme.shop.subscribe(twin, "Starter month")
        given = {
            "portal_id": self.portal.public_id,
            "email": "ada@example.com",
            "hash": self.hash("ada@example.com"),
        }
        begun = self.client.post("/api/v1/portal/session", given, content_type="application/json")
        token = begun.json()["token"]

        customers = self.api("get", "", token).json()["customers"]
        page = self.page_post("page", token).content.decode()

        tiers = {c["id"]: [s["tier"] for s in c["subscriptions"]] for c in customers}
        assert tiers == {self.ada: ["Team"], twin: ["Starter"]}
        assert "Ada at work" in page
        panel = self.page_post(f"subscriptions/{self.ada_sub}/ask-cancel", token).content.decode()
        assert self.ada in panel
