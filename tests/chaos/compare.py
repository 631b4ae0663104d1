"""What customers were told against what happened: lost, doubled, wrong.

A click's stretch of time goes from its first sending to the same customer's next click, so every
change of a customer's belongs to exactly one click, or to none, which is a finding too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tests.chaos.history import Click, Json
from tests.chaos.ledger import Effect, Ledger


class Fault(StrEnum):
    """What may be wrong with a click."""

    LOST = "lost"  # told done, and it isn't
    DOUBLED = "doubled"  # one click, two changes or charges
    WRONG = "wrong"  # told refused and done, another amount, another state, something beside


@dataclass(frozen=True)
class Finding:
    """Something that a customer was told and that isn't so."""

    fault: Fault
    click: Click | None
    why: str

    def __str__(self) -> str:
        if self.click is None:
            return f"{self.fault}: {self.why}"
        c = self.click
        said = ", ".join(send.said for send in c.sends)
        said += "".join(f" | {send.said}" for send in c.rival)
        return f"{self.fault}: #{c.number} {c.kind} {c.path} key {c.key} [{said}]: {self.why}"


@dataclass(frozen=True)
class Rule:
    """What a kind of click brings about, and what may happen beside it."""

    does: Callable[[Click, Effect], bool]
    beside: frozenset[str] = frozenset()


def of(effect: Effect, click: Click, *whats: str) -> bool:
    """Whether an effect is one of these, on the subscription that the click was for."""
    return effect.what in whats and effect.subject == click.wants["subscription"]


def _changes(click: Click, effect: Effect) -> bool:
    """Whether the item became what was quoted, or is to become so with its payment or renewal."""
    wanted = (click.wants["price"], click.wants["quantity"])
    if click.wants["waits"]:
        return of(effect, click, "planned") and effect.detail["price"] == wanted[0]
    is_move = of(effect, click, "moved", "pending")
    return is_move and (effect.detail["price"], effect.detail["quantity"]) == wanted


RULES = {
    "cancel": Rule(lambda c, e: of(e, c, "ends", "ended"), frozenset({"released"})),
    "undo_cancel": Rule(lambda c, e: of(e, c, "kept")),
    "change_plan": Rule(_changes, frozenset({"released", "charged"})),
    "change_quantity": Rule(_changes, frozenset({"released", "charged"})),
    "apply_coupon": Rule(lambda c, e: of(e, c, "discounted"), frozenset({"released"})),
    "undo_scheduled_change": Rule(lambda c, e: of(e, c, "released")),
    "resubscribe": Rule(
        lambda c, e: of(e, c, "begun") and e.detail["price"] == c.wants["price"],
        frozenset({"charged", "given up"}),
    ),
    "card": Rule(lambda c, e: e.what == "card" and e.detail["card"] == c.wants["card"]),
    "details": Rule(lambda c, e: e.what == "details" and e.detail["name"] == c.wants["name"]),
    "pay": Rule(
        lambda c, e: e.what == "charged" and e.subject == c.wants["invoice"],
        frozenset({"moved", "discounted", "resumed"}),
    ),
    "resume": Rule(lambda c, e: of(e, c, "resuming", "resumed"), frozenset({"charged"})),
    "remove_card": Rule(
        lambda c, e: e.what == "removed" and e.subject == c.wants["card"],
        frozenset({"cardless"}),
    ),
}
COMPLETING = frozenset({"moved", "charged", "discounted"})
"""What follows when the bank has agreed."""


def compare(
    clicks: Iterable[Click], ledger: Ledger, customers: Iterable[str], since: float
) -> list[Finding]:
    """Return everything that a customer was told and that isn't so, `since` the run began."""
    found: list[Finding] = []
    mine: dict[str, list[Click]] = {customer: [] for customer in customers}
    for click in clicks:
        mine[click.customer].append(click)
    for customer, made in mine.items():
        for click in made:
            found += judge(click, ledger)
            found += misread(click, ledger)
            found += misread_cards(click, ledger)
        first = made[0].began if made else float("inf")
        strays = ledger.within(customer, since, first)
        if strays:
            found.append(Finding(Fault.WRONG, None, f"{customer} clicked not, and {names(strays)}"))
    return found


