"""Replacing a card: it goes to Stripe, and then everywhere that the customer pays."""

from __future__ import annotations

from typing import Any

from tests.base import ServicebotTestCase


class CardTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_update_card=True)

    def begin(self, customer: str | None = None, **given: Any) -> Any:
        """Start saving a card."""
        return self.api("post", "/payment-method/setup", customer=customer or self.ada, **given)

    def confirmed(self, card: str = "pm_card_mastercard") -> str:
        """Start saving a card and confirm it as Stripe.js does."""
        intent = self.begin().json()["setup_intent"]
        self.acme.shop.stripe.v1.setup_intents.confirm(intent, {"payment_method": card})
        return str(intent)

    def save(self, intent: str) -> Any:
        return self.api("post", "/payment-method", setup_intent=intent)

    def default_of(self, customer: str) -> str:
        """Return what a customer's invoices are charged to."""
        return str(self.stripe[customer]["invoice_settings"]["default_payment_method"])


class CardTests(CardTestCase):
    def test_the_new_card_becomes_the_customers_default(self) -> None:
        others = self.default_of(self.ben)

        response = self.save(self.confirmed())

        (customer,) = response.json()["customers"]
        assert response.status_code == 200, response.content
        assert self.stripe[self.default_of(self.ada)]["card"]["brand"] == "mastercard"
        assert customer["default_payment_method"] == self.default_of(self.ada)
        assert self.default_of(self.ben) == others

    def test_and_that_of_every_running_subscription_with_a_card_of_its_own(self) -> None:
        shop = self.acme.shop
        own = shop.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": self.ada})
        mine = [shop.subscribe(self.ada, default_payment_method=own.id) for _ in range(2)]
        shop.stripe.v1.subscriptions.cancel(mine[1])

        self.save(self.confirmed())

        assert self.stripe[mine[0]]["default_payment_method"] == self.default_of(self.ada)
        assert self.stripe[mine[1]]["default_payment_method"] == own.id
        assert self.stripe[self.ada_sub]["default_payment_method"] is None

    def test_saving_twice_changes_nothing_more(self) -> None:
        intent = self.confirmed()
        self.save(intent)
        card = self.default_of(self.ada)

        response = self.save(intent)

        assert response.status_code == 200
        assert self.default_of(self.ada) == card

    def test_what_the_bank_has_not_confirmed_is_not_used(self) -> None:
        card = self.default_of(self.ada)
        intent = self.confirmed("pm_card_threeDSecure2Required")

        response = self.save(intent)

        assert (response.status_code, response.json()["reason"]) == (409, "card_not_confirmed")
        assert self.default_of(self.ada) == card

    def test_an_attempt_of_another_portal_is_not_found(self) -> None:
        intent = self.acme.shop.stripe.v1.setup_intents.create(
            {"customer": self.ada, "payment_method": "pm_card_visa", "confirm": True}
        )

        assert self.save(intent.id).status_code == 404

    def test_an_attempt_of_another_customer_is_not_found(self) -> None:
        token = self.token(self.ben, email="ben@example.com")
        intent = self.begin(self.ben, token=token).json()["setup_intent"]
        self.acme.shop.stripe.v1.setup_intents.confirm(intent, {"payment_method": "pm_card_visa"})

        assert self.save(intent).status_code == 404
        assert self.save("seti_of_nobody").status_code == 404

    def test_a_card_is_saved_for_ones_own_customers_only(self) -> None:
        assert self.begin(self.ben).status_code == 404

    def test_the_browser_gets_the_publishable_key_and_nothing_more(self) -> None:
        answer = self.begin().json()

        assert answer["publishable_key"] == self.acme.shop.publishable_key
        assert set(answer) == {"setup_intent", "client_secret", "publishable_key"}

    def test_the_page_does_the_same(self) -> None:
        panel = self.page_post("card", customer=self.ada).content.decode()
        begun = self.page_post("card/begin", customer=self.ada, key="one").json()
        intent = begun["client_secret"].partition("_secret_")[0]
        self.acme.shop.stripe.v1.setup_intents.confirm(
            intent, {"payment_method": "pm_card_mastercard"}
        )
        page = self.page_post("card/save", setup_intent=intent).content.decode()

        assert "data-card" in panel
        assert "Mastercard ending 4444" in page


