"""Webhook endpoints: where events are sent."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from servicebot.sandbox.errors import invalid
from servicebot.sandbox.fields import cleared, need, take, take_metadata
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import API_VERSION, random_text

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

MAX_ENDPOINTS = 16
LOCAL_NAMES = (".localhost", ".local", ".internal", ".test")


@operation(
    "POST",
    "/v1/webhook_endpoints",
    honours={"api_version", "description", "enabled_events", "metadata", "url"},
)
def create(request: Request) -> Object:
    """Make an endpoint; its signing secret is in this answer and no other."""
    account, params = request.account, request.params
    check_url(account, need(params, "url"))
    version = params.get("api_version")
    if version not in {None, API_VERSION}:
        message = f"The sandbox sends events of {API_VERSION} only."
        raise invalid(message, "api_version", "sandbox_unsupported")
    if len(account.find("webhook_endpoint")) >= MAX_ENDPOINTS:
        raise invalid(f"You have reached the maximum of {MAX_ENDPOINTS} webhook endpoints.")
    endpoint: Object = {
        "id": account.new_id("we_"),
        "object": "webhook_endpoint",
        "api_version": version,
        "application": None,
        "created": account.now(),
        "description": cleared(params.get("description")),
        "enabled_events": need(params, "enabled_events"),
        "livemode": account.livemode,
        "metadata": {},
        "status": "enabled",
        "url": params["url"],
    }
    take_metadata(endpoint, params)
    secret = f"whsec_{random_text(32)}"
    account.hidden[endpoint["id"]] = {"secret": secret}
    return {**account.add(endpoint), "secret": secret}


@operation("GET", "/v1/webhook_endpoints/{webhook_endpoint}")
def retrieve(request: Request) -> Object:
    return request.account.get("webhook_endpoint", request.path["webhook_endpoint"])


@operation(
    "POST",
    "/v1/webhook_endpoints/{webhook_endpoint}",
    honours={"description", "disabled", "enabled_events", "metadata", "url"},
)
def update(request: Request) -> Object:
    account, params = request.account, request.params
    endpoint = account.get("webhook_endpoint", request.path["webhook_endpoint"])
    if "url" in params:
        check_url(account, params["url"])
    take(endpoint, params, ("description", "enabled_events", "url"))
    take_metadata(endpoint, params)
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    return endpoint


@operation("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}")
def delete(request: Request) -> Object:
    account = request.account
    return account.remove(account.get("webhook_endpoint", request.path["webhook_endpoint"]))


@operation("GET", "/v1/webhook_endpoints", honours=PAGING)
def list_(request: Request) -> Object:
    return page(request, request.account.find("webhook_endpoint"))


def check_url(account: Account, url: str) -> None:
    """Refuse what Stripe could not reach; the config's allow_loopback lets the own machine in."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "Invalid URL: An explicit scheme (such as https) must be provided."
        raise invalid(message, "url", "url_invalid")
    if account.livemode and parts.scheme != "https":
        message = "Invalid URL: URLs must be https in live mode."
        raise invalid(message, "url", "url_invalid")
    if _is_local(parts.hostname) and not account.config.get("allow_loopback"):
        message = "Invalid URL: URL must be publicly accessible."
        raise invalid(message, "url", "url_invalid")


def _is_local(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(LOCAL_NAMES)
