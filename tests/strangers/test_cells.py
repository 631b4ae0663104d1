"""Every address, by each of its methods, asked by every kind of stranger.

No cell is missing: each is a refusal, or lets in to what is one's own, or says why it doesn't
apply. What was refused has changed nothing, here or at Stripe, and shows no secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import TestCase

from servicebot.sandbox import doors as sandbox_doors
from servicebot.sandbox.world import Sandbox
from tests import test_tenancy as doors
from tests.strangers.addresses import METHODS, ONES, TEAMS, Row, rows
from tests.strangers.asking import Asking, text_of, told
from tests.strangers.cast import Cast
from tests.strangers.table import (
    AGAIN,
    EXPECTED,
    FRESH,
    LOG_IN,
    Cell,
    Exempt,
    Own,
    Refused,
    Stranger,
    cell_of,
)
from tests.strangers.unchanged import everything, rows_of, writes

ANY_METHOD = {"livez", "readyz"}  # they answer a probe, however it asks
# django-allauth leads away who is logged in, or in the middle of nothing, before it looks further.
LED_AWAY = {
    *("account_login", "account_signup", "account_email_verification_sent", "mfa_authenticate"),
    *("mfa_activate_totp", "mfa_login_webauthn", "account_reset_password_from_key", *ANY_METHOD),
}
ASKS_AGAIN = {"mfa_reauthenticate_webauthn"}  # it leads on who has no passkey
SHUT = {401, 403, 404, 410}


class StrangerTests(TestCase):
    sandbox: Sandbox
    cast: Cast
    asking: Asking
    rows: list[Row]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cache.clear()
        cls.sandbox = cls.enterClassContext(sandbox_doors.use(Sandbox()))
        cls.cast, cls.rows = Cast(), rows()
        cls.asking = Asking(cls.cast)

    @pytest.fixture(autouse=True)
    def _recording(self, record_property: Any) -> None:
        self.record = record_property

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Begin with a clear head, and take back what was done here."""
        cache.clear()
        self.sandbox.calls.clear()
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    @contextmanager
    def undone_at_stripe(self) -> Iterator[None]:
        """Take back what was done there too."""
        kept = [(each, each.snapshot()) for each in self.sandbox.accounts.values()]
        with self.undone():
            yield
        for account, snapshot in kept:
            account.return_to(snapshot)

    def refusing(
        self, row: Row, stranger: Stranger | None, cell: Refused, before: dict[str, Any]
    ) -> Iterator[str]:
        """Say what is wrong with a refusal, `before` being every row as it was."""
        with self.undone():
            response = self.asking(row, stranger)
            after = everything()
            written = writes(self.sandbox)
        said = (response.status_code, told(response))
        if said != (cell.status, cell.code):
            yield f"{row}, {stranger}: {said} in place of {cell}"
        yield from (f"{row}, {stranger}: {t} changed" for t in after if after[t] != before[t])
        yield from (f"{row}, {stranger}: {call}" for call in written)
        yield from (
            f"{row}, {stranger}: a secret" for s in self.secrets() if s in text_of(response)
        )

    def letting_in(
        self, row: Row, stranger: Stranger | None, before: dict[Any, Any]
    ) -> Iterator[str]:
        """Say what is wrong with an answer about whoever asks; `before` are Acme's rows."""
        with self.undone():
            response = self.asking(row, stranger)
            after = rows_of(self.acmes())
            written = writes(self.sandbox)
        if response.status_code in SHUT:
            yield f"{row}, {stranger}: {response.status_code}"
        if after != before:
            yield f"{row}, {stranger}: rows of Acme's changed"
        previews = "/v1/invoices/create_preview"
        yield from (
            f"{row}, {stranger}: {call}"
            for call in written
            if call.endswith(" of acme") and previews not in call
        )
        page = text_of(response)
        yield from (f"{row}, {stranger}: shows {m}" for m in self.marks(stranger) if m in page)

    def rightful(self, row: Row) -> Stranger | None:
        """Return whom an address is for; a log-in is fresh only where that is asked for."""
        if row.kind in {doors.DASHBOARD, TEAMS} and row.name not in FRESH:
            return Stranger.STALE
        return Stranger.ADMIN if row.kind == ONES else None

    def acmes(self) -> list[Any]:
        cast = self.cast
        return [cast.acme.merchant, cast.acme.owner, *cast.team.values()]

    def secrets(self) -> list[str]:
        cast = self.cast
        return [cast.acme.secret, cast.acme.shop.api_key, cast.listening["acme"].endpoint_secret]

    def marks(self, stranger: Stranger | None) -> list[str]:
        """Return what only an answer about somebody else would show."""
        cast = self.cast
        if stranger == Stranger.CUSTOMER:
            return [cast.ben, cast.subs[cast.ben], cast.invoices[cast.ben], *self.secrets()]
        ids = [cast.portal.public_id, cast.live.public_id, cast.subs[cast.ada]]
        return ["Acme", "acme", *ids, *self.secrets()]

    def cells(self, kind: type[Cell]) -> list[tuple[Row, Stranger, Any]]:
        """Return every cell of a kind."""
        found = [(row, each, cell_of(row, each)) for row in self.rows for each in Stranger]
        return [(row, each, cell) for row, each, cell in found if isinstance(cell, kind)]

    def test_every_stranger_is_refused_and_changes_nothing(self) -> None:
        cells = self.cells(Refused)
        self.record("cells of strangers who are refused", len(cells))
        before = everything()

        assert [wrong for cell in cells for wrong in self.refusing(*cell, before)] == []

    def test_who_is_let_in_to_their_own_meets_nothing_of_others(self) -> None:
        cells = self.cells(Own)
        self.record("cells of strangers who meet their own alone", len(cells))
        before, asked = rows_of(self.acmes()), [cell[:2] for cell in cells]

        assert [wrong for each in asked for wrong in self.letting_in(*each, before)] == []

    def test_a_door_left_open_is_found(self) -> None:
        (cancel,) = [row for row in self.rows if row.name == "api-cancel"]
        (portals,) = [row for row in self.rows if str(row) == "GET /api/v1/portals"]
        with self.undone_at_stripe():
            acted = list(self.refusing(cancel, None, Refused(401, "token_missing"), everything()))
        with self.undone_at_stripe():
            seen = list(self.letting_in(portals, None, rows_of(self.acmes())))

        assert "(200, '') in place of" in acted[0]
        told = "\n".join(acted)
        assert "accounts_activity changed" in told
        assert f"POST /v1/subscriptions/{self.cast.subs[self.cast.ada]}" in told
        assert "shows Acme" in seen[0]

    def test_where_there_is_no_such_stranger_it_is_said_why(self) -> None:
        cells = self.cells(Exempt)
        self.record("cells of strangers that don't apply", len(cells))

        assert all(cell.why for _row, _stranger, cell in cells)
        assert {row.kind for row in self.rows} == set(EXPECTED)
        assert {len(cells) for cells in EXPECTED.values()} == {len(Stranger)}

    def test_whom_it_is_for_gets_in_everywhere(self) -> None:
        shut = []
        for row in self.rows:
            if row.kind in {doors.PUBLIC, doors.STAFF} or row.name in ASKS_AGAIN:
                continue
            with self.undone_at_stripe():
                answer = self.asking(row, self.rightful(row))
            is_led = (answer.status_code, told(answer)) in {
                (cell.status, cell.code) for cell in (LOG_IN, AGAIN)
            }
            if answer.status_code in SHUT or is_led:
                shut.append((str(row), answer.status_code, told(answer)))

        assert shut == []

    def test_no_address_has_another_method(self) -> None:
        has: dict[str, set[str]] = {}
        for row in self.rows:
            has.setdefault(row.route, set()).add(row.method)
        first = {row.route: row for row in self.rows if row.kind != doors.STAFF}
        before, answered = everything(), []
        for route, row in first.items():
            for method in sorted(set(METHODS) - has[route]):
                other = replace(row, method=method)
                with self.undone():
                    status = self.asking(other, None).status_code
                    changed = everything() != before or writes(self.sandbox)
                is_led = row.name in LED_AWAY and not changed
                answered.append((str(other), 405 if is_led else status))

        assert {each for each in answered if each[1] != 405} == set()
