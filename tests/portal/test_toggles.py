"""Settings are plain columns to the database: rewording one makes no migration."""

from __future__ import annotations

from portal.models import PortalSettings
from portal.toggles import Section, Toggle


def test_a_setting_is_a_plain_field_to_migrations() -> None:
    setting = Toggle("Label", section=Section.PLANS, default=False, help_text="Words")
    setting.set_attributes_from_name("can_fly")

    name, path, _args, kwargs = setting.deconstruct()

    assert (name, path) == ("can_fly", "django.db.models.BooleanField")
    assert kwargs == {"default": False}


def test_every_setting_has_a_label_words_and_a_section() -> None:
    for name, setting in PortalSettings.declared().items():
        assert setting.verbose_name, name
        assert setting.help_text, name
        assert setting.section in Section.values, name
        assert set(setting.needs) <= set(PortalSettings.declared()), name
