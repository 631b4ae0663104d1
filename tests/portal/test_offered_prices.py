"""What odd prices cost: tiered, by use, in packages, in another currency, no longer sold."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError

from portal import services
from portal.catalogue import group
from portal.names import validate_names
from servicebot.gateway.shapes import Price
from tests.portal.test_offers import OffersTestCase

STEPS: list[dict[str, Any]] = [
    {"up_to": 10, "unit_amount": 500},
    {"up_to": 1000, "unit_amount": 300, "flat_amount": 2000},
    {"up_to": "inf", "flat_amount": 900_000},
]


class PriceTests(OffersTestCase):
    def add(self, **params: Any) -> str:
        """Add a monthly price to Business."""
        whole = {"product": self.acme.shop.products["Business"], "currency": "usd", **params}
        monthly = {"recurring": {"interval": "month"}}
        made = self.acme.shop.stripe.v1.prices.create({**monthly, **whole}).id
        cache.clear()
        return str(made)

    def test_steps_are_shown_with_what_each_costs(self) -> None:
        for mode, said in (("graduated", "its step says"), ("volume", "you reach says")):
            self.add(billing_scheme="tiered", tiers_mode=mode, tiers=STEPS)

            page = self.picker()

            assert "Up to 10</span> <span><bdi>$5.00</bdi> each" in page
            assert "Up to 1,000</span> <span><bdi>$3.00</bdi> each, plus <bdi>$20.00</bdi>" in page
            assert "Above 1,000</span> <span><bdi>$9,000.00</bdi> flat" in page
            assert said in page

    def test_one_step_for_all_is_no_mode(self) -> None:
        price = self.add(
            billing_scheme="tiered",
            tiers_mode="graduated",
            tiers=[{"up_to": "inf", "unit_amount": 0}],
        )

        (plan,) = (plan for plan in self.plans() if plan["price"]["id"] == price)

        assert "Any number</span> <span>Free" in self.picker()
        assert plan["price"]["tiers_mode"] == "graduated"
        assert plan["price"]["tiers"] == [
            {"up_to": None, "unit_amount_decimal": "0", "flat_amount_decimal": "0"}
        ]

    def test_a_trial_is_for_those_who_are_new(self) -> None:
        self.add(unit_amount=500, recurring={"interval": "month", "trial_period_days": 14})

        assert "14-day trial for new customers" in self.picker()

    def test_a_price_in_several_currencies_reads_in_the_subscriptions_own(self) -> None:
        cases = {"jpy": (7200, "¥7,200"), "kwd": (7250, "KWD7.250")}
        for currency, (amount, shown) in cases.items():
            with self.subTest(currency=currency):
                several = {currency: {"unit_amount": amount}}
                shop = self.acme.shop
                shop.prices[currency] = shop.price("Team", 4900, "month", currency_options=several)
                shop.price("Business", 9900, "month", currency_options=several)
                eve = shop.customer("Eve")
                self.ada_sub = shop.subscribe(eve, currency, currency=currency)
                cache.clear()
                token = self.token(eve, email="eve@example.com")
                path = f"subscriptions/{self.ada_sub}/plans"

                page = self.page_post(path, token).content.decode()

                assert page.count(shown) == 2
                assert "$" not in page
                assert shown in self.page_post("page", token).content.decode()

    def test_what_such_a_price_costs_is_said_and_charged_in_that_currency(self) -> None:
        self.switch(can_resubscribe=True, can_use_coupon=True, schedules_downgrades=True)
        shop = self.acme.shop
        for tier, amount in (("Starter", 900), ("Team", 7200), ("Business", 14_500)):
            yen = {"jpy": {"unit_amount": amount}}
            # By the amount in dollars alone every plan were the same.
            shop.prices[f"{tier} yen"] = shop.price(tier, 5000, "month", currency_options=yen)
        off = {"percent_off": 10, "duration": "forever"}
        coupon = shop.stripe.v1.coupons.create(off).id
        shop.stripe.v1.promotion_codes.create(
            {"promotion": {"type": "coupon", "coupon": coupon}, "code": "TEN"}
        )
        eve = shop.customer("Eve")
        self.ada_sub = shop.subscribe(eve, "Team yen", currency="jpy")
        cache.clear()
        token = self.token(eve, email="eve@example.com")

        def quoted(**body: Any) -> Any:
            return self.api("post", self.path("preview"), token, **body).json()

        up = quoted(action="change_plan", price=shop.prices["Business yen"])
        down = quoted(action="change_plan", price=shop.prices["Starter yen"])
        code = quoted(action="apply_coupon", coupon="TEN")
        self.api("post", self.path("change-plan"), token, quote=up["quote"])
        paid = shop.stripe.v1.invoices.list({"subscription": self.ada_sub}).data[0]
        shop.stripe.v1.subscriptions.cancel(self.ada_sub)
        again = quoted(action="resubscribe")

        assert {up["currency"], down["currency"], code["currency"]} == {"jpy"}
        assert (paid.currency, paid.amount_paid) == ("jpy", up["due_now"])
        assert (down["starts_at"] is not None, down["next_amount"]) == (True, 900)
        assert code["next_amount"] == 6480
        assert (again["currency"], again["due_now"]) == ("jpy", 14_500)

    def in_yen(self, **amounts: int) -> str:
        """Let Eve pay for Team in yen, by prices of which 50 dollars is said as well."""
        shop = self.acme.shop
        for tier, amount in amounts.items():
            yen = {"jpy": {"unit_amount": amount}}
            shop.prices[tier] = shop.price(tier, 5000, "month", currency_options=yen)
        eve = shop.customer("Eve")
        self.ada_sub = shop.subscribe(eve, "Team", currency="jpy")
        return self.token(eve, email="eve@example.com")

    def test_it_reads_so_when_it_is_no_longer_sold_too(self) -> None:
        token = self.in_yen(Team=7200, Business=9900)
        self.acme.shop.stripe.v1.prices.update(self.acme.shop.prices["Team"], {"active": False})
        cache.clear()

        pages = [self.page_post("page", token).content.decode()]
        calls = len(self.sandbox.calls)
        pages.append(self.page_post("page", token).content.decode())
        again = len(self.sandbox.calls) - calls
        pages.append(self.page_post(f"subscriptions/{self.ada_sub}/plans", token).content.decode())
        canceled = self.api("post", self.path("cancel"), token).json()["subscription"]

        for page in pages:
            assert "¥7,200" in page
            assert "$" not in page
        assert again == 5
        price = canceled["items"][0]["price"]
        assert (price["currency"], price["unit_amount"]) == ("jpy", 7200)

    def test_a_downgrade_from_one_no_longer_sold_is_known_and_starts_at_once(self) -> None:
        token = self.in_yen(Team=7200, Starter=900)
        self.switch(schedules_downgrades=True)
        self.acme.shop.stripe.v1.prices.update(self.acme.shop.prices["Team"], {"active": False})
        cache.clear()
        body = {"action": "change_plan", "price": self.acme.shop.prices["Starter"]}

        quote = self.api("post", self.path("preview"), token, **body).json()

        # A schedule would have to say the archived price once more.
        assert (quote["starts_at"], quote["due_now"]) == (None, 0)
        assert quote["credit"] == 6300

    def test_an_amount_that_stripe_does_not_tell_is_not_made_up(self) -> None:
        token = self.in_yen(Team=7200)
        price = self.acme.shop.prices["Team"]
        account = self.sandbox.account(self.acme.shop.api_key)
        del account.hidden[price]["currency_options"]["jpy"]
        account.tables["price"][price]["active"] = False
        cache.clear()

        page = self.page_post("page", token).content.decode()

        assert "per month</small>" in page
        assert "$" not in page
        assert 'class="amount"' not in page
        assert "Price by" not in page

    def test_a_package_says_how_many_units_it_is(self) -> None:
        package = {"divide_by": 1000, "round": "up"}
        price = self.add(unit_amount=777, transform_quantity=package)

        page = self.picker()
        (plan,) = (plan for plan in self.plans() if plan["price"]["id"] == price)

        assert "$7.77</bdi></span> <small>per 1,000 units · per month</small>" in page
        assert plan["price"]["package_size"] == 1000
        assert {p["price"]["package_size"] for p in self.plans()} == {1, 1000}

    def test_a_package_is_no_downgrade_for_costing_less_than_a_unit(self) -> None:
        self.switch(schedules_downgrades=True)
        price = self.add(unit_amount=777, transform_quantity={"divide_by": 10, "round": "up"})

        assert self.preview(price).json()["starts_at"] is None

    def test_use_is_paid_by_the_unit(self) -> None:
        meter = self.acme.shop.stripe.v1.billing.meters.create(
            {
                "display_name": "Calls",
                "event_name": "call",
                "default_aggregation": {"formula": "sum"},
            }
        )
        recurring = {"interval": "month", "usage_type": "metered", "meter": meter.id}
        self.acme.shop.prices["calls"] = self.add(unit_amount_decimal="0.4", recurring=recurring)
        self.add(recurring=recurring, billing_scheme="tiered", tiers_mode="graduated", tiers=STEPS)
        package = {"divide_by": 100, "round": "up"}
        self.add(unit_amount=25, recurring=recurring, transform_quantity=package)
        self.ada_sub = self.acme.shop.subscribe(self.ada, "calls")

        page = self.picker()

        assert "$0.004</bdi></span> <small>each, billed per month" in page
        assert "Price by use" in page
        assert "$0.25</bdi></span> <small>per 100 units used · per month" in page


@pytest.mark.parametrize(
    "names",
    ["Notes", [3], [""], [" Notes"], ["a\nb"], ["x" * 101], ["Notes", "Notes"], ["x"] * 101],
)
def test_names_that_can_not_be_services_are_refused(names: Any) -> None:
    with pytest.raises(ValidationError):
        validate_names(names)


def test_a_price_of_a_product_that_is_gone_is_judged_by_itself() -> None:
    raw = {"id": "price_1", "product": "prod_gone", "currency": "usd", "active": True}

    assert group([], [], {}).is_sold(Price.from_stripe(raw))


def test_all_metadata_is_documented() -> None:
    page = (settings.BASE_DIR / "docs/services.md").read_text()

    for name, metadata in services.METADATA.items():
        assert f"| `{metadata}` | `{name}` |" in page
