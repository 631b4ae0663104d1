"""Who must be refused where, and how: a cell for each kind of address and each kind of stranger.

A cell is a refusal, with status and code; or whoever it is gets in to what is their own, which
shows and changes nothing of Acme's; or it doesn't apply, and says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from accounts.roles import Role, may
from tests import test_tenancy as doors
from tests.strangers.addresses import ONES, TEAMS, Row


class Stranger(StrEnum):
    """Somebody, or something shown at a door, that an address isn't for."""

    NOBODY = "no log-in"
    MERCHANT = "another merchant"
    VIEWER = "a viewer"
    ADMIN = "an admin"
    CUSTOMER = "another customer"
    PORTAL = "another portal of the merchant"
    MODE = "the other mode"
    DOOR = "what opens another door"
    OVER = "an expired session"
    OVER_TOKEN = "an expired API token"
    OVER_INVITATION = "an expired invitation"
    STALE = "a log-in that is no longer fresh"
    ROTATED = "a secret rotated away"
    REVOKED = "a revoked secret"
    ENDED = "an ended session"
    REVOKED_TOKEN = "a revoked API token"
    REVOKED_INVITATION = "a revoked invitation"
    REMOVED = "a removed member"
    SIGNATURE = "another signature"
    ALGORITHM = "another algorithm"
    AUDIENCE = "a token for another portal"
    QUOTE = "a quote of another"


@dataclass(frozen=True)
class Refused:
    """No: a status, with the problem's code or the address that it leads to."""

    status: int
    code: str = ""


@dataclass(frozen=True)
class Own:
    """In, to what is their own."""

    why: str


@dataclass(frozen=True)
class Exempt:
    """There is no such stranger here."""

    why: str


Cell: TypeAlias = Refused | Own | Exempt
Rule: TypeAlias = Cell | Callable[[Row], Cell]

LOG_IN = Refused(302, "/accounts/login/")
AGAIN = Refused(302, "/accounts/reauthenticate/")
NOT_FOUND = Refused(404, "not_found")
NO_PAGE = Refused(404)
NO_TOKEN, BAD_TOKEN = Refused(401, "token_missing"), Refused(401, "token_invalid")
ENDED = Refused(401, "token_expired")
GONE = Refused(410)

NO_ROLES = Exempt("customers have no roles")
NO_INVITATION = Exempt("no invitation is taken here")
NO_API_TOKEN = Exempt("no API token is taken here")
NO_FRESH = Exempt("a log-in here needn't be fresh")
NO_SECRET = Exempt("nothing here is signed with a portal's secret")
NO_CUSTOMER = Exempt("customers aren't known here")
NO_SIGNATURE = Exempt(
    "the log-in is no signed thing but a row, and a cookie that names none is none"
)
NO_QUOTE = Exempt("no quote is taken here")
NO_TEAM = Exempt("it is the user's own, whatever team they are in")
NO_PORTAL = Exempt("it names no portal")
ONE_TEAM = Exempt("whoever may in one portal of the merchant may in all, in both modes")
UNNAMED = Exempt("the token itself says which portal is meant")

# What names something of a customer's, in the address or in the body.
CUSTOMERS = ("subscription_id", "invoice_id", "customer_id", "method_id")
NAMED_IN_BODY = {
    *("ask-card", "begin-card", "save-card", "remove-card", "ask-billing", "save-billing"),
    *("invoices", "api-invoices", "api-setup", "api-payment-method"),
}
CONFIRMED = ("change-plan", "change-quantity", "apply-coupon", "resubscribe", "resume")
QUOTED = {*CONFIRMED, *(f"api-{each}" for each in CONFIRMED)}
INTENTS = {"save-card", "api-payment-method"}
FRESH = {
    "install",  # where it is asked for the key too
    "export_merchant",
    *("keys", "rotate_key", "revoke_key", "new_token"),
    *("mfa_activate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"),
    *("mfa_download_recovery_codes", "mfa_add_webauthn"),
    *("mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_deactivate_totp"),
}
FRESH_API = {"api_rotate_key", "api_revoke_key"}
SECRETS = ("secret_id", "key_id")


def someone_elses(row: Row) -> Cell:
    """Another customer's thing doesn't exist; what names none answers about oneself alone."""
    if row.names(*CUSTOMERS) or row.name in NAMED_IN_BODY:
        return NOT_FOUND
    return Own("it names nothing, and answers about who asks")


def other_portal_in_api(row: Row) -> Cell:
    """What was begun in another portal doesn't exist, else the token's own portal is meant."""
    return NOT_FOUND if row.name in INTENTS else UNNAMED


