"""Script in every text that a merchant, a customer or Stripe can give: on no page does any of it
run or become markup, and no policy had to stop it. Each text is on a page, or the test fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Dialog, Frame, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Activity, ApiToken, User
from portal.kept import KeptMetadata
from portal.keys import new_portal_id
from portal.preview import states
from servicebot.sandbox.world import Sandbox
from tests.browser import evil as attacking
from tests.browser.evil import OPEN, log_in
from tests.browser.test_embed import LOAD, MOUNT, Host, frame_of, snippet
from tests.world import Objects, Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = attacking.live_server, attacking.sandbox
acme, host, reports = attacking.acme, attacking.host, attacking.reports

MARKUP = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>"
SHORT = "\"'><img src=x onerror=alert(1)>"  # of a coupon's name Stripe keeps 40 letters
TAKEN = """() => [...document.querySelectorAll("*")].filter((each) =>
  each.matches("img[src=x], script:not([src]), [href^='javascript:' i], [src^='javascript:' i]")
  || [...each.attributes].some((a) => a.name.startsWith("on"))).map((each) => each.outerHTML)"""
READ = """() => [document.body.textContent, ...[...document.querySelectorAll("input, textarea")]
  .map((field) => field.value)].join("\\n")"""


def bad(label: str) -> str:
    """Return a text that is markup; the label says whose."""
    return label + MARKUP


@pytest.fixture
def ran(page: Page) -> Iterator[list[str]]:
    """What has run: it must stay empty."""
    dialogs: list[str] = []
    page.set_default_timeout(8_000)

    def hear(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", hear)
    yield dialogs
    assert dialogs == []


class Reader:
    """Reads pages: each must have taken nothing as markup."""

    def __init__(self) -> None:
        self.text = ""

    def reads(self, frame: Page | Frame) -> None:
        frame.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        assert frame.evaluate(TAKEN) == [], frame.url
        self.text += frame.evaluate(READ)

    def has_read(self, *labels: str) -> None:
        """Fail for a text that stood nowhere as it was written."""
        assert [each for each in labels if each + SHORT not in self.text] == []


def at_stripe(tenant: Tenant, sandbox: Sandbox) -> None:
    """Fill the merchant's account with such texts."""
    stripe, shop = tenant.shop.stripe.v1, tenant.shop
    for tier, product in shop.products.items():
        stripe.products.update(
            product,
            {
                "name": bad(f"{tier} product"),
                "description": bad("description"),
                "unit_label": SHORT[:12],
                "marketing_features": [{"name": bad("feature")}],
                "metadata": {"sb_service": bad("service"), "sb_tier": bad(tier), "x": bad("meta")},
            },
        )
    (ada,) = stripe.customers.list({"email": "ada@example.com"}).data
    address = {name: bad(name) for name in ("line1", "line2", "city", "postal_code", "state")}
    stripe.customers.update(
        ada.id,
        {
            "name": bad("customer"),
            "phone": SHORT[:20],
            "address": {**address, "country": "DE"},
            "metadata": {"x": bad("meta")},
        },
    )
    coupon = stripe.coupons.create(
        {"percent_off": 10, "duration": "forever", "name": "coupon" + SHORT}
    )
    (sub,) = stripe.subscriptions.list({"customer": ada.id}).data
    stripe.subscriptions.update(
        sub.id, {"discounts": [{"coupon": coupon.id}], "metadata": {"x": bad("meta")}}
    )
    objects = Objects(sandbox, shop.api_key)
    for invoice in objects.all("invoice"):
        invoice["number"] = bad("number")
        invoice["hosted_invoice_url"] = invoice["invoice_pdf"] = "javascript:alert(3)"


def in_settings(tenant: Tenant) -> None:
    """Fill what the merchant may write, as no form would let pass, too."""
    row, merchant = tenant.portal.settings, tenant.merchant
    row.can_cancel = row.asks_cancellation_reason = row.can_use_coupon = True
    row.can_update_billing_details = row.shows_all_invoices = row.uses_custom_resource = True
    row.cancellation_reasons = [
        {"key": "bad", "feedback": "other", "texts": {"en": bad("reason")}},
        {"key": "other", "feedback": "other"},
    ]
    row.off_text = bad("off")
    row.custom_texts = {"en": {"plan.change": bad("own text"), "cancel.title": bad("title")}}
    row.allowed_origins = [*row.allowed_origins]
    row.custom_resource_url = "https://shop.example.com/"
    row.save()
    merchant.name, tenant.portal.name = bad("merchant"), bad("portal")
    merchant.save()
    tenant.portal.save()
    ApiToken.make(tenant.owner.memberships.get(), "token" + SHORT)
    tenant.portal.refused.create(
        code="hash_invalid", fault="unknown", origin=SHORT, identity=bad("identity")
    )


