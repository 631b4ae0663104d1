"""Every setting x every value x page and API: what it hides is refused, what it shows is done.

GATES and EFFECTS are the rows. A setting that is declared and has none fails, unless it says that
its effect is coming. Form and API of the dashboard walk the same declaration in tests/settings_ui.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import time_machine
from django.utils import timezone

from portal.models import PortalSettings
from portal.toggles import Choice, PortalSetting
from tests.matrix import FORGED, Call, MatrixTestCase
from tests.settings_effects import CLOSED, EFFECTS, LOOK, MOVING, SITE, SIX
from tests.settings_gates import GATES, SUB, Gate
from tests.settings_texts import AT_ADDRESS, OWN

FACES = ("page", "api")
DECLARED = PortalSettings.declared()
BUILT = {name: field for name, field in DECLARED.items() if not field.is_coming}
# A list, a text or a group is tried without and with this in it.
FILLED: dict[str, Any] = {
    "off_text": CLOSED,
    "allowed_origins": [SITE],
    "services": ["Another"],
    "quantity_rules": SIX,
    "cancellation_reasons": MOVING,
    "look": LOOK,
    "custom_texts": OWN,
    "custom_resource_url": AT_ADDRESS,
}
GARBAGE = (b"", b"{", b"[]", b"null", b'"text"', b"\xff")
# What is new in every answer.
NONCES = re.compile(r'(?:"key": "|name="(?:key|quote)" value="|"quote":"|data-key=")[^"]+')


def values(name: str, setting: PortalSetting) -> tuple[Any, ...]:
    """Return what a setting is worth trying with."""
    if isinstance(setting, Choice):
        return tuple(value for value, _label in setting.choices or ())
    return (setting.get_default(), FILLED[name]) if name in FILLED else (False, True)


def rowless(declared: dict[str, PortalSetting]) -> set[str]:
    """Return the settings that are without a row, and the rows that are without a setting."""
    built = {name for name, setting in declared.items() if not setting.is_coming}
    return built ^ ({gate.setting for gate in GATES} | set(EFFECTS))


class MatrixTests(MatrixTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.began = timezone.now()

    def test_every_setting_has_a_row(self) -> None:
        assert rowless(DECLARED) == set()

    def test_a_setting_without_a_row_is_found(self) -> None:
        assert rowless({**DECLARED, "can_pause": DECLARED["can_cancel"]}) == {"can_pause"}

    def test_every_value_has_its_effect_on_page_and_api(self) -> None:
        for name, effects in EFFECTS.items():
            tried = values(name, DECLARED[name])
            for effect in effects:
                for face in FACES:
                    for value, expected in zip(tried, effect.expected(face), strict=True):
                        with (
                            self.cell(setting=name, value=value, face=face, what=effect.what),
                            self.undone(**{**effect.beside, name: value}),
                        ):
                            assert effect.look(self, face) == expected

    def test_what_is_on_is_there_and_is_done(self) -> None:
        for gate in GATES:
            for face in FACES:
                with self.cell(gate=gate.name, face=face), self.undone():
                    gate.prepared(self)
                    assert not gate.is_done(self)
                    assert self.has(gate.control)
                    assert self.verdict(gate) in (None, {"allowed": True})

                    self.take(face, gate.page if face == "page" else gate.api)

                    assert gate.is_done(self)

    def test_what_is_sent_along_changes_nothing_of_it(self) -> None:
        for gate in GATES:
            for face in FACES:
                with self.cell(gate=gate.name, face=face, forged=True), self.undone():
                    gate.prepared(self)

                    self.take(face, gate.page if face == "page" else gate.api, **FORGED)

                    assert gate.is_done(self)
                    assert self.stripe[self.ada_sub]["status"] == "active"

    def test_what_is_off_is_not_there(self) -> None:
        for gate in GATES:
            with self.undone():
                gate.prepared(self)
                self.switch(**{gate.setting: False})
                off = {"allowed": False, "reason": "setting_off", "setting": gate.setting}
                with self.cell(gate=gate.name, face="page"):
                    assert not self.has(gate.control)
                with self.cell(gate=gate.name, face="api"):
                    assert self.verdict(gate) in (None, off)
                self.switch(**{gate.setting: True})

    def test_what_is_off_is_refused_whatever_is_sent(self) -> None:
        for gate in GATES:
            for face in FACES:
                with self.undone():
                    self.gather(gate, face)
                    self.switch(**{gate.setting: False})
                    before = self.at_stripe()
                    for call in gate.calls(face):
                        for body in self.bodies(gate, call):
                            with self.cell(gate=gate.name, face=face, call=call.path, body=body):
                                self.require_refused(
                                    gate.setting, face, self.sent(face, call, body)
                                )
                    assert self.at_stripe() == before
                    self.switch(**{gate.setting: True})

    def test_what_it_needs_shuts_it_too(self) -> None:
        for gate in GATES:
            for need in DECLARED[gate.setting].needs:
                for face in FACES:
                    with self.undone():
                        self.gather(gate, face)
                        self.switch(**{need: False})
                        before = self.at_stripe()
                        with self.cell(gate=gate.name, face=face, without=need):
                            assert not self.has(gate.control)
                            for call in gate.calls(face):
                                answer = self.sent(face, call, call.body)
                                self.require_refused(need, face, answer)
                        assert self.at_stripe() == before
                        self.switch(**{need: True})

    def test_no_body_opens_a_preview_that_names_no_action(self) -> None:
        shut = dict.fromkeys(self.all_on, False)
        with self.undone(**shut):
            for garbage in GARBAGE:
                with self.cell(body=garbage):
                    assert self.sent("api", Call(f"{SUB}/preview"), garbage).status_code == 400

    def test_alone_a_setting_that_needs_others_does_nothing(self) -> None:
        for name, setting in BUILT.items():
            for need in setting.needs:
                seen = []
                for value in values(name, setting):
                    with self.frozen, self.undone(**{need: False, name: value}):
                        seen.append(self.everything())
                for face in FACES:
                    with self.cell(setting=name, without=need, face=face):
                        assert [one[face] for one in seen] == [seen[0][face]] * len(seen)

    def test_what_is_coming_changes_nothing_yet(self) -> None:
        for name in sorted(set(DECLARED) - set(BUILT)):
            seen = []
            for value in values(name, DECLARED[name]):
                with self.frozen, self.undone(**{name: value}):
                    seen.append(self.everything())
            for face in FACES:
                with self.cell(setting=name, coming=True, face=face):
                    assert [one[face] for one in seen] == [seen[0][face]] * len(seen)

    # How it is asked

    @property
    def frozen(self) -> Any:
        """Stop the time in which a proration grows."""
        return time_machine.travel(self.began, tick=False)

    def verdict(self, gate: Gate) -> Any:
        """Return what the API says of the action of a gate, if it is one of a subscription."""
        if not gate.action:
            return None
        (customer,) = self.api("get", "").json()["customers"]
        wanted = self.ended if gate.action == "resubscribe" else self.ada_sub
        found = {s["id"]: s["actions"] for s in customer["subscriptions"]}
        return found[wanted][gate.action]

    def gather(self, gate: Gate, face: str) -> None:
        """Go the way up to its last step while the gate is open, so as to have what it takes."""
        gate.prepared(self)
        steps = gate.page if face == "page" else gate.api
        self.take(face, steps[:-1])

    def bodies(self, gate: Gate, call: Call) -> Iterator[Any]:
        """Yield the good body, the good one with forged things, and all kinds of bad ones."""
        yield call.body
        yield {**call.body, **FORGED}
        if not gate.parameter:
            yield {"action": call.body["action"]} if "action" in call.body else {}
            yield from ({**call.body, **wrong} for wrong in gate.wrong())
            if not call.path.endswith("/preview") and call.method != "get":
                yield from GARBAGE
        elif gate.parameter in call.body:
            yield from ({**call.body, **wrong} for wrong in gate.wrong())

    def sent(self, face: str, call: Call, body: Any) -> Any:
        """Send a body, or bytes in its place."""
        if not isinstance(body, bytes):
            return self.send(face, Call(call.path, body, call.method))
        at = f"/portal/{self.portal.public_id}/" if face == "page" else "/api/v1/portal/"
        return self.ask(call.method, at + self.filled(call.path), body)

    def require_refused(self, setting: str, face: str, answer: Any) -> None:
        """Fail unless this says that a setting is off, and which."""
        assert answer.status_code == 403, answer.content
        if face == "page":
            assert answer.headers["Servicebot-Problem"] == "setting_off"
            return
        said = answer.json()
        assert (said["code"], said["setting"]) == ("setting_off", setting)

    def everything(self) -> dict[str, Any]:
        """Return all that a customer sees, and what every first step answers."""
        first = {face: [self.first(gate, face) for gate in GATES] for face in FACES}
        customers = self.api("get", "").json().get("customers")
        page = NONCES.sub("", self.send("page", Call("page")).content.decode())
        return {"page": (page, first["page"]), "api": (customers, first["api"])}

    def first(self, gate: Gate, face: str) -> Any:
        """Return what the steps before the last one answer."""
        steps = gate.page if face == "page" else gate.api
        said = [self.send(face, step) for step in steps[:-1] if isinstance(step, Call)]
        hidden = re.compile(r"seti_\w+")
        return [(a.status_code, hidden.sub("", NONCES.sub("", a.content.decode()))) for a in said]
