"""The services page: what was found, and each step that changes it."""

from __future__ import annotations

from typing import Any

from accounts.connecting import disconnect
from accounts.roles import Role
from portal.catalogue import catalogue_of
from portal.services import version_of
from tests.settings_ui.services import ServicesTestCase


class FoundTests(ServicesTestCase):
    def test_lists_services_with_their_plans_and_what_stands_outside(self) -> None:
        self.add("Consulting", marketing_features=[{"name": "An hour"}])
        self.add("Archive", metadata={"sb_addon": "true"})
        self.acme.shop.price("Team", 5000, "month", currency_options={"eur": {"unit_amount": 4500}})
        self.add("Empty", default_price_data={"currency": "usd", "unit_amount": 1})

        page = self.page()

        for text in ("Notes Team", "$49.00 per month", "$490.00 per year", "(also in EUR)"):
            assert text in page
        outside, beside = page.index("In no service"), page.index("Add-ons</h2>")
        assert outside < page.index("Consulting") < page.index("An hour") < beside
        assert beside < page.index(">Archive<")
        assert "It has no recurring price" in page

    def test_says_prices_of_every_kind(self) -> None:
        shop = self.acme.shop
        meter = shop.stripe.v1.billing.meters.create(
            {"display_name": "C", "event_name": "c", "default_aggregation": {"formula": "sum"}}
        )
        metered = {"interval": "month", "usage_type": "metered", "meter": meter.id}
        steps = [{"up_to": 5, "unit_amount": 3}, {"up_to": "inf", "unit_amount": 2}]
        tiered = {"billing_scheme": "tiered", "tiers_mode": "volume", "tiers": steps}
        base = {"product": self.products["Team"], "currency": "usd"}
        create = shop.stripe.v1.prices.create
        create({**base, "unit_amount_decimal": "0.4", "recurring": metered})
        create({**base, **tiered, "recurring": {"interval": "month", "interval_count": 3}})
        create({**base, "unit_amount": 0, "recurring": {"interval": "day"}})
        package = {"unit_amount": 300, "transform_quantity": {"divide_by": 10, "round": "up"}}
        create({**base, **package, "recurring": {"interval": "month"}})
        create({**base, **package, "recurring": metered})
        trial = {"interval": "week", "trial_period_days": 7}
        create({**base, "currency": "jpy", "unit_amount": 800, "recurring": trial})
        self.step("read/")

        page = self.page()

        assert "$0.004 for each unit used, per month" in page
        assert "USD, 2 steps every 3 months" in page
        assert "Free (USD) per day" in page
        assert "$3.00 per 10 units, per month" in page
        assert "$3.00 per 10 units used, per month" in page
        assert "¥800 per week, 7-day trial" in page

    def test_what_is_written_in_stripe_is_shown_as_text(self) -> None:
        self.add("<b>Bold</b>", metadata={"sb_service": "<i>S</i>"})

        page = self.page()

        assert "&lt;b&gt;Bold" in page
        assert "<i>S" not in page

    def test_is_linked_below_its_portal_and_from_the_setting(self) -> None:
        settings = self.client.get(f"{self.home}/settings/").content.decode()
        note = self.client.get(f"{self.home}/settings/can_change_plan/note/")

        assert f'href="{self.url}"' in settings
        self.assertContains(note, f'href="{self.url}"')

    def test_says_which_services_are_of_another_portal_and_which_are_not_there(self) -> None:
        self.switch(services=["Projects"])

        page = self.page()

        assert "Not in this portal" in page
        assert "set to services that aren't there: Projects." in page

    def test_a_viewer_looks_and_changes_nothing(self) -> None:
        viewer = self.browser(Role.VIEWER)
        page = viewer.get(self.url).content.decode()

        refused = self.step(f"{self.products['Team']}/save/", viewer, service="Notes")

        assert "Notes Team" in page
        assert page.count("<form") == page.count("logout") + 1  # to read anew
        assert refused.status_code == 403
        assert self.step("read/", viewer).status_code == 200

    def test_reads_anew_at_once(self) -> None:
        self.page()
        products = self.acme.shop.stripe.v1.products
        products.update(self.products["Team"], {"name": "Notes Crew"})

        response = self.step("read/")

        self.assertContains(response, "Notes Crew")
        self.assertContains(response, "This is how it is in Stripe now.")

    def test_without_stripe_it_leads_there(self) -> None:
        disconnect(self.acme.merchant, "test")

        self.assertContains(self.client.get(self.url), 'href="/stripe/"')
        self.assertContains(self.step("read/"), 'href="/stripe/"')
        self.assertContains(self.step("p/save/"), "Stripe isn&#x27;t connected", status_code=400)


