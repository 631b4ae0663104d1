"""What settings decide without opening or shutting: what each value gives, on page and in API.

A look does or reads something by one of the two and says what came of it; each value of the
setting has its own answer, and so does each face.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from portal import texts
from tests.languages import spoken
from tests.matrix import Call, MatrixTestCase
from tests.settings_effect import Effect, Look, both
from tests.settings_gates import (
    AGAIN_CODE,
    ENDED,
    PLAN,
    PLAN_CODE,
    SUB,
    Ways,
    discounts,
    priced,
    successors,
)
from tests.settings_texts import TEXTS
from tests.signing import signed_token

SITE = "https://shop.example.com"
MOVING = [{"key": "moving", "texts": {"en": "I am moving"}, "feedback": "other"}]
LOOK = {"accent": "#ffcc00", "radius": "none", "font": "serif", "scheme": "dark"}
CLOSED = "Back <b>soon</b>"
ENGLISH = tuple("en" for _language in texts.languages())
SIX = [{"unit_label": "seat", "max": 6}]


def status(case: MatrixTestCase, face: str) -> Any:
    """Read all that there is."""
    token = case.token()
    answer = case.page_post("page", token) if face == "page" else case.api("get", "", token)
    return answer.status_code


def exchange(case: MatrixTestCase, face: str, **given: str) -> Any:
    """Ask for a session; returns the code of the refusal, if it is one."""
    headers = {"Sec-Fetch-Site": "same-origin"}
    if face == "page":
        answer = case.client.post(
            f"/portal/{case.portal.public_id}/session", given, headers=headers
        )
        return answer.headers.get("Servicebot-Problem", "")
    body = {"portal_id": case.portal.public_id, **given}
    answer = case.client.post("/api/v1/portal/session", body, content_type="application/json")
    return answer.json().get("code", "")


def closed(case: MatrixTestCase, face: str) -> Any:
    """Ask for a session of a portal that is off; returns its code and the merchant's text."""
    given = {"email": "ada@example.com", "hash": case.hash("ada@example.com")}
    if face == "page":
        at, headers = f"/portal/{case.portal.public_id}/session", {"Sec-Fetch-Site": "same-origin"}
        answer = case.client.post(at, given, headers=headers)
        code, says = answer.headers["Servicebot-Problem"], "Back &lt;b&gt;soon&lt;/b&gt;"
        return code, says in answer.content.decode()
    body = {"portal_id": case.portal.public_id, **given}
    answer = case.client.post("/api/v1/portal/session", body, content_type="application/json")
    return answer.json()["code"], answer.json().get("off_text") == CLOSED


def styled(case: MatrixTestCase, face: str) -> Any:
    """Look for the accent: in the style sheet that the shell has in it, if any, and in the API."""
    if face == "api":
        return LOOK["accent"] in case.api("get", "").content.decode()
    at = f"/portal/{case.portal.public_id}/"
    shell = case.client.get(at).content.decode()
    found = re.search(r"<style>(.+?)</style>", shell, re.DOTALL)
    return found and LOOK["accent"] in found[1]


def exchanging(kind: str, *, hashed: str = "") -> Look:
    """Return a look that asks for a session with an e-mail or an id."""

    def look(case: MatrixTestCase, face: str) -> Any:
        value = "ada@example.com" if kind == "email" else case.ada
        hashes = {"": {}, "good": {"hash": case.hash(value)}, "bad": {"hash": "0" * 64}}
        return exchange(case, face, **{kind: value}, **hashes[hashed])

    return look


def by_token(case: MatrixTestCase, face: str) -> Any:
    """Ask for a session with a signed token."""
    return exchange(case, face, token=signed_token(case.acme))


def unsecured(case: MatrixTestCase, face: str) -> Any:
    """Ask for a session without a hash, and look whether its page says so."""
    given = {"email": "ada@example.com"}
    if face == "api":
        body = {"portal_id": case.portal.public_id, **given}
        begun = case.client.post("/api/v1/portal/session", body, content_type="application/json")
        token = begun.json().get("token", "")
        return case.api("get", "", token).json().get("unsecured")
    at, headers = f"/portal/{case.portal.public_id}/session", {"Sec-Fetch-Site": "same-origin"}
    return "note quiet" in case.client.post(at, given, headers=headers).content.decode()


