"""Products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.errors import invalid
from servicebot.sandbox.fields import cleared, need, take, take_metadata
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.resources import prices
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

PLAIN = ("active", "description", "name", "shippable", "statement_descriptor", "unit_label", "url")
HONOURED = {*PLAIN, "images", "marketing_features", "metadata", "tax_code", "package_dimensions"}


@operation(
    "POST",
    "/v1/products",
    honours={
        *HONOURED,
        "id",
        "type",
        "default_price_data.currency",
        "default_price_data.unit_amount",
        "default_price_data.unit_amount_decimal",
        "default_price_data.recurring",
        "default_price_data.metadata",
    },
)
def create(request: Request) -> Object:
    account, params = request.account, request.params
    need(params, "name")
    with account.all_or_nothing():
        product = account.add(blank(account, params), emit="product.created")
        if "default_price_data" in params:
            given = {**params["default_price_data"], "product": product["id"]}
            product["default_price"] = prices.made(account, given)["id"]
    return product


@operation("GET", "/v1/products/{id}")
def retrieve(request: Request) -> Object:
    return request.account.get("product", request.path["id"])


@operation("POST", "/v1/products/{id}", honours={*HONOURED, "default_price"})
def update(request: Request) -> Object:
    account, params = request.account, request.params
    product = account.get("product", request.path["id"])
    before = clone(product)
    price = params.get("default_price")
    if price and account.get("price", price, param="default_price")["product"] != product["id"]:
        message = f"The price {price} does not belong to the product {product['id']}."
        raise invalid(message, "default_price")
    take(product, params, ("default_price",))
    _take(product, params)
    product["updated"] = account.now()
    account.changed(product, before, emit="product.updated")
    return product


@operation("DELETE", "/v1/products/{id}")
def delete(request: Request) -> Object:
    account = request.account
    product = account.get("product", request.path["id"])
    if account.find("price", product=product["id"]):
        message = "This product cannot be deleted because it has one or more user-created prices."
        raise invalid(message)
    return account.remove(product, emit="product.deleted")


@operation(
    "GET", "/v1/products", honours={*PAGING, "active", "created", "ids", "shippable", "type", "url"}
)
def list_(request: Request) -> Object:
    params = request.params
    names = {"active", "shippable", "type", "url"} & set(params)
    rows = request.account.find("product", **{name: params[name] for name in names})
    if "ids" in params:
        rows = [row for row in rows if row["id"] in params["ids"]]
    return page(request, rows)


def blank(account: Account, params: dict[str, Any]) -> Object:
    """Return a new product, not yet stored."""
    now = account.now()
    product: Object = {
        "id": params.get("id") or account.new_id("prod_"),
        "object": "product",
        "active": True,
        "created": now,
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": account.livemode,
        "marketing_features": [],
        "metadata": {},
        "name": params["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "tax_details": None,
        "type": params.get("type", "service"),
        "unit_label": None,
        "updated": now,
        "url": None,
    }
    if product["id"] in account.tables.get("product", {}):
        raise invalid("Product already exists.", "id", "resource_already_exists")
    _take(product, params)
    return product


def _take(product: Object, params: dict[str, Any]) -> None:
    take(product, params, (*PLAIN, "tax_code", "package_dimensions"))
    take_metadata(product, params)
    for name in ("images", "marketing_features"):
        if name in params:
            product[name] = cleared(params[name]) or []