def test_no_text_runs_in_the_portal_the_dashboard_or_the_staffs_pages(
    page: Page,
    host: Host,
    acme: Tenant,
    sandbox: Sandbox,
    live_server: LiveServer,
    ran: list[str],
    reports: Callable[[], list[str]],
) -> None:
    at_stripe(acme, sandbox)
    in_settings(acme)

    portal = in_the_portal(page, host, acme)
    portal.has_read(
        *("service", "Team", "Business", "feature", "customer", "line1", "city", "coupon"),
        *("number", "reason", "own text", "title", "message", "resource"),
    )
    dashboard = in_the_dashboard(page, live_server, acme)
    dashboard.has_read(
        *("merchant", "portal", "service", "Team product", "Team", "token", "identity", "comment"),
        *("reason", "own text", "customer"),
    )
    staff = in_the_staffs_pages(page, live_server, acme)
    staff.has_read("merchant", "portal", "comment", "identity", "token")
    page.wait_for_timeout(300)
    assert reports() == []


def in_the_portal(page: Page, host: Host, acme: Tenant) -> Reader:
    """Open everything that a customer can open, and leave with a comment."""
    reader = Reader()
    given = snippet(
        acme,
        language=MARKUP,
        service=bad("service"),
        title=bad("title"),
        resource={"en": {"panel.not_now": bad("resource"), "cancel.keep": bad("resource")}},
        options={"messageOnCancel": bad("message"), "disableTiers": [bad("Starter")]},
    )
    script = f"window.servicebotSettings = {json.dumps(given).replace('<', chr(92) + 'u003c')};"
    page.goto(host.page(MOUNT + LOAD, script, OPEN))
    portal = frame_of(page)
    expect(portal.locator("article")).to_be_visible()
    frame = page.frames[1]
    reader.reads(frame)
    assert page.locator("iframe").get_attribute("title") == bad("title")
    assert page.locator("img").count() == 0
    for name in ("plans", "coupon", "billing", "ask-cancel"):
        with page.expect_response(re.compile(rf"/{name}$")):
            frame.evaluate(PRESS, f"/{name}")
        expect(portal.locator("[data-panel] form").first).to_be_visible()
        reader.reads(frame)
        if name == "plans":
            portal.locator(".plan:not([hidden]) input:enabled").first.check()
            portal.locator("form[data-picker] [type=submit]").click()
            expect(portal.locator("section.cost")).to_be_visible()
            reader.reads(frame)
    portal.locator("textarea").fill(bad("comment"))
    portal.locator("input[value=bad]").check()
    with page.expect_response(lambda answer: answer.url.endswith("/cancel")) as left:
        portal.locator("form.change:has(textarea) [type=submit]").click()
    assert left.value.status == 200
    expect(portal.locator("form.change")).to_have_count(0)
    reader.reads(frame)
    return reader


PRESS = """path => { const all = [...document.querySelectorAll("button[hx-post]")];
  all.find((each) => each.getAttribute("hx-post").endsWith(path)).click(); }"""


def in_the_dashboard(page: Page, server: LiveServer, acme: Tenant) -> Reader:
    """Look at every page of the dashboard that shows such a text."""
    reader = Reader()
    log_in(page.context, server, acme.owner)
    own = f"portals/{acme.portal.public_id}"
    pages = (
        *("", "activity/", "activity/leaving/", "team/", "tokens/", "merchants/new/", "stripe/"),
        *(f"{own}/", f"{own}/settings/", f"{own}/services/", f"{own}/install/", f"{own}/refused/"),
        *(f"{own}/texts/?own=1", f"{own}/texts/?q=plan.change", f"{own}/customers/"),
        *(f"{own}/preview/?state={state}" for state in list(states(acme.portal))[:2]),
        *(f"{own}/preview/?state=off", f"activity/?q={MARKUP}", f"nothing/{MARKUP}"),
    )
    for path in pages:
        page.goto(f"{server.url}/{path}")
        if "/settings/" in path or "/install/" in path:  # of which parts come later
            page.wait_for_load_state("networkidle")
        for frame in page.frames:
            reader.reads(frame)
    return reader


def in_the_staffs_pages(page: Page, server: LiveServer, acme: Tenant) -> Reader:
    """Look at what the operator's staff sees of all that."""
    reader = Reader()
    KeptMetadata.objects.create(
        merchant=acme.merchant, mode="test", product_id=new_portal_id(), values={"x": bad("kept")}
    )
    staff = User.objects.create_user("staff@example.com", "a long password")
    staff.is_staff = staff.is_superuser = True
    staff.save()
    page.context.clear_cookies()
    log_in(page.context, server, staff)
    left = Activity.objects.get(merchant=acme.merchant, comment__contains="img")
    refused = acme.portal.refused.get()
    pages = (
        *("", "accounts/merchant/", f"accounts/merchant/{acme.merchant.pk}/change/"),
        *("portal/portal/", f"portal/portal/{acme.portal.pk}/change/", "accounts/apitoken/"),
        *("accounts/activity/", f"accounts/activity/{left.pk}/change/", "portal/refusedattempt/"),
        *(f"portal/refusedattempt/{refused.pk}/change/", "portal/keptmetadata/", "accounts/user/"),
        f"accounts/merchant/?q={MARKUP}",
    )
    for path in pages:
        answer: Any = page.goto(f"{server.url}/staff/{path}")
        assert answer.status == 200, path
        reader.reads(page)
    return reader
