"""Services where something stands in the way: a key that may not, Stripe down, nothing there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.connecting import connect, disconnect
from accounts.roles import Role
from portal.catalogue import catalogue_of
from portal.kept import KeptMetadata
from portal.problems import Problem
from servicebot.gateway.errors import PermissionMissingError
from servicebot.sandbox.faults import Fault, Weather
from settings_ui.services import trouble
from tests.settings_ui.services import ServicesTestCase
from tests.world import Shop


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

    def test_a_permission_without_a_name_of_ours_is_said_as_stripe_does(self) -> None:
        assert trouble(PermissionMissingError("lacks 'rak_tax_read'")).endswith("tax_read")
        assert trouble(Problem("invalid")) == "What was sent makes no sense here."

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

    def test_what_was_broken_off_is_gone_on_with(self) -> None:
        self.account.weather.bring("500", times=9, method="POST", path="/v1/prices")
        broken = self.step("demo/")
        self.account.weather.clear()

        self.assertContains(broken, "The demo service isn't whole", status_code=400)
        more = {"product": next(iter(self.account.tables["product"])), "currency": "usd"}
        monthly = {"unit_amount": 900, "recurring": {"interval": "month"}}
        client = self.connection.gateway
        client.create_price({**more, **monthly}, key="by hand")
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
