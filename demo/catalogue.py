"""What Acme Analytics sells. Amounts are in minor units, as Stripe takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MONTHS_PAID_A_YEAR = 10
SERVICE = "Analytics"


@dataclass(frozen=True)
class Plan:
    """A product with a monthly price for each currency, and a yearly one with two months free."""

    name: str
    description: str
    monthly: dict[str, int]
    features: tuple[str, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    unit_label: str = ""

    @property
    def key(self) -> str:
        return self.name.lower().replace(" ", "_")

    def as_stripe(self) -> dict[str, Any]:
        """Return the product as Stripe's API takes it."""
        product: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "metadata": self.metadata,
            "marketing_features": [{"name": feature} for feature in self.features],
        }
        return product | ({"unit_label": self.unit_label} if self.unit_label else {})

    def prices(self) -> dict[str, dict[str, Any]]:
        """Return its prices as Stripe's API takes them, each under a lookup key."""
        made = {}
        for currency, amount in self.monthly.items():
            for interval, months in (("month", 1), ("year", MONTHS_PAID_A_YEAR)):
                made[f"{self.key}_{currency}_{interval}"] = {
                    "currency": currency,
                    "unit_amount": amount * months,
                    "recurring": {"interval": interval},
                }
        return made


def _tier(name: str) -> dict[str, str]:
    return {"sb_service": SERVICE, "sb_tier": name}


TIERS = (
    Plan(
        "Starter",
        "For one person with questions.",
        {"usd": 1900, "jpy": 2800},
        ("3 dashboards", "1 data source", "30 days of history"),
        _tier("Starter"),
    ),
    Plan(
        "Team",
        "For a team that decides together.",
        {"usd": 4900, "jpy": 7200},
        ("Unlimited dashboards", "10 data sources", "1 year of history", "Weekly reports"),
        _tier("Team") | {"sb_featured": "true"},
    ),
    Plan(
        "Business",
        "For companies run on numbers.",
        {"usd": 9900, "jpy": 14500},
        ("Everything in Team", "Unlimited data sources", "5 years of history", "Audit log"),
        _tier("Business"),
    ),
)
SEATS = Plan(
    "Collaborate",
    "Comments and shared notes, for each person who writes.",
    {"usd": 1200},
    ("Comments on every chart", "Shared notes"),
    {"sb_service": "Collaborate", "sb_tier": "Collaborate", "sb_quantity_enabled": "true"},
    unit_label="seat",
)
ADD_ON = Plan(
    "Data archive",
    "History that never ends, beside any plan.",
    {"usd": 900},
    metadata={"sb_addon": "true"},
)
# Offered to nobody any more, in the shop neither.
HIDDEN = Plan(
    "Early bird",
    "For those who came first.",
    {"usd": 900},
    ("1 dashboard", "1 data source"),
    _tier("Early bird") | {"sb_hidden": "true"},
)
PLANS = (*TIERS, HIDDEN, SEATS, ADD_ON)

# Team cost less once: that price is no longer sold, and some still pay it.
OLD_PLAN = "Team"
OLD_PRICE = "team_usd_month_old"
OLD_AMOUNT = 3900

METER_EVENT = "api_call"
METER = {
    "display_name": "API calls",
    "event_name": METER_EVENT,
    "default_aggregation": {"formula": "sum"},
}
METERED = {"name": "API calls", "description": "Your numbers in your own programs."}
METERED_PRICE = "api_calls_usd_month"
CENTS_A_CALL = "0.4"

CODE = "WELCOME20"
COUPON = {
    "name": "Welcome offer",
    "percent_off": 20,
    "duration": "repeating",
    "duration_in_months": 12,
}


def old_price() -> dict[str, Any]:
    """Return the price that is sold no more, as Stripe's API takes it."""
    return {"currency": "usd", "unit_amount": OLD_AMOUNT, "recurring": {"interval": "month"}}


def metered_price(meter: str) -> dict[str, Any]:
    """Return the price of what a meter counts, as Stripe's API takes it."""
    return {
        "currency": "usd",
        "unit_amount_decimal": CENTS_A_CALL,
        "recurring": {"interval": "month", "usage_type": "metered", "meter": meter},
    }
