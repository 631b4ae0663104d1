"""A scheduled downgrade, a change of mind, a new card and the renewal, on a test clock: price,
discount, tax and card are right at every step, in every sensible order of the steps."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from tests.portal.test_downgrade import START, DowngradeTestCase

TEAM = 4900
# 10 % off, then 20 % on top: 4,900 is 4,410 and 5,292, and 1,900 is 1,710 and 2,052.
OWED = {"Team month": (490, 882, 5292), "Starter month": (190, 342, 2052)}


class StoryTests(DowngradeTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.begin()

    def begin(self) -> None:
        """Let Ada subscribe on a clock of her own, with a discount, a tax and a card."""
        shop = self.acme.shop
        self.clock = shop.stripe.v1.test_helpers.test_clocks.create({"frozen_time": START}).id
        self.ada = shop.customer("Ada", test_clock=self.clock)
        coupon = shop.stripe.v1.coupons.create({"percent_off": 10, "duration": "forever"})
        rate = shop.stripe.v1.tax_rates.create(
            {"display_name": "VAT", "percentage": 20, "inclusive": False}
        )
        self.rate = rate.id
        self.card = self.stripe[self.ada]["invoice_settings"]["default_payment_method"]
        self.ada_sub = shop.subscribe(
            self.ada,
            discounts=[{"coupon": coupon.id}],
            default_tax_rates=[rate.id],
            default_payment_method=self.card,
        )
        (self.discount,) = self.stripe[self.ada_sub]["discounts"]

    # The steps

    def plans(self) -> None:
        self.plan()
        self.look(coming="Starter month")

    def cancels(self) -> None:
        assert self.post("cancel", reason="unused").status_code == 200
        self.look(ends=True)

    def undoes(self) -> None:
        assert self.post("undo-cancel").status_code == 200
        self.look()

    def takes_a_new_card(self) -> None:
        self.card = self.new_card()

    # What is true after each

    def look(self, *, coming: str = "", ends: bool = False) -> None:
        """Look at Stripe and at the page, whatever is to come."""
        now = self.stripe[self.ada_sub]
        assert self.price() == "Team month"
        assert now["discounts"] == [self.discount]
        assert [rate["id"] for rate in now["default_tax_rates"]] == [self.rate]
        assert now["default_payment_method"] == self.card
        assert now["cancel_at_period_end"] is ends
        assert bool(now["schedule"]) is bool(coming)
        if coming:
            self.look_at_schedule(self.stripe[now["schedule"]], coming)
        page = self.page_post("page").content.decode()
        assert ("undo-scheduled-change" in page) is bool(coming)
        assert ("/undo-cancel" in page) is ends
        assert self.stripe[self.card]["card"]["last4"] in page

    def look_at_schedule(self, schedule: Any, coming: str) -> None:
        present, then = schedule["phases"]
        for phase, name in ((present, "Team month"), (then, coming)):
            assert [i["price"] for i in phase["items"]] == [self.acme.shop.prices[name]]
            assert [each["discount"] for each in phase["discounts"]] == [self.discount]
            assert [rate["id"] for rate in phase["default_tax_rates"]] == [self.rate]
            assert phase["default_payment_method"] == self.card

    def renews(self, name: str) -> None:
        """Let a month pass and look at the invoice that it brings."""
        before = self.stripe[self.ada_sub]["latest_invoice"]
        self.advance(32)
        now = self.stripe[self.ada_sub]
        invoice = self.stripe[now["latest_invoice"]]
        off, tax, total = OWED[name]
        assert invoice["id"] != before
        assert self.price() == name
        assert [cut["amount"] for cut in invoice["total_discount_amounts"]] == [off]
        assert [each["amount"] for each in invoice["total_taxes"]] == [tax]
        assert (invoice["status"], invoice["amount_paid"]) == ("paid", total)
        (paid,) = (p for p in self.stripe.all("payment_intent") if self.paid_for(p, invoice["id"]))
        assert paid["payment_method"] == self.card
        assert now["discounts"] == [self.discount]
        assert [rate["id"] for rate in now["default_tax_rates"]] == [self.rate]
        assert now["default_payment_method"] == self.card

    def paid_for(self, intent: Any, invoice: str) -> bool:
        payments = self.stripe.all("invoice_payment")
        ids = {p["payment"]["payment_intent"] for p in payments if p["invoice"] == invoice}
        return intent["id"] in ids

    def test_the_first_invoice_is_right(self) -> None:
        off, tax, total = OWED["Team month"]
        first = self.stripe[self.stripe[self.ada_sub]["latest_invoice"]]

        assert (first["subtotal"], first["amount_paid"]) == (TEAM, total)
        assert [each["amount"] for each in first["total_taxes"]] == [tax]
        assert [cut["amount"] for cut in first["total_discount_amounts"]] == [off]

    def test_planned_canceled_kept_paid_with_a_new_card_and_renewed(self) -> None:
        self.plans()
        self.cancels()
        self.undoes()
        self.takes_a_new_card()
        self.look()

        self.renews("Team month")
        self.renews("Team month")

    def test_planned_again_after_the_undo_it_comes(self) -> None:
        self.plans()
        self.cancels()
        self.undoes()
        self.plans()
        self.takes_a_new_card()
        self.look(coming="Starter month")

        self.renews("Starter month")
        self.renews("Starter month")

    def test_the_card_may_come_at_any_step(self) -> None:
        """The three others keep their order; the new card goes before, between or after them."""
        steps = ("plans", "cancels", "undoes")
        for order in permutations((*steps, "takes_a_new_card")):
            if [step for step in order if step in steps] != list(steps):
                continue
            with self.subTest(order=order):
                self.begin()

                for step in order:
                    getattr(self, step)()

                self.look()
                self.renews("Team month")