class OwedTests(CardTestCase):
    """What is open is paid in the same step as the card is saved, on the page."""

    def setUp(self) -> None:
        super().setUp()
        shop, start = self.acme.shop, 1_800_000_000
        clocks = shop.stripe.v1.test_helpers.test_clocks
        self.clock = clocks.create({"frozen_time": start}).id
        self.ada = shop.customer("Ada", test_clock=self.clock)
        self.ada_sub = shop.subscribe(self.ada)
        self.give("pm_card_chargeCustomerFail")
        self.advance(33)

    def advance(self, days: int) -> None:
        """Let time pass at Stripe."""
        now = self.stripe[self.clock]["frozen_time"]
        clocks = self.acme.shop.stripe.v1.test_helpers.test_clocks
        clocks.advance(self.clock, {"frozen_time": now + days * 24 * 60 * 60})

    def give(self, card: str) -> None:
        """Make a card Ada's default behind the portal's back."""
        method = self.acme.shop.stripe.v1.payment_methods.attach(card, {"customer": self.ada})
        default = {"invoice_settings": {"default_payment_method": method.id}}
        self.acme.shop.stripe.v1.customers.update(self.ada, default)

    @property
    def invoice(self) -> str:
        """The newest invoice of Ada's subscription."""
        return str(self.stripe[self.ada_sub]["latest_invoice"])

    def post_save(self, intent: str, *invoices: str) -> Any:
        """Save a card as the page does, with what was ticked."""
        return self.page_post("card/save", setup_intent=intent, pay=list(invoices))

    def test_it_is_offered_and_paid(self) -> None:
        panel = self.page_post("card", customer=self.ada).content.decode()

        page = self.post_save(self.confirmed(), self.invoice).content.decode()

        assert f'name="pay" value="{self.invoice}" checked' in panel
        assert "Also pay the open <bdi>$49.00</bdi> of" in panel
        assert "Save card and pay <bdi>$49.00</bdi>" in panel
        assert self.stripe[self.invoice]["status"] == "paid"
        assert self.stripe[self.ada_sub]["status"] == "active"
        assert "The new card is saved, and what was open is paid." in page

    def test_unticked_it_stays_open(self) -> None:
        page = self.post_save(self.confirmed()).content.decode()

        assert self.stripe[self.invoice]["status"] == "open"
        assert "The new card is saved." in page

    def test_declined_it_says_that_the_card_is_saved_all_the_same(self) -> None:
        page = self.post_save(self.confirmed("pm_card_chargeCustomerFail"), self.invoice)

        assert "saved, but a payment with it was declined" in page.content.decode()
        assert self.stripe[self.invoice]["status"] == "open"

    def test_a_bank_that_wants_to_be_asked_is_asked(self) -> None:
        intent = self.begin().json()["setup_intent"]
        saved = self.acme.shop.stripe.v1.setup_intents.confirm(
            intent, {"payment_method": "pm_card_authenticationRequired"}
        )
        assert saved.status in {"succeeded", "requires_action"}
        if saved.status == "requires_action":
            self.stripe[intent]["status"] = "succeeded"
            self.acme.shop.stripe.v1.payment_methods.attach(
                saved.payment_method, {"customer": self.ada}
            )

        page = self.post_save(intent, self.invoice).content.decode()

        assert "data-confirm" in page
        assert self.stripe[self.invoice]["status"] == "open"

    def test_paid_meanwhile_is_paid(self) -> None:
        self.give("pm_card_visa")
        self.acme.shop.stripe.v1.invoices.pay(self.invoice)

        page = self.post_save(self.confirmed(), self.invoice)

        assert page.status_code == 200

    def test_another_customers_invoice_is_not_found(self) -> None:
        theirs = str(self.stripe[self.ben_sub]["latest_invoice"])

        assert self.post_save(self.confirmed(), theirs).status_code == 404

    def test_of_two_customers_of_one_person_one_never_pays_for_the_other(self) -> None:
        token = self.token(self.ada, self.ben)
        theirs = str(self.stripe[self.ben_sub]["latest_invoice"])
        data = {"setup_intent": self.confirmed(), "pay": [theirs]}

        assert self.page_post("card/save", token, **data).status_code == 404

    def test_a_draft_that_an_unpaid_subscription_waits_for_is_finalized_and_paid(self) -> None:
        config = self.sandbox.account(self.acme.shop.api_key).config
        config["dunning"] = {"retry_days": [3], "end": "unpaid"}
        for _month in range(2):
            self.advance(31)
        draft = self.invoice
        page = self.page_post("page").content.decode()

        saved = self.post_save(self.confirmed(), draft)

        assert saved.status_code == 200, saved.content
        assert f"invoices/{draft}/pay" in page
        assert self.stripe[draft]["status"] == "paid"

    def test_another_draft_is_not_owed(self) -> None:
        draft = self.acme.shop.stripe.v1.invoices.create({"customer": self.ada})

        response = self.api("post", f"/invoices/{draft.id}/pay")

        assert response.json()["reason"] == "nothing_to_pay"


