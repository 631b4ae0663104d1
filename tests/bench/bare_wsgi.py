"""What the product is compared with: Django without middleware, in gunicorn as the product is."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from tests.bench.wsgi import costed

django.setup()
settings.MIDDLEWARE = []
application = costed(WSGIHandler())
