"""A text column that is encrypted at rest."""

from __future__ import annotations

from functools import cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@cache
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def box() -> MultiFernet:
    """Return what encrypts with the first of ENCRYPTION_KEYS and decrypts with any."""
    return _box(tuple(settings.ENCRYPTION_KEYS))


class EncryptedTextField(models.TextField):
    """Text in Python, a Fernet token in the database; it can't be searched."""

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """Decrypt what the database holds."""
        return value if not value else box().decrypt(value.encode()).decode()

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt what goes into the database."""
        text = super().get_prep_value(value)
        return text if not text else box().encrypt(text.encode()).decode()
