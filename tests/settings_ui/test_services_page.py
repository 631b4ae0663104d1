"""The services page: what was found, and each step that changes it, at Stripe or kept here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.connecting import connect, disconnect
from accounts.models import Role, StripeConnection
from portal.catalogue import catalogue_of
from portal.kept import KeptMetadata
from portal.services import version_of
from servicebot.sandbox.faults import Fault, Weather
from tests.settings_ui.base import HTMX, DashboardTestCase
from tests.world import Shop


class ServicesTestCase(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = f"{self.home}/services/"
        self.products = self.acme.shop.products
        self.restrict()

    def restrict(self, *denied: str) -> None:
        """Connect by a restricted key that lacks some permissions."""
        self.sandbox.account("rk_test_acme").config["denied"] = list(denied)
        self.acme.merchant.connections.update(api_key="rk_test_acme")

    @property
    def connection(self) -> StripeConnection:
        found: StripeConnection = self.acme.merchant.connections.get()
        return found

    def page(self) -> str:
        return self.client.get(self.url).content.decode()

    def step(self, path: str, client: Any = None, **posted: str) -> Any:
        """Take a step as htmx does."""
        return (client or self.client).post(f"{self.url}{path}", posted, headers=HTMX)

    def save_product(self, which: str, **posted: str) -> Any:
        """Save a product's form, otherwise as it is."""
        product = catalogue_of(self.connection).products[self.products[which]]
        form = {"service": "Notes", "tier": which, "version": version_of(product)}
        return self.step(f"{product.id}/save/", **form | posted)

    def metadata(self, tier: str) -> Any:
        """Return what Stripe has."""
        return self.stripe[self.products[tier]]["metadata"]

    def order(self) -> list[str]:
        """Return the plans in the order in which they are offered."""
        return [tier.name for tier in catalogue_of(self.connection).services["Notes"].tiers]

    def add(self, name: str, **params: Any) -> str:
        """Add a product at Stripe, with a price by the month."""
        price = {"currency": "usd", "unit_amount": 700, "recurring": {"interval": "month"}}
        params = {"name": name, "default_price_data": price, **params}
        self.products[name] = self.acme.shop.stripe.v1.products.create(params).id
        self.step("read/")
        return self.products[name]


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


