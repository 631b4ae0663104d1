"""What a merchant set for a product and Stripe didn't take, since the key may only read there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models, transaction

from accounts.models import Merchant, Mode, StripeConnection


class KeptMetadata(models.Model):
    """Metadata of one product that is kept here, laid over what Stripe has; '' takes a name away.

    It hangs on merchant and mode, so that disconnecting and replacing keys lose nothing.
    """

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="kept_metadata")
    mode = models.CharField(max_length=4, choices=Mode.choices)
    product_id = models.CharField(max_length=255)
    values = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "mode", "product_id"], name="kept_once_a_product"
            )
        ]

    def __str__(self) -> str:
        return f"metadata of {self.product_id}"


def kept_for(connection: StripeConnection) -> dict[str, dict[str, str]]:
    """Return what is kept here, by product."""
    rows = connection.merchant.kept_metadata.filter(mode=connection.mode)
    return dict(rows.values_list("product_id", "values"))


def keep_values(connection: StripeConnection, product_id: str, values: Mapping[str, str]) -> None:
    """Keep some of a product's metadata here, beside what is kept of it already."""
    rows = connection.merchant.kept_metadata
    with transaction.atomic():
        made, _is_new = rows.get_or_create(mode=connection.mode, product_id=product_id)
        row = rows.select_for_update().get(pk=made.pk)
        row.values |= values
        row.save(update_fields=["values"])


def give_up(connection: StripeConnection, product_id: str) -> None:
    """Keep nothing of a product any more: Stripe has it."""
    rows = connection.merchant.kept_metadata.filter(mode=connection.mode)
    rows.filter(product_id=product_id).delete()