def framed(case: MatrixTestCase, face: str) -> Any:
    """Look whether the site may frame the shell; to the API no site is anything."""
    if face == "page":
        shell = case.client.get(f"/portal/{case.portal.public_id}/")
        return SITE in shell.headers["Content-Security-Policy"]
    answer = case.api("get", "")
    return "Access-Control-Allow-Origin" in answer.headers or SITE in answer.content.decode()


def debugged(case: MatrixTestCase, face: str) -> Any:
    """Look what a snippet that asks for debug mode gets; the API only says how it is set."""
    id_ = case.portal.public_id
    if face == "api":
        return case.api("get", "").json()["settings"]["debug_mode"]
    loaded = case.client.get("/embed/v1.debug.js", {"portal_id": id_}).content.decode()
    return "data-debug" in case.client.get(f"/portal/{id_}/").content.decode(), id_ in loaded


def telling(case: MatrixTestCase, face: str) -> Any:
    """Look whether the page around is told of a cancellation; to the API nobody is around."""
    answer = case.send(face, Call(f"{SUB}/cancel")).content.decode()
    return "data-events" in answer


def charged(case: MatrixTestCase, face: str) -> Any:
    """Move up; returns how many invoices and waiting items came of it."""
    before = len(case.stripe.all("invoice"))
    case.take(face, PLAN[face == "api"])
    waiting = [i for i in case.stripe.all("invoiceitem") if not i["invoice"]]
    return len(case.stripe.all("invoice")) - before, len(waiting)


def plan_preview(case: MatrixTestCase, face: str) -> Any:
    """Ask what moving up would cost."""
    path = "preview-change-plan" if face == "page" else "preview"
    body = {"action": "change_plan", "price": "{business}"}
    return case.send(face, Call(f"{SUB}/{path}", body)).status_code


def starts(case: MatrixTestCase, face: str) -> Any:
    """Move down; returns whether it waits in a schedule."""
    ways = priced("change_plan", SUB, "plans", price="{starter}")
    case.take(face, ways[face == "api"])
    return bool(case.stripe[case.ada_sub]["schedule"])


def seven(case: MatrixTestCase, face: str) -> Any:
    """Ask for seven."""
    path = "preview-change-quantity" if face == "page" else "preview"
    body = {"action": "change_quantity", "quantity": 7}
    return case.send(face, Call(f"{SUB}/{path}", body)).status_code


def most(case: MatrixTestCase, face: str) -> Any:
    """Look what the field offers at most; the API has its answer in what it refuses."""
    if face == "page":
        return 'max="6"' in case.send("page", Call(f"{SUB}/quantity")).content.decode()
    body = {"action": "change_quantity", "quantity": 10**6}
    said = case.send("api", Call(f"{SUB}/preview", body)).json()
    return "1 to 6," in str(said["errors"])


def with_coupon(ways: Ways, id_: str) -> Look:
    """Return a look that tries a coupon's id in place of a code; says whether it was put on."""

    def look(case: MatrixTestCase, face: str) -> Any:
        for call in ways[face == "api"]:
            assert isinstance(call, Call)
            has_code = "coupon" in call.body
            case.send(face, call.sending(coupon="{coupon}") if has_code else call)
        found = [s["id"] for s in successors(case)] if id_ == "ended" else [case.ada_sub]
        return any(discounts(case, each) for each in found)

    return look


def panel(needle: str) -> Callable[[MatrixTestCase], bool]:
    """Return whether the cancel panel has something."""
    return lambda case: needle in case.send("page", Call(f"{SUB}/ask-cancel")).content.decode()


