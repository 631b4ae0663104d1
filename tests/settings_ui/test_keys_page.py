"""The page of a portal's secret keys: for who has just logged in, shown, rotated, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Activity
from accounts.roles import Role
from portal.models import PortalSecret
from tests.settings_ui.base import DashboardTestCase

DAY = 24 * 60 * 60
ASKED = "/accounts/reauthenticate/"


class KeysTestCase(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.first = self.portal.active_secrets()[0]
        self.at = f"{self.home}/keys/"
        self.fresh()

    def active(self) -> list[PortalSecret]:
        return self.portal.active_secrets()

    def page(self) -> str:
        return self.client.get(self.at).content.decode()

    def rotate(self, overlap: object = DAY, replaces: object = None) -> Any:
        present = self.active()[0].pk if replaces is None else replaces
        given = {"overlap": overlap, "replaces": present}
        return self.client.post(f"{self.at}rotate/", given, follow=True)

    def revoke(self, secret: PortalSecret) -> Any:
        return self.client.post(f"{self.at}{secret.pk}/revoke/", follow=True)

    def noted(self) -> list[tuple[str, str]]:
        """Return what was noted of keys, but for looking at them, oldest first."""
        entries = Activity.objects.exclude(action="secret_shown").order_by("pk")
        return [(entry.action, entry.subject) for entry in entries]


class DoorTests(KeysTestCase):
    def test_who_has_not_just_logged_in_gives_the_password_and_comes_back(self) -> None:
        browser = self.owner()

        asked = browser.get(self.at)
        wrong = browser.post(asked["Location"], {"password": "a wrong password"})
        back = browser.post(asked["Location"], {"password": "a long password", "next": self.at})

        assert asked["Location"].startswith(ASKED)
        self.assertContains(wrong, 'role="alert"')
        assert back["Location"] == self.at
        self.assertContains(browser.get(self.at), self.first.value)

    def test_it_is_asked_again_a_while_later(self) -> None:
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            assert self.client.get(self.at)["Location"].startswith(ASKED)

    def test_what_was_pressed_meanwhile_is_done_after_the_password(self) -> None:
        browser = self.owner()
        given = {"overlap": 0, "replaces": self.first.pk}

        asked = browser.post(f"{self.at}rotate/", given)
        left = self.active()
        answer = {"password": "a long password", "next": f"{self.at}rotate/"}
        response = browser.post(ASKED, answer, follow=True)

        assert asked["Location"].startswith(ASKED)
        assert left == [self.first]
        self.assertContains(response, "The old key has ended.")
        assert self.first not in self.active()

    def test_a_viewer_is_refused_before_any_password(self) -> None:
        browser = self.browser(Role.VIEWER)
        self.fresh(browser)

        assert browser.get(self.at).status_code == 403
        assert browser.post(f"{self.at}rotate/", {"overlap": 0}).status_code == 403
        assert self.active() == [self.first]

    def test_a_viewers_menu_does_not_name_it(self) -> None:
        link = f'href="{self.at}"'

        self.assertContains(self.client.get(f"{self.home}/settings/"), link)
        self.assertNotContains(self.browser(Role.VIEWER).get(f"{self.home}/settings/"), link)

    def test_an_admin_is_let_in(self) -> None:
        browser = self.fresh(self.browser(Role.ADMIN))

        self.assertContains(browser.get(self.at), self.first.value)

    def test_a_record_of_somebody_else_is_not_fresh(self) -> None:
        session = self.client.session
        session["account_authentication_methods_user"] = "0"
        session.save()

        assert self.client.get(self.at)["Location"].startswith(ASKED)


class PageTests(KeysTestCase):
    def test_shows_the_key_whole_and_is_not_kept_anywhere(self) -> None:
        response = self.client.get(self.at)

        self.assertContains(response, self.first.value)
        self.assertContains(response, f'data-copy="#key-{self.first.pk}"')
        assert "no-store" in response["Cache-Control"]

    def test_shows_no_key_of_another_portal(self) -> None:
        page = self.page()

        assert self.live.active_secrets()[0].value not in page
        assert self.globex.secret not in page

    def test_says_when_each_was_made_used_and_ends(self) -> None:
        self.assertContains(self.client.get(self.at), "<dd>Never</dd>")
        used = timezone.now().replace(year=2025, month=3, day=4, hour=5, minute=6)
        PortalSecret.objects.filter(pk=self.first.pk).update(last_used_at=used)
        self.rotate()

        page = self.page()

        assert "4 Mar 2025, 05:06 UTC" in page
        assert "Newest key" in page
        assert "Old key" in page
        assert f"Ends {timezone.now() + timedelta(days=1):%-d %b %Y}" in page

    def test_names_the_ones_that_ended_by_their_hints(self) -> None:
        self.rotate(0)

        page = self.page()

        assert self.first.hint in page
        assert self.first.value not in page

    def test_a_portal_without_a_key_says_so_and_makes_one(self) -> None:
        self.portal.secrets.all().delete()

        self.assertContains(self.client.get(self.at), "There is no key, so nobody gets in.")
        self.rotate(DAY, replaces=0)
        assert len(self.active()) == 1

    def test_a_view_is_noted_without_the_key_once_in_a_while(self) -> None:
        self.page()
        self.page()

        shown = Activity.objects.filter(action="secret_shown")
        assert [(each.who, each.subject, each.portal_id, each.mode) for each in shown] == [
            ("owner@acme.example", self.first.hint, self.portal.public_id, "test")
        ]


class RotateTests(KeysTestCase):
    def test_makes_a_key_and_lets_the_old_one_end(self) -> None:
        for overlap in (0, 3600, DAY, 7 * DAY):
            with self.subTest(overlap=overlap):
                PortalSecret.objects.filter(portal=self.portal, expires_at__isnull=False).delete()
                old = self.active()[0]

                response = self.rotate(overlap)

                made, *before = self.active()
                self.assertContains(response, made.value)
                assert before == ([old] if overlap else [])
                if overlap:
                    end = PortalSecret.objects.get(pk=old.pk).expires_at
                    assert end is not None
                    late = timezone.now() + timedelta(seconds=overlap) - end
                    assert timedelta(0) <= late < timedelta(minutes=1)

    def test_is_noted_by_hints_alone(self) -> None:
        self.rotate()

        made = self.active()[0]
        assert self.noted() == [("secret_rotated", made.hint)]
        entry = Activity.objects.get(action="secret_rotated")
        assert entry.after == {"overlap_seconds": DAY}
        for each in Activity.objects.values():
            assert made.value not in str(each)

    def test_a_double_click_makes_one_key_and_no_fuss(self) -> None:
        for overlap in (DAY, 0):
            with self.subTest(overlap=overlap):
                PortalSecret.objects.filter(portal=self.portal, expires_at__isnull=False).delete()
                present = self.active()[0].pk
                self.rotate(overlap, replaces=present)
                active = self.active()

                response = self.rotate(overlap, replaces=present)

                self.assertContains(response, "That key was replaced before.")
                assert self.active() == active

    def test_waits_while_an_earlier_overlap_runs(self) -> None:
        self.rotate()

        page = self.page()
        response = self.rotate()

        assert "Make a new key" not in page
        assert "The old key is good until" in page
        self.assertContains(response, "The key before this one is still good.")
        assert len(self.active()) == 2

    def test_another_overlap_is_refused(self) -> None:
        for overlap in ("", "60", "-1", "x"):
            with self.subTest(overlap=overlap):
                self.assertContains(self.rotate(overlap), "Say how long the old key stays good.")
        self.assertContains(self.rotate(DAY, replaces="x"), "Say how long")
        assert self.active() == [self.first]


class RevokeTests(KeysTestCase):
    def test_the_only_key_is_replaced_in_the_same_step(self) -> None:
        token = self.token()

        response = self.revoke(self.first)

        (made,) = self.active()
        self.assertContains(response, made.value)
        self.assertContains(response, "A new one is below")
        assert self.api("get", "", token).json()["code"] == "token_expired"
        assert self.noted() == [("secret_revoked", self.first.hint)]
        assert Activity.objects.get(action="secret_revoked").after == {"made": made.hint}

    def test_the_old_key_of_two_goes(self) -> None:
        self.rotate()
        newest = self.active()[0]

        response = self.revoke(self.first)

        self.assertContains(response, "The key has ended, with every session that it let in.")
        assert self.active() == [newest]

    def test_a_second_click_changes_and_notes_nothing_more(self) -> None:
        self.revoke(self.first)
        active, noted = self.active(), self.noted()

        self.assertContains(self.revoke(self.first), "That key had ended before.")
        assert (self.active(), self.noted()) == (active, noted)

    def test_a_key_of_another_portal_does_not_exist_here(self) -> None:
        for foreign in (self.live.active_secrets()[0], self.globex.portal.active_secrets()[0]):
            with self.subTest(portal=foreign.portal):
                assert self.revoke(foreign).status_code == 404
                assert not PortalSecret.objects.get(pk=foreign.pk).has_ended

    def test_posts_need_the_csrf_token(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(self.acme.owner)
        self.fresh(browser)

        assert browser.post(f"{self.at}{self.first.pk}/revoke/").status_code == 403
        assert self.active() == [self.first]
