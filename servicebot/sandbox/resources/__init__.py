"""Stripe's resources, a module each; `routing.discover` imports them all."""

from __future__ import annotations
