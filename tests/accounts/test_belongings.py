"""All that is kept of one merchant: the export has it without its secrets, and deleting leaves
nothing of it in any table."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone

from accounts import notices
from accounts.activity import Activity, ActivityKind
from accounts.belongings import exported, merchant_named, tables
from accounts.fields import EncryptedTextField
from accounts.invitations import invite
from accounts.models import ApiToken, Membership, Merchant, StripeConnection, User
from accounts.teams import delete_merchant
from portal.ending import end_sessions, note_token
from portal.fetched import FetchedTexts
from portal.kept import keep_values
from portal.refusals import note_refusal
from tests.base import ServicebotTestCase
from tests.world import Tenant

PEOPLE = {"accounts.User", "account.EmailAddress", "admin.LogEntry"}
"""Who logs in stays: they may be in another team. docs/privacy.md says how they go."""


def fill(tenant: Tenant, customer_id: str) -> list[str]:
    """Make a row of everything that hangs on a merchant; return what names it or its customer."""
    name = tenant.merchant.name
    owner, portal = tenant.owner.memberships.get(), tenant.portal
    connection: Any = tenant.merchant.connections.get()
    person = f"{name}@buyer.example"
    soon = timezone.now() + timedelta(hours=1)
    invite(owner, f"invited@{name}.example", "viewer")
    ApiToken.make(owner, f"Deployment of {name}")
    connection.events.create(
        event_id=f"evt_{name}", type="invoice.paid", customer_id=customer_id, created_at=soon
    )
    notices.tell_of_refused_key(connection)
    Activity.objects.create(
        merchant=tenant.merchant,
        kind=ActivityKind.CUSTOMER,
        action="cancel",
        who=person,
        customer_id=customer_id,
        comment="Too dear.",
    )
    keep_values(connection, f"prod_{name}", {"sb_service": name})
    FetchedTexts.objects.create(portal=portal, texts={"en": {"cancel.button": f"Leave {name}"}})
    note_token(portal, f"jti-{name}", f"email:{person}", soon)
    end_sessions(portal, f"email:{person}")
    note_refusal(portal, "hash_invalid", origin=f"https://{name}.example".lower(), identity=person)
    invited = f"invited@{name}".lower()
    secrets = [tenant.secret, tenant.shop.api_key]
    return [name, invited, person, customer_id, portal.public_id, *secrets]


def everything() -> dict[str, list[str]]:
    """Return all values of all rows of all tables, as text and in clear."""
    found: dict[str, list[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        rows = found.setdefault(model._meta.label, [])
        for field in model._meta.local_concrete_fields:
            is_encrypted = isinstance(field, EncryptedTextField)
            value: Any = (
                models.F(field.name) if is_encrypted else Cast(field.name, models.TextField())
            )
            rows += map(
                str, model._base_manager.annotate(said=value).values_list("said", flat=True)
            )
    return found


def mentions(markers: list[str]) -> set[str]:
    """Return the models that have something in which one of these stands."""
    return {
        label
        for label, values in everything().items()
        if any(marker in value for marker in markers for value in values)
    }


class BelongingsTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.markers = fill(self.acme, self.ada)
        fill(self.globex, self.carla)

    def lines(self) -> list[Any]:
        return [json.loads(line) for line in exported(self.acme.merchant)]


class TablesTests(BelongingsTestCase):
    def test_every_table_of_a_merchant_is_filled_here(self) -> None:
        """So that what follows is said of a new one too."""
        empty = [t.model._meta.label for t in tables() if not t.rows(self.acme.merchant).exists()]

        assert len(tables()) > 14
        assert empty == []

    def test_nothing_hangs_on_a_merchant_that_would_outlive_it(self) -> None:
        for table in tables():
            for relation in table.model._meta.related_objects:
                assert relation.on_delete is models.CASCADE, relation


class ExportTests(BelongingsTestCase):
    def test_has_every_row_of_every_table(self) -> None:
        lines = self.lines()

        counted = {
            table.model._meta.label: table.rows(self.acme.merchant).count() for table in tables()
        }
        for label, count in counted.items():
            assert len([line for line in lines if line["model"] == label]) == count
        assert len(lines) == sum(counted.values()) + 1

    def test_says_it_in_words_and_settings(self) -> None:
        by_model = {line["model"]: line for line in self.lines()}

        assert by_model["export"]["of"] == by_model["accounts.Merchant"]["name"] == "Acme"
        assert by_model["accounts.Membership"]["user"] == "owner@acme.example"
        assert by_model["accounts.Activity"]["comment"] == "Too dear."
        assert by_model["portal.PortalSettings"]["can_change_plan"] is True
        assert by_model["portal.FetchedTexts"]["texts"]["en"]["cancel.button"] == "Leave Acme"
        assert by_model["portal.RefusedAttempt"]["identity"] == "Acme@buyer.example"

    def test_has_no_secret_in_clear_or_encrypted_or_digested(self) -> None:
        text = "".join(exported(self.acme.merchant))

        assert self.acme.secret not in text
        assert self.acme.shop.api_key not in text
        assert "gAAAAA" not in text
        for digest in (ApiToken.objects.first(), self.acme.merchant.invitations.first()):
            assert digest is not None
            assert digest.digest not in text
        names = {name for line in self.lines() for name in line}
        assert not names & {"digest", "value", "api_key", "endpoint_secret", "password"}

    def test_has_nothing_of_another_merchant(self) -> None:
        text = "".join(exported(self.acme.merchant))

        assert "Globex" not in text
        assert self.globex.portal.public_id not in text
        assert self.carla not in text

    def test_a_row_says_its_model_in_a_word_that_no_field_takes(self) -> None:
        assert not any(field.name == "model" for table in tables() for field in table.fields())


class ExportCommandTests(BelongingsTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.path = Path(self.enterContext(TemporaryDirectory())) / "acme.jsonl"

    def test_the_file_is_for_its_owner_alone(self) -> None:
        told = StringIO()

        call_command("export_merchant", self.portal.public_id, to=self.path, stdout=told)

        lines = self.path.read_text().splitlines()
        assert told.getvalue() == f"{len(lines)} lines on Acme are in {self.path}.\n"
        assert stat.S_IMODE(self.path.stat().st_mode) == 0o600
        assert [json.loads(line)["model"] for line in lines[:2]] == ["export", "accounts.Merchant"]

    def test_what_is_there_already_is_not_written_over(self) -> None:
        self.path.write_text("mine")

        with pytest.raises(CommandError, match="File exists"):
            call_command("export_merchant", str(self.acme.merchant.pk), to=self.path)
        assert self.path.read_text() == "mine"

    def test_nobodys_number_is_said_so(self) -> None:
        for named in ("0", "nobody", self.portal.public_id[:-1]):
            with pytest.raises(CommandError, match="no such merchant"):
                call_command("export_merchant", named, to=self.path)
        assert not self.path.exists()


class DeletingTests(BelongingsTestCase):
    def check_that_nothing_is_left_after(self, deleting: Callable[[], Any]) -> None:
        assert mentions(self.markers) >= {table.model._meta.label for table in tables()} - {
            # What has no name of its merchant's or its customer's, and goes all the same.
            *("accounts.OwnerNotice", "portal.PortalSettings", "accounts.Membership"),
        }
        kept = {t.model: t.rows(self.globex.merchant).count() for t in tables()}
        ours = {t.model: [row.pk for row in t.rows(self.acme.merchant)] for t in tables()}

        deleting()

        assert mentions(self.markers) <= PEOPLE
        for table in tables():
            assert not table.model._base_manager.filter(pk__in=ours[table.model]).exists()
            assert table.model._base_manager.count() == kept[table.model]

    def test_by_its_owner_nothing_of_it_is_left_in_any_table(self) -> None:
        owner = Membership.objects.get(user=self.acme.owner)

        self.check_that_nothing_is_left_after(lambda: delete_merchant(owner))

        assert User.objects.filter(pk=self.acme.owner.pk).exists()

    def test_by_the_operator_who_names_it_neither(self) -> None:
        told = StringIO()

        self.check_that_nothing_is_left_after(
            lambda: call_command("delete_merchant", self.portal.public_id, name="Acme", stdout=told)
        )

        assert told.getvalue().endswith("Acme is deleted.\n")

    def test_without_its_name_the_operator_reads_what_would_go(self) -> None:
        for name in ("", "acme", "Globex"):
            told = StringIO()
            with pytest.raises(CommandError, match='--name "Acme"'):
                call_command("delete_merchant", str(self.acme.merchant.pk), name=name, stdout=told)

            assert "       1 portal.Portal\n" in told.getvalue()
        assert Merchant.objects.count() == StripeConnection.objects.count() == 2

    def test_nobodys_number_deletes_nothing(self) -> None:
        with pytest.raises(CommandError, match="no such merchant"):
            call_command("delete_merchant", "nobody", name="Acme")
        assert merchant_named(str(self.acme.merchant.pk)) == self.acme.merchant