class RemoveTests(CardTestCase):
    def setUp(self) -> None:
        super().setUp()
        attach = self.acme.shop.stripe.v1.payment_methods.attach
        self.spare = attach("pm_card_mastercard", {"customer": self.ada}).id

    def remove(self, method: str, token: str | None = None, **given: Any) -> Any:
        return self.api("delete", f"/payment-method/{method}", token, **given)

    def test_a_card_that_nothing_is_paid_with_goes(self) -> None:
        page = self.page_post("page").content.decode()

        response = self.remove(self.spare)

        assert f'"method": "{self.spare}"' in page
        assert response.status_code == 200, response.content
        assert self.stripe[self.spare]["customer"] is None
        assert self.spare not in self.page_post("page").content.decode()

    def test_the_page_does_the_same(self) -> None:
        page = self.page_post("card/remove", method=self.spare, key="one")

        assert "The card is removed." in page.content.decode()

    def test_one_that_is_charged_stays(self) -> None:
        update = self.acme.shop.stripe.v1.subscriptions.update
        update(self.ada_sub, {"default_payment_method": self.spare})

        for method in (self.default_of(self.ada), self.spare):
            response = self.remove(method)
            assert (response.status_code, response.json()["reason"]) == (409, "card_in_use")

    def test_one_that_a_schedule_names_stays(self) -> None:
        schedules = self.acme.shop.stripe.v1.subscription_schedules
        made = schedules.create({"from_subscription": self.ada_sub})
        settings = {"default_settings": {"default_payment_method": self.spare}}
        schedules.update(made.id, settings)

        assert self.remove(self.spare).json()["reason"] == "card_in_use"

    def test_with_nothing_running_the_last_one_goes_too(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.cancel(self.ada_sub)

        assert self.remove(self.default_of(self.ada)).status_code == 200

    def test_somebody_elses_is_not_found(self) -> None:
        assert self.remove(self.default_of(self.ben)).status_code == 404
        assert self.remove("pm_of_nobody").status_code == 404

    def test_switched_off_it_is_refused(self) -> None:
        self.switch(can_update_card=False)

        response = self.remove(self.spare)
        oddly = self.remove(self.spare, idempotency_key="k" * 256)

        assert response.json()["setting"] == oddly.json()["setting"] == "can_update_card"
        assert "card/remove" not in self.page_post("page").content.decode()