def quote_of_another(row: Row) -> Cell:
    return Refused(400, "invalid") if row.name in QUOTED else NO_QUOTE


def lesser(role: Role, code: str = "") -> Callable[[Row], Cell]:
    """Refuse whose role lacks the right."""

    def cell(row: Row) -> Cell:
        if may(role, row.right):
            return Exempt(f"a role with the right “{row.right}” may")
        return Refused(403, code)

    return cell


def if_fresh(row: Row) -> Cell:
    return AGAIN if row.name in FRESH else NO_FRESH


def if_fresh_in_api(row: Row) -> Cell:
    return Refused(403, "permission_missing") if row.name in FRESH_API else NO_FRESH


def named(refused: Cell, *placeholders: str, otherwise: Cell) -> Callable[[Row], Cell]:
    """Refuse where the address names one of these."""
    return lambda row: refused if row.names(*placeholders) else otherwise


def where(method: str, then: Cell, otherwise: Cell) -> Callable[[Row], Cell]:
    """Tell one method from the others."""
    return lambda row: then if row.method == method else otherwise


S = Stranger
ONE_SURFACE: dict[Stranger, Rule] = {  # what a customer's doors have in common
    **dict.fromkeys((S.VIEWER, S.ADMIN, S.REMOVED), NO_ROLES),
    **dict.fromkeys((S.OVER_TOKEN, S.REVOKED_TOKEN), NO_API_TOKEN),
    **dict.fromkeys((S.OVER_INVITATION, S.REVOKED_INVITATION), NO_INVITATION),
    S.STALE: Exempt("no log-in is taken here"),
}
VISIT: dict[Stranger, Rule] = {
    **ONE_SURFACE,
    S.NOBODY: NO_TOKEN,
    S.CUSTOMER: someone_elses,
    **dict.fromkeys((S.DOOR, S.SIGNATURE, S.ALGORITHM), BAD_TOKEN),
    **dict.fromkeys((S.OVER, S.ROTATED, S.REVOKED, S.ENDED), ENDED),
    S.AUDIENCE: BAD_TOKEN,
    S.QUOTE: quote_of_another,
}
LOGGED_IN: dict[Stranger, Rule] = {  # what every door of the log-in has in common
    **dict.fromkeys((S.NOBODY, S.DOOR, S.OVER, S.ENDED, S.SIGNATURE), LOG_IN),
    S.CUSTOMER: NO_CUSTOMER,
    **dict.fromkeys((S.OVER_TOKEN, S.REVOKED_TOKEN), NO_API_TOKEN),
    **dict.fromkeys((S.OVER_INVITATION, S.REVOKED_INVITATION), NO_INVITATION),
    **dict.fromkeys((S.ROTATED, S.REVOKED, S.AUDIENCE), NO_SECRET),
    S.ALGORITHM: NO_SIGNATURE,
    S.QUOTE: NO_QUOTE,
    S.STALE: if_fresh,
}
NOBODYS: dict[Stranger, Rule] = {
    stranger: Exempt("the same for everybody: it shows and changes nothing of anybody's")
    for stranger in Stranger
}
EXPECTED: dict[str, dict[Stranger, Rule]] = {
    doors.PUBLIC: NOBODYS,
    doors.PAGE: {**VISIT, **dict.fromkeys((S.MERCHANT, S.PORTAL, S.MODE), BAD_TOKEN)},
    doors.API: {
        **VISIT,
        S.MERCHANT: someone_elses,
        S.MODE: someone_elses,
        S.PORTAL: other_portal_in_api,
    },
    doors.EXCHANGE: {
        **ONE_SURFACE,
        S.NOBODY: Refused(403, "hash_missing"),
        **dict.fromkeys(
            (S.MERCHANT, S.CUSTOMER, S.PORTAL, S.MODE, S.ROTATED, S.REVOKED, S.DOOR),
            Refused(403, "hash_invalid"),
        ),
        S.OVER: ENDED,
        **dict.fromkeys((S.ENDED, S.SIGNATURE, S.ALGORITHM, S.AUDIENCE), BAD_TOKEN),
        S.QUOTE: NO_QUOTE,
    },
    doors.STRIPE: {
        **ONE_SURFACE,
        **dict.fromkeys(
            (
                *(S.NOBODY, S.MERCHANT, S.MODE, S.DOOR, S.OVER, S.ROTATED, S.SIGNATURE),
                S.ALGORITHM,
            ),
            Refused(400, "invalid"),
        ),
        **dict.fromkeys((S.CUSTOMER, S.AUDIENCE), NO_CUSTOMER),
        S.PORTAL: Exempt("a merchant's Stripe speaks for all portals of its mode"),
        S.REVOKED: NOT_FOUND,
        S.ENDED: Exempt("there is no session: each event is signed"),
        S.QUOTE: NO_QUOTE,
    },
    doors.DASHBOARD: {
        **LOGGED_IN,
        S.MERCHANT: NO_PAGE,
        S.VIEWER: lesser(Role.VIEWER),
        S.ADMIN: lesser(Role.ADMIN),
        S.PORTAL: named(NO_PAGE, *SECRETS, otherwise=ONE_TEAM),
        S.MODE: named(NO_PAGE, *SECRETS, otherwise=ONE_TEAM),
        S.REMOVED: named(NO_PAGE, "portal_id", "merchant_id", otherwise=Refused(403)),
    },
    TEAMS: {
        **LOGGED_IN,
        S.MERCHANT: Own("it is about the team of whoever asks"),
        S.VIEWER: lesser(Role.VIEWER),
        S.ADMIN: lesser(Role.ADMIN),
        **dict.fromkeys((S.PORTAL, S.MODE), NO_PORTAL),
        S.REMOVED: Refused(403),
    },
    ONES: {
        **LOGGED_IN,
        S.MERCHANT: Own("it is about whoever asks"),
        **dict.fromkeys((S.VIEWER, S.ADMIN, S.REMOVED), NO_TEAM),
        **dict.fromkeys((S.PORTAL, S.MODE), NO_PORTAL),
    },
    doors.OWN: {
        **LOGGED_IN,
        S.MERCHANT: NO_PAGE,
        **dict.fromkeys((S.VIEWER, S.ADMIN, S.REMOVED), NO_PAGE),
        **dict.fromkeys((S.PORTAL, S.MODE), NO_PORTAL),
    },
    doors.MERCHANT_API: {
        S.NOBODY: NO_TOKEN,
        S.MERCHANT: named(
            NOT_FOUND, "portal_id", otherwise=Own("it is about the token's own merchant")
        ),
        S.VIEWER: lesser(Role.VIEWER, "permission_missing"),
        S.ADMIN: lesser(Role.ADMIN, "permission_missing"),
        S.CUSTOMER: NO_CUSTOMER,
        S.PORTAL: named(NOT_FOUND, *SECRETS, otherwise=ONE_TEAM),
        S.MODE: named(NOT_FOUND, *SECRETS, otherwise=ONE_TEAM),
        **dict.fromkeys(
            (S.DOOR, S.OVER_TOKEN, S.REVOKED_TOKEN, S.REMOVED, S.SIGNATURE, S.ALGORITHM),
            BAD_TOKEN,
        ),
        **dict.fromkeys((S.OVER, S.ENDED), NO_TOKEN),
        **dict.fromkeys((S.OVER_INVITATION, S.REVOKED_INVITATION), NO_INVITATION),
        S.STALE: if_fresh_in_api,
        **dict.fromkeys((S.ROTATED, S.REVOKED, S.AUDIENCE), NO_SECRET),
        S.QUOTE: NO_QUOTE,
    },
    doors.STAFF: {
        **LOGGED_IN,
        **dict.fromkeys(
            (
                *(S.NOBODY, S.DOOR, S.OVER, S.ENDED, S.SIGNATURE),
                *(S.MERCHANT, S.VIEWER, S.ADMIN, S.REMOVED),
            ),
            Refused(302, "/staff/login/"),
        ),
        **dict.fromkeys((S.PORTAL, S.MODE), NO_PORTAL),
    },
    doors.MAILED: {
        **dict.fromkeys(Stranger, Exempt("the link is what opens it, to whom it was sent")),
        **dict.fromkeys(
            (S.NOBODY, S.DOOR, S.OVER, S.ENDED),
            where("POST", LOG_IN, Exempt("whoever has the link reads who invites whom")),
        ),
        **dict.fromkeys((S.MERCHANT, S.VIEWER, S.ADMIN, S.REMOVED), Refused(200, "not for them")),
        **dict.fromkeys((S.OVER_INVITATION, S.REVOKED_INVITATION, S.SIGNATURE), GONE),
    },
    doors.RESET: {
        **dict.fromkeys(Stranger, Exempt("the link is what opens it, to whoever has it")),
        **dict.fromkeys((S.OVER, S.ENDED, S.SIGNATURE), Refused(200, "no good link")),
    },
}


def cell_of(row: Row, stranger: Stranger) -> Cell:
    """Return what must come of it; raises KeyError where nobody has said."""
    rule = EXPECTED[row.kind][stranger]
    return rule(row) if callable(rule) else rule
