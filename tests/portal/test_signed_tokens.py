"""Signed tokens: what lets in, what doesn't and why, and what a token narrows."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import jwt
import time_machine
from django.core.management import call_command
from django.utils import timezone

from portal import ending
from portal.fault_words import FAULTS
from portal.models import EndedSessions, PortalSecret, SignedToken
from portal.policy import Action, Permission
from tests.base import ServicebotTestCase
from tests.signing import signed_token

HOUR = 60 * 60
CLAIMS = (
    *("signature", "alg", "token", "aud", "sub", "iat", "exp", "jti"),
    *("subscription", "permissions"),
)


class TokenTestCase(ServicebotTestCase):
    def exchange(self, token: str, **beside: str) -> Any:
        """Ask for a session as a server does."""
        body = {"portal_id": self.portal.public_id, "token": token, **beside}
        return self.client.post("/api/v1/portal/session", body, content_type="application/json")

    def session(self, **claims: Any) -> str:
        """Return a session for Ada by a signed token."""
        answer = self.exchange(signed_token(self.acme, **claims))
        assert answer.status_code == 201, answer.content
        return str(answer.json()["token"])

    def refused(self, token: str, **beside: str) -> tuple[str, str | None]:
        """Return the code of a refusal, and the claim that it names."""
        answer = self.exchange(token, **beside)
        return answer.json()["code"], answer.json().get("claim")


class ExchangeTests(TokenTestCase):
    def test_it_lets_in_who_it_names_and_is_recorded_once(self) -> None:
        for _time in range(2):
            page = self.api("get", "", self.session()).json()
            assert [each["id"] for each in page["customers"]] == [self.ada]

        (token,) = SignedToken.objects.all()
        assert (token.jti, token.subject) == ("one", "email:ada@example.com")
        assert self.portal.active_secrets()[0].last_used_at is not None

    def test_the_page_takes_it_too(self) -> None:
        headers = {"Sec-Fetch-Site": "same-origin"}
        given = {"token": signed_token(self.acme)}

        page = self.client.post(f"/portal/{self.portal.public_id}/session", given, headers=headers)

        self.assertContains(page, f"sub-{self.ada_sub}")

    def test_by_customer_id(self) -> None:
        self.switch(identify_by="customer_id")

        session = self.session(subject=f"customer:{self.ada}")

        assert self.api("get", "", session).status_code == 200

    def test_a_token_of_the_other_field_is_a_mismatch(self) -> None:
        token = signed_token(self.acme, f"customer:{self.ada}")

        assert self.refused(token)[0] == "identity_mismatch"

    def test_what_stands_beside_it_has_to_be_the_same(self) -> None:
        token = signed_token(self.acme)

        assert self.exchange(token, email="ada@example.com").status_code == 201
        assert self.refused(token, email="ben@example.com")[0] == "identity_mismatch"
        assert self.refused(token, customer_id=self.ada)[0] == "identity_mismatch"

    def test_everything_else_is_refused_and_says_what_is_wrong(self) -> None:
        now = int(time.time())
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("signature", {"key": self.globex.secret}),
            ("signature", {"key": "x" * 46}),
            ("aud", {"aud": self.globex.portal.public_id}),
            ("aud", {"aud": [self.portal.public_id]}),
            ("aud", {"without": ("aud",)}),
            ("sub", {"subject": "ada@example.com"}),
            ("sub", {"subject": "user:ada@example.com"}),
            ("sub", {"without": ("sub",)}),
            ("iat", {"without": ("iat",)}),
            ("iat", {"iat": now + 120, "exp": now + 300}),
            ("exp", {"without": ("exp",)}),
            ("exp", {"iat": now, "exp": now + HOUR + 1}),
            ("exp", {"iat": now, "exp": now - 20}),
            ("exp", {"exp": now + 300.5}),
            ("jti", {"without": ("jti",)}),
            ("jti", {"jti": ""}),
            ("jti", {"jti": "j" * 129}),
            ("jti", {"jti": "a\x00b"}),
            ("subscription", {"subscription": ""}),
            ("subscription", {"subscription": ["sub_1"]}),
            ("permissions", {"permissions": []}),
            ("permissions", {"permissions": "view"}),
            ("permissions", {"permissions": ["view", "everything"]}),
            ("permissions", {"permissions": [["view"]]}),
            ("alg", {"algorithm": "HS512", "key": "x" * 64}),
        ]
        for claim, given in wrong:
            with self.subTest(claim=claim, given=given):
                assert self.refused(signed_token(self.acme, **given)) == ("token_invalid", claim)
        assert not SignedToken.objects.exists()

    def test_the_merchant_reads_why_it_was_refused(self) -> None:
        self.refused(signed_token(self.acme, aud="another"), origin="https://shop.example.com")

        (noted,) = self.portal.refused.all()
        assert (noted.code, noted.fault) == ("token_invalid", "token_aud")
        assert {f"token_{claim}" for claim in CLAIMS} <= set(FAULTS)

    def test_what_is_no_token_is_refused(self) -> None:
        unsigned = jwt.encode({"sub": "email:ada@example.com"}, "", algorithm="none")
        for token in (
            unsigned,
            "a.b.c",
            "token",
            "é" * 20,
            "a" * 5000,
            f"{signed_token(self.acme)}x",
        ):
            with self.subTest(token=token[:20]):
                assert self.refused(token)[0] == "token_invalid"

    def test_an_identity_is_checked_as_that_of_a_hash(self) -> None:
        for subject in ("email:ada", "email:", "email:" + "a" * 600 + "@x"):
            with self.subTest(subject=subject[:20]):
                assert self.exchange(signed_token(self.acme, subject)).status_code in {400, 401}

    def test_one_that_has_ended_is_expired(self) -> None:
        token = signed_token(self.acme)

        with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
            assert self.refused(token) == ("token_expired", None)
        assert not self.portal.refused.exists()

    def test_clocks_may_differ_a_little(self) -> None:
        now = int(time.time())

        assert self.exchange(signed_token(self.acme, iat=now + 20, exp=now + 80)).status_code == 201

    def test_an_old_key_is_good_through_the_overlap(self) -> None:
        old = self.portal.active_secrets()[0]
        old.end(timedelta(hours=1))
        PortalSecret.make(self.portal)

        assert self.exchange(signed_token(self.acme, key=old.value)).status_code == 201

    def test_a_jti_is_one_customers(self) -> None:
        self.session()

        other = signed_token(self.acme, "email:ben@example.com")

        assert self.refused(other) == ("token_invalid", "jti")

    def test_where_it_is_required_a_hash_is_not_enough(self) -> None:
        by_hash = self.token()
        self.switch(requires_signed_token=True)
        given = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        body = {"portal_id": self.portal.public_id, **given}

        answer = self.client.post("/api/v1/portal/session", body, content_type="application/json")

        assert answer.json()["code"] == "signed_token_required"
        assert self.api("get", "", by_hash).json()["code"] == "token_expired"
        assert self.api("get", "", self.session()).status_code == 200


class NarrowedTests(TokenTestCase):
    def test_a_token_for_one_subscription_knows_no_other(self) -> None:
        other = self.acme.shop.subscribe(self.ada, "Starter month")
        self.acme.shop.stripe.v1.subscriptions.update(self.ada_sub, {"cancel_at_period_end": True})
        session = self.session(subscription=self.ada_sub)

        page = self.api("get", "", session).json()
        shown = [each["id"] for customer in page["customers"] for each in customer["subscriptions"]]

        assert shown == [self.ada_sub]
        self.switch(shows_all_invoices=True)
        for told in (self.page_post("page", session), self.api("get", "/invoices", session)):
            assert self.stripe[self.stripe[other]["latest_invoice"]]["number"] not in (
                told.content.decode()
            )
        assert page["customers"][0]["upcoming_invoice"] is None
        assert self.api("get", f"/subscriptions/{other}/plans", session).status_code == 404
        invoice = self.stripe[other]["latest_invoice"]
        assert self.api("post", f"/invoices/{invoice}/pay", session).status_code == 404

    def test_what_the_browser_adds_widens_nothing(self) -> None:
        other = self.acme.shop.subscribe(self.ada, "Starter month")
        token = signed_token(self.acme, subscription=self.ada_sub)

        session = self.exchange(token, subscription_id=other).json()["token"]

        assert self.api("get", f"/subscriptions/{other}/plans", session).status_code == 404

    def test_who_comes_back_with_a_token_for_the_old_one_confirms_the_new(self) -> None:
        self.switch(can_resubscribe=True)
        v1 = self.acme.shop.stripe.v1
        asking = "pm_card_authenticationRequired"
        card = v1.payment_methods.attach(asking, {"customer": self.ada}).id
        v1.customers.update(self.ada, {"invoice_settings": {"default_payment_method": card}})
        v1.subscriptions.cancel(self.ada_sub)
        session, sub = self.session(subscription=self.ada_sub), f"/subscriptions/{self.ada_sub}"
        quote = self.api("post", f"{sub}/preview", session, action="resubscribe").json()["quote"]

        answer = self.api("post", f"{sub}/resubscribe", session, quote=quote)

        assert answer.status_code == 200
        assert answer.json()["requires_action"]["payment_method"] == card
        new = answer.json()["subscription"]["id"]
        invoice = self.stripe[new]["latest_invoice"]
        agreed = v1.payment_methods.attach("pm_card_visa", {"customer": self.ada}).id
        v1.invoices.pay(invoice, {"payment_method": agreed})
        assert f"sub-{new}" in self.page_post("page", session).content.decode()
        paid = self.api("post", f"/invoices/{invoice}/pay", session)
        assert paid.json()["reason"] == "nothing_to_pay"

    def test_who_may_only_look_changes_nothing(self) -> None:
        self.allow_everything()
        session = self.session(permissions=["view"])
        sub = f"/subscriptions/{self.ada_sub}"
        invoice = self.stripe[self.ada_sub]["latest_invoice"]
        calls = [
            *(("post", f"{sub}/{action.path}") for action in Action if action not in NOT_A_PATH),
            ("post", "/payment-method/setup"),
            ("post", "/payment-method"),
            ("post", f"/invoices/{invoice}/pay"),
            ("patch", f"/customers/{self.ada}"),
        ]

        for method, path in calls:
            with self.subTest(path=path):
                answer = self.api(method, path, session)
                assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
        actions = self.actions(session)
        assert {each.get("reason") for each in actions.values()} == {"not_permitted"}

    def test_a_setting_that_is_off_is_said_before_a_permission_that_is_missing(self) -> None:
        self.switch(can_cancel=False)
        session = self.session(permissions=["view"])

        answer = self.api("post", f"/subscriptions/{self.ada_sub}/cancel", session)

        assert answer.json()["code"] == "setting_off"

    def test_who_may_pay_gives_a_card_and_changes_nothing_else(self) -> None:
        self.allow_everything()
        session = self.session(permissions=["view", "pay"])

        begun = self.api("post", "/payment-method/setup", session, customer=self.ada)
        cancel = self.api("post", f"/subscriptions/{self.ada_sub}/cancel", session)

        assert begun.status_code == 200
        assert cancel.json() | {"permission": "manage"} == cancel.json()
        assert self.actions(session)["update_card"] == {"allowed": True}

    def test_who_may_manage_cancels_but_gives_no_card(self) -> None:
        self.allow_everything()
        session = self.session(permissions=["manage"])

        begun = self.api("post", "/payment-method/setup", session, customer=self.ada)
        cancel = self.api("post", f"/subscriptions/{self.ada_sub}/cancel", session)

        assert begun.json()["permission"] == "pay"
        assert cancel.status_code == 200

    def test_the_page_offers_what_is_permitted_alone(self) -> None:
        self.allow_everything()
        offers = {
            "cancel": Permission.MANAGE,
            'hx-post="/portal/{}/billing"': Permission.MANAGE,
            'hx-post="/portal/{}/card"': Permission.PAY,
        }

        for permission in Permission:
            session = self.session(permissions=[permission], jti=permission)
            page = self.page_post("page", session).content.decode()
            for offer, needs in offers.items():
                with self.subTest(permission=permission, offer=offer):
                    what = offer.format(self.portal.public_id)
                    named = f"{self.ada_sub}/ask-cancel" if what == "cancel" else what
                    assert (named in page) is (needs is permission)
        assert "blocked" not in page

    def allow_everything(self) -> None:
        self.switch(
            **dict.fromkeys(
                (
                    *("can_cancel", "can_change_plan", "can_change_quantity", "can_use_coupon"),
                    *("can_resubscribe", "can_update_card", "can_update_billing_details"),
                ),
                True,
            )
        )

    def actions(self, session: str) -> dict[str, Any]:
        (customer,) = self.api("get", "", session).json()["customers"]
        actions: dict[str, Any] = customer["subscriptions"][0]["actions"]
        return actions


NOT_A_PATH = {Action.UPDATE_CARD}


class EndingTests(TokenTestCase):
    def code(self, session: str) -> str | None:
        with time_machine.travel(timezone.now() + timedelta(seconds=2), tick=False):
            answer = self.api("get", "", session)
        found: str | None = answer.json().get("code")
        return found

    def test_everybodys(self) -> None:
        sessions = [self.session(), self.token(self.ben, email="ben@example.com")]

        ending.end_sessions(self.portal, ending.EVERYBODY)

        assert [self.code(session) for session in sessions] == ["token_expired"] * 2

    def test_one_customers_whatever_let_them_in(self) -> None:
        ada, also_ada = self.session(), self.token()
        ben = self.token(self.ben, email="ben@example.com")

        ending.end_sessions(self.portal, "email:ada@example.com")

        assert [self.code(each) for each in (ada, also_ada, ben)] == [*["token_expired"] * 2, None]

    def test_one_tokens_which_lets_nobody_in_again(self) -> None:
        ended, other = self.session(), self.session(jti="two")

        ending.end_sessions(self.portal, "token:one")

        assert [self.code(ended), self.code(other)] == ["token_expired", None]
        assert self.refused(signed_token(self.acme)) == ("token_invalid", "jti")

    def test_a_token_can_be_ended_before_it_is_used(self) -> None:
        ending.end_sessions(self.portal, "token:one")

        assert self.refused(signed_token(self.acme)) == ("token_invalid", "jti")
        assert not SignedToken.objects.exists()

    def test_who_comes_after_it_gets_in(self) -> None:
        ending.end_sessions(self.portal, ending.EVERYBODY)
        ending.end_sessions(self.portal, "email:ada@example.com")

        with time_machine.travel(timezone.now() + timedelta(seconds=2), tick=False):
            assert self.api("get", "", self.session()).status_code == 200

    def test_another_portal_goes_on(self) -> None:
        ending.end_sessions(self.globex.portal, ending.EVERYBODY)

        assert self.code(self.session()) is None

    def test_what_can_not_be_good_any_more_is_forgotten(self) -> None:
        self.session()
        ending.end_sessions(self.portal, "token:one")
        call_command("forget", verbosity=0)
        assert (SignedToken.objects.count(), EndedSessions.objects.count()) == (1, 1)

        with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
            call_command("forget", verbosity=0)

        assert (SignedToken.objects.count(), EndedSessions.objects.count()) == (0, 0)
