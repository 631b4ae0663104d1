"""Everybody who comes to a door: Acme's world, and what each stranger shows there."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import jwt
import time_machine
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.invitations import invite
from accounts.models import ApiToken, Membership, StripeConnection, User
from accounts.roles import Role
from accounts.signing_up import vouch_for
from portal import ending
from portal.identity import hash_of
from portal.models import PortalSecret, open_portal
from servicebot.sandbox.webhooks import signature
from tests.signing import signed_token
from tests.strangers.making import (
    EMAIL,
    LATER,
    PASSWORD,
    allow_everything,
    begin,
    logged_in,
    spoilt,
)
from tests.strangers.table import Stranger
from tests.world import Shop, make_tenant

S = Stranger


class Cast:
    """Acme with two test portals and a live one, its team, its customers; and Globex."""

    def __init__(self) -> None:
        self.acme, self.globex = make_tenant("Acme"), make_tenant("Globex")
        self.portal = self.acme.portal
        self.second = open_portal(self.acme.merchant, "test", "Acme second portal")
        self.live = open_portal(self.acme.merchant, "live", "Acme live portal")
        for portal in (self.portal, self.second, self.live, self.globex.portal):
            allow_everything(portal)
        self._shop()
        self._connections()
        self._keys()
        self._team()
        self.tokens = self._tokens()
        self.api_tokens = self._api_tokens()
        self.browsers = self._browsers()
        self.invitations = self._invitations()
        self.resets = self._resets()
        emails = {self.ada: EMAIL, self.ben: "ben@example.com"}
        # So that a use of it, which is noted once a minute, isn't taken for a change.
        ApiToken.objects.update(last_used_at=timezone.now() + timedelta(hours=1))
        self.intents = {each: self._intent(each, email) for each, email in emails.items()}

    def _shop(self) -> None:
        shop = self.acme.shop
        self.ada, self.ben = shop.customer("Ada"), shop.customer("Ben")
        self.carla = self.globex.shop.customer("Carla", email=EMAIL)
        self.subs = {each: shop.subscribe(each) for each in (self.ada, self.ben)}
        v1 = shop.stripe.v1
        self.canceled = {each: shop.subscribe(each, "Starter month") for each in self.subs}
        for canceled in self.canceled.values():
            v1.subscriptions.cancel(canceled)
        self.methods = {
            each: v1.payment_methods.attach("pm_card_visa", {"customer": each}).id
            for each in (self.ada, self.ben)
        }
        self.invoices = {
            each: v1.subscriptions.retrieve(sub).latest_invoice for each, sub in self.subs.items()
        }
        live = Shop("acme", mode="live")
        live.stock()
        self.live_ada = live.customer("Ada", card="")

    def _connections(self) -> None:
        """Let Stripe tell of changes in both modes, as connecting does."""
        self.listening: dict[str, StripeConnection] = {}
        StripeConnection.objects.create(
            merchant=self.acme.merchant,
            mode="live",
            api_key="sk_live_acme",
            publishable_key="pk_live_acme",
            checked_at=timezone.now(),
        )
        for name, merchant, mode in (
            ("acme", self.acme.merchant, "test"),
            ("live", self.acme.merchant, "live"),
            ("globex", self.globex.merchant, "test"),
        ):
            row = merchant.connections.get(mode=mode)
            row.endpoint_id, row.endpoint_secret = f"we_{name}", f"whsec_of_{name}_{mode}"
            row.save()
            self.listening[name] = row
        gone = self.globex.merchant.connections.get()
        self.not_listening = StripeConnection.objects.create(
            merchant=self.globex.merchant,
            mode="live",
            api_key="sk_live_globex",
            publishable_key="pk_live_globex",
            checked_at=gone.checked_at,
        )

    def _keys(self) -> None:
        """Give the portal a key that was rotated away and one that was revoked."""
        self.rotated = PortalSecret.make(self.portal)
        with time_machine.travel(timezone.now() - timedelta(hours=2)):
            self.rotated.end(after=timedelta(hours=1))
        self.revoked = PortalSecret.make(self.portal)
        self.revoked.end()

    def _team(self) -> None:
        self.team = {role: self._member(role) for role in (Role.ADMIN, Role.VIEWER)}
        self.removed = self._member(Role.OWNER, "removed")
        for user in (self.acme.owner, self.globex.owner, self.team[Role.ADMIN]):
            TOTP.activate(user, generate_totp_secret())
            RecoveryCodes.activate(user)

    def _member(self, role: str, name: str = "") -> User:
        user = User.objects.create_user(f"{name or role}@acme.example", PASSWORD)
        vouch_for(user)
        Membership.objects.create(user=user, merchant=self.acme.merchant, role=role)
        return user

    def _tokens(self) -> dict[S, str]:
        """Return what each shows where a session token is asked for."""
        ada, own = self.ada, begin(self.portal, self.ada)
        ended = begin(self.portal, ada, jti="ended")
        ending.end_sessions(self.portal, "token:ended")
        with time_machine.travel(timezone.now() - LATER):
            over = begin(self.portal, ada)
        claims = {"sub": f"email:{EMAIL}", "aud": self.portal.public_id}
        return {
            S.MERCHANT: begin(self.globex.portal, self.carla),
            S.CUSTOMER: own,
            S.QUOTE: own,
            S.PORTAL: begin(self.second, ada),
            S.MODE: begin(self.live, self.live_ada),
            S.DOOR: ApiToken.make(self.acme.owner.memberships.get(), "shown to a customer's door"),
            S.OVER: over,
            S.ROTATED: begin(self.portal, ada, self.rotated),
            S.REVOKED: begin(self.portal, ada, self.revoked),
            S.ENDED: ended,
            S.SIGNATURE: spoilt(own),
            S.ALGORITHM: jwt.encode(claims, "", algorithm="none"),
            S.AUDIENCE: signed_token(self.acme, aud=self.second.public_id),
        }

    def proof(self, stranger: S | None) -> dict[str, str]:
        """Return what each shows where an identity is exchanged."""
        globex, second, live = self.globex.secret, *self._others()
        hashes = {
            S.MERCHANT: hash_of(globex, EMAIL),
            S.CUSTOMER: hash_of(self.acme.secret, "ben@example.com"),
            S.PORTAL: hash_of(second, EMAIL),
            S.MODE: hash_of(live, EMAIL),
            S.ROTATED: hash_of(self.rotated.value, EMAIL),
            S.REVOKED: hash_of(self.revoked.value, EMAIL),
            S.DOOR: begin(self.portal, self.ada),
            None: hash_of(self.acme.secret, EMAIL),
        }
        now = int(time.time())
        tokens: dict[S | None, dict[str, Any]] = {
            S.OVER: {"iat": now - 600, "exp": now - 300},
            S.ENDED: {"jti": "ended"},
            S.SIGNATURE: {"key": globex},
            S.ALGORITHM: {"algorithm": "HS512", "key": self.acme.secret.ljust(64, "0")},
            S.AUDIENCE: {"aud": self.second.public_id},
        }
        if stranger in tokens:
            return {"token": signed_token(self.acme, **tokens[stranger])}
        hash_ = {} if stranger == S.NOBODY else {"hash": hashes[stranger]}
        return {"email": EMAIL, **hash_}

    def _others(self) -> list[str]:
        return [each.active_secrets()[0].value for each in (self.second, self.live)]

    def signed(self, stranger: S | None, payload: bytes) -> dict[str, str]:
        """Return how each signs what it says of Acme's Stripe."""
        now = int(time.time())
        own = self.listening["acme"].endpoint_secret
        good = signature(payload, own, now)
        said = {
            None: good,
            S.MERCHANT: signature(payload, self.listening["globex"].endpoint_secret, now),
            S.MODE: signature(payload, self.listening["live"].endpoint_secret, now),
            S.DOOR: begin(self.portal, self.ada),
            S.OVER: signature(payload, own, now - 600),
            S.ROTATED: signature(payload, "whsec_before_connecting_anew", now),
            S.REVOKED: signature(payload, "", now),
            S.SIGNATURE: good[:-4] + "0000",
            S.ALGORITHM: good.replace("v1=", "v0="),
        }
        return {} if stranger == S.NOBODY else {"Stripe-Signature": said[stranger]}

    def event(self) -> dict[str, Any]:
        """Return something that happened at Acme's Stripe."""
        return {
            "id": "evt_1",
            "object": "event",
            "type": "product.updated",
            "created": 1,
            "livemode": False,
            "data": {"object": {"id": "prod_1", "object": "product"}},
        }

    def _api_tokens(self) -> dict[S | None, str]:
        """Return what each shows where an API token is asked for."""
        owner = self.acme.owner.memberships.get()
        own = ApiToken.make(owner, "own", Role.OWNER)
        over = ApiToken.make(owner, "over", Role.OWNER, timezone.now() - timedelta(hours=1))
        revoked = ApiToken.make(owner, "revoked", Role.OWNER)
        owner.api_tokens.get(name="revoked").delete()
        removed = self.removed.memberships.get()
        left_behind = ApiToken.make(removed, "removed", Role.OWNER)
        return {
            None: own,
            S.MERCHANT: ApiToken.make(self.globex.owner.memberships.get(), "g", Role.OWNER),
            S.VIEWER: ApiToken.make(owner, "viewer", Role.VIEWER),
            S.ADMIN: ApiToken.make(owner, "admin", Role.ADMIN),
            S.PORTAL: own,
            S.MODE: own,
            S.DOOR: self.tokens[S.CUSTOMER],
            S.OVER_TOKEN: over,
            S.REVOKED_TOKEN: revoked,
            S.REMOVED: left_behind,
            S.SIGNATURE: spoilt(own),
            S.ALGORITHM: jwt.encode({"sub": self.acme.owner.email}, "", algorithm="none"),
        }

    def _browsers(self) -> dict[S | None, Client]:
        """Return the browser in which each comes to the dashboard."""
        owner = self.acme.owner
        over, ended, removed = (
            logged_in(owner),
            logged_in(owner),
            logged_in(self.removed, fresh=True),
        )
        Session.objects.filter(pk=over.session.session_key).update(
            expire_date=timezone.now() - timedelta(minutes=1)
        )
        UserSession.objects.get(session_key=ended.session.session_key).end()
        self.removed.memberships.get().delete()
        forged, bearing = (
            Client(),
            Client(headers={"Authorization": f"Bearer {self.tokens[S.CUSTOMER]}"}),
        )
        forged.cookies["session"] = spoilt(logged_in(owner).cookies["session"].value)
        own = logged_in(owner, fresh=True)
        return {
            None: own,
            S.PORTAL: own,
            S.MODE: own,
            S.NOBODY: Client(),
            S.MERCHANT: logged_in(self.globex.owner, fresh=True),
            S.VIEWER: logged_in(self.team[Role.VIEWER], fresh=True),
            S.ADMIN: logged_in(self.team[Role.ADMIN], fresh=True),
            S.REMOVED: removed,
            S.DOOR: bearing,
            S.OVER: over,
            S.ENDED: ended,
            S.STALE: logged_in(owner),
            S.SIGNATURE: forged,
        }

    def _invitations(self) -> dict[S | None, str]:
        """Return the secret part of an invitation's address, and of some that open nothing."""
        owner = self.acme.owner.memberships.get()
        links = [self._invited(owner, f"{each}@example.com") for each in ("good", "over", "gone")]
        waiting = self.acme.merchant.invitations
        waiting.filter(email="over@example.com").update(expires_at=timezone.now())
        waiting.filter(email="gone@example.com").delete()
        invited = User.objects.create_user("good@example.com", PASSWORD)
        vouch_for(invited)
        self.invited = logged_in(invited)
        return {
            None: links[0],
            S.OVER_INVITATION: links[1],
            S.REVOKED_INVITATION: links[2],
            S.SIGNATURE: spoilt(links[0]),
        }

    def _invited(self, by: Membership, email: str) -> str:
        invite(by, email, Role.VIEWER)
        return str(mail.outbox[-1].body).split("/invitations/")[1].split("/")[0]

    def _resets(self) -> dict[S | None, str]:
        """Return what stands in the address that is mailed to who forgot the password."""
        owner, uid = self.acme.owner, user_pk_to_url_str(self.acme.owner)
        made = default_token_generator.make_token(owner)
        with time_machine.travel(timezone.now() - timedelta(days=4)):
            over = default_token_generator.make_token(owner)
        before = User(pk=owner.pk, email=owner.email, password="the one before")
        used = default_token_generator.make_token(before)
        return {
            None: f"{uid}-{made}",
            S.OVER: f"{uid}-{over}",
            S.ENDED: f"{uid}-{used}",
            S.SIGNATURE: f"{uid}-{spoilt(made)}",
        }

    def _intent(self, customer: str, email: str) -> str:
        token = begin(self.portal, customer, email=email)
        headers = {"Authorization": f"Bearer {token}"}
        answer = Client().post(
            "/api/v1/portal/payment-method/setup",
            {"customer": customer},
            content_type="application/json",
            headers=headers,
        )
        return str(answer.json()["setup_intent"])

    def owned(self) -> dict[str, str]:
        """Return what Acme's addresses name beside a customer's things."""
        owner = self.acme.owner
        kind = Authenticator.Type.WEBAUTHN
        passkey, _made = Authenticator.objects.get_or_create(
            user=owner, type=kind, data={"name": "A"}
        )
        return {
            "portal_id": self.portal.public_id,
            "merchant_id": str(self.acme.merchant.pk),
            "endpoint_slug": self.listening["acme"].endpoint_slug,
            "product_id": self.acme.shop.products["Team"],
            "secret_id": str(self.portal.active_secrets()[0].pk),
            "key_id": str(self.portal.active_secrets()[0].pk),
            "member_id": str(owner.memberships.get().pk),
            "invitation_id": str(self.acme.merchant.invitations.get(email="good@example.com").pk),
            "token_id": str(owner.memberships.get().api_tokens.get(name="own").pk),
            "pk": str(passkey.pk),
            "session_id": str(UserSession.objects.filter(user=owner).first().pk),
        }