class KeptHereTests(ServicesTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.restrict("product_write")
        self.response = self.save_product("Business", is_hidden="on")

    def test_the_page_says_where_it_is_and_what_the_key_lacks(self) -> None:
        self.assertContains(
            self.response, "Kept here: Business. The key lacks Products: Write in Stripe."
        )
        self.assertContains(self.response, "Some of this is kept here.")
        assert "sb_hidden" not in self.metadata("Business")

    def test_it_is_in_force(self) -> None:
        body = {"action": "change_plan", "price": self.acme.shop.prices["Business month"]}

        response = self.api("post", f"/subscriptions/{self.ada_sub}/preview", **body)

        assert response.status_code == 404

    def test_more_is_kept_beside_it_and_taken_back(self) -> None:
        self.save_product("Business", tier="Firm", is_hidden="on")
        before = KeptMetadata.objects.get().values

        self.save_product("Business", tier="Firm")

        assert before == {"sb_hidden": "true", "sb_tier": "Firm"}
        assert KeptMetadata.objects.get().values == {"sb_hidden": "", "sb_tier": "Firm"}

    def test_it_outlasts_disconnecting_and_new_keys(self) -> None:
        disconnect(self.acme.merchant, "test")

        connect(self.acme.merchant, "test", "rk_test_acme", "pk_test_acme")

        tiers = catalogue_of(self.connection).services["Notes"].tiers
        assert [tier.name for tier in tiers if tier.is_hidden] == ["Business"]

    def test_the_next_save_that_stripe_takes_writes_all_of_it(self) -> None:
        self.restrict()

        response = self.save_product("Business", tier="Firm", is_hidden="on")

        self.assertContains(response, "Saved at Stripe: Firm")
        assert self.metadata("Business")["sb_hidden"] == "true"
        assert self.metadata("Business")["sb_tier"] == "Firm"
        assert not KeptMetadata.objects.exists()

    def test_all_of_it_is_written_on_request(self) -> None:
        self.save_product("Team", is_featured="on")
        refused = self.step("write/")
        self.restrict()

        response = self.step("write/")

        self.assertContains(refused, "Kept here:")
        self.assertContains(response, "All of it is at Stripe.")
        self.assertNotContains(response, "Some of this is kept here.")
        assert self.metadata("Business")["sb_hidden"] == self.metadata("Team")["sb_featured"]

    def test_what_stripe_refuses_or_no_longer_has_holds_up_nothing_else(self) -> None:
        for tier in ("Starter", "Team"):
            self.save_product(tier, is_featured="on")
        self.restrict()
        self.page()
        refused, gone = (self.stripe[self.products[tier]] for tier in ("Business", "Starter"))
        refused["metadata"] |= {f"key_{number}": "x" for number in range(48)}
        products = self.sandbox.account("sk_test_acme").tables["product"]
        del products[gone["id"]]

        response = self.step("write/")

        self.assertContains(response, "Stripe refused: Metadata can have", status_code=400)
        assert self.metadata("Team")["sb_featured"] == "true"
        left = set(KeptMetadata.objects.values_list("product_id", flat=True))
        assert left == {refused["id"], gone["id"]}

    def test_of_a_product_that_is_gone_nothing_is_said(self) -> None:
        KeptMetadata.objects.update(product_id="prod_gone")

        response = self.step("read/")

        self.assertNotContains(response, "Some of this is kept here.")
        self.assertContains(self.step("write/"), "All of it is at Stripe.")

    def test_live_and_other_merchants_have_nothing_of_it(self) -> None:
        row = KeptMetadata.objects.get()

        assert (row.merchant, row.mode) == (self.acme.merchant, "test")
        assert str(row) == f"metadata of {self.products['Business']}"


class TroubleTests(ServicesTestCase):
    def read_with(self, *denied: str) -> str:
        self.restrict(*denied)
        page: str = self.step("read/").content.decode()
        return page

    def test_a_key_that_may_not_read_says_what_it_lacks(self) -> None:
        assert "The key lacks Products: Read in Stripe." in self.read_with("product_read")
        assert "The key lacks Prices: Read in Stripe." in self.read_with("plan_read")

    def test_a_dead_key_is_said_to_be(self) -> None:
        self.acme.merchant.connections.update(api_key="revoked")

        self.assertContains(self.client.get(self.url), "Stripe refuses the key.")

    def test_stripe_down_is_said_and_can_be_tried_again(self) -> None:
        weather = self.sandbox.account("sk_test_acme").weather
        weather.bring("500", times=99, path="/v1/products")

        response = self.client.get(self.url)

        self.assertContains(response, "Stripe didn&#x27;t answer. Try again in a minute.")
        self.assertContains(response, "Try again</button>")

    def test_a_write_that_fails_is_said_and_nothing_is_kept_here(self) -> None:
        self.page()
        weather = self.sandbox.account("sk_test_acme").weather
        weather.bring("500", times=9, method="POST", path="/v1/products")

        saved = self.save_product("Team", is_hidden="on")
        moved = self.step(f"{self.products['Team']}/move/", to="0")

        for response in (saved, moved):
            self.assertContains(response, "Stripe didn&#x27;t answer", status_code=400)
        assert not KeptMetadata.objects.exists()

    def test_what_stripe_refuses_is_passed_on(self) -> None:
        names = {f"key_{number}": "x" for number in range(48)}
        products = self.acme.shop.stripe.v1.products
        products.update(self.products["Team"], {"metadata": names})

        response = self.save_product("Team", is_hidden="on")

        self.assertContains(response, "Stripe refused: Metadata can have", status_code=400)


class Meanwhile(Weather):
    """What happens elsewhere while the first write is on its way."""

    def __init__(self, *happens: Callable[[], Any]) -> None:
        super().__init__()
        self.happens = list(happens)

    def take(self, method: str, path: str) -> Fault | None:
        if method == "POST" and self.happens:
            self.happens.pop()()
        return super().take(method, path)


class DemoServiceTests(ServicesTestCase):
    """A merchant whose Stripe is empty."""

    def setUp(self) -> None:
        super().setUp()
        self.acme.merchant.connections.update(api_key="rk_test_empty")
        self.account = self.sandbox.account("rk_test_empty")

    def names(self) -> list[str]:
        return [row["name"] for row in self.account.tables.get("product", {}).values()]

    def test_an_empty_account_says_what_to_do(self) -> None:
        page = self.page()

        assert "Nothing is sold yet" in page
        assert "Make a demo service" in page

    def test_it_is_made_at_stripe_once_however_often_it_is_asked_for(self) -> None:
        first = self.step("demo/")
        again = self.step("demo/")

        self.assertContains(first, "The demo service is made")
        self.assertContains(again, "no demo service was made", status_code=400)
        assert self.names() == ["Demo Starter", "Demo Team", "Demo Business"]
        assert len(self.account.tables["price"]) == 6
        self.assertContains(first, ">Recommended<", count=1)

    def test_two_who_ask_at_the_same_time_get_one(self) -> None:
        self.account.weather = Meanwhile(lambda: self.step("demo/"))

        self.step("demo/")

        assert self.names() == ["Demo Starter", "Demo Team", "Demo Business"]
        assert len(self.account.tables["price"]) == 6

    def test_once_archived_it_can_be_made_anew(self) -> None:
        self.step("demo/")
        for kind in ("product", "price"):
            for row in self.account.tables[kind].values():
                row["active"] = False

        self.assertContains(self.step("demo/"), "The demo service is made")

        assert len([row for row in self.account.tables["product"].values() if row["active"]]) == 3
        assert len([row for row in self.account.tables["price"].values() if row["active"]]) == 6

    def test_what_was_broken_off_is_gone_on_with(self) -> None:
        self.account.weather.bring("500", times=9, method="POST", path="/v1/prices")
        broken = self.step("demo/")
        self.account.weather.clear()

        self.assertContains(broken, "The demo service isn't whole", status_code=400)
        self.assertContains(self.step("demo/"), "The demo service is made")
        assert len(self.names()) == 3
        assert len(self.account.tables["price"]) == 6

    def test_a_key_that_may_not_write_is_said_to_lack_it(self) -> None:
        for denied, named in (("product_write", "Products"), ("plan_write", "Prices")):
            with self.subTest(denied=denied):
                self.account.config["denied"] = [denied]

                response = self.step("demo/")

                self.assertContains(
                    response, f"The key lacks {named}: Write in Stripe.", status_code=400
                )

    def test_a_merchants_own_service_of_that_name_is_let_be(self) -> None:
        product = {"name": "Demo Starter", "metadata": {"sb_service": "Demo", "sb_tier": "Starter"}}
        Shop("empty").stripe.v1.products.create(product)

        page = self.step("read/")
        response = self.step("demo/")

        self.assertNotContains(page, "isn&#x27;t whole")
        self.assertNotContains(page, "Make a demo service")
        self.assertContains(response, "no demo service was made", status_code=400)
        assert "price" not in self.account.tables

    def test_its_products_are_known_by_another_name_too(self) -> None:
        self.step("demo/")
        (team,) = (p for p in self.account.tables["product"].values() if "Team" in p["name"])
        self.step(f"{team['id']}/save/", service="Mine", tier="Crew")
        of_team = [p for p in self.account.tables["price"].values() if p["product"] == team["id"]]
        of_team[0]["active"] = False

        self.step("demo/")

        assert len(self.names()) == 3
        assert len(self.account.tables["price"]) == 7

    def test_where_something_is_sold_there_is_none(self) -> None:
        self.acme.merchant.connections.update(api_key="rk_test_acme")

        response = self.step("demo/")

        assert "Make a demo service" not in self.page()
        self.assertContains(response, "no demo service was made", status_code=400)

    def test_a_viewer_makes_none(self) -> None:
        viewer = self.browser(Role.VIEWER)

        assert self.step("demo/", viewer).status_code == 403
        assert "Make a demo service" not in viewer.get(self.url).content.decode()

    def test_live_mode_has_none(self) -> None:
        self.acme.merchant.connections.update(mode="live", api_key="rk_live_empty")
        self.url = f"/portals/{self.live.public_id}/services/"
        with self.settings(DEBUG=True):
            response = self.step("demo/")

        assert "Make a demo service" not in self.page()
        assert response.status_code == 400
