"""Users who were there before addresses were verified keep their way in."""

from django.db import migrations


def vouch_for_all(apps, schema_editor):
    addresses = apps.get_model("account", "EmailAddress").objects
    for user in apps.get_model("accounts", "User").objects.order_by("pk").iterator():
        email = user.email.lower()
        if addresses.filter(email=email, verified=True).exists():
            continue
        addresses.filter(user=user).delete()
        addresses.create(user=user, email=email, verified=True, primary=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_teams_and_activity"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [migrations.RunPython(vouch_for_all, migrations.RunPython.noop)]
