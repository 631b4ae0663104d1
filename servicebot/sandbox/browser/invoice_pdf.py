"""An invoice as a PDF."""

from __future__ import annotations

from typing import Any

from servicebot.sandbox.browser import figures, pdf

LEFT, RIGHT = 56, 539
TOP, BOTTOM = 780, 72
QUANTITY, DESCRIPTION_WIDTH = 400, 290
SMALL = 9


def render(invoice: dict[str, Any]) -> bytes:
    """Return the file: number, customer, lines and sums, on as many pages as they need."""
    document = pdf.Document(f"Invoice {invoice['number']}")
    document.new_page()
    y = _head(document, invoice)
    for line in invoice["lines"]["data"]:
        y = _line(document, _room(document, y, 48), line)
    y = _room(document, y, 24 * len(figures.totals(invoice)))
    _totals(document, y, invoice)
    return document.render()


def _room(document: pdf.Document, y: float, needed: float) -> float:
    """Return where to go on, on a new page when this one is full."""
    if y - needed >= BOTTOM:
        return y
    document.new_page()
    return TOP


def _head(document: pdf.Document, invoice: dict[str, Any]) -> float:
    document.text(LEFT, TOP, "Invoice", 22, pdf.BOLD)
    document.text_to(RIGHT, TOP, invoice["account_name"] or "", 11)
    y = TOP - 40.0
    for name, value in figures.facts(invoice):
        document.text(LEFT, y, name, 10, pdf.BOLD)
        document.text(LEFT + 110, y, value)
        y -= 16
    y -= 24
    document.text(LEFT, y, "Description", SMALL)
    document.text_to(QUANTITY, y, "Qty", SMALL)
    document.text_to(RIGHT, y, "Amount", SMALL)
    document.rule(LEFT, RIGHT, y - 6)
    return y - 24


def _line(document: pdf.Document, y: float, line: dict[str, Any]) -> float:
    amount = figures.money(line["amount"], line["currency"])
    document.text_to(QUANTITY, y, "" if line["quantity"] is None else str(line["quantity"]))
    document.text_to(RIGHT, y, amount)
    for part in pdf.wrapped(line["description"] or "", 10, DESCRIPTION_WIDTH):
        document.text(LEFT, y, part)
        y -= 14
    if period := figures.period(line):
        document.text(LEFT, y, period, SMALL)
        y -= 14
    return y - 8


def _totals(document: pdf.Document, y: float, invoice: dict[str, Any]) -> None:
    document.rule(LEFT, RIGHT, y + 10)
    for name, sum_ in figures.totals(invoice):
        y -= 8
        document.text(QUANTITY - 80, y, name, 10, pdf.BOLD if name == "Amount due" else pdf.REGULAR)
        document.text_to(RIGHT, y, sum_)
        y -= 10
