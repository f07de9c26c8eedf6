"""The handbook at /help: every page, for anybody, safe to show, and its links lead somewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huimin.core.permissions import ACTION_WORDS, PERMISSIONS, ROLE_REACH, ROLES
from huimin.core.words import ROLE_NAMES
from huimin.handbook.access_page import PAGE, access_page
from huimin.handbook.render import FOLDER, page_names, read_page, render
from huimin.instance import Instance
from tests.making.staff import make_staff, sign_in

HREF = re.compile(r'<a href="([^"]+)"')


@pytest.fixture
def client(sqlite_app: Any) -> Any:
    return sqlite_app.test_client()


def test_the_page_of_access_is_fresh() -> None:
    stale = "run python -m huimin.handbook.access_page and commit the page"
    assert PAGE.read_text(encoding="utf-8") == access_page(), stale


def test_every_action_and_every_role_has_words_in_both_languages() -> None:
    assert list(ACTION_WORDS) == list(PERMISSIONS)
    assert tuple(ROLE_REACH) == tuple(ROLE_NAMES) == ROLES
    for words in (ACTION_WORDS, ROLE_REACH, ROLE_NAMES):
        assert all(words.say(code).strip() for code in words)
        assert all(words.say(code, "en").isascii() for code in words)


def test_the_served_page_of_access_says_what_the_table_says(client: Any) -> None:
    page = client.get("/help/access").text
    rows = {
        found[1]: re.findall(r"<td[^>]*>([✓—])</td>", found[2])
        for found in re.finditer(r"<code>([a-z_.]+)</code></td>(.*?)</tr>", page, re.DOTALL)
    }
    assert rows == {
        action: ["✓" if role in allowed else "—" for role in ROLES]
        for action, allowed in PERMISSIONS.items()
    }


def test_every_file_is_a_page_that_anybody_reads(client: Any) -> None:
    contents = client.get("/help/")
    assert contents.status_code == 200
    names = page_names()
    assert {"access", "commands", "operations"} <= set(names)
    assert {path.stem for path in FOLDER.glob("*.md")} == set(names)
    for name in names:
        assert f'href="/help/{name}"' in contents.text
        answer = client.get(f"/help/{name}")
        assert answer.status_code == 200, name
        assert answer.text.count("<h1") == 1, name


def test_every_link_within_the_handbook_leads_somewhere(client: Any) -> None:
    for name in page_names():
        text = client.get(f"/help/{name}").text
        body = text.partition("<article")[2].partition("</article>")[0]
        for address in HREF.findall(body):
            if address.startswith("/help/"):
                path, _, anchor = address.partition("#")
                answer = client.get(path)
                assert answer.status_code == 200, f"{name}: {address}"
                assert not anchor or f'id="{anchor}"' in answer.text, f"{name}: {address}"
            else:
                assert address.startswith(("https://", "#", "/")), f"{name}: {address}"
        for picture in re.findall(r'<img src="([^"]+)"', body):
            assert client.get(picture).status_code == 200, f"{name}: {picture}"


def test_a_signed_in_person_finds_it_from_every_page(
    client: Any, sqlite_instance: Instance
) -> None:
    sign_in(client, make_staff(sqlite_instance, "auditor")["username"])
    assert 'href="/help/"' in client.get("/account").text


@pytest.mark.parametrize("name", ["nothing", "..%2Fpages", "ACCESS", "access.md", "%00"])
def test_what_is_no_page_is_not_found(client: Any, name: str) -> None:
    assert client.get(f"/help/{name}").status_code == 404
    assert client.get(f"/help/pictures/{name}").status_code == 404


def test_html_and_harmful_addresses_are_shown_as_text() -> None:
    text = (
        "# Title\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) [y](pos.md#errors)\n\n"
        "<b onclick=x>bold</b> ![p](pictures/till.png)\n"
    )
    page = render("x", text)
    assert page.title == "Title"
    assert "<script" not in page.body and "<b " not in page.body
    assert 'href="javascript' not in page.body
    assert 'href="/help/pos#errors"' in page.body
    assert 'src="/help/pictures/till.png"' in page.body


def test_headings_of_the_same_words_have_names_of_their_own() -> None:
    page = render("x", "# T\n\n## Same\n\n## Same\n\n### 权限 / Access\n")
    assert [name for _, name, _ in page.contents] == ["same", "same-1", "权限--access"]


def test_a_page_is_read_once() -> None:
    assert read_page("access") is read_page("access")