class SavingTests(ServicesTestCase):
    def test_a_product_is_put_into_a_service(self) -> None:
        self.add("Consulting", unit_label="hour")

        response = self.save_product(
            "Consulting", service=" Advice ", tier="Hourly", quantity_enabled="on", is_featured="on"
        )

        self.assertContains(response, "Saved at Stripe: Hourly")
        self.assertContains(response, ">Advice ")
        assert self.metadata("Consulting") == {
            "sb_service": "Advice",
            "sb_tier": "Hourly",
            "sb_quantity_enabled": "true",
            "sb_featured": "true",
        }

    def test_what_is_switched_off_leaves_nothing_behind(self) -> None:
        self.save_product("Team", is_hidden="on", is_featured="on")
        hidden = self.metadata("Team")

        self.save_product("Team", tier="")

        assert hidden["sb_hidden"] == hidden["sb_featured"] == "true"
        assert self.metadata("Team") == {"sb_service": "Notes"}

    def test_an_add_on_leaves_the_plans(self) -> None:
        response = self.save_product("Business", is_addon="on")

        self.assertContains(response, "Add-ons</h2>")
        assert self.order() == ["Starter", "Team"]

    def test_only_what_differs_is_written(self) -> None:
        self.sandbox.calls.clear()

        self.save_product("Team")

        assert [call for call in self.sandbox.calls if call.method == "POST"] == []

    def test_space_around_a_name_in_stripe_is_no_difference(self) -> None:
        products = self.acme.shop.stripe.v1.products
        products.update(self.products["Team"], {"metadata": {"sb_service": "Notes "}})
        self.step("read/")
        self.sandbox.calls.clear()

        self.save_product("Team")

        assert self.order() == ["Starter", "Team", "Business"]
        assert [call for call in self.sandbox.calls if call.method == "POST"] == []

    def test_the_same_form_again_is_told_of_the_change_and_harms_nothing(self) -> None:
        product = catalogue_of(self.connection).products[self.products["Team"]]
        form = {"service": "Notes", "tier": "Crew", "version": version_of(product)}
        path = f"{product.id}/save/"
        self.step(path, **form)

        again = self.step(path, **form | {"tier": "Team"})

        self.assertContains(again, "changed meanwhile", status_code=400)
        assert self.metadata("Team")["sb_tier"] == "Crew"

    def test_what_is_wrong_is_said_beside_the_form_and_stays_typed(self) -> None:
        response = self.save_product("Team", tier="x" * 101)

        self.assertContains(response, "at most 100 characters", status_code=400)
        self.assertContains(response, "x" * 101, status_code=400)
        self.assertContains(response, "<details open>", status_code=400, count=1)
        assert self.metadata("Team")["sb_tier"] == "Team"

    def test_a_longer_name_that_stripe_has_may_stay(self) -> None:
        self.add("Consulting", metadata={"sb_service": "s" * 120})

        response = self.save_product("Consulting", service="s" * 120, tier="Hour")

        assert response.status_code == 200
        assert self.metadata("Consulting")["sb_tier"] == "Hour"

    def test_what_stays_as_it_is_in_stripe_is_not_checked(self) -> None:
        long = "x" * 150
        products = self.acme.shop.stripe.v1.products
        products.update(self.products["Team"], {"metadata": {"sb_tier": long}})
        self.step("read/")

        saved = self.save_product("Team", tier=long, is_hidden="on")
        longer = self.save_product("Team", tier=f"{long}x", is_hidden="on")

        self.assertContains(saved, "Saved at Stripe:")
        self.assertContains(longer, "at most 100 characters", status_code=400)
        assert self.metadata("Team") == {
            "sb_service": "Notes",
            "sb_tier": long,
            "sb_hidden": "true",
        }

    def test_a_quantity_needs_a_unit_label(self) -> None:
        response = self.save_product("Team", quantity_enabled="on")

        self.assertContains(response, "Give the product a unit label", status_code=400)
        assert "sb_quantity_enabled" not in self.metadata("Team")

    def test_a_product_that_is_gone_is_said_to_be(self) -> None:
        consulting = self.add(
            "Consulting", default_price_data={"currency": "usd", "unit_amount": 1}
        )
        for price in self.acme.shop.stripe.v1.prices.list({"product": consulting}).data:
            del self.sandbox.account("sk_test_acme").tables["price"][price.id]
        self.acme.shop.stripe.v1.products.delete(consulting)

        late = self.step(f"{consulting}/save/", service="Advice")
        later = self.step(f"{consulting}/save/", service="Advice")

        self.assertContains(late, "doesn&#x27;t have this product any more", status_code=400)
        self.assertContains(later, "no such product on sale", status_code=400)

    def test_a_product_of_another_merchant_does_not_exist(self) -> None:
        others = self.globex.shop.products["Team"]

        response = self.step(f"{others}/save/", service="Mine")

        assert response.status_code == 400
        globex = self.sandbox.account(self.globex.shop.api_key)
        assert globex.tables["product"][others]["metadata"]["sb_service"] == "Notes"

    def test_without_javascript_it_is_said_after_a_redirect(self) -> None:
        path = f"{self.url}{self.products['Team']}/save/"

        done = self.client.post(path, {"service": "Notes", "tier": "Crew"}, follow=True)
        failed = self.client.post(path, {"service": "a\nb"}, follow=True)

        self.assertRedirects(done, self.url)
        self.assertContains(done, "Saved at Stripe: Crew")
        self.assertContains(failed, "Not saved. Give a name in one line.")


