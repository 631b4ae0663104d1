"""Several customers of one e-mail, each by itself; and an e-mail that changes under a visit."""

from __future__ import annotations

from typing import Any

from tests.base import ServicebotTestCase

EMAIL = "ada@example.com"
EVERYTHING = {
    "can_cancel": True,
    "can_change_plan": True,
    "can_change_quantity": True,
    "can_resubscribe": True,
    "can_update_billing_details": True,
    "can_update_card": True,
    "can_use_coupon": True,
}
TAX_ID = {"type": "eu_vat", "value": "DE123456789"}


class OneAddressTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(**EVERYTHING)
        self.twin = self.acme.shop.customer("Twin", email=EMAIL)
        self.twin_sub = self.acme.shop.subscribe(self.twin, "Starter month")

    def let_in(self, email: str = EMAIL) -> Any:
        """Exchange an address and its hash."""
        given = {"portal_id": self.portal.public_id, "email": email, "hash": self.hash(email)}
        return self.client.post("/api/v1/portal/session", given, content_type="application/json")

    def both(self) -> str:
        """Return a token for whoever has the address."""
        return str(self.let_in().json()["token"])

    def default_of(self, customer: str) -> Any:
        """Return what a customer's invoices are charged to."""
        return self.stripe[customer]["invoice_settings"]["default_payment_method"]

    def owned(self, customer: str) -> dict[str, Any]:
        """Return a copy of all that a customer has at Stripe."""
        tables = self.sandbox.account(self.acme.shop.api_key).tables
        rows = (row for kind, table in tables.items() if kind != "event" for row in table.values())
        return {
            row["id"]: dict(row) for row in rows if customer in {row["id"], row.get("customer")}
        }

    def saved(self, customer: str, token: str) -> str:
        """Begin saving a card for a customer and confirm it as Stripe.js does."""
        begun = self.api("post", "/payment-method/setup", token, customer=customer).json()
        confirmed = {"payment_method": "pm_card_mastercard"}
        self.acme.shop.stripe.v1.setup_intents.confirm(begun["setup_intent"], confirmed)
        return str(begun["setup_intent"])

    def open_invoice(self, customer: str) -> str:
        """Make an invoice that waits for its payment."""
        api = self.acme.shop.stripe.v1
        api.invoice_items.create({"customer": customer, "amount": 700, "currency": "usd"})
        draft = api.invoices.create(
            {"customer": customer, "pending_invoice_items_behavior": "include"}
        )
        return str(api.invoices.finalize_invoice(draft.id, {"auto_advance": False}).id)


