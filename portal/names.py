"""Names of services and plans: what a merchant calls them, in Stripe's metadata and in settings."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LENGTH_AT_MOST = 100
NAMES_AT_MOST = 100


def clean_name(value: Any) -> str:
    """Return a name without space around it; raises ValidationError where it can't be one."""
    if not isinstance(value, str) or not value.strip().isprintable():
        raise ValidationError(_("Give a name in one line."))
    if len(value.strip()) > LENGTH_AT_MOST:
        raise ValidationError(_("Give a name of at most %(most)s characters."), params=MOST)
    return value.strip()


MOST = {"most": LENGTH_AT_MOST}


def validate_names(value: Any) -> None:
    """Raise ValidationError unless this is a list of names, each once."""
    if not isinstance(value, list) or len(value) > NAMES_AT_MOST:
        raise ValidationError(_("Give a list of names."))
    if any(not clean_name(name) or clean_name(name) != name for name in value):
        raise ValidationError(_("Give each name without space around it."))
    if len(set(value)) < len(value):
        raise ValidationError(_("Give each name once."))