class MovingTests(ServicesTestCase):
    def move(self, tier: str, to: str) -> Any:
        return self.step(f"{self.products[tier]}/move/", to=to)

    def test_a_plan_moves_and_the_others_close_up(self) -> None:
        self.move("Business", "0")
        first = self.order()

        self.move("Starter", "2")

        assert first == ["Business", "Starter", "Team"]
        assert self.order() == ["Business", "Team", "Starter"]
        assert [self.metadata(tier)["sb_order"] for tier in self.order()] == ["1", "2", "3"]

    def test_the_same_click_again_changes_nothing(self) -> None:
        self.move("Business", "1")
        self.sandbox.calls.clear()

        self.move("Business", "1")

        assert self.order() == ["Starter", "Business", "Team"]
        assert [call for call in self.sandbox.calls if call.method == "POST"] == []

    def test_a_place_that_is_none_is_refused(self) -> None:
        for to in ("", "-1", "up", "²", "99999"):
            with self.subTest(to=to):
                assert self.move("Team", to).status_code == 400

    def test_what_is_no_plan_has_no_place(self) -> None:
        self.add("Consulting")

        assert self.move("Consulting", "0").status_code == 400

    def test_by_a_key_that_may_not_write_the_order_is_kept_here(self) -> None:
        self.restrict("product_write")

        response = self.move("Business", "0")

        self.assertContains(response, "Kept here: Business.")
        assert self.order() == ["Business", "Starter", "Team"]
        assert "sb_order" not in self.metadata("Business")
