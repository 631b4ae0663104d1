"""The snippet's options: what they take off the page, and that they are nothing but looks."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser import test_embed as embedded
from tests.browser.test_embed import LOAD, MOUNT, Host, frame_of, settings_script, snippet
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = embedded.live_server, embedded.sandbox
acme, host = embedded.acme, embedded.host

MESSAGE = "Write to us first: <b>help@shop.example</b>"
UNIT = {"min": 3, "max": 400, "step": 2}
OPTIONS: dict[str, Any] = {
    "disableCoupon": True,
    "disableTiers": ["Business", "Team"],
    "messageOnCancel": MESSAGE,
    "quantity": {"seat": 7},
    "behavior": {"quantityManagement": {"unit": {"seat": UNIT}}},
}
AS_IT_CAME = {
    "coupon": 1,
    "code": 1,
    "tiers": ["Starter", "Team", "Business"],
    "message": "",
    "quantity": ["1", "500", "1", "1"],
}
AS_ASKED = {
    "coupon": 0,
    "code": 0,
    "tiers": ["Starter", "Team"],
    "message": MESSAGE,
    "quantity": ["3", "400", "2", "7"],
}
WRONG: dict[str, list[Any]] = {
    "disableCoupon": ["true", 1, {}, [], None],
    "disableTiers": ["Business", {"0": "Business"}, ["Business", 7], [None], ["Business"] * 101],
    "messageOnCancel": [7, True, [MESSAGE], {"text": MESSAGE}, "x" * 501],
}
WRONG_QUANTITIES: list[Any] = ["6", 6.5, -6, 0, 10**9, 501, [6], {"seat": "6"}, {"chair": 6}, None]
WRONG_UNITS: list[Any] = [
    "seat",
    {"seat": [3, 400, 2]},
    {"chair": UNIT},
    {"seat": {"min": "3", "max": 2.5, "step": 0}},
    {"seat": {"min": -3, "max": 10**9, "step": -1}},
    {"seat": {"min": 300, "max": 3}},
]
MOST = {"min": 1, "max": 999_999, "step": 1}
# What a field offers at most after a wish, as [min, max, step, value].
FIELD = """([rule, options]) => {
    const field = document.createElement('input');
    field.type = 'number';
    Object.assign(field, rule, { value: rule.min });
    field.dataset.unit = 'seat';
    const place = document.createElement('div');
    place.append(field);
    Servicebot.grant(Servicebot.wishes(options), place);
    return ['min', 'max', 'step', 'value'].map((name) => field[name]);
}"""
WISHES = "options => JSON.stringify(Servicebot.wishes(options))"


@pytest.fixture(autouse=True)
def _all_on(acme: Tenant) -> None:
    counted = {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}
    acme.shop.stripe.v1.products.update(acme.shop.products["Team"], counted)
    row = acme.portal.settings
    row.can_use_coupon = row.can_change_quantity = row.can_cancel = True
    row.quantity_rules = [{"unit_label": "seat", "max": 500}]
    row.save()


def seen(page: Page) -> dict[str, Any]:
    """Open each panel and return what an option might have changed."""
    frame = frame_of(page)
    expect(frame.get_by_role("button", name="Change plan")).to_be_visible()
    found: dict[str, Any] = {"coupon": frame.get_by_role("button", name="Use a code").count()}
    frame.get_by_role("button", name="Change plan").click()
    expect(frame.get_by_role("heading", name="Choose a plan")).to_be_visible()
    found["code"] = frame.locator("[name=coupon]").count()
    found["tiers"] = frame.locator(".plan:not([hidden]) strong").all_inner_texts()
    frame.get_by_role("button", name="Change quantity").click()
    field = frame.locator("[name=quantity]")
    expect(field).to_be_visible()
    found["quantity"] = [field.get_attribute(name) for name in ("min", "max", "step")]
    found["quantity"].append(field.input_value())
    frame.get_by_role("button", name="Cancel subscription").click()
    expect(frame.get_by_role("button", name="Keep")).to_be_visible()
    message = frame.locator("[data-message]")
    found["message"] = message.inner_text() if message.is_visible() else ""
    return found


def test_left_out_the_page_is_as_the_dashboard_has_it(page: Page, host: Host, acme: Tenant) -> None:
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))

    assert seen(page) == AS_IT_CAME


def test_each_option_takes_off_what_it_says(page: Page, host: Host, acme: Tenant) -> None:
    page.goto(host.page(MOUNT + LOAD, settings_script(acme, options=OPTIONS)))

    assert seen(page) == AS_ASKED
    assert frame_of(page).locator("[data-message] b").count() == 0


def test_of_another_type_they_are_as_if_left_out(page: Page, host: Host, acme: Tenant) -> None:
    wrong = {name: values[0] for name, values in WRONG.items()} | {"quantity": "6", "behavior": 1}
    page.goto(host.page(MOUNT + LOAD, settings_script(acme, options=wrong)))
    assert seen(page) == AS_IT_CAME
    frame = page.frames[1]
    nothing = frame.evaluate(WISHES, None)

    for name, values in WRONG.items():
        for value in values:
            assert frame.evaluate(WISHES, {name: value}) == nothing, (name, value)
    for options in ("text", 7, [OPTIONS], True):
        assert frame.evaluate(WISHES, options) == nothing, options


def test_a_quantity_is_only_ever_narrowed(page: Page, host: Host, acme: Tenant) -> None:
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
    expect(frame_of(page).get_by_role("button", name="Change plan")).to_be_visible()
    frame = page.frames[1]
    rules = [MOST, {"min": 2, "max": 20, "step": 3}, {"min": 10, "max": 10, "step": 1}]
    numbers = [1, 2, 5, 9, 21, 10**6]

    for rule in rules:
        untouched = frame.evaluate(FIELD, [rule, None])
        for unit in WRONG_UNITS:
            options: Any = {"behavior": {"quantityManagement": {"unit": unit}}}
            assert frame.evaluate(FIELD, [rule, options]) == untouched, (rule, unit)
        for least, most, step in itertools.product(numbers, numbers, [1, 2, 3, 6]):
            narrowed = {"seat": {"min": least, "max": most, "step": step}}
            options = {"behavior": {"quantityManagement": {"unit": narrowed}}, "quantity": most}
            low, high, apart, value = map(int, frame.evaluate(FIELD, [rule, options]))
            offered = set(range(low, min(high, 99) + 1, apart)) | {value}
            assert offered <= set(range(rule["min"], rule["max"] + 1, rule["step"])), options
            assert low <= high
    for quantity in WRONG_QUANTITIES:
        rule = {"min": 1, "max": 500, "step": 1}
        assert frame.evaluate(FIELD, [rule, {"quantity": quantity}])[3] == "1", quantity
    assert frame.evaluate(FIELD, [MOST, {"quantity": 6}])[3] == "6"


def test_nothing_of_them_is_sent_anywhere(page: Page, host: Host, acme: Tenant) -> None:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    marked = {**OPTIONS, "messageOnCancel": "marker", "disableTiers": ["marker"], "other": "marker"}
    page.goto(host.page('<div id="servicebot-portal"></div>' + LOAD))
    page.wait_for_function("window.Servicebot")
    page.evaluate(
        "given => { Servicebot.mount(document.querySelector('#servicebot-portal'), given) }",
        snippet(acme, options=marked),
    )
    seen(page)
    page.evaluate(
        "given => { Servicebot.mount(document.querySelector('#servicebot-portal'), given) }",
        snippet(acme, options="marker"),
    )
    expect(frame_of(page).get_by_role("button", name="Change plan")).to_be_visible()

    assert any(request.post_data for request in sent)
    for request in sent:
        said = f"{request.url} {request.all_headers()} {request.post_data}"
        assert "marker" not in said
        assert "options=" not in said


def test_what_cannot_travel_stops_nothing(page: Page, host: Host, acme: Tenant) -> None:
    page.goto(host.page('<div id="servicebot-portal"></div>' + LOAD))
    page.wait_for_function("window.Servicebot")

    page.evaluate(
        """given => {
            given.options = { disableCoupon: true, messageOnCancel: () => 'called' };
            Servicebot.mount(document.querySelector('#servicebot-portal'), given);
        }""",
        snippet(acme),
    )

    assert seen(page) == {**AS_IT_CAME, "coupon": 0, "code": 0}
    page.evaluate(
        """given => {
            given.options = { disableCoupon: true };
            given.options.self = given.options;
            Servicebot.mount(document.querySelector('#servicebot-portal'), given);
        }""",
        snippet(acme),
    )
    assert seen(page) == AS_IT_CAME