def asked(case: MatrixTestCase, face: str) -> Any:
    """Cancel with a reason and a comment; returns whether they were asked for, and were kept."""
    offered = face == "api" or panel('name="reason"')(case)
    case.take(face, (Call(f"{SUB}/cancel", {"reason": "unused", "comment": "Bye"}),))
    at_stripe = case.stripe[case.ada_sub]
    kept = at_stripe["metadata"].get("cancellation_reason") == "unused"
    assert kept == (at_stripe["cancellation_details"]["comment"] == "Bye")
    return (offered, kept) if face == "page" else kept


def moving(case: MatrixTestCase, face: str) -> Any:
    """Leave for one's own reason; returns whether it was offered, and what came of it."""
    is_offered = panel("I am moving")(case)
    answer = case.send(face, Call(f"{SUB}/cancel", {"reason": "moving"}))
    return (is_offered, answer.status_code) if face == "page" else answer.status_code


def built_in(case: MatrixTestCase, face: str) -> Any:
    """Leave for a reason that comes with the product."""
    return case.send(face, Call(f"{SUB}/cancel", {"reason": "unused"})).status_code


def ended(case: MatrixTestCase, face: str) -> Any:
    """Cancel; returns what the panel says of when, and the status that follows at Stripe."""
    says_now = panel("ends at once")(case)
    case.take(face, (Call(f"{SUB}/cancel"),))
    status = case.stripe[case.ada_sub]["status"]
    return (says_now, status) if face == "page" else status


def loose_invoice(case: MatrixTestCase, face: str) -> Any:
    """Look whether an invoice of no subscription is listed."""
    if face == "page":
        return case.has(("page", "{loose}"))
    return case.names["loose"] in case.api("get", "/invoices").content.decode()


def older_invoices(case: MatrixTestCase, face: str) -> Any:
    """Look whether it is listed among the older ones, which are read by themselves."""
    newest = case.acme.shop.stripe.v1.invoices.create({"customer": case.ada})
    case.acme.shop.stripe.v1.invoices.finalize_invoice(newest.id)
    if face == "page":
        body = {"customer": "{ada}", "after": newest.id}
        return case.names["loose"] in case.send("page", Call("invoices", body)).content.decode()
    return case.names["loose"] in case.api("get", "/invoices", cursor=newest.id).content.decode()


def ended_shown(case: MatrixTestCase, face: str) -> Any:
    """Look whether a canceled subscription is shown."""
    if face == "page":
        return case.has(("page", "sub-{ended}"))
    return case.ended in case.api("get", "").content.decode()


def ended_invoices(case: MatrixTestCase, face: str) -> Any:
    """Look whether its invoices are."""
    number = case.stripe[case.stripe[case.ended]["latest_invoice"]]["number"]
    if face == "page":
        return number in case.send("page", Call("page")).content.decode()
    return number in case.api("get", "/invoices").content.decode()


def revived(case: MatrixTestCase, face: str) -> Any:
    """Try to start it again by its id."""
    path = "ask-resubscribe" if face == "page" else "preview"
    return case.send(face, Call(f"{ENDED}/{path}", {"action": "resubscribe"})).status_code


def menu(case: MatrixTestCase, face: str) -> Any:
    """Look whether the actions are in a menu; the API has the same ones either way."""
    if face == "page":
        return case.has(("page", '<details class="menu"'))
    (customer,) = case.api("get", "").json()["customers"]
    return [s["actions"]["cancel"]["allowed"] for s in customer["subscriptions"]]


def tongue(case: MatrixTestCase, face: str, **given: str) -> str:
    """Ask for a session; returns the language of the page, or what the API says it is."""
    given |= {"email": "ada@example.com", "hash": case.hash("ada@example.com")}
    if face == "page":
        at, headers = f"/portal/{case.portal.public_id}/session", {"Sec-Fetch-Site": "same-origin"}
        page = case.client.post(at, given, headers=headers).content.decode()
        found = re.search(r'<footer[^>]+data-language="([^"]+)"', page)
        return found[1] if found else page
    body = {"portal_id": case.portal.public_id, **given}
    begun = case.client.post("/api/v1/portal/session", body, content_type="application/json")
    return str(case.api("get", "", begun.json()["token"]).json()["language"])


