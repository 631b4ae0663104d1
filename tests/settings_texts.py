"""What the settings of a merchant's own texts decide: whose words are on the page."""

from __future__ import annotations

import json
from typing import Any

from portal.models import FetchedTexts
from tests.matrix import Call, MatrixTestCase
from tests.settings_effect import Effect

OWN = {"en": {"cancel.button": "Leave <b>us</b>"}}
ESCAPED = "Leave &lt;b&gt;us&lt;/b&gt;"
AT_ADDRESS = "https://shop.example.com/texts.json"


def own_text(case: MatrixTestCase, face: str) -> Any:
    """Look whether a text of the merchant's is in the place of ours; the API says no words."""
    at = case.send("page", Call("page")) if face == "page" else case.api("get", "")
    return ESCAPED in at.content.decode()


def fetched_text(case: MatrixTestCase, face: str) -> Any:
    """Look for a text that once came from an address; it counts while there is an address."""
    FetchedTexts.objects.update_or_create(portal=case.portal, defaults={"texts": OWN})
    return own_text(case, face)


def sent_text(case: MatrixTestCase, face: str) -> Any:
    """Look for a text that the snippet sends along."""
    call = Call("page", {"resource": json.dumps(OWN)})
    said = case.send("page", call) if face == "page" else case.api("get", "", **call.body)
    return ESCAPED in said.content.decode()


TEXTS: dict[str, tuple[Effect, ...]] = {
    "uses_custom_resource": (
        Effect("a saved text", own_text, (False, True), (False, False), {"custom_texts": OWN}),
        Effect("a text of the snippet", sent_text, (False, True), (False, False)),
    ),
    "custom_texts": (
        Effect(
            "its words", own_text, (False, True), (False, False), {"uses_custom_resource": True}
        ),
    ),
    "custom_resource_url": (
        Effect(
            "what came from it",
            fetched_text,
            (False, True),
            (False, False),
            {"uses_custom_resource": True},
        ),
    ),
}
