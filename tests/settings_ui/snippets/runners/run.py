"""For each identity of a line: its hash in one line, the page with its settings in the next."""

from __future__ import annotations

import sys
from importlib import import_module

from django.conf import settings
from django.template import Context, Engine

settings.configure()
tags = import_module("templatetags.servicebot")
page = Engine(["."], libraries={"servicebot": tags.__name__}).get_template("page.django.html")
for line in sys.stdin.buffer:
    identity = line.decode().rstrip("\n")
    user = {"is_authenticated": True, "email": identity, "stripe_customer_id": identity}
    shown = page.render(Context({"user": user})).replace("\n", " ")
    sys.stdout.write(f"{tags.servicebot_hash(identity)}\n{shown}\n")
