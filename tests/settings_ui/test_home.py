"""The home page: the way to live, looked up; and opening a portal."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.activity import Activity
from accounts.connecting import connect
from accounts.models import Mode
from accounts.roles import Role
from portal.catalogue import catalogue_of
from portal.models import Portal, PortalSettings, RefusedAttempt, open_portal
from tests.settings_ui.base import DashboardTestCase

INSTALLED = {"allowed_origins": ["https://shop.example.com"]}


class HomeTestCase(DashboardTestCase):
    def page(self, client: Client | None = None) -> str:
        return (client or self.client).get("/").content.decode()

    def step(self, title: str, client: Client | None = None) -> str:
        """Return one step of the page."""
        steps: list[str] = re.findall(r"<li class=.todo.*?</li>", self.page(client), re.DOTALL)
        (found,) = [step for step in steps if f"<h3>{title}</h3>" in step]
        return found

    def let_in(self, portal: Portal) -> None:
        """Have a hash for a portal accepted."""
        portal.secrets.update(last_used_at=timezone.now())

    def set(self, portal: Portal, **settings: Any) -> None:
        PortalSettings.objects.filter(portal=portal).update(**settings)

    def go_live(self) -> None:
        """Do all that there is to do."""
        connect(self.acme.merchant, Mode.LIVE, "rk_live_acme", "pk_live_acme")
        self.set(self.live, **INSTALLED)
        self.let_in(self.live)

    def primary(self) -> list[str]:
        """Return the one thing to do next."""
        return re.findall(r'class="button primary" href="([^"]*)"', self.page())


class ChecklistTests(HomeTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.live.delete()

    def test_a_new_merchant_is_led_to_connecting_stripe(self) -> None:
        self.acme.merchant.connections.all().delete()

        assert self.primary() == ["/stripe/"]
        assert "To do." in self.step("Connect Stripe in test mode")

    def test_keys_that_stripe_refuses_are_to_be_replaced(self) -> None:
        self.acme.merchant.connections.update(refused_since=timezone.now())

        step = self.step("Connect Stripe in test mode")

        assert "Stripe refuses the key since" in step
        assert "Replace the keys" in step

    def test_keys_that_work_are_done(self) -> None:
        step = self.step("Connect Stripe in test mode")

        assert "Done." in step
        assert "Keys checked with Stripe on" in step
        assert "href" not in step

    def test_an_open_portal_is_done(self) -> None:
        assert "Acme portal is open." in self.step("Open a portal in test mode")

    def test_what_customers_can_do_is_counted(self) -> None:
        assert "things themselves." in self.step("Choose what customers can do")

    def test_a_portal_where_customers_can_do_nothing_is_not_done(self) -> None:
        names = [n for n in PortalSettings.declared() if n.startswith("can_")]
        self.set(self.portal, **dict.fromkeys(names, False))

        assert "do nothing yet" in self.step("Choose what customers can do")
        assert self.primary() == [f"{self.home}/settings/"]

    def test_what_lacks_what_it_needs_does_not_count(self) -> None:
        names = [n for n in PortalSettings.declared() if n.startswith("can_")]
        self.set(self.portal, **dict.fromkeys(names, False))
        self.set(self.portal, can_use_coupon_to_resubscribe=True)

        assert "do nothing yet" in self.step("Choose what customers can do")

    def test_a_portal_that_is_off_is_to_be_turned_on(self) -> None:
        self.set(self.portal, is_on=False)

        assert "The portal is off" in self.step("Choose what customers can do")

    def test_a_portal_without_site_needs_one(self) -> None:
        assert "No site may show it yet." in self.step("Put the portal into your page")

    def test_a_portal_where_nobody_came_in_is_to_be_tried(self) -> None:
        self.set(self.portal, **INSTALLED)

        step = self.step("Put the portal into your page")

        assert "https://shop.example.com may show it, but nobody came in yet." in step
        assert len(self.primary()) == 1

    def test_a_hash_that_was_accepted_is_the_proof(self) -> None:
        self.set(self.portal, **INSTALLED)
        self.let_in(self.portal)

        assert "A customer was let in, last on" in self.step("Put the portal into your page")

    def test_without_a_hash_what_a_customer_did_is_the_proof(self) -> None:
        self.set(self.portal, **INSTALLED)
        Activity.objects.create(
            merchant=self.acme.merchant, kind="customer", action="cancel", mode="test"
        )

        assert "A customer came in." in self.step("Put the portal into your page")

    def test_the_portal_that_is_in_use_counts(self) -> None:
        second = open_portal(self.acme.merchant, "test", "Second")
        self.set(second, **INSTALLED)
        self.let_in(second)

        assert "Second is open." in self.step("Open a portal in test mode")
        assert "A customer was let in" in self.step("Put the portal into your page")

    def test_once_it_is_tried_live_is_next(self) -> None:
        self.set(self.portal, **INSTALLED)
        self.let_in(self.portal)

        assert self.primary() == ["/stripe/"]
        assert "4 of 5 done" in self.page()

    def test_a_viewer_reads_who_can_do_it(self) -> None:
        self.acme.merchant.connections.all().delete()
        viewer = self.browser(Role.VIEWER)

        connecting = self.step("Connect Stripe in test mode", viewer)
        installing = self.step("Put the portal into your page", viewer)

        assert "An owner of your team can do this." in connecting
        assert "An owner or admin of your team can do this." in installing
        assert "button" not in connecting + installing

    def test_an_admin_reads_who_can_connect(self) -> None:
        self.acme.merchant.connections.all().delete()

        step = self.step("Connect Stripe in test mode", self.browser(Role.ADMIN))

        assert "An owner of your team can do this." in step

    def test_asks_the_database_a_constant_number_of_things(self) -> None:
        for name in ("Second", "Third"):
            open_portal(self.acme.merchant, "test", name)

        # Session, user, the merchant chosen and else the first; portals, connections, activity;
        # portals and memberships of the frame.
        with self.assertNumQueries(9):
            self.client.get("/")

    def test_asks_stripe_nothing(self) -> None:
        self.client.get("/")

        assert self.sandbox.calls == []


class GoLiveTests(HomeTestCase):
    def test_the_way_is_connection_portal_settings_site_customer(self) -> None:
        self.live.delete()
        connect(self.acme.merchant, Mode.LIVE, "rk_live_acme", "pk_live_acme")
        assert self.primary() == ["/portals/new/?mode=live"]

        self.client.post("/portals/new/", {"name": "Live", "mode": "live"})
        live = self.acme.merchant.portals.get(name="Live")
        assert "Nobody gets in without a hash" in self.step("Open a portal in live mode")
        assert "In live mode it takes an address with https" in self.step(
            "Say which site may show it"
        )

        self.set(live, **INSTALLED)
        assert "https://shop.example.com may show it." in self.step("Say which site may show it")
        assert "Nobody came in yet." in self.step("Let the first customer in")
        assert "button primary" in self.step("Let the first customer in")

    def test_this_machine_is_no_site_in_live_mode(self) -> None:
        self.set(self.live, allowed_origins=["http://localhost:3000"])

        assert "None may yet." in self.step("Say which site may show it")

    def test_once_live_it_is_an_overview(self) -> None:
        self.go_live()

        page = self.page()

        assert "Your portals are live" in page
        assert "<h3>Connect Stripe" not in page
        assert page.count('class="standing"') == 2
        assert "Nobody yet" in page

    def test_what_fails_later_is_a_step_again(self) -> None:
        self.go_live()
        self.acme.merchant.connections.filter(mode="live").update(refused_since=timezone.now())

        page = self.page()

        assert "Set up and go live" in page
        assert "Refuses the key" in page
        assert self.primary() == ["/stripe/"]

    def test_counts_who_was_refused_today(self) -> None:
        self.go_live()
        for days in (0, 0, 2):
            at = timezone.now() - timedelta(days=days)
            RefusedAttempt.objects.create(portal=self.live, code="hash_invalid", at=at)

        counts = re.findall(r'<dd class="num">(?:<a [^>]*>)?(\d+)', self.page())

        assert counts == ["0", "2"]

    def test_says_how_stripe_is(self) -> None:
        self.go_live()
        self.acme.merchant.connections.filter(mode="test").update(failing_since=timezone.now())

        page = self.page()

        assert "Its events fail" in page
        assert page.count(">Connected</span>") == 1

    def test_says_of_every_portal_whether_it_is_on(self) -> None:
        self.go_live()
        self.set(self.portal, is_on=False)
        self.acme.merchant.connections.filter(mode="test").delete()

        page = self.page()

        assert ">Off</span>" in page
        assert ">Not connected</span>" in page


class ServicesStepTests(HomeTestCase):
    def said(self) -> Any:
        return self.client.get("/home/services/")

    def test_is_asked_for_by_the_page_itself(self) -> None:
        step = self.step("Find your services")

        assert 'hx-get="/home/services/" hx-trigger="load"' in step
        assert "Asking Stripe" in step

    def test_is_there_at_once_where_it_was_read_not_long_ago(self) -> None:
        catalogue_of(self.acme.merchant.connections.get())
        self.sandbox.calls.clear()

        assert "Found in Stripe: Notes, with 3 plans." in self.step("Find your services")
        assert self.sandbox.calls == []

    def test_names_what_was_found(self) -> None:
        self.assertContains(self.said(), "Found in Stripe: Notes, with 3 plans.")

    def test_counts_it_among_what_is_done(self) -> None:
        count = '<span class="pill" id="count-test"{}>{} of 5 done</span>'
        self.assertContains(self.client.get("/"), count.format("", 3))

        self.assertContains(self.said(), count.format(' hx-swap-oob="true"', 4))

    def test_none_is_to_be_mended_where_customers_may_change_plan(self) -> None:
        self.acme.merchant.connections.update(api_key="sk_test_empty")

        response = self.said()

        self.assertContains(response, "To do.")
        self.assertContains(response, f'href="{self.home}/services/">Set up services')

    def test_none_can_wait_where_they_may_not(self) -> None:
        self.acme.merchant.connections.update(api_key="sk_test_empty")
        self.switch(can_change_plan=False)

        response = self.said()

        self.assertContains(response, "Can wait.")
        self.assertContains(response, "Not needed while customers can&#x27;t change plan.")

    def test_stripe_that_fails_is_said_and_can_be_asked_again(self) -> None:
        self.sandbox.account(self.acme.shop.api_key).weather.bring("500", times=9)

        response = self.said()

        self.assertContains(response, "Stripe can&#x27;t be read now")
        self.assertContains(response, 'hx-target="#step-services"')

    def test_without_connection_there_is_nothing_to_ask(self) -> None:
        self.acme.merchant.connections.all().delete()

        self.assertContains(self.said(), "once it is connected")

    def test_a_viewer_reads_who_can_set_them_up(self) -> None:
        self.acme.merchant.connections.update(api_key="sk_test_empty")

        response = self.browser(Role.VIEWER).get("/home/services/")

        self.assertContains(response, "An owner or admin of your team can do this.")


class NoPortalTests(HomeTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.acme.merchant.portals.all().delete()

    def test_says_how_to_open_the_first_portal(self) -> None:
        response = self.client.get("/")

        self.assertContains(response, "No portal yet")
        self.assertContains(response, 'action="/portals/new/"')
        assert self.primary() == []

    def test_the_steps_say_what_waits_for_it(self) -> None:
        assert "Once the portal is open" in self.step("Put the portal into your page")
        assert "Once the live portal is open" in self.step("Say which site may show it")
        assert "Nobody came in yet." in self.step("Let the first customer in")

    def test_tells_a_viewer_who_can_open_one(self) -> None:
        response = self.browser(Role.VIEWER).get("/")

        self.assertContains(response, "Once an owner or admin of your team has opened one")
        self.assertNotContains(response, 'action="/portals/new/"')


class ModeTests(DashboardTestCase):
    def test_a_mode_leads_to_its_portal(self) -> None:
        response = self.client.get("/modes/live/")

        assert response["Location"] == f"/portals/{self.live.public_id}/settings/"

    def test_a_mode_that_is_none_is_not_found(self) -> None:
        assert self.client.get("/modes/staging/").status_code == 404

    def test_a_mode_without_portal_leads_to_opening_one_in_it(self) -> None:
        self.live.delete()

        response = self.client.get("/modes/live/", follow=True)

        self.assertContains(response, '<option value="live" selected>Live</option>', html=True)


class NewPortalTests(DashboardTestCase):
    def test_opens_a_portal_with_the_recommended_settings_and_a_key(self) -> None:
        response = self.client.post("/portals/new/", {"name": "Second", "mode": "test"})

        portal = self.acme.merchant.portals.get(name="Second")
        assert response["Location"] == f"/portals/{portal.public_id}/settings/"
        assert portal.settings.can_cancel
        assert len(portal.active_secrets()) == 1

    def test_opens_a_live_portal_with_the_hash_required(self) -> None:
        self.client.post("/portals/new/", {"name": "Second", "mode": "live"})

        assert self.acme.merchant.portals.get(name="Second").settings.requires_security_hash

    def test_says_beside_the_field_what_is_missing(self) -> None:
        response = self.client.post("/portals/new/", {"name": "", "mode": "test"})

        self.assertContains(response, "This field is required.", status_code=400)
