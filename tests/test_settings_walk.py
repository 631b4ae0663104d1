"""Every setting that is declared does something, and what it hides the API refuses too.

EFFECTS is the guard: a new setting without a row here, or whose row shows no difference between
two of its values, fails. Form and API walk the same declaration in tests/settings_ui.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.models import PortalSettings
from portal.shell import embedding_origins
from tests.base import ServicebotTestCase

Look = Callable[["WalkTests"], Any]
# What the page has where it opens a panel first.
CONTROLS = {"change-plan": "/plans", "change-quantity": "/quantity", "apply-coupon": "/coupon"}
CONTROLS |= {"payment-method/setup": "/card"}


def offered(path: str) -> Look:
    """Look whether the page has a control for it, and what the API says to its call."""
    control = CONTROLS.get(path, path)

    def look(case: WalkTests) -> Any:
        page = case.page_post("page").content.decode()
        # What is allowed stumbles over the body, which is looked at after the setting.
        refused = case.api("post", case.api_path(path), reason="no such reason").json()
        return control in page, refused.get("setting")

    return look


def statuses(case: WalkTests) -> Any:
    """Look which subscriptions the API shows."""
    (customer,) = case.api("get", "").json()["customers"]
    return [subscription["status"] for subscription in customer["subscriptions"]]


def invoice_count(case: WalkTests) -> Any:
    return len(case.api("get", "/invoices").json()["invoices"])


def exchange(case: WalkTests) -> Any:
    """Look what an e-mail without a hash is told."""
    given = {"portal_id": case.portal.public_id, "email": "ada@example.com"}
    answer = case.client.post("/api/v1/portal/session", given, content_type="application/json")
    return answer.json().get("code")


def plan_reason(case: WalkTests) -> Any:
    """Look whether Ada's product counts as a plan here, on the page and in the API."""
    body = {"action": "change_plan", "price": case.acme.shop.prices["Business month"]}
    answer = case.api("post", f"/subscriptions/{case.ada_sub}/preview", **body).json()
    return "/plans" in case.page_post("page").content.decode(), answer.get("reason")


def change_quote(case: WalkTests) -> Any:
    """Look what moving up costs now."""
    body = {"action": "change_plan", "price": case.acme.shop.prices["Business month"]}
    answer = case.api("post", f"/subscriptions/{case.ada_sub}/preview", **body).json()
    return answer["due_now"] > 0


def cancel_panel(case: WalkTests) -> Any:
    return case.page_post(f"subscriptions/{case.ada_sub}/ask-cancel").content.decode()


def cancel_words(case: WalkTests) -> Any:
    """Look at what the panel says, without the key that is new each time."""
    return [line for line in cancel_panel(case).splitlines() if "value=" not in line]


def asks_reason(case: WalkTests) -> Any:
    return 'name="reason"' in cancel_panel(case)


def reasons(case: WalkTests) -> Any:
    """Look what is offered to answer, and what the API says to it."""
    case.switch(asks_cancellation_reason=True, can_cancel=True)
    refused = case.api(
        "post", f"/subscriptions/{case.ada_sub}/cancel", reason="unused", comment="x" * 501
    )
    return "I am moving" in cancel_panel(case), refused.json()["errors"]


def resubscribe_panel(case: WalkTests) -> Any:
    """Look whether other plans are offered to come back to."""
    answer = case.page_post(f"subscriptions/{case.ended}/ask-resubscribe").content.decode()
    return case.acme.shop.prices["Business month"] in answer


def menu(case: WalkTests) -> Any:
    return "<details" in case.page_post("page").content.decode()


def embedders(case: WalkTests) -> Any:
    return embedding_origins(case.portal)


def page_status(case: WalkTests) -> Any:
    return case.page_post("page").status_code


def scheduled(case: WalkTests) -> Any:
    """Look when a smaller plan starts."""
    body = {"action": "change_plan", "price": case.acme.shop.prices["Starter month"]}
    answer = case.api("post", f"/subscriptions/{case.ada_sub}/preview", **body).json()
    return answer["starts_at"] is not None


def quantity(case: WalkTests) -> Any:
    """Look what is said to seven of something."""
    body: dict[str, Any] = {"action": "change_quantity", "quantity": 7}
    return case.api("post", f"/subscriptions/{case.ada_sub}/preview", **body).status_code


def resubscribe_code(case: WalkTests) -> Any:
    """Look whether coming back takes a code, on the page and in the API."""
    panel = case.page_post(f"subscriptions/{case.ended}/ask-resubscribe").content.decode()
    body = {"action": "resubscribe", "coupon": "NOSUCHCODE"}
    answer = case.api("post", f"/subscriptions/{case.ended}/preview", **body).json()
    return 'name="coupon"' in panel, answer.get("setting")


def coupon_id(case: WalkTests) -> Any:
    """Look what is said to a coupon's id."""
    body = {"action": "apply_coupon", "coupon": case.coupon}
    return case.api("post", f"/subscriptions/{case.ada_sub}/preview", **body).status_code


