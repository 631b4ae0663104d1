"""The demo's customers: who each is, and what their subscription shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A customer of Acme Analytics; `statuses` are what their subscriptions must end up in."""

    name: str
    email: str
    about: str
    statuses: tuple[str, ...] = ("active",)


PEOPLE = {
    "active": Person("Maya Lindqvist", "maya@fernandmoss.example", "Team, monthly"),
    "yearly": Person("Tomás Herrera", "tomas@herrera-labs.example", "Business, paid by the year"),
    "trialing": Person(
        "Aisha Rahman", "aisha@tideline.example", "In a trial, with a card", ("trialing",)
    ),
    "trialing_without_card": Person(
        "Jonas Weber", "jonas@weberundsohn.example", "In a trial, without a card", ("trialing",)
    ),
    "ends_at_period_end": Person(
        "Chloé Dubois", "chloe@maisondubois.example", "Canceled, runs until the period ends"
    ),
    "past_due": Person(
        "Liam O'Connor", "liam@oconnor.example", "The last payment failed", ("past_due",)
    ),
    "unpaid": Person(
        "Priya Natarajan", "priya@saffronworks.example", "Every retry failed", ("unpaid",)
    ),
    "incomplete": Person(
        "Mateo Rossi",
        "mateo@rossi.example",
        "The first payment waits for the bank",
        ("incomplete",),
    ),
    "paused": Person(
        "Hanna Kowalska", "hanna@kowalska.example", "The trial ended without a card", ("paused",)
    ),
    "canceled": Person(
        "Noah Fischer", "noah@fischer-design.example", "Canceled some weeks ago", ("canceled",)
    ),
    "canceled_old_price": Person(
        "Ingrid Solberg",
        "ingrid@solberg.example",
        "Canceled, at a price no longer sold",
        ("canceled",),
    ),
    "two_subscriptions": Person(
        "Sofia Marino",
        "sofia@marino-studio.example",
        "Starter and Collaborate, each by itself",
        ("active", "active"),
    ),
    "same_email_1": Person(
        "Daniel Okafor", "daniel@okafor.example", "One address, two customers: the first"
    ),
    "same_email_2": Person(
        "Daniel Okafor (Lagos office)",
        "daniel@okafor.example",
        "One address, two customers: the second",
    ),
    "several_items": Person(
        "Emma Virtanen", "emma@virtanen.example", "Team with two add-ons on one bill"
    ),
    "metered": Person("Yusuf Demir", "yusuf@demir.example", "Pays for each API call"),
    "sends_invoice": Person(
        "Grace Thompson", "accounts@thompsonpartners.example", "Gets an invoice by e-mail"
    ),
    "scheduled": Person(
        "Lucas Almeida", "lucas@almeida.example", "Acme has planned a change for this one"
    ),
    "discounted": Person("Olivia Bennett", "olivia@bennett.example", "20 % off for a year"),
    "quantity": Person("Wei Zhang", "wei@northharbour.example", "Seven seats"),
    "yen": Person("Haruka Sato", "haruka@sato-denki.example", "Pays in yen"),
    "many_invoices": Person(
        "Elena Popescu", "elena@popescu.example", "A customer for more than two years"
    ),
    "nothing": Person("Ben Carter", "ben@carter.example", "Has no subscription", ()),
}
