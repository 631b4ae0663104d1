"""No secret stands in a page for somebody else, in the API's description, or in the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client, TestCase

from accounts.invitations import invite
from accounts.models import StripeConnection, User
from accounts.roles import Role
from portal.admin import staff
from portal.identity import hash_of
from portal.models import PortalSecret
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.signing import signed_token
from tests.strangers.cast import Cast
from tests.strangers.making import EMAIL, PASSWORD, begin, quote_for
from tests.watching import FORMS, WATCH, authenticators

# Columns that hold by right what looks like a secret: digests of random tokens, and log-ins.
DIGESTS = {
    ("accounts_apitoken", "digest"),
    ("accounts_invitation", "digest"),
    ("django_session", "session_data"),
    ("accounts_user", "password"),
}


class ShownTests(TestCase):
    cast: Cast
    sandbox: Sandbox

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cache.clear()
        cls.sandbox = cls.enterClassContext(doors.use(Sandbox()))
        cls.cast = Cast()

    def setUp(self) -> None:
        self.secrets = set(self.made())
        WATCH.keep(*self.secrets)

    def made(self) -> Iterator[str]:
        """Return every secret of this world."""
        cast = self.cast
        yield from (secret.value for secret in PortalSecret.objects.all())
        for row in StripeConnection.objects.all():
            yield from filter(None, (row.api_key, row.endpoint_secret))
        for authenticator in Authenticator.objects.all():
            yield from authenticators(authenticator)
        yield from (token for who, token in cast.tokens.items())
        yield from cast.api_tokens.values()
        yield from (link for link in cast.invitations.values())
        yield from (link.partition("-")[2] for link in cast.resets.values())
        yield from (hash_of(cast.acme.secret, who) for who in (EMAIL, "ben@example.com"))
        yield from (PASSWORD, signed_token(cast.acme), quote_for("cancel", "sub_1", ""))

    def seen(self, text: str) -> list[str]:
        """Return the secrets in a text."""
        return [secret for secret in self.secrets if secret in text]

    def test_there_is_one_of_each_kind(self) -> None:
        kinds = ("sb_test_", "sb_live_", "sb_api_", "sk_test_", "sk_live_", "whsec_", "eyJ")

        assert [kind for kind in kinds if not any(s.startswith(kind) for s in self.secrets)] == []
        assert len(self.secrets) > 40

    def test_no_page_of_the_staffs_shows_one(self) -> None:
        browser = Client()
        browser.force_login(User.objects.create_superuser("staff@example.com", PASSWORD))
        pages = ["/staff/"]
        for model in staff._registry:
            at = f"/staff/{model._meta.app_label}/{model._meta.model_name}/"
            rows = model._default_manager.values_list("pk", flat=True)
            pages += [at, *(f"{at}{pk}/change/" for pk in rows)]

        shown = {page: browser.get(page) for page in pages}

        assert {response.status_code for response in shown.values()} == {200}
        assert len(pages) > 20
        assert [page for page, got in shown.items() if self.seen(got.content.decode())] == []

    def test_the_description_of_the_api_holds_none(self) -> None:
        for page in ("/api/schema/", "/api/docs/"):
            text = self.client.get(page).content.decode()
            assert (self.seen(text), FORMS.findall(text)) == ([], [])

    def test_no_error_page_says_again_what_was_sent(self) -> None:
        assert settings.DEBUG is False
        statuses = set()
        for response in self.errors():
            statuses.add(response.status_code)
            assert self.seen(response.getvalue().decode() + str(response.headers)) == []

        assert statuses == {400, 401, 403, 404, 405, 410, 500}

    def errors(self) -> Iterator[Any]:
        """Return errors of every status, of requests that hold all that may be sent."""
        cast, strict = self.cast, Client(enforce_csrf_checks=True)
        token = begin(cast.portal, cast.ada)
        sent = {"email": EMAIL, "hash": hash_of(cast.acme.secret, EMAIL), "password": PASSWORD}
        bearer = {"Authorization": f"Bearer {token}"}
        at, page = "/api/v1/portal", f"/portal/{cast.portal.public_id}"
        call = Client(raise_request_exception=False, headers=bearer)
        yield call.get("/livez", headers={"Host": "evil.example"})
        yield call.post(
            f"{at}/session", {**sent, "portal_id": cast.portal.public_id, "hash": token}
        )
        yield call.get(f"{at}/invoices", headers={"Authorization": f"Bearer {token}x"})
        yield call.get("/nowhere/", {"token": token})
        yield call.get(f"{page}/page", {"token": token})
        yield call.get(f"/invitations/{cast.invitations[None]}x/")
        yield strict.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
        yield strict.post(f"/invitations/{cast.invitations[None]}/", sent)
        yield strict.post(f"{page}/session", {**sent, "hash": cast.acme.secret})
        clock, self.sandbox.clock = self.sandbox.clock, self.fails
        try:
            yield call.post(f"{page}/page", sent)
            yield call.get(at)
        finally:
            self.sandbox.clock = clock

    def fails(self) -> int:
        raise ValueError("ours")

    def dumped(self) -> Iterator[tuple[str, str, str]]:
        """Return what every column of every row holds, as it is stored."""
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- our own names
                columns = [column[0] for column in cursor.description]
                for row in cursor.fetchall():
                    for column, value in zip(columns, row, strict=True):
                        yield table, column, str(value)

    def stored(self) -> list[tuple[str, str]]:
        """Return the columns that hold a secret in clear."""
        return [
            (table, column)
            for table, column, value in self.dumped()
            if self.seen(value) or ((table, column) not in DIGESTS and FORMS.search(value))
        ]

    def test_no_row_of_the_database_holds_one(self) -> None:
        list(self.errors())

        assert len({table for table, _column, _value in self.dumped()}) > 15
        assert self.stored() == []

    def test_one_that_is_stored_in_clear_is_found(self) -> None:
        sql = "UPDATE accounts_stripeconnection SET endpoint_secret = %s"
        for secret in sorted(self.secrets):
            with WATCH.expecting() as written, connection.cursor() as cursor:
                cursor.execute(sql, [secret])  # as nothing of ours does

            assert self.stored()
            assert written

    def test_it_stands_where_it_must(self) -> None:
        cast = self.cast
        keys = cast.browsers[None].get(f"/portals/{cast.portal.public_id}/keys/").content.decode()
        invite(cast.acme.owner.memberships.get(), "another@example.com", Role.VIEWER)

        assert self.seen(keys) == [cast.acme.secret]
        assert FORMS.search(str(mail.outbox[0].body))
