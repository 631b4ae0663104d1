"""What to do about each code of the API: what docs/errors.md says beside its meaning."""

from __future__ import annotations

from collections.abc import Mapping

WAYS_OUT: Mapping[str, str] = {
    "invalid": "Read `errors`: it names each field and what is wrong with it.",
    "identity_mismatch": (
        "Send the field that `expected` names, and not the other; or change `identify_by` in "
        "the settings."
    ),
    "live_requires_hash": (
        "Leave `requires_security_hash` on. To try without a hash, use a portal in test mode."
    ),
    "resource_not_inline": (
        "Give `resource` as an object in the snippet, of at most 32 KB; an address is for the "
        "portal's settings. See [texts](texts.md)."
    ),
    "token_missing": (
        "Send `Authorization: Bearer TOKEN`. A customer's token comes from `POST "
        "/api/v1/portal/session`, a merchant's from the dashboard's API tokens."
    ),
    "token_invalid": (
        "Of a [signed token](signed-tokens.md), `claim` says what isn't right. Of another, "
        "look whether it is whole, of this server, and of this API: a customer's token opens "
        "no merchant address, and the other way round. One that was ended is no longer good."
    ),
    "token_expired": (
        "Exchange the identity again, with a new signed token where it is one that has ended."
        " The page does it by itself where the snippet has `identify`, or a hash that is "
        "still good."
    ),
    "card_declined": "Let the customer use another card. Nothing was changed.",
    "authentication_required": (
        "Confirm the payment with Stripe.js, or let the customer do it in the page."
    ),
    "hash_missing": (
        "Make the hash on your server and send it beside the identity; see [secure "
        "set-up](security.md)."
    ),
    "hash_invalid": (
        "Open the checker on the portal's install page: it says what is wrong. The list of "
        "[what can be wrong with a hash](#what-can-be-wrong-with-a-hash) is below."
    ),
    "signed_token_required": (
        "Send a [signed token](signed-tokens.md) as `token`, in place of identity and hash."
    ),
    "origin_not_allowed": (
        "Add the site to the portal's allowed sites. From a server or an app, use `POST "
        "/api/v1/portal/session`, not the page's own address."
    ),
    "permission_missing": (
        "Ask an owner of the team; [the API's page](api.md#tokens) says what each role may "
        "do. From a browser, send the CSRF token too."
    ),
    "setting_off": "Turn on the setting that `setting` names, if customers shall do this.",
    "not_found": (
        "Look whether the id is right and belongs to this customer or team. What is someone "
        "else's doesn't exist."
    ),
    "no_customer": (
        "Look whether the customer exists in Stripe, in the portal's mode, with exactly this "
        "e-mail or id. Before somebody's first purchase this is how it should be."
    ),
    "action_blocked": "Read `reason`; [all of them](#why-an-action-is-blocked) are below.",
    "preview_stale": (
        "Show the new preview, which comes along as `preview` where there is one, and ask "
        "again. Nothing was charged."
    ),
    "update_pending": (
        "Pay the open invoice of that change, or wait: Stripe drops it at "
        "`pending_update_expires_at`. With `reason` `change_under_way` another request of this "
        "customer is being carried out and nothing was done: repeat with the same "
        "`Idempotency-Key` as `Retry-After` says."
    ),
    "idempotency_mismatch": "Use a new `Idempotency-Key` for every new click.",
    "changed_meanwhile": (
        "Read the settings again and decide anew; the answer's `ETag` is for the next `If-Match`."
    ),
    "rate_limited": (
        "Wait as `Retry-After` says, then send the same again: nothing was done. A subscription "
        "takes 5 charged changes a minute and 10 a day, and 100 quantities an hour, half of what "
        "Stripe allows; an account as many requests a second as the server is set to. A customer "
        "may begin with 5 cards an hour, an identity with 20 a day and with 10 unknown codes an "
        "hour. One identity may open a portal 60 times a minute; who sends 100 wrong hashes or "
        "tokens within ten minutes waits until they are over."
    ),
    "stripe_unavailable": (
        "Try again with the same `Idempotency-Key`: whatever was done counts once."
    ),
    "stripe_disconnected": (
        "Look at the dashboard's Stripe page: the key was revoked, or lacks a permission. The"
        " owners have had an e-mail."
    ),
    "servicebot_unavailable": (
        "Try again as `Retry-After` says, with the same `Idempotency-Key`: whatever was done "
        "counts once. With `Retry-After: 1` more requests of this portal are under way than one "
        "process takes at a time, as where its Stripe is slow. With more the database is away: if "
        "the server is yours, look at it; `/readyz` asks for it."
    ),
    "portal_off": "Turn `is_on` on again when customers shall come back.",
}
