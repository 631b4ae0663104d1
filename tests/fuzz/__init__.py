"""Asks the API what Schemathesis makes up: `make fuzz`."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
os.environ["ALLOWED_HOSTS"] = "localhost,testserver"
django.setup()