def of_browser(case: MatrixTestCase, face: str) -> Any:
    """Come with a browser whose language isn't the portal's default."""
    with spoken("de"):
        return tongue(case, face, languages="de")


CODE_ALONE = priced("apply_coupon", SUB, "coupon", coupon="{coupon}")
EFFECTS: dict[str, tuple[Effect, ...]] = {
    "is_on": (
        both("what there is", status, (503, 200)),
        both("a session", exchanging("email", hashed="good"), ("portal_off", "")),
    ),
    "off_text": (
        both("its words", closed, (("portal_off", False), ("portal_off", True)), is_on=False),
        both("nothing while it is on", status, (200, 200)),
    ),
    "allowed_origins": (Effect("who may frame it", framed, (False, True), (False, False)),),
    "identify_by": (
        both("an e-mail", exchanging("email", hashed="good"), ("", "identity_mismatch")),
        both("an id", exchanging("customer_id", hashed="good"), ("identity_mismatch", "")),
        both("a session by e-mail", status, (200, 401)),
    ),
    "requires_security_hash": (
        both("no hash", exchanging("email"), ("", "hash_missing")),
        both("a wrong hash", exchanging("email", hashed="bad"), ("hash_invalid", "hash_invalid")),
        both("a good hash", exchanging("email", hashed="good"), ("", "")),
        Effect("what the page says", unsecured, (True, False), (True, None)),
    ),
    "requires_signed_token": (
        both("a hash", exchanging("email", hashed="good"), ("", "signed_token_required")),
        both("a token", by_token, ("", "")),
        both("a session by a hash", status, (200, 401)),
    ),
    "proration_behavior": (both("moving up", charged, ((1, 0), (0, 2), (0, 0))),),
    "services": (both("a plan of another", plan_preview, (200, 409)),),
    "schedules_downgrades": (both("moving down", starts, (False, True)),),
    "quantity_rules": (
        both("seven of it", seven, (200, 400)),
        both("the most", most, (False, True)),
    ),
    "accepts_coupon_ids": (
        both("alone", with_coupon(CODE_ALONE, "sub"), (False, True)),
        both("with a plan", with_coupon(PLAN_CODE, "sub"), (False, True)),
        both("coming back", with_coupon(AGAIN_CODE, "ended"), (False, True)),
    ),
    "asks_cancellation_reason": (
        Effect("the reason", asked, ((False, False), (True, True)), (False, True)),
    ),
    "cancellation_reasons": (
        Effect(
            "one's own",
            moving,
            ((False, 400), (True, 200)),
            (400, 200),
            {"asks_cancellation_reason": True, "cancels_immediately": False},
        ),
        both("a built-in one", built_in, (200, 400), asks_cancellation_reason=True),
    ),
    "cancels_immediately": (
        Effect(
            "when it ends", ended, ((False, "active"), (True, "canceled")), ("active", "canceled")
        ),
    ),
    "shows_all_invoices": (
        both("a loose invoice", loose_invoice, (False, True)),
        both("among older ones", older_invoices, (False, True)),
    ),
    "shows_only_active_subscriptions": (
        both("an ended one", ended_shown, (True, False)),
        both("its invoices", ended_invoices, (True, False), shows_all_invoices=False),
        both("coming back to it", revived, (200, 403)),
    ),
    # A server's own browser is nobody's, so the API hears of the snippet's language alone.
    "detects_browser_language": (Effect("the browser's", of_browser, ("en", "de"), ("en", "en")),),
    "default_language": (
        both("where nothing else is said", tongue, texts.languages()),
        both("beside another", lambda case, face: tongue(case, face, language="en"), ENGLISH),
    ),
    "handles_response": (Effect("what is told", telling, (False, True), (False, False)),),
    "debug_mode": (
        Effect("what is loaded", debugged, ((False, False), (True, True)), (False, True)),
    ),
    **TEXTS,
    "look": (Effect("how it looks", styled, (None, True), (False, True)),),
    "shows_actions_in_dropdown": (
        Effect("how they stand", menu, (False, True), ([False, True], [False, True])),
    ),
}
