"""A secret that is logged or stored in clear is found, whatever kind it is."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client

from accounts.invitations import invite
from accounts.models import ApiToken
from portal.models import PortalSecret
from portal.quotes import Quote
from servicebot.logs import without_secrets
from tests.base import ServicebotTestCase
from tests.signing import signed_token
from tests.watching import WATCH

logger = logging.getLogger("servicebot.tests")


class PlantedTests(ServicebotTestCase):
    def secrets(self) -> dict[str, str]:
        """Return one of each kind that this product makes or keeps."""
        owner, connection = self.acme.owner, self.acme.merchant.connections.get()
        owner.set_password("correct horse battery")
        owner.save()
        connection.endpoint_secret = "not of that form"
        connection.save()
        app = generate_totp_secret()
        TOTP.activate(owner, app)
        codes = RecoveryCodes.activate(owner).get_unused_codes()
        invite(owner.memberships.get(), "invited@example.com", "viewer")
        link = str(mail.outbox[-1].body).split("/invitations/")[1].split()[0]
        quote = Quote("cancel", self.ada_sub, "", None, "", False, 0, 0, "usd", "", "nonce")
        return {
            "secret key": self.acme.secret,
            "hash": self.hash("ada@example.com"),
            "session token": self.token(),
            "quote": quote.token(),
            "signed token": signed_token(self.acme),
            "API token": ApiToken.make(owner.memberships.get(), "Deployment"),
            "Stripe's key": connection.api_key,
            "signing secret": connection.endpoint_secret,
            "signing secret of Stripe's": "whsec_" + "a" * 32,
            "client secret": "seti_1abc_secret_0123456789abcdef",
            "password": "correct horse battery",
            "app": app,
            "recovery code": codes[0],
            "invitation": f"/invitations/{link}",
        }

    def test_each_kind_is_known(self) -> None:
        for kind, secret in self.secrets().items():
            with self.subTest(kind=kind), WATCH.expecting() as found:
                WATCH.look("somewhere", f"It is {secret}.")
                assert found != []

    def test_what_is_logged_is_found_where_the_log_does_not_take_it_out(self) -> None:
        for kind, secret in self.secrets().items():
            with self.subTest(kind=kind), WATCH.expecting() as found:
                logger.warning("It is %s.", secret)
                assert (found != []) is (without_secrets(secret) == secret)

    def test_what_a_traceback_tells_is_found(self) -> None:
        password = self.secrets()["password"]
        with WATCH.expecting() as found:
            try:
                raise ValueError(password)
            except ValueError:
                logger.exception("It went wrong.")

        assert found != []

    def test_what_is_stored_as_it_is_is_found(self) -> None:
        for kind, secret in self.secrets().items():
            with self.subTest(kind=kind), WATCH.expecting() as found:
                self.switch(custom_texts={"en": {"cancel.button": secret}})
                assert found != []

    def test_what_is_encrypted_is_not(self) -> None:
        with WATCH.expecting() as found:
            PortalSecret.make(self.portal)
            self.secrets()

        assert found == []

    def test_a_link_that_was_mailed_is_left_out_of_the_log(self) -> None:
        link = self.secrets()["invitation"]

        with listening() as written:
            Client().get("/invitations/of_an_invitation_that_is_gone/")
            Client(enforce_csrf_checks=True).post(link)

        assert [line.split("django.")[1] for line in written] == [
            "request Gone: /invitations/…/",
            "security.csrf Forbidden (CSRF cookie not set.): /invitations/…/",
        ]


@contextmanager
def listening() -> Iterator[list[str]]:
    """Give the lines that the product's log gets meanwhile."""
    root, handler, lines = logging.getLogger(), logging.StreamHandler(), io.StringIO()
    (console,) = [each for each in root.handlers if type(each) is logging.StreamHandler]
    handler.setStream(lines)
    handler.setFormatter(console.formatter)
    written: list[str] = []
    root.addHandler(handler)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        written += lines.getvalue().splitlines()
