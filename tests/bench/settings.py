"""The product's own settings as in production, with the benchmark's addresses beside its own."""

from __future__ import annotations

from servicebot.settings import *  # noqa: F403
from servicebot.settings import LOGGING as PRODUCTS

ROOT_URLCONF = "tests.bench.urls"
LOGGING = {**PRODUCTS, "loggers": {"django": {"level": "CRITICAL"}}}  # what failed is counted
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
