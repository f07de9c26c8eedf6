"""The handbook at /help: every page, for anybody, safe to show, and its links lead somewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from markupsafe import escape

from huimin.core.permissions import ACTION_WORDS, PERMISSIONS, ROLE_REACH, ROLES
from huimin.core.words import ROLE_NAMES
from huimin.handbook.access_page import access_page
from huimin.handbook.find_sections import QUERY_CHARACTERS_MAX
from huimin.handbook.pages import PART_WORDS
from huimin.handbook.render import (
    FOLDER,
    ORDER,
    PARTS,
    TEXTS,
    Page,
    page_names,
    read_page,
    render,
    text_file,
)
from huimin.handbook.traditional import CODE, TRADITIONAL, traditional_pages
from huimin.instance import Instance
from huimin.web.help_links import SECTIONS, help_section
from tests.making.staff import make_staff, sign_in
from tests.whole_app.test_access_table import action_of, is_api, rules_of

HREF = re.compile(r'<a href="([^"]+)"')


@pytest.fixture
def client(sqlite_app: Any) -> Any:
    return sqlite_app.test_client()


def pages_in(language: str) -> list[Page]:
    return [page for name in page_names() if (page := read_page(name, language)) is not None]


def reader(client: Any, language: str) -> Any:
    """The client, reading in that language."""
    with client.session_transaction() as session:
        session["language"] = language
    return client


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_the_page_of_access_is_fresh(language: str) -> None:
    stale = "run python -m huimin.handbook.access_page and commit the page"
    assert text_file("access", language).read_text("utf-8") == access_page(language), stale


def test_every_action_and_every_role_has_words_in_both_languages() -> None:
    assert list(ACTION_WORDS) == list(PERMISSIONS)
    assert tuple(ROLE_REACH) == tuple(ROLE_NAMES) == ROLES
    for words in (ACTION_WORDS, ROLE_REACH, ROLE_NAMES):
        assert all(words.say(code).strip() for code in words)
        assert all(words.say(code, "en").isascii() for code in words)


@pytest.mark.parametrize("language", TEXTS)
def test_the_served_page_of_access_says_what_the_table_says(client: Any, language: str) -> None:
    page = reader(client, language).get("/help/access").text
    rows = {
        found[1]: re.findall(r"<td[^>]*>([✓—])</td>", found[2])
        for found in re.finditer(r"<code>([a-z_.]+)</code></td>(.*?)</tr>", page, re.DOTALL)
    }
    assert rows == {
        action: ["✓" if role in allowed else "—" for role in ROLES]
        for action, allowed in PERMISSIONS.items()
    }


def test_every_page_has_its_text_in_every_language_and_its_place() -> None:
    assert tuple(page_names()) == ORDER
    assert tuple(PART_WORDS) == tuple(PARTS)
    for folder in TEXTS.values():
        assert {path.stem for path in (FOLDER / folder).glob("*.md")} == set(ORDER), folder


def shape(text: str) -> dict[str, list[str]]:
    """What two languages of a page must share: its headings, tables, code, links and pictures."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    headings = re.findall(r"(?m)^#+(?= )", prose)
    tables = [str(len(table.splitlines())) for table in re.findall(r"(?m)(?:^\|.*\n)+", prose)]
    # Of an option only its name: what a value is called is a word.
    codes = {re.sub(r"^(--?[\w-]+).*", r"\1", code) for code in re.findall(r"`([^`\n]+)`", prose)}
    codes = {code for code in codes if code.isascii()}
    links = re.findall(r"\]\(([^)]+)\)", prose)
    fences = re.findall(r"(?m)^```[a-z]*$", text)
    return {
        "headings": headings,
        "tables": tables,
        "code": sorted(codes),
        "links": sorted(set(links)),
        "fences": fences,
    }


@pytest.mark.parametrize("name", ORDER)
def test_a_page_says_the_same_in_both_languages(name: str) -> None:
    """Neither text goes stale alone: what can be compared without reading is the same."""
    chinese, english = (text_file(name, one).read_text("utf-8") for one in ("zh_Hans", "en"))
    assert shape(chinese) == shape(english)


@pytest.mark.parametrize("name", ORDER)
def test_an_english_page_holds_chinese_only_where_it_is_typed_or_sent(name: str) -> None:
    prose = CODE.sub("", text_file(name, "en").read_text("utf-8"))
    assert re.findall(".*[\u4e00-\u9fff].*", prose) == []


def test_the_traditional_text_is_made_from_the_simplified_one() -> None:
    stale = "run python -m huimin.handbook.traditional and commit the pages"
    made = {path.name: path.read_text("utf-8") for path in TRADITIONAL.glob("*.md")}
    assert made == traditional_pages(), stale


