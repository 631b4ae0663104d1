"""What each fault that the diagnosis finds means, and what to do about it, for the merchant."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

SEND_EXACTLY = gettext_noop("Sign exactly what the page sends, character by character.")
SEND_HEX = gettext_noop("Send the HMAC as 64 digits and small letters a to f, and nothing else.")
USE_KEY = gettext_noop("Copy the newest key from this portal's secret keys, whole, to your server.")
USE_HMAC = gettext_noop("Use HMAC with SHA-256, the key as its key and the identity as its text.")

MAKE_TOKEN = gettext_noop("Make the token as the page on signed tokens in the docs shows.")

FAULTS: Mapping[str, tuple[str, str]] = {
    "no_identity": (
        gettext_noop("No e-mail or customer id was given."),
        gettext_noop("The page that has the snippet must know who is logged in to it."),
    ),
    "malformed": (
        gettext_noop("This is neither an e-mail address nor a Stripe customer id."),
        gettext_noop("Look at what your page puts into the snippet: a variable may be empty."),
    ),
    "other_field": (
        gettext_noop("This portal identifies customers by the other field."),
        gettext_noop("Send that one, or change how customers are identified in the settings."),
    ),
    "both_fields": (
        gettext_noop("Both an e-mail and a customer id were sent."),
        gettext_noop("Send only the one that this portal identifies customers by."),
    ),
    "no_hash": (
        gettext_noop("There is no hash."),
        gettext_noop("Make it on your server and put it into the snippet beside the identity."),
    ),
    "not_a_hash": (
        gettext_noop("What came in place of the hash isn't one."),
        SEND_HEX,
    ),
    "key_sent": (
        gettext_noop("The secret key itself was sent in place of the hash."),
        gettext_noop("Whoever saw the page has the key: revoke it now, then send the hash."),
    ),
    "key_ended": (
        gettext_noop("The hash was made with a key of this portal that has ended."),
        USE_KEY,
    ),
    "other_portal": (
        gettext_noop("The hash was made with the key of another portal of yours."),
        gettext_noop("Each portal has keys of its own: take this portal's, or its portal id."),
    ),
    "other_mode": (
        gettext_noop("The hash was made with a key of your other mode."),
        gettext_noop("Test and live have keys of their own: take the key of this portal's mode."),
    ),
    "key_space": (
        gettext_noop("Your server's key has a space, a line break or quotes around it."),
        gettext_noop("Take them away where your server keeps the key."),
    ),
    "key_part": (
        gettext_noop("Your server uses a part of the key."),
        gettext_noop("The key is all of it, from sb_ to its last character."),
    ),
    "identity_case": (
        gettext_noop("What was signed has other capital letters than what was sent."),
        SEND_EXACTLY,
    ),
    "identity_space": (
        gettext_noop("There is a space or a line break around what was signed or what was sent."),
        SEND_EXACTLY,
    ),
    "identity_other": (
        gettext_noop("The hash is of this customer's other identity: of the id, or of the e-mail."),
        gettext_noop("Sign the one that is sent, which is the one that this portal reads."),
    ),
    "identity_accents": (
        gettext_noop("An accent is written in another way in what was signed (Unicode NFC, NFD)."),
        SEND_EXACTLY,
    ),
    "identity_url": (
        gettext_noop("What was signed or sent is encoded for an address, such as %40 for @."),
        gettext_noop("Sign and send it plain, as it is in Stripe."),
    ),
    "identity_html": (
        gettext_noop("What was signed or sent is escaped for HTML, such as &amp; for &."),
        gettext_noop("Sign it before it is escaped; in the page a script's text needs no escape."),
    ),
    "identity_quotes": (
        gettext_noop("What was signed has quotes around it."),
        gettext_noop("Sign the plain text, not its JSON."),
    ),
    "hash_space": (
        gettext_noop("There is a space or a line break around the hash."),
        SEND_HEX,
    ),
    "hash_wrapped": (
        gettext_noop("There is something before or after the hash."),
        SEND_HEX,
    ),
    "hash_upper": (
        gettext_noop("The hash is in capital letters."),
        SEND_HEX,
    ),
    "hash_base64": (
        gettext_noop("The hash is in Base64."),
        SEND_HEX,
    ),
    "hash_cut": (
        gettext_noop("The end of the hash is missing."),
        SEND_HEX,
    ),
    "hash_sha1": (gettext_noop("It was made with SHA-1 in place of SHA-256."), USE_HMAC),
    "hash_sha384": (gettext_noop("It was made with SHA-384 in place of SHA-256."), USE_HMAC),
    "hash_sha512": (gettext_noop("It was made with SHA-512 in place of SHA-256."), USE_HMAC),
    "hash_md5": (gettext_noop("It was made with MD5 in place of SHA-256."), USE_HMAC),
    "no_key": (gettext_noop("It is a plain SHA-256, made without the key."), USE_HMAC),
    "no_hmac": (
        gettext_noop("Key and identity were joined and hashed: it is no HMAC."),
        USE_HMAC,
    ),
    "swapped": (gettext_noop("Key and identity have changed places."), USE_HMAC),
    "other_door": (
        gettext_noop("It came to the address that is for the portal's own page."),
        gettext_noop("Servers and apps use POST /api/v1/portal/session."),
    ),
    "token_signature": (
        gettext_noop(
            "The signed token was signed with no key of this portal, or by another way than HS256."
        ),
        USE_KEY,
    ),
    "token_alg": (
        gettext_noop("The signed token says another algorithm than HS256."),
        MAKE_TOKEN,
    ),
    "token_token": (
        gettext_noop("What came in place of the signed token isn't one."),
        MAKE_TOKEN,
    ),
    "token_aud": (
        gettext_noop("The signed token is for another portal: `aud` has to be this portal's id."),
        MAKE_TOKEN,
    ),
    "token_sub": (
        gettext_noop(
            "The signed token's `sub` is neither email:… nor customer:… with an identity."
        ),
        MAKE_TOKEN,
    ),
    "token_iat": (
        gettext_noop("The signed token's `iat` is missing, or in the future."),
        gettext_noop("Set your server's clock, and put in the time in whole seconds."),
    ),
    "token_exp": (
        gettext_noop("The signed token's `exp` is missing, or more than an hour after `iat`."),
        MAKE_TOKEN,
    ),
    "token_jti": (
        gettext_noop(
            "The signed token's `jti` is missing, was ended here, or was another customer's before."
        ),
        gettext_noop("Give each token a name of its own, such as a random one."),
    ),
    "token_subscription": (
        gettext_noop("The signed token's `subscription` isn't the id of one."),
        MAKE_TOKEN,
    ),
    "token_permissions": (
        gettext_noop(
            "The signed token's `permissions` name something else than view, pay and manage."
        ),
        MAKE_TOKEN,
    ),
    "unknown": (
        gettext_noop("It isn't this identity's hash under any of your keys, nor nearly so."),
        gettext_noop(
            "Compare the identity with what your server signs, and the key that it uses with this "
            "portal's newest."
        ),
    ),
}
