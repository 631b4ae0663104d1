"""A portal at its door: what is kept of it is never older than the last change."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Merchant, StripeConnection
from portal import known
from portal.models import FetchedTexts, Portal, PortalSecret, PortalSettings
from tests.base import ServicebotTestCase

TEXTS = {"en": {"card.title": "Card"}}
# Each changes something by a query alone, as any code may, and says what is found then.
CHANGES: dict[str, tuple[Callable[[], object], Callable[[Portal], bool]]] = {
    "portal": (lambda: Portal.objects.update(name="New"), lambda p: p.name == "New"),
    "settings": (
        lambda: PortalSettings.objects.update(is_on=False),
        lambda p: not p.settings.is_on,
    ),
    "merchant": (lambda: Merchant.objects.update(name="New"), lambda p: p.merchant.name == "New"),
    "connection": (
        lambda: StripeConnection.objects.update(catalogue_turn="another"),
        lambda p: p.connection is not None and p.connection.catalogue_turn == "another",
    ),
    "no connection": (lambda: StripeConnection.objects.all().delete(), lambda p: not p.connection),
    "a key that ended": (
        lambda: PortalSecret.objects.update(expires_at=timezone.now()),
        lambda p: p.good_secrets() == [],
    ),
    "no key": (lambda: PortalSecret.objects.all().delete(), lambda p: p.all_secrets == []),
    "one more key": (
        lambda: [PortalSecret.make(portal) for portal in Portal.objects.all()],
        lambda p: len(p.good_secrets()) == 1,
    ),
}


class KnownTests(ServicebotTestCase):
    def found(self) -> Portal:
        found = known.find(self.portal.public_id)
        assert found is not None
        return found

    def test_every_change_is_seen_at_once(self) -> None:
        for name, (change, is_seen) in CHANGES.items():
            with self.subTest(name):
                for _each in range(2):  # the second is found as it is kept
                    assert not is_seen(self.found())
                change()
                assert is_seen(self.found())

    def test_fetched_texts_are_seen_at_once(self) -> None:
        self.switch(uses_custom_resource=True, custom_resource_url="https://shop.example.com/a")
        assert self.found().fetched_texts == {}
        FetchedTexts.objects.create(portal=self.portal, texts=TEXTS)
        assert self.found().fetched_texts == TEXTS
        FetchedTexts.objects.update(texts={})
        assert self.found().fetched_texts == {}

    def test_what_is_found_is_the_finders_own(self) -> None:
        first = self.found()
        assert first.connection
        first.name = first.settings.off_text = first.merchant.name = "Mine"
        first.connection.refused_since = first.all_secrets[0].expires_at = timezone.now()
        first.all_secrets.clear()

        second = self.found()

        assert second.connection
        assert "Mine" not in {second.name, second.settings.off_text, second.merchant.name}
        assert second.connection.refused_since is None
        assert [secret.expires_at for secret in second.all_secrets] == [None]
        assert second.connection.merchant is second.merchant
        assert second.settings.portal is second

    def test_who_is_found_again_costs_one_query(self) -> None:
        self.found()
        with CaptureQueriesContext(database) as asked:
            found = self.found()
            _all = found.connection, found.settings, found.merchant.name, found.good_secrets()

        assert len(asked) == (1 if database.vendor == "postgresql" else 3)

    def test_nobody_is_found_who_isnt_there(self) -> None:
        self.found()
        Portal.objects.all().delete()

        assert known.find(self.portal.public_id) is None
        assert known.find("nobody") is None
