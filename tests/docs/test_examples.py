"""The examples of the docs run, filled in as their readers do: in a page, a server, a shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import ApiToken
from portal.code_blocks import read_info, read_source
from portal.identity import hash_of
from portal.texts import languages
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.browser.page_of_a_shop import ShopPage, shop_page
from tests.docs.filling import ADA, EXAMPLES, filled
from tests.world import Tenant, make_tenant

ROOT = EXAMPLES.parents[1]
SECRET = "sb_test_of_a_shop"
ICON = '<link rel="icon" href="data:,">'  # so that none is asked for
MAKING = {
    "servicebot.py": ("print(servicebot_settings({email}))", [sys.executable]),
    "servicebot.mjs": ("console.log(servicebotSettings({email}))", ["node"]),
}


@pytest.fixture
def acme(live_server: LiveServer, settings: Settings) -> Iterator[Tenant]:
    """Acme, whose customer is Ada, and who may show the portal on this machine."""
    settings.PUBLIC_URL = live_server.url
    with doors.use(Sandbox()):
        made = make_tenant("Acme")
        made.shop.subscribe(made.shop.customer("Ada"))
        row = made.portal.settings
        row.can_change_plan, row.requires_security_hash = True, True
        row.save()
        yield made


def run(command: list[str], **environ: str) -> str:
    """Run a program of the docs; return what it prints."""
    done = subprocess.run(  # noqa: S603 -- our own examples
        command, env=os.environ | environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("file", MAKING)
@pytest.mark.parametrize("email", [ADA, "Zoë+x@exämple.com", "</script><b>@x"])
def test_a_server_makes_what_the_page_needs(file: str, email: str, tmp_path: Path) -> None:
    call, command = MAKING[file]
    program = tmp_path / file
    text = (EXAMPLES / file).read_text()
    program.write_text(f"{text}\n{call.format(email=json.dumps(email))}\n")

    said = run([*command, str(program)], SERVICEBOT_SECRET_KEY=SECRET)

    made = {"portal_id": "PORTAL_ID", "email": email, "hash": hash_of(SECRET, email)}
    assert json.loads(said) == made
    assert "<" not in said


def test_a_shell_makes_the_hash() -> None:
    said = run(["sh", str(EXAMPLES / "hash.sh")], SERVICEBOT_SECRET_KEY=SECRET)

    assert said.strip() == hash_of(SECRET, ADA)


def test_the_demo_is_what_its_command_starts() -> None:
    """tests/demo runs what is started."""
    command = (EXAMPLES / "demo.sh").read_text().split()

    assert "manage.py demo\n" in run([*command, "-n", "-C", str(ROOT)])


def session_script(region: str, acme: Tenant, host: str) -> str:
    """Return a part of session.sh, filled in."""
    info = read_info(f"sh file=docs/examples/session.sh#{region}")
    return filled(read_source(info, ROOT), acme, host)


@pytest.mark.django_db(transaction=True)
def test_curl_gets_a_session_changes_a_setting_and_shows_a_refusal(
    acme: Tenant, live_server: LiveServer
) -> None:
    token = ApiToken.make(acme.owner.memberships.get(), "Deployment")
    began, changed, refused = (
        json.loads(run(["sh", "-c", script], SERVICEBOT_API_TOKEN=token))
        for script in (
            session_script(region, acme, live_server.url)
            for region in ("session", "settings", "trouble")
        )
    )

    assert set(began) == {"token", "expires_at"}
    assert changed["can_cancel"] is True
    assert refused["code"] == "hash_invalid"


@pytest.mark.django_db(transaction=True)
def test_a_program_changes_the_plan(acme: Tenant, live_server: LiveServer, tmp_path: Path) -> None:
    program = tmp_path / "change_plan.py"
    text = (EXAMPLES / "change_plan.py").read_text()
    program.write_text(filled(text, acme, live_server.url))

    said = run([sys.executable, str(program)])

    assert said == f"Due now: 5000 usd\nNow {acme.shop.prices['Business month']}\n"


@pytest.fixture
def shop(acme: Tenant) -> Iterator[ShopPage]:
    """A shop's page that may show Acme's portal."""
    with shop_page() as server:
        acme.portal.settings.allowed_origins = [server.address]
        acme.portal.settings.save()
        yield server


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_each_snippet_shows_the_portal(
    page: Page, acme: Tenant, shop: ShopPage, live_server: LiveServer
) -> None:
    faults: list[str] = []
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    plain, csp, options = (
        (EXAMPLES / file).read_text()
        for file in ("page.html", "page_with_csp.html", "options.html")
    )
    language = f"<script>{(EXAMPLES / 'language.js').read_text()}</script><script async"
    french = "fr" if "fr" in languages() else "en"

    for text, tongue in (
        (plain, "en"),
        (csp, "en"),
        (options, "en"),
        (plain.replace("<script async", language), french),
    ):
        shop.pasted = ICON + filled(text, acme, live_server.url)
        page.goto(shop.address)
        portal = page.frame_locator("#servicebot-portal iframe")
        expect(portal.get_by_role("heading", name="Notes")).to_be_visible()
        expect(portal.locator("html")).to_have_attribute("lang", tongue)
    assert mounted(page, acme) == "My own"
    allowed_alone(page, acme, shop, live_server.url)
    assert [each for each in faults if "data:," not in each] == []


def mounted(page: Page, acme: Tenant) -> str:
    """Run what mounts by hand, on an element of the page; return what is in that at the end."""
    page.add_script_tag(
        content=f"""window.mounting = (element, portal_id, email, hash, other, theirs) => {{
        {(EXAMPLES / "mount.js").read_text()} }};"""
    )
    text: str = page.evaluate(
        """([id, email, hash]) => {
            const element = document.createElement("div");
            element.textContent = "My own";
            document.body.append(element);
            mounting(element, id, email, hash, "ben@example.com", hash);
            return element.textContent;
        }""",
        [acme.portal.public_id, ADA, hash_of(acme.secret, ADA)],
    )
    return text


def allowed_alone(page: Page, acme: Tenant, shop: ShopPage, host: str) -> None:
    """See the portal in a page whose policy has the two directives of csp.txt and nothing more."""
    directives = (EXAMPLES / "csp.txt").read_text().splitlines()
    policy = "; ".join(["default-src 'none'", "img-src data:", *directives])
    made = hash_of(acme.secret, ADA)
    settings = {"portal_id": acme.portal.public_id, "email": ADA, "hash": made}
    page.add_init_script(f"window.servicebotSettings = {json.dumps(settings)}")
    text = f"""<meta http-equiv="Content-Security-Policy" content="{policy}">
        <div id="servicebot-portal"></div><script async src="https://HOST/embed/v1.js"></script>"""
    shop.pasted = ICON + filled(text, acme, host)
    page.goto(shop.address)
    portal = page.frame_locator("#servicebot-portal iframe")
    expect(portal.get_by_role("heading", name="Notes")).to_be_visible()