class EachByItselfTests(OneAddressTestCase):
    """What is done for one of them is done for that one."""

    def setUp(self) -> None:
        super().setUp()
        self.token_of_both = self.both()
        self.twins = self.owned(self.twin)

    def tearDown(self) -> None:
        """Nothing that was done for Ada was done to her twin."""
        assert self.owned(self.twin) == self.twins
        super().tearDown()

    def test_each_is_shown_with_its_own_things(self) -> None:
        shown = {c["id"]: c for c in self.api("get", "", self.token_of_both).json()["customers"]}

        for customer, subscription in ((self.ada, self.ada_sub), (self.twin, self.twin_sub)):
            view = shown[customer]
            assert [s["id"] for s in view["subscriptions"]] == [subscription]
            assert [m["id"] for m in view["payment_methods"]] == [self.default_of(customer)]
            assert view["upcoming_invoice"]["subscription"] == subscription
            listed = self.api("get", "/invoices", self.token_of_both, customer=customer).json()
            assert {i["customer"] for i in listed["invoices"]} == {customer}
        assert set(shown) == {self.ada, self.twin}

    def test_a_card_is_its_customers(self) -> None:
        intent = self.saved(self.ada, self.token_of_both)

        answer = self.api("post", "/payment-method", self.token_of_both, setup_intent=intent)

        assert answer.status_code == 200
        card = self.default_of(self.ada)
        assert (self.stripe[card]["card"]["brand"], self.stripe[card]["customer"]) == (
            "mastercard",
            self.ada,
        )

    def test_a_card_saved_for_one_pays_nothing_of_the_other(self) -> None:
        owed = self.open_invoice(self.twin)
        self.twins = self.owned(self.twin)
        data = {"setup_intent": self.saved(self.ada, self.token_of_both), "pay": [owed]}

        answer = self.page_post("card/save", self.token_of_both, **data)

        assert answer.status_code == 404
        assert self.stripe[owed]["status"] == "open"

    def test_one_key_never_answers_another_customers_attempt(self) -> None:
        given = {"idempotency_key": "same"}
        path = "/payment-method/setup"
        mine = self.api("post", path, self.token_of_both, customer=self.ada, **given).json()

        answer = self.api("post", path, self.token_of_both, customer=self.twin, **given)

        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_mismatch")
        assert self.stripe[mine["setup_intent"]]["customer"] == self.ada

    def test_billing_details_are_its_customers(self) -> None:
        path = f"/customers/{self.ada}"

        answer = self.api("patch", path, self.token_of_both, name="Ada Ltd", tax_ids=[TAX_ID])

        assert answer.json()["tax_ids"] == [TAX_ID]
        assert {t["customer"] for t in self.stripe.all("tax_id")} == {self.ada}

    def test_an_end_is_its_subscriptions(self) -> None:
        answer = self.api("post", f"/subscriptions/{self.ada_sub}/cancel", self.token_of_both)

        assert answer.json()["subscription"]["customer"] == self.ada
        assert self.stripe[self.ada_sub]["cancel_at_period_end"] is True

    def test_a_plan_is_its_subscriptions(self) -> None:
        at, price = f"/subscriptions/{self.ada_sub}", self.acme.shop.prices["Business month"]
        body = {"action": "change_plan", "price": price}
        quote = self.api("post", f"{at}/preview", self.token_of_both, **body).json()["quote"]

        crossed = self.api(
            "post", f"/subscriptions/{self.twin_sub}/change-plan", self.token_of_both, quote=quote
        )
        answer = self.api("post", f"{at}/change-plan", self.token_of_both, quote=quote)

        assert (crossed.status_code, answer.status_code) == (400, 200)
        paid = self.stripe[self.stripe[self.ada_sub]["latest_invoice"]]
        assert (paid["customer"], paid["status"]) == (self.ada, "paid")

    def test_coming_back_is_for_who_left(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.cancel(self.ada_sub)
        at = f"/subscriptions/{self.ada_sub}"
        body = {"action": "resubscribe"}
        quote = self.api("post", f"{at}/preview", self.token_of_both, **body).json()["quote"]

        answer = self.api("post", f"{at}/resubscribe", self.token_of_both, quote=quote).json()

        assert answer["subscription"]["customer"] == self.ada
        assert answer["requires_action"]["payment_method"] == self.default_of(self.ada)

    def test_a_code_for_one_is_unknown_to_the_other(self) -> None:
        api = self.acme.shop.stripe.v1
        coupon = api.coupons.create({"percent_off": 10, "duration": "forever"})
        promotion = {"type": "coupon", "coupon": coupon.id}
        api.promotion_codes.create({"promotion": promotion, "code": "TWIN", "customer": self.twin})
        self.twins = self.owned(self.twin)
        body = {"action": "apply_coupon", "coupon": "TWIN"}

        mine, twins = (
            self.api("post", f"/subscriptions/{id_}/preview", self.token_of_both, **body)
            for id_ in (self.ada_sub, self.twin_sub)
        )

        assert (mine.json()["reason"], twins.status_code) == ("coupon_unknown", 200)

    def test_the_confirmation_names_whose_it_is(self) -> None:
        price = self.acme.shop.prices["Business month"]
        for path in ("ask-cancel", "preview-change-plan"):
            with self.subTest(path=path):
                at = f"subscriptions/{self.ada_sub}/{path}"

                panel = self.page_post(at, self.token_of_both, price=price).content.decode()

                assert self.ada in panel
                assert self.twin not in panel

    def test_the_card_form_names_whose_it_is(self) -> None:
        panel = self.page_post("card", self.token_of_both, customer=self.ada).content.decode()

        assert self.ada in panel
        assert self.twin not in panel


class PayingTests(OneAddressTestCase):
    def test_an_invoice_is_charged_to_its_own_customers_card(self) -> None:
        owed, adas = self.open_invoice(self.twin), self.owned(self.ada)

        answer = self.api("post", f"/invoices/{owed}/pay", self.both())

        assert answer.json()["invoice"]["status"] == "paid"
        (payment,) = (p for p in self.stripe.all("invoice_payment") if p["invoice"] == owed)
        intent = self.stripe[payment["payment"]["payment_intent"]]
        assert intent["payment_method"] == self.default_of(self.twin)
        assert self.owned(self.ada) == adas

    def test_without_a_card_of_its_own_it_isnt_charged_to_the_others(self) -> None:
        bare = self.acme.shop.customer("Bare", card="", email=EMAIL)
        owed = self.open_invoice(bare)

        answer = self.api("post", f"/invoices/{owed}/pay", self.both())

        assert (answer.status_code, answer.json()["reason"]) == (409, "card_missing")
        assert self.stripe[owed]["status"] == "open"

    def test_a_card_of_one_is_removed_from_that_one(self) -> None:
        attach = self.acme.shop.stripe.v1.payment_methods.attach
        spare = attach("pm_card_mastercard", {"customer": self.ada}).id
        token, twins = self.both(), self.owned(self.twin)

        gone = self.api("delete", f"/payment-method/{spare}", token)
        kept = self.api("delete", f"/payment-method/{self.default_of(self.twin)}", token)

        assert (gone.status_code, self.stripe[spare]["customer"]) == (200, None)
        assert (kept.status_code, kept.json()["reason"]) == (409, "card_in_use")
        assert self.owned(self.twin) == twins


class AnotherAddressTests(OneAddressTestCase):
    """Somebody's address is changed at Stripe while they are at the portal."""

    def setUp(self) -> None:
        super().setUp()
        self.switch(can_change_plan_when_canceled=True)
        self.token_of_both = self.both()
        self.intent = self.saved(self.ada, self.token_of_both)
        self.owed = self.open_invoice(self.ada)
        attach = self.acme.shop.stripe.v1.payment_methods.attach
        self.spare = attach("pm_card_visa", {"customer": self.ada}).id

    def readdress(self, customer: str) -> None:
        """Give a customer another address behind the portal's back."""
        self.acme.shop.stripe.v1.customers.update(customer, {"email": "new@example.com"})

    def by_api(self, token: str) -> dict[str, Any]:
        """Call everything that can be called of Ada."""
        price = self.acme.shop.prices["Business month"]
        at = f"/subscriptions/{self.ada_sub}"
        previews: tuple[tuple[str, dict[str, Any]], ...] = (
            ("change_plan", {"price": price}),
            ("change_quantity", {"quantity": 2}),
            ("apply_coupon", {"coupon": "X"}),
            ("resume", {}),
            ("resubscribe", {}),
        )
        found = {
            f"preview {action}": self.api("post", f"{at}/preview", token, action=action, **body)
            for action, body in previews
        }
        for name in ("cancel", "undo-cancel", "undo-scheduled-change"):
            found[name] = self.api("post", f"{at}/{name}", token)
        return {
            **found,
            "plans": self.api("get", f"{at}/plans", token),
            "invoices": self.api("get", "/invoices", token, customer=self.ada),
            "its invoices": self.api("get", "/invoices", token, subscription=self.ada_sub),
            "pay": self.api("post", f"/invoices/{self.owed}/pay", token),
            "begin card": self.api("post", "/payment-method/setup", token, customer=self.ada),
            "save card": self.api("post", "/payment-method", token, setup_intent=self.intent),
            "remove card": self.api("delete", f"/payment-method/{self.spare}", token),
            "details": self.api("patch", f"/customers/{self.ada}", token, name="New"),
        }

    def by_page(self, token: str) -> dict[str, Any]:
        """Post everything that a page of Ada's can post."""
        at = f"subscriptions/{self.ada_sub}"
        pieces = (
            *("plans", "quantity", "coupon", "ask-cancel", "cancel", "undo-cancel"),
            *("undo-scheduled-change", "ask-resubscribe", "preview-change-plan"),
            *("preview-resubscribe", "preview-resume"),
        )
        price = self.acme.shop.prices["Business month"]
        found = {each: self.page_post(f"{at}/{each}", token, price=price) for each in pieces}
        posts: tuple[tuple[str, dict[str, Any]], ...] = (
            ("card", {"customer": self.ada}),
            ("card/begin", {"customer": self.ada, "key": "one"}),
            ("card/save", {"setup_intent": self.intent}),
            ("card/remove", {"method": self.spare}),
            ("billing", {"customer": self.ada}),
            ("billing/save", {"customer": self.ada, "name": "New"}),
            ("invoices", {"customer": self.ada}),
            (f"invoices/{self.owed}/pay", {}),
        )
        return found | {path: self.page_post(path, token, **data) for path, data in posts}

    def test_nothing_of_theirs_is_found_any_more(self) -> None:
        alone = self.token()
        self.readdress(self.ada)
        was = self.owned(self.ada)

        for token in (self.token_of_both, alone):
            answers = {**self.by_api(token), **self.by_page(token)}

            assert {name: a.status_code for name, a in answers.items()} == dict.fromkeys(
                answers, 404
            )
            assert not any(self.ada_sub in a.content.decode() for a in answers.values())
        assert self.owned(self.ada) == was

    def test_who_still_has_it_goes_on(self) -> None:
        self.readdress(self.ada)

        customers = self.api("get", "", self.token_of_both).json()["customers"]
        answer = self.api("post", f"/subscriptions/{self.twin_sub}/cancel", self.token_of_both)

        assert [customer["id"] for customer in customers] == [self.twin]
        assert answer.status_code == 200

    def test_a_repeated_click_tells_nothing_of_them_either(self) -> None:
        path, key = f"/subscriptions/{self.ada_sub}/cancel", {"idempotency_key": "click"}
        first = self.api("post", path, self.token_of_both, **key)
        self.readdress(self.ada)

        again = self.api("post", path, self.token_of_both, **key)

        assert (first.status_code, again.status_code) == (200, 404)

    def test_who_is_known_by_id_keeps_all_that_is_theirs(self) -> None:
        self.switch(identify_by="customer_id")
        given = {
            "portal_id": self.portal.public_id,
            "customer_id": self.ada,
            "hash": self.hash(self.ada),
        }
        begun = self.client.post("/api/v1/portal/session", given, content_type="application/json")
        self.readdress(self.ada)

        path = f"/subscriptions/{self.ada_sub}/cancel"
        answer = self.api("post", path, begun.json()["token"])

        assert answer.status_code == 200

    def test_it_costs_a_subscriptions_action_no_more_reads(self) -> None:
        alone = self.token()
        self.sandbox.calls.clear()

        self.api("post", f"/subscriptions/{self.ada_sub}/cancel", alone)

        reads = sorted(call.path for call in self.sandbox.calls if call.method == "GET")
        assert reads == [
            f"/v1/customers/{self.ada}",
            f"/v1/customers/{self.ada}/payment_methods",
            *(["/v1/prices", "/v1/products"] if "/v1/products" in reads else []),
            "/v1/subscriptions",
            f"/v1/subscriptions/{self.ada_sub}",
        ]


class AddressTests(OneAddressTestCase):
    def test_its_case_is_as_stripe_has_it(self) -> None:
        loud = self.acme.shop.customer("Loud", email="ADA@example.com")

        quiet, shouted, mixed = (self.let_in(e) for e in (EMAIL, EMAIL.upper(), "Ada@example.com"))
        found = self.let_in("ADA@example.com").json()["token"]

        shown = self.api("get", "", quiet.json()["token"]).json()["customers"]
        assert {customer["id"] for customer in shown} == {self.ada, self.twin}
        assert [shouted.status_code, mixed.status_code] == [404, 404]
        assert [c["id"] for c in self.api("get", "", found).json()["customers"]] == [loud]

    def test_nobody_has_it(self) -> None:
        nobody = "nobody@example.com"
        given = {"email": nobody, "hash": self.hash(nobody)}

        answer = self.let_in(nobody)
        page = self.client.post(
            f"/portal/{self.portal.public_id}/session",
            given,
            headers={"Sec-Fetch-Site": "same-origin"},
        )

        assert (answer.status_code, answer.json()["code"]) == (404, "no_customer")
        assert page.status_code == 404
        assert page["Servicebot-Problem"] == "no_customer"
        assert "When you buy something, they will be here." in page.content.decode()
