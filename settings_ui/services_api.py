"""The merchant API's services: what is sold, and what is set for each product."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal import services
from portal.api import problems
from portal.catalogue import Catalogue, Tier, catalogue_of
from portal.problems import Problem
from portal.serializers import PriceAnswer
from portal.services import METADATA, overview_of, save_product, values_of
from portal.showing import price_json
from portal.visit import connection_of
from settings_ui.api import TAG
from settings_ui.api_access import MerchantView

REFUSALS = (
    *("token_missing", "token_invalid", "permission_missing", "not_found"),
    *("stripe_disconnected", "stripe_unavailable"),
)


class ProductRequest(serializers.Serializer):
    """What to set for a product; what isn't sent stays."""

    service = serializers.CharField(required=False, help_text="`sb_service`; empty is none.")
    tier = serializers.CharField(required=False, help_text="`sb_tier`: the plan's name.")
    is_addon = serializers.BooleanField(required=False, help_text="`sb_addon`")
    quantity_enabled = serializers.BooleanField(
        required=False, help_text="`sb_quantity_enabled`; needs a unit label at Stripe."
    )
    order = serializers.IntegerField(
        required=False, allow_null=True, help_text="`sb_order`: plans stand in this order."
    )
    is_hidden = serializers.BooleanField(required=False, help_text="`sb_hidden`: not offered.")
    is_featured = serializers.BooleanField(
        required=False, help_text="`sb_featured`: marked as recommended."
    )


class ProductAnswer(serializers.Serializer):
    """A product with what is set for it; `kept_here` where the key may not write to Stripe."""

    id = serializers.CharField()
    name = serializers.CharField()
    service = serializers.CharField()
    tier = serializers.CharField()
    is_addon = serializers.BooleanField()
    quantity_enabled = serializers.BooleanField()
    order = serializers.IntegerField(allow_null=True)
    is_hidden = serializers.BooleanField()
    is_featured = serializers.BooleanField()
    kept_here = serializers.BooleanField()
    unit_label = serializers.CharField()
    features = serializers.ListField(child=serializers.CharField())
    prices = PriceAnswer(many=True)


class ServiceAnswer(serializers.Serializer):
    """A service with its plans in their order; `in_portal` where customers may move in it here."""

    name = serializers.CharField()
    in_portal = serializers.BooleanField()
    tiers = ProductAnswer(many=True)


class ServicesAnswer(serializers.Serializer):
    """All that is sold."""

    services = ServiceAnswer(many=True)
    add_ons = ProductAnswer(many=True)
    outside = ProductAnswer(many=True)


class Services(MerchantView):
    """What is sold."""

    @extend_schema(
        operation_id="services_list",
        summary="List services and products",
        tags=TAG,
        responses={200: ServicesAnswer, **problems(*REFUSALS)},
    )
    def get(self, request: Request, portal_id: str) -> Response:
        """Answer services with their plans, add-ons, and products of neither."""
        catalogue = catalogue_of(connection_of(self.portal))
        found = overview_of(catalogue)
        only = self.portal.settings.services
        return Response(
            {
                "services": [
                    {
                        "name": service.name,
                        "in_portal": not only or service.name in only,
                        "tiers": [product_json(catalogue, tier) for tier in service.tiers],
                    }
                    for service in found.services
                ],
                "add_ons": [product_json(catalogue, tier) for tier in found.add_ons],
                "outside": [product_json(catalogue, tier) for tier in found.outside],
            }
        )


class Product(MerchantView):
    """One product."""

    @extend_schema(
        operation_id="services_change",
        summary="Set what belongs to a product",
        tags=TAG,
        request=ProductRequest,
        responses={200: ProductAnswer, **problems("invalid", *REFUSALS)},
    )
    def patch(self, request: Request, portal_id: str, product_id: str) -> Response:
        """Write what is sent to the product's metadata at Stripe. For owners and admins.

        Where the key may not, it is kept here, and `kept_here` says so.
        """
        if not isinstance(request.data, dict):
            raise Problem("invalid", errors={"body": ["not an object"]})
        connection = connection_of(self.portal)
        save_product(connection, product_id, request.data, by=self.membership)
        catalogue = catalogue_of(connection)
        product = catalogue.products[product_id]
        return Response(product_json(catalogue, services.shown(catalogue, product)))


def product_json(catalogue: Catalogue, tier: Tier) -> dict[str, Any]:
    """Show a product with what is set for it."""
    product = tier.product
    set_here = {name: values_of(product)[name] for name in METADATA}
    return {
        "id": product.id,
        "name": product.name,
        **set_here,
        "kept_here": product.id in catalogue.kept,
        "unit_label": product.unit_label,
        "features": list(product.features),
        "prices": [price_json(price) for price in tier.prices],
    }