def judge(click: Click, ledger: Ledger) -> Iterator[Finding]:
    """Compare one click with what happened in its time."""
    rule = RULES[click.kind]
    effects = ledger.within(click.customer, click.began, click.until)
    done = [effect for effect in effects if rule.does(click, effect)]
    if not click.answers and not any(s.is_put_off for s in (*click.sends, *click.rival)):
        yield Finding(Fault.LOST, click, "it was never answered clearly")
        return
    if click.is_told_both:
        yield Finding(Fault.WRONG, click, f"told both, and done {len(done)} times")
    elif not click.is_told_done and done:
        yield Finding(Fault.WRONG, click, f"told refused, and {names(done)}")
    elif click.is_told_done and not done and not _is_as_it_was(click, ledger):
        yield Finding(Fault.LOST, click, f"told done, and there is only {names(effects)}")
    if len(done) > 1 and not _is_one_in_two_steps(done):
        yield Finding(Fault.DOUBLED, click, names(done))
    yield from _money(click, effects)
    beside = _beside(click, rule, [effect for effect in effects if effect not in done])
    if beside:
        yield Finding(Fault.WRONG, click, f"beside it: {names(beside)}")


def _is_as_it_was(click: Click, ledger: Ledger) -> bool:
    """Whether it goes on with what an earlier click has begun, or waits for the bank."""
    if click.kind == "pay":
        return any(send.body.get("requires_action") for send in click.answers)
    if click.kind != "resubscribe":
        return False
    shown = {send.body["subscription"]["id"] for send in click.answers if send.is_done}
    before = ledger.within(click.customer, 0, click.began)
    begun = {e.detail["id"] for e in before if of(e, click, "begun")}
    return shown <= begun


def _is_one_in_two_steps(done: list[Effect]) -> bool:
    """Whether a change waited for its payment first and was then made."""
    return [effect.what for effect in done] in (["pending", "moved"], ["resuming", "resumed"])


def _beside(click: Click, rule: Rule, others: list[Effect]) -> list[Effect]:
    if not click.is_told_done:
        return others
    allowed = rule.beside | (COMPLETING if click.confirmed else frozenset())
    return [effect for effect in others if effect.what not in allowed]


def _money(click: Click, effects: list[Effect]) -> Iterator[Finding]:
    """Compare what was charged with what was quoted."""
    charged = [e.detail["amount"] for e in effects if e.what == "charged"]
    if len(charged) > 1:
        yield Finding(Fault.DOUBLED, click, f"charged {charged}, quoted {click.wants.get('due')}")
        return
    due = _due(click, effects)
    if sum(charged) != due:
        fault = Fault.LOST if not charged else Fault.WRONG
        yield Finding(fault, click, f"charged {sum(charged)}, and {due} was to be")


def _due(click: Click, effects: list[Effect]) -> int:
    """Return what a click was to be charged, by the quote and by how far it came."""
    if not click.is_told_done:
        return 0
    due = int(click.wants.get("due") or 0)
    waits = click.wants.get("waits") or any(e.what == "pending" for e in effects)
    asked = any(send.body.get("requires_action") for send in click.answers)
    if (waits or asked) and click.confirmed != "succeeded":
        return 0
    return due


def misread(click: Click, ledger: Ledger) -> Iterator[Finding]:
    """Compare the subscription that the last answer showed with how it was then."""
    shown = next((s for s in click.answers[::-1] if s.is_done and s.body.get("subscription")), None)
    if shown is None:
        return
    told: Json = shown.body["subscription"]
    now = ledger.state(told["id"], shown.until)
    if now is None:
        yield Finding(Fault.LOST, click, f"told of {told['id']}, which isn't at Stripe")
        return
    seen = {
        "status": told["status"],
        "cancel_at_period_end": told["cancel_at_period_end"],
        "items": [[item["price"]["id"], item["quantity"]] for item in told["items"]],
    }
    if seen != now:
        yield Finding(Fault.WRONG, click, f"told {seen}, and it was {now}")


def misread_cards(click: Click, ledger: Ledger) -> Iterator[Finding]:
    """Compare the cards that the last answer showed with those that there were then."""
    shown = next((s for s in click.answers[::-1] if s.is_done and s.body.get("customers")), None)
    if shown is None:
        return
    (customer,) = shown.body["customers"]
    seen = {method["id"] for method in customer["payment_methods"]}
    cards = ledger.cards_of(click.customer, shown.until)
    if seen != cards:
        yield Finding(Fault.WRONG, click, f"told cards {sorted(seen)}, and had {sorted(cards)}")


def names(effects: list[Effect]) -> str:
    """Return what happened, in words for whoever looks for the reason."""
    counted = Counter(f"{e.what} {e.subject} {e.detail}" for e in effects)
    return ", ".join(f"{name} x{times}" for name, times in counted.items()) or "nothing"
