"""The page's panels of priced actions: what they ask, and what the customer reads before a yes."""

from __future__ import annotations

from typing import Any

from tests.base import ServicebotTestCase


class PanelTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        shop = self.acme.shop
        counted = {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}
        shop.stripe.v1.products.update(shop.products["Team"], counted)
        self.switch(
            can_change_quantity=True,
            can_use_coupon=True,
            can_resubscribe=True,
            can_use_coupon_to_resubscribe=True,
            schedules_downgrades=True,
        )

    def panel(self, path: str, **data: Any) -> Any:
        """Post to Ada's subscription."""
        return self.page_post(f"subscriptions/{self.ada_sub}/{path}", **data)

    def words(self, path: str, **data: Any) -> str:
        """Return what a panel says."""
        response = self.panel(path, **data)
        assert response.status_code == 200, response.content
        return str(response.content.decode())

    def confirm(self, path: str, panel: str) -> str:
        """Press the button of a preview; return the page that follows."""
        quote = panel.split('name="quote" value="')[1].split('"')[0]
        return self.words(path, quote=quote)

    def code(self) -> None:
        """Make the code HELLO, 50 % off."""
        stripe = self.acme.shop.stripe.v1
        coupon = stripe.coupons.create({"percent_off": 50, "duration": "forever", "name": "Hello"})
        promotion = {"type": "coupon", "coupon": coupon.id}
        stripe.promotion_codes.create({"promotion": promotion, "code": "HELLO"})


class QuantityPanelTests(PanelTestCase):
    def test_asks_how_many_inside_the_rule(self) -> None:
        self.switch(quantity_rules=[{"unit_label": "seat", "min": 1, "max": 2000, "step": 1}])

        words = self.words("quantity")

        assert "How many? (seat)" in words
        assert "From 1 to 2,000." in words
        assert 'min="1" max="2000" step="1" value="1"' in words

    def test_says_what_it_costs_and_does_it(self) -> None:
        panel = self.words("preview-change-quantity", quantity="3")
        page = self.confirm("change-quantity", panel)

        assert "Team cost</h3>" in panel
        assert "Change to 3 and pay" in panel
        assert self.stripe[self.ada_sub]["items"]["data"][0]["quantity"] == 3
        assert "Done." in page

    def test_a_rule_in_steps_says_so_and_the_widest_says_nothing(self) -> None:
        assert "From 1 to" not in self.words("quantity")
        self.switch(quantity_rules=[{"unit_label": "seat", "min": 5, "max": 50, "step": 5}])
        assert "From 5 to 50, in steps of 5." in self.words("quantity")

    def test_a_quantity_that_isnt_offered_is_said_so(self) -> None:
        self.switch(quantity_rules=[{"unit_label": "seat", "max": 5}])

        response = self.panel("preview-change-quantity", quantity="6")

        assert response.status_code == 400
        assert "offered. Choose another one." in response.content.decode()

    def test_what_is_no_number_is_invalid(self) -> None:
        for quantity in ("", "two", "-1", "1.5", "9" * 12):
            with self.subTest(quantity=quantity):
                response = self.panel("preview-change-quantity", quantity=quantity)
                assert response.status_code == 400
                assert "offered. Choose another one." in response.content.decode()


class CouponPanelTests(PanelTestCase):
    def test_says_what_follows_and_does_it(self) -> None:
        self.code()

        asked = self.words("coupon")
        panel = self.words("preview-apply-coupon", coupon="hello")
        page = self.confirm("apply-coupon", panel)

        assert 'name="coupon"' in asked
        assert "With the code hello" in panel
        assert "<bdi>50%</bdi> off · <bdi>Hello</bdi>" in panel
        assert "Then <bdi>$24.50</bdi> on" in panel
        assert "Apply code" in panel
        assert "<bdi>50%</bdi> off" in page

    def test_an_unknown_one_is_said_so(self) -> None:
        response = self.panel("preview-apply-coupon", coupon="NOPE")

        assert response.status_code == 409
        assert "Check how it is spelled." in response.content.decode()

    def test_nothing_typed_is_said_so(self) -> None:
        response = self.panel("preview-apply-coupon", coupon=" ")

        assert response.status_code == 400
        assert "Type a code first." in response.content.decode()

    def test_stands_in_the_plan_picker_where_it_is_offered(self) -> None:
        assert 'name="coupon"' in self.words("plans")
        self.switch(can_use_coupon=False)
        assert 'name="coupon"' not in self.words("plans")

    def test_stands_in_resubscribing_alone(self) -> None:
        self.code()
        self.acme.shop.stripe.v1.subscriptions.cancel(self.ada_sub)

        asked = self.words("ask-resubscribe")
        panel = self.words("preview-resubscribe", coupon="HELLO")

        assert 'name="coupon"' in asked
        assert "Start Team again and pay <bdi>$24.50</bdi>" in panel
        assert "<bdi>\N{MINUS SIGN}$24.50</bdi>" in panel


class DowngradePanelTests(PanelTestCase):
    def test_says_when_it_starts_shows_it_and_takes_it_back(self) -> None:
        starter = self.acme.shop.prices["Starter month"]
        panel = self.words("preview-change-plan", price=starter)
        page = self.confirm("change-plan", panel)
        kept = self.words("undo-scheduled-change", key="one")

        assert "Starter starts on" in panel
        assert "Change to Starter on" in panel
        assert "Changes to Starter on" in page
        assert "Undo it first" in page
        assert "Keep Team" in page
        assert "Changes to Starter on" not in kept

    def test_cancelling_says_that_it_drops_the_plan(self) -> None:
        self.switch(can_cancel=True)
        starter = self.acme.shop.prices["Starter month"]
        self.confirm("change-plan", self.words("preview-change-plan", price=starter))

        assert "The change that is planned" in self.words("ask-cancel")


class ResumePanelTests(PanelTestCase):
    def test_says_why_it_is_paused_and_what_resuming_costs(self) -> None:
        shop, start, day = self.acme.shop, 1_800_000_000, 24 * 60 * 60
        clocks = shop.stripe.v1.test_helpers.test_clocks
        clock = clocks.create({"frozen_time": start})
        self.ada = shop.customer("Ada", card="", test_clock=clock.id)
        pauses = {"end_behavior": {"missing_payment_method": "pause"}}
        self.ada_sub = shop.subscribe(self.ada, trial_period_days=3, trial_settings=pauses)
        clocks.advance(clock.id, {"frozen_time": start + 4 * day})
        before = self.page_post("page").content.decode()
        method = shop.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": self.ada})
        default = {"invoice_settings": {"default_payment_method": method.id}}
        shop.stripe.v1.customers.update(self.ada, default)

        panel = self.words("preview-resume")
        page = self.confirm("resume", panel)

        assert "The trial ended without a card" in before
        assert "Add a card first" in before
        assert "Resume and pay <bdi>$49.00</bdi>" in panel
        assert "Active" in page


class WhoseTests(PanelTestCase):
    def test_of_several_customers_the_confirmation_names_whose_it_is(self) -> None:
        other = self.acme.shop.customer("Ada")
        token = self.token(self.ada, other)
        path = f"subscriptions/{self.ada_sub}/preview-change-quantity"

        words = self.page_post(path, token, quantity="2").content.decode()

        assert f"It belongs to Ada ({self.ada})." in words

    def test_a_price_no_longer_sold_stays_with_a_warning(self) -> None:
        prices = self.acme.shop.stripe.v1.prices
        prices.update(self.acme.shop.prices["Team month"], {"active": False})

        page = self.page_post("page").content.decode()

        assert "No longer sold" in page
        assert "/plans" in page
