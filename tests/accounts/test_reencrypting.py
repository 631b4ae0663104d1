"""An encryption key is replaced while everything runs: nothing is lost, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from threading import Thread
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import encrypt
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models.functions import Cast
from django.test import TransactionTestCase, override_settings

from accounts import reencryption
from accounts.fields import EncryptedTextField, box
from accounts.models import Merchant, Mode, StripeConnection
from accounts.reencryption import IN_AUTHENTICATORS, columns
from portal.models import PortalSecret, open_portal
from tests.base import ServicebotTestCase

OLD, NEW, STRANGE = (Fernet.generate_key().decode() for _ in range(3))


def run(*options: str) -> str:
    """Run the command; return what it printed."""
    told = StringIO()
    call_command("reencrypt", *options, stdout=told)
    return told.getvalue()


def failing(*options: str) -> tuple[str, str]:
    """Run the command, which fails; return why, and what it complained of."""
    told = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("reencrypt", *options, stdout=StringIO(), stderr=told)
    return str(caught.value), told.getvalue()


def stored() -> dict[str, Any]:
    """Return everything encrypted, as the database has it."""
    return {
        f"{column} {pk}": raw
        for column in columns()
        for pk, raw in column.rows().values_list("pk", "raw")
    }


class RotationTests(ServicebotTestCase):
    def setUp(self) -> None:
        self.enterContext(override_settings(ENCRYPTION_KEYS=[OLD]))
        super().setUp()
        owner = self.acme.owner
        TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
        self.codes = RecoveryCodes.activate(owner).generate_codes()
        Authenticator.objects.create(
            user=self.globex.owner,
            type=Authenticator.Type.RECOVERY_CODES,
            data={"migrated_codes": [encrypt("11111111"), encrypt("22222222")], "used_mask": 0},
        )
        passkey = {"name": "Passkey", "credential": {"rawId": "gAAAAAB"}}
        Authenticator.objects.create(user=owner, type=Authenticator.Type.WEBAUTHN, data=passkey)
        self.plain = self.read()

    def read(self) -> list[Any]:
        """Return everything encrypted, in clear."""
        connections = StripeConnection.objects.order_by("pk")
        codes = Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES).order_by("pk")
        totp = Authenticator.objects.get(type=Authenticator.Type.TOTP)
        return [
            *connections.values_list("api_key", "publishable_key", "endpoint_secret"),
            *PortalSecret.objects.order_by("pk").values_list("value", flat=True),
            *(each.wrap().generate_codes() for each in codes),
            TOTP(totp).validate_code("000000") or box().decrypt(totp.data["secret"]),
        ]

    def test_all_is_readable_by_the_new_key_alone_and_the_same(self) -> None:
        with override_settings(ENCRYPTION_KEYS=[NEW, OLD]):
            assert failing("--check")[0] == "Key 2 of ENCRYPTION_KEYS is still needed."
            told = run()

        assert told == (
            "Rows encrypted anew: 9.\n"
            "Values that key 1 of ENCRYPTION_KEYS opens: 10.\n"
            "No key but the first is needed.\n"
        )
        with override_settings(ENCRYPTION_KEYS=[NEW]):
            assert self.read() == self.plain
            assert run("--check").endswith("No key but the first is needed.\n")

    def test_a_second_time_nothing_is_written(self) -> None:
        with override_settings(ENCRYPTION_KEYS=[NEW, OLD]):
            run()
            before = stored()

            assert run().startswith("Rows encrypted anew: 0.\n")
        assert stored() == before

    def test_checking_changes_nothing(self) -> None:
        before = stored()

        with override_settings(ENCRYPTION_KEYS=[NEW, OLD]):
            failing("--check")

        assert stored() == before

    def test_what_no_key_opens_is_named_and_left_and_the_rest_is_done(self) -> None:
        with override_settings(ENCRYPTION_KEYS=[STRANGE]):
            lost = PortalSecret.make(self.portal)
        before = stored()[f"portal.PortalSecret.value {lost.pk}"]

        with override_settings(ENCRYPTION_KEYS=[NEW, OLD]):
            why, told = failing()

        assert why == "No key opens 1 values: is one missing?"
        assert told == f"No key opens portal.PortalSecret.value {lost.pk}.\n"
        assert stored()[f"portal.PortalSecret.value {lost.pk}"] == before
        PortalSecret.objects.filter(pk=lost.pk).update(value="")
        with override_settings(ENCRYPTION_KEYS=[NEW]):
            assert self.read()[:2] == self.plain[:2]

    def test_more_rows_than_a_batch_are_all_done(self) -> None:
        reencryption.BATCH, before = 2, reencryption.BATCH
        self.addCleanup(setattr, reencryption, "BATCH", before)
        for _ in range(4):
            PortalSecret.make(self.portal)

        with override_settings(ENCRYPTION_KEYS=[NEW, OLD]):
            assert run().startswith("Rows encrypted anew: 13.\n")


class CoverageTests(ServicebotTestCase):
    def test_every_encrypted_field_of_every_model_is_covered(self) -> None:
        declared = {
            f"{model._meta.label}.{field.name}"
            for model in apps.get_models(include_auto_created=True)
            for field in model._meta.get_fields()
            if isinstance(field, EncryptedTextField)
        }

        assert len(declared) == 4
        assert declared < set(map(str, columns()))

    def test_no_other_column_holds_something_encrypted(self) -> None:
        """What is encrypted by other means than the field would keep an old key needed unseen."""
        TOTP.activate(self.acme.owner, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(self.acme.owner)
        found = set()
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.local_concrete_fields:
                raw = Cast(field.name, models.TextField())
                rows = model._base_manager.annotate(raw=raw).filter(raw__contains="gAAAAA")
                found |= {f"{model._meta.label}.{field.name}"} if rows.exists() else set()

        assert found <= set(map(str, columns()))
        for each in Authenticator.objects.all():
            held = {name for name, value in each.data.items() if "gAAAAA" in str(value)}
            assert held <= set(IN_AUTHENTICATORS)

    def test_a_new_encrypted_field_needs_no_naming(self) -> None:
        declared = {"__module__": "accounts.models", "word": EncryptedTextField(null=True)}
        type("Vault", (models.Model,), declared)
        self.addCleanup(apps.clear_cache)
        self.addCleanup(apps.all_models["accounts"].pop, "vault")

        assert "accounts.Vault.word" in map(str, columns())


@contextmanager
def just_before_the_first_update(do: Callable[[], Any]) -> Iterator[None]:
    """Let another connection do something between the reading of a row and its writing."""
    done: list[BaseException | None] = []

    def elsewhere() -> None:
        try:
            do()
        finally:
            connection.close()

    def wrapper(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and not done:
            done.append(None)
            other = Thread(target=elsewhere)
            other.start()
            other.join()
        return execute(sql, *rest)

    with connection.execute_wrapper(wrapper):
        yield
    assert done


@override_settings(ENCRYPTION_KEYS=[NEW, OLD])
class ConcurrentWriterTests(TransactionTestCase):
    def setUp(self) -> None:
        super().setUp()
        with override_settings(ENCRYPTION_KEYS=[OLD]):
            merchant = Merchant.objects.create(name="Acme")
            self.secret = open_portal(merchant, Mode.TEST, "Acme").secrets.get()

    def now(self) -> str:
        return PortalSecret.objects.get(pk=self.secret.pk).value

    def test_what_somebody_writes_meanwhile_is_not_lost(self) -> None:
        with just_before_the_first_update(lambda: self.write("written meanwhile")):
            told = run()

        assert self.now() == "written meanwhile"
        assert told.startswith("Rows encrypted anew: 0.\n")

    def test_what_a_process_with_the_old_key_alone_writes_meanwhile_is_encrypted_anew(self) -> None:
        def write_as_before() -> None:
            token = Fernet(OLD).encrypt(b"written as before").decode()
            held = models.Value(token, output_field=models.TextField())
            PortalSecret.objects.filter(pk=self.secret.pk).update(value=held)

        with just_before_the_first_update(write_as_before):
            told = run()

        assert told.startswith("Rows encrypted anew: 1.\n")
        with override_settings(ENCRYPTION_KEYS=[NEW]):
            assert self.now() == "written as before"

    def test_a_row_that_is_deleted_meanwhile_stays_deleted(self) -> None:
        with just_before_the_first_update(self.secret.delete):
            told = run()

        assert told == "Rows encrypted anew: 0.\nNo key but the first is needed.\n"
        assert not PortalSecret.objects.exists()

    def test_a_used_recovery_code_stays_used(self) -> None:
        self.secret.delete()
        with override_settings(ENCRYPTION_KEYS=[OLD]):
            user = apps.get_model("accounts.User").objects.create_user("a@example.com", "x")
            codes = RecoveryCodes.activate(user)
            first = codes.generate_codes()[0]

        with just_before_the_first_update(lambda: codes.validate_code(first)):
            run()

        with override_settings(ENCRYPTION_KEYS=[NEW]):
            again = RecoveryCodes.activate(user)
            assert first not in again.get_unused_codes()
            assert len(again.get_unused_codes()) == 9

    def write(self, value: str) -> None:
        PortalSecret.objects.filter(pk=self.secret.pk).update(value=value)
