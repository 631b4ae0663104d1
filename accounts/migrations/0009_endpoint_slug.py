"""An address for each connection's events that nobody guesses.

Stripe goes on to call those that it was told of, which end in the connection's number, until the
endpoint is set up again.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Cast

import accounts.models


def keep_the_number(apps: Any, schema_editor: Any) -> None:
    """Leave each address as Stripe knows it."""
    connections = apps.get_model("accounts", "StripeConnection").objects
    connections.update(endpoint_slug=Cast("pk", models.CharField(max_length=32)))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_merchant_exported"),
    ]

    operations = [
        migrations.AddField(
            model_name="stripeconnection",
            name="endpoint_slug",
            field=models.CharField(default="", max_length=32),
        ),
        migrations.RunPython(keep_the_number, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="stripeconnection",
            name="endpoint_slug",
            field=models.SlugField(
                default=accounts.models.endpoint_slug, max_length=32, unique=True
            ),
        ),
    ]
