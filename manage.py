#!/usr/bin/env python
"""Django's command line; `demo` first makes its own environment."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from demo import environment

if __name__ == "__main__":
    if sys.argv[1:2] == ["demo"]:
        environment.prepare()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicebot.settings")
    execute_from_command_line(sys.argv)
