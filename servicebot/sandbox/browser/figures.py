"""What an invoice says, in words and figures: the same on its page and in its PDF."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from servicebot.sandbox.billing import currencies


def money(amount: int, currency: str) -> str:
    """Return an amount in the currency's smallest unit as a figure: 3252 is 32.52 USD."""
    digits = currencies.places(currency)
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 10**digits)
    fraction = f".{rest:0{digits}}" if digits else ""
    return f"{sign}{whole:,}{fraction} {currency.upper()}"


def day(timestamp: int) -> str:
    at = datetime.fromtimestamp(timestamp, UTC)
    return f"{at:%B} {at.day}, {at.year}"


def period(line: dict[str, Any]) -> str:
    """Return the time that a line is for; none where it is a moment."""
    start, end = line["period"]["start"], line["period"]["end"]
    return f"{day(start)} to {day(end)}" if start != end else ""


def facts(invoice: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what identifies an invoice."""
    rows = [("Invoice number", invoice["number"]), ("Date of issue", day(_issued(invoice)))]
    if invoice["due_date"]:
        rows.append(("Date due", day(invoice["due_date"])))
    customer = " ".join(filter(None, (invoice["customer_name"], invoice["customer_email"])))
    return [*rows, ("Bill to", customer or invoice["customer"])]


def _issued(invoice: dict[str, Any]) -> int:
    return int(invoice["status_transitions"]["finalized_at"] or invoice["created"])


def totals(invoice: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the sums under the lines, from the subtotal to what is still due."""
    discount = sum(cut["amount"] for cut in invoice["total_discount_amounts"] or [])
    tax = sum(part["amount"] for part in invoice["total_taxes"] or [])
    credit = (invoice["starting_balance"] or 0) - (invoice["ending_balance"] or 0)
    rows = [
        ("Subtotal", invoice["subtotal"], True),
        ("Discount", -discount, discount),
        ("Tax", tax, tax),
        ("Total", invoice["total"], True),
        ("Applied balance", credit, credit),
        ("Amount paid", -invoice["amount_paid"], invoice["amount_paid"]),
        ("Amount due", invoice["amount_remaining"], True),
    ]
    return [(name, money(sum_, invoice["currency"])) for name, sum_, shows in rows if shows]