def details(case: WalkTests) -> Any:
    """Look whether the page has the form, and what the API says to a change."""
    page = case.page_post("page").content.decode()
    answer = case.api("patch", f"/customers/{case.ada}", address="nowhere").json()
    return "/billing" in page, answer.get("setting")


EFFECTS: dict[str, tuple[Any, Any, Look]] = {
    "is_on": (True, False, page_status),
    "allowed_origins": ([], ["https://shop.example.com"], embedders),
    "identify_by": ("email", "customer_id", exchange),
    "requires_security_hash": (False, True, exchange),
    "can_change_plan": (False, True, offered("change-plan")),
    "proration_behavior": ("none", "always_invoice", change_quote),
    "services": ([], ["Projects"], plan_reason),
    "schedules_downgrades": (False, True, scheduled),
    "can_change_quantity": (False, True, offered("change-quantity")),
    "quantity_rules": ([], [{"unit_label": "seat", "max": 6}], quantity),
    "can_use_coupon": (False, True, offered("apply-coupon")),
    "can_use_coupon_to_resubscribe": (False, True, resubscribe_code),
    "accepts_coupon_ids": (False, True, coupon_id),
    "can_cancel": (False, True, offered("cancel")),
    "asks_cancellation_reason": (False, True, asks_reason),
    "cancellation_reasons": (
        [],
        [{"key": "moving", "texts": {"en": "I am moving"}, "feedback": "other"}],
        reasons,
    ),
    "cancels_immediately": (False, True, cancel_words),
    "can_resubscribe": (False, True, offered("resubscribe")),
    "can_change_plan_when_canceled": (False, True, resubscribe_panel),
    "can_update_card": (False, True, offered("payment-method/setup")),
    "can_update_billing_details": (False, True, details),
    "shows_all_invoices": (False, True, invoice_count),
    "shows_only_active_subscriptions": (False, True, statuses),
    "shows_actions_in_dropdown": (False, True, menu),
}


def unguarded(declared: dict[str, Any], effects: dict[str, Any]) -> set[str]:
    """Return the settings that are neither guarded nor marked as coming."""
    built = {name for name, setting in declared.items() if not setting.is_coming}
    return built ^ set(effects)


class WalkTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.ended = self.acme.shop.subscribe(self.ada, "Starter month")
        self.acme.shop.stripe.v1.subscriptions.cancel(self.ended)
        self.acme.shop.stripe.v1.invoices.finalize_invoice(
            self.acme.shop.stripe.v1.invoices.create({"customer": self.ada}).id
        )
        products = self.acme.shop.stripe.v1.products
        counted = {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}
        products.update(self.acme.shop.products["Team"], counted)
        off = {"percent_off": 10, "duration": "forever"}
        self.coupon = self.acme.shop.stripe.v1.coupons.create(off).id
        self.switch(
            can_resubscribe=True,
            can_change_plan=True,
            can_change_quantity=True,
            can_use_coupon=True,
        )

    def api_path(self, path: str) -> str:
        """Return the API's address of an action on the subscription that it fits."""
        if path == "payment-method/setup":
            return f"/{path}"
        return f"/subscriptions/{self.ended if path == 'resubscribe' else self.ada_sub}/{path}"

    def test_every_setting_is_guarded_or_marked_as_coming(self) -> None:
        assert unguarded(PortalSettings.declared(), EFFECTS) == set()

    def test_a_setting_left_out_is_found(self) -> None:
        fewer = {name: effect for name, effect in EFFECTS.items() if name != "can_cancel"}

        assert unguarded(PortalSettings.declared(), fewer) == {"can_cancel"}

    def test_every_setting_has_its_effect(self) -> None:
        for name, (off, on, look) in EFFECTS.items():
            with self.subTest(setting=name):
                before = getattr(self.portal.settings, name)
                self.switch(**{name: off})
                without = look(self)
                self.switch(**{name: on})

                assert look(self) != without
                self.switch(**{name: before})

    def test_what_is_off_is_neither_on_the_page_nor_in_the_api(self) -> None:
        for name, (_off, _on, look) in EFFECTS.items():
            if look.__qualname__.startswith("offered"):
                with self.subTest(setting=name):
                    self.switch(**{name: False})

                    assert look(self) == (False, name)
                    self.switch(**{name: True})

    def test_what_is_coming_changes_nothing_yet(self) -> None:
        coming = [n for n, setting in PortalSettings.declared().items() if setting.is_coming]
        assert coming

        for name in coming:
            with self.subTest(setting=name):
                field = PortalSettings.declared()[name]
                if field.get_internal_type() != "BooleanField":
                    continue
                self.switch(**{name: False})
                without = self.api("get", "").json()["customers"], exchange(self)
                self.switch(**{name: True})

                assert (self.api("get", "").json()["customers"], exchange(self)) == without