@pytest.mark.parametrize("language", TEXTS)
def test_anybody_reads_every_page_in_their_own_language(client: Any, language: str) -> None:
    reading = reader(client, language)
    contents = reading.get("/help/")
    assert contents.status_code == 200
    anchors = {page.name: [one.anchor for one in page.sections] for page in pages_in("en")}
    for page in pages_in(language):
        assert f'href="/help/{page.name}">{escape(page.title)}</a>' in contents.text
        answer = reading.get(f"/help/{page.name}")
        assert answer.status_code == 200, page.name
        assert answer.text.count("<h1") == 1, page.name
        assert [one.anchor for one in page.sections] == anchors[page.name]
        assert len(set(anchors[page.name])) == len(anchors[page.name])


def test_every_link_within_the_handbook_leads_somewhere(client: Any) -> None:
    ids = {f"/help/{page.name}": {one.anchor for one in page.sections} for page in pages_in("en")}
    for language in TEXTS:
        for page in pages_in(language):
            for address in HREF.findall(page.body):
                path, _, anchor = address.partition("#")
                if path.startswith("/help/"):
                    assert not anchor or anchor in ids[path], f"{page.name}: {address}"
                elif not path:
                    assert anchor in ids[f"/help/{page.name}"], f"{page.name}: {address}"
                else:
                    assert address.startswith(("https://", "/")), f"{page.name}: {address}"
            for picture in re.findall(r'<img src="([^"]+)"', page.body):
                assert client.get(picture).status_code == 200, f"{page.name}: {picture}"


def test_every_picture_is_there_small_and_shown() -> None:
    named = {
        picture
        for language in ("zh_Hans", "en")
        for name in ORDER
        for picture in re.findall(
            r"\]\(\.\./pictures/([^)]+)\)", text_file(name, language).read_text("utf-8")
        )
    }
    files = {path.name: path.stat().st_size for path in (FOLDER / "pictures").iterdir()}
    # The one on the README's first screen is nowhere else.
    assert named == files.keys() - {"overview.png"}
    taken = {name for name in named if name.endswith(".webp")}
    assert len(taken) > 12
    assert {name: size for name, size in files.items() if size > 100_000} == {}
    assert sum(files.values()) < 1_000_000


def test_a_word_is_found_in_the_reader_s_language(client: Any) -> None:
    for language, word, heading in (
        ("zh_Hans", "工作日", "工作日"),
        ("zh_Hant", "帳號鎖十五", "登入"),
        ("en", "working days", "Working days"),
    ):
        answer = reader(client, language).get("/help/", query_string={"q": word})
        assert re.search(rf'<a href="/help/[a-z]+#[a-z-]+">{heading}</a>', answer.text), word
    # What stands nowhere as a whole is found by its parts; a word that is nowhere finds nothing.
    reading = reader(client, "zh_Hans")
    assert 'href="/help/console#signing-in"' in reading.get("/help/?q=密码登录").text
    assert "没有找到“不存在的词语甲乙”" in reading.get("/help/?q=不存在的词语甲乙").text


def test_a_search_shows_no_harm_and_takes_no_endless_query(client: Any) -> None:
    answer = client.get("/help/", query_string={"q": "<script>alert(1)</script>"})
    assert answer.status_code == 200 and "<script>alert" not in answer.text
    long = client.get("/help/", query_string={"q": "卡" * 10_000})
    assert long.status_code == 200 and "卡" * (QUERY_CHARACTERS_MAX + 1) not in long.text
    assert client.get("/help/?q=%20").text.count("<ol") == 0


def test_every_page_of_the_console_leads_to_its_section(
    client: Any, sqlite_app: Any, sqlite_instance: Instance
) -> None:
    anchors = {f"{page.name}#{one.anchor}" for page in pages_in("en") for one in page.sections}
    assert set(SECTIONS.values()) - anchors == set()
    pages = {
        rule.endpoint
        for rule, method in rules_of(sqlite_app)
        if method == "GET" and not is_api(rule) and action_of(sqlite_app, rule)
    }
    assert {endpoint for endpoint in pages if help_section(endpoint) is None} == set()
    known = pages | {endpoint.partition(".")[0] for endpoint in pages}
    assert SECTIONS.keys() - known == set(), "no page has this endpoint"
    sign_in(client, make_staff(sqlite_instance, "administrator")["username"])
    for path, section in (("/holders/", "people#search"), ("/audit/", "console#audit")):
        assert f'class="help-link" href="/help/{section}"' in client.get(path).text
    assert 'class="help-link" href="/help/"' in client.get("/help/pos").text


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
    assert [one.anchor for one in page.contents] == ["same", "same-1", "权限--access"]


def test_a_page_is_read_once() -> None:
    assert read_page("access", "en") is read_page("access", "en")
