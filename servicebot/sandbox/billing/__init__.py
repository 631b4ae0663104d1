"""The stand-in's billing: periods, amounts, prorations, invoices and the passing of time."""

from __future__ import annotations
