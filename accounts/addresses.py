"""Where a request comes from."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

ONE_HOME = 64  # bits: whoever has one IPv6 address has all that begin like it


def address_of(request: HttpRequest) -> str:
    """Return the address of whoever asks, of an IPv6 one the network; empty where it is none.

    What a request says of itself counts only as far as TRUSTED_PROXY_COUNT proxies have added it.
    """
    hops = request.headers.get("X-Forwarded-For", "").replace(",", " ").split()
    trusted = settings.TRUSTED_PROXY_COUNT
    said = hops[-trusted] if 0 < trusted <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(said)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address, ONE_HOME), strict=False))
    return str(address)
