"""The pages that code writes have all that there is, and say it as the code does."""

from __future__ import annotations

import re

from portal import api_reference, errors_reference, permissions_reference, settings_reference
from portal.blocked import MERCHANT_TEXTS
from portal.fault_words import FAULTS
from portal.markdown import plain
from portal.models import RECOMMENDED, PortalSettings
from portal.problems import PROBLEMS, Problem
from portal.texts import catalogue
from portal.ways_out import WAYS_OUT
from servicebot.gateway.permissions import NEEDED


def test_every_setting_is_there_with_its_words() -> None:
    page = settings_reference.markdown()

    parts = dict(re.findall(r"^### (.+?)$(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL))
    for name, setting in PortalSettings.declared().items():
        part = parts[str(setting.verbose_name)]
        assert f"`{name}`" in part
        assert plain(setting.help_text) in part
        assert ("on in a new portal" in part) is (name in RECOMMENDED)
        assert ("Not built yet" in part) is setting.is_coming


def test_every_code_says_what_to_do_and_what_each_reads() -> None:
    page = errors_reference.markdown()

    assert set(WAYS_OUT) == set(PROBLEMS)
    english = catalogue("en")
    for code, (status, detail) in PROBLEMS.items():
        part = page.split(f"### `{code}`\n")[1].split("\n##")[0]
        assert f"Status {status}. {plain(detail)}" in part
        assert str(english.forms[f"problem.{code}"]) in part
        assert WAYS_OUT[code] in part
    for reason in MERCHANT_TEXTS:
        assert f"| `{reason}` |" in page
    for what, way_out in FAULTS.values():
        assert f"| {plain(what)} | {plain(way_out)} |" in page


def test_a_problem_names_its_place_in_the_docs() -> None:
    assert Problem("hash_invalid").as_json()["type"] == "/docs/errors/#hash_invalid"


def test_every_call_has_its_path_and_an_example() -> None:
    page = api_reference.markdown()

    calls = re.findall(r"^### `(\w+)`\n\n`([A-Z]+) (/\S+)`", page, re.MULTILINE)
    examples = re.findall(r"file=docs/examples/api/(\w+)\.http", page)
    assert len(calls) > 30
    assert [name for name, _method, _path in calls] == examples


def test_every_permission_is_there() -> None:
    page = permissions_reference.markdown()

    for each in NEEDED:
        assert f"| {each.section}: {each.row} | {each.level} |" in page


def test_plain_text_stays_as_it_is() -> None:
    assert plain("a & b <i> *c* | `d`") == r"a &amp; b \<i\> \*c\* \| `d`"
