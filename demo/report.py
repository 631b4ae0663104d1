"""What the demo tells: to programs in demo.json, to people on the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from demo import backend
from demo.environment import Place, write_privately
from demo.fill import Found
from demo.merchant import EMAIL, Access
from demo.people import PEOPLE
from demo.shop import Buyer, Shop
from servicebot.hosts import portal_origin


def report(place: Place, access: Access, found: Mapping[str, Found]) -> dict[str, Any]:
    """Return everything that a program needs to try the demo."""
    return {
        "dashboard_url": f"{settings.PUBLIC_URL}/",
        "email": EMAIL,
        "password": access.password,
        "mail": mail_goes_to(),
        "shop_url": f"{place.shop_url}/",
        "stripe_api_base": settings.STRIPE_API_BASE,
        "stripe_api_key": backend.SECRET_KEY,
        "api_token": access.api_token,
        "portal_id": access.portal.public_id,
        "secret_key": access.secret_key,
        "customers": {
            key: {
                "email": customer.email,
                "customer_id": customer.customer_id,
                "subscriptions": [subscription["id"] for subscription in customer.subscriptions],
            }
            for key, customer in found.items()
        },
    }


def mail_goes_to() -> str:
    """Return the folder in which each e-mail is a file, or what else EMAIL_URL asks for."""
    return str(settings.EMAIL_CONFIG["EMAIL_FILE_PATH"] or settings.EMAIL_BACKEND)


def kept(path: Path) -> dict[str, Any]:
    """Return what was told last time; nothing where there is none or it can't be read."""
    try:
        told = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def write(path: Path, told: Mapping[str, Any]) -> None:
    write_privately(path, json.dumps(told, indent=2) + "\n")


def for_people(told: Mapping[str, Any], path: Path) -> str:
    """Return the same in words."""
    return f"""
The demo is up. Ctrl-C stops it; what you change is kept until `make demo-reset`.

  Shop       {told["shop_url"]}
             Sign in as any of {len(told["customers"])} customers and open Billing.
  Dashboard  {told["dashboard_url"]}
             {told["email"]}, password {told["password"]}
  Mail       {told["mail"]}
             has a file for each e-mail, with the code when somebody signs up
  Sandbox    {told["stripe_api_base"]}
             in place of Stripe, for {told["stripe_api_key"]}
  API token  {told["api_token"]}
  Portal     {told["portal_id"]}, secret key {told["secret_key"]}
  Cards      4242 4242 4242 4242, or 4000 0000 0000 3220 for one that asks the bank

For programs, with every customer: {path}
"""


def shop_of(access: Access, found: Mapping[str, Found]) -> Shop:
    """Return what the shop's server knows."""
    buyers = {
        key: Buyer(PEOPLE[key].name, customer.email, customer.customer_id, PEOPLE[key].about)
        for key, customer in found.items()
    }
    return Shop(portal_origin(), access.portal.public_id, access.secret_key, buyers)
