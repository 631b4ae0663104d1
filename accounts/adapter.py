"""What django-allauth asks of us: who may sign up, how secrets are kept, and our own words."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.fields import box

INVITATION = "invitation"  # where the session keeps the digest of the invitation being taken


class AccountAdapter(DefaultAccountAdapter):
    """E-mail and password; sign-up is open where SIGNUP_OPEN says so, and to who is invited."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("No account has this e-mail address and password."),
        "incorrect_code": _("That isn't the code. Look at it again, or ask for a new one."),
        "incorrect_password": _("That isn't your password."),
        "enter_current_password": _("That isn't your present password."),
        "too_many_login_attempts": _("That was wrong too often. Try again in five minutes."),
        "rate_limited": _("That was too often. Wait a minute, then try again."),
        "email_taken": _("This address can't be used here."),
        "same_as_current": _("That is the same address. Type another one."),
        "duplicate_email": _("That is your address already."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this person may make an account."""
        return settings.SIGNUP_OPEN or bool(request.session.get(INVITATION))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead back to where the password's state is shown."""
        return reverse("account_security")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Say "passkey" for what allauth calls a security key."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        words = {
            "reauthenticate": _("Use the password"),
            "mfa_reauthenticate": _("Use the authenticator app or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        return [{**method, "description": words[method["id"]]} for method in methods]


class SecondFactorAdapter(DefaultMFAAdapter):
    """Authenticator apps and passkeys; their secrets are encrypted like Stripe's keys."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That isn't the code that is good now. Type the one shown next."),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret with the first of ENCRYPTION_KEYS."""
        return box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret with any of ENCRYPTION_KEYS."""
        return box().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's
        """Suggest what a new passkey is called."""
        number = user.authenticator_set.filter(type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %d") % number

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Say what the browser's dialog calls us."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": "Servicebot"}
