"""What gunicorn serves: `gunicorn servicebot.wsgi`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicebot.settings")
application = get_wsgi_application()
# Loads every view, so that a process that can't doesn't begin, and the first who ask don't wait.
resolve("/livez")
