"""Every page that a role may open, in English: no word without translation, no id twice, a title.

What is Chinese in the data (names of people, places, shops, reasons) is taken from the database;
whatever Chinese is left on a page was never translated.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from huimin.core.permissions import ROLES, allows
from huimin.instance import Instance
from huimin.merchants.joining import ask_to_join
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.practice.county import OUTLET_NAME, TERMINAL_LABEL
from huimin.ratings.find_ratings import rating_by_id
from huimin.ratings.judgement import Judgement
from tests.making.merchants import credit_code
from tests.making.policies import make_policy
from tests.making.ratings import make_rating
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.traditional import left_simplified, wrong_conversions
from tests.whole_app.test_access_table import PUBLIC, action_of, rules_of
from tests.whole_app.test_other_places import HERE, NO_IDS, Place, address

CHINESE = re.compile(r"[\u3400-\u9fff]+")
PACKAGE = Path(__file__).resolve().parents[2] / "huimin"
STATIC_FOLDERS = tuple(PACKAGE / room / "static" for room in ("web", "checkout", "my"))
# The names of the other languages, in their own language; the handbook is written in both.
OWN_WORDS = ("简体中文", "繁體中文")
# Of payees and requests, which the database keeps encrypted (tests/whole_app/test_other_places.py).
SEALED = ("公司", "银行", "会计", "换了号码")
# Says rates and reasons in each language, as core/money.py and core/discount.py do; its own tests
# compare every word with theirs.
SAYS_IN_EACH_LANGUAGE = {"quote_answer.js", "categories.js", "pinyin_table.js"}
BILINGUAL = ("handbook.", "api_documents.", "static", "till_files.", "my_files.")


class Words(HTMLParser):
    """The words that people see or hear on a page, and the ids on it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.ids: Counter[str] = Counter()
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids[str(given["id"])] += 1
        self.texts += [
            str(given[name])
            for name in ("aria-label", "title", "placeholder", "alt")
            if given.get(name)
        ]
        self.silent += tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


def words_in_the_data(instance: Instance) -> list[str]:
    """Every Chinese text of every table, the longest first; masked names as well."""
    found: set[str] = set()
    with sqlite3.connect(instance.settings.database_path) as database:
        tables = [
            row[0]
            for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    if isinstance(value, str):
                        found.update(CHINESE.findall(value))
    for name in (instance.settings.county_name, OUTLET_NAME, TERMINAL_LABEL):
        found.update(CHINESE.findall(name))
    single = {letter for word in found for letter in (word[:1], word[-1:])}
    return sorted(found | single, key=len, reverse=True)


@pytest.fixture
def app(sqlite_app: Any) -> Any:
    return sqlite_app


@pytest.fixture
def place(sqlite_instance: Instance) -> Place:
    make_policy(sqlite_instance)
    return Place(sqlite_instance, HERE)


@pytest.fixture
def ids(sqlite_instance: Instance, place: Place) -> dict[str, str]:
    """Something for each argument; a draft of a policy, so that a dry run is shown."""
    now = {"now": sqlite_instance.clock(), "actor": "test"}
    draft = PolicyDraft(
        "ninety",
        "九折",
        1_000,
        "2026-12-01",
        scope="kind",
        scope_value="pharmacy",
        excluded_categories=("tobacco",),
    )
    row = sqlite_instance.engine.write(lambda tx: save_draft(tx, draft, **now))
    form = {
        "merchant_name": "新来的商户",
        "credit_code": credit_code(77_777),
        "contact_name": "赵敏",
        "contact_phone": "13800000001",
        "outlet_name": "新来的店",
        "outlet_kind": "pharmacy",
        "division_code": HERE,
        "address": "南塔路",
    }
    sqlite_instance.engine.write(lambda tx: ask_to_join(tx, form, now=sqlite_instance.clock()))
    rating_id = make_rating(sqlite_instance, place.sale, Judgement("no", 1))
    rating = sqlite_instance.engine.read(lambda tx: rating_by_id(tx, rating_id))
    judged = {name: rating[name] for name in ("complaint_id", "receipt_no", "hash_prefix")}
    return {
        **NO_IDS,
        **place.ids,
        **judged,
        "rating_id": rating_id,
        "policy_id": row["id"],
    }


def opened(app: Any, client: Any, ids: dict[str, str], role: str | None) -> list[tuple[str, str]]:
    """Address and text of each HTML page that the role may open."""
    found = []
    for rule, method in rules_of(app):
        action = action_of(app, rule)
        if method != "GET" or rule.endpoint.startswith(BILINGUAL):
            continue
        if role is None and rule.endpoint not in PUBLIC:
            continue
        if role is not None and (action is None or not allows(role, action)):
            continue
        if set(rule.arguments) - set(ids):
            continue
        where = address(rule, ids)
        answer = client.get(where)
        assert answer.status_code < 500, where
        if answer.mimetype == "text/html" and answer.status_code == 200:
            found.append((where, answer.text))
    return found


@pytest.mark.parametrize("role", [*ROLES, None])
def test_no_page_has_a_word_without_translation_or_an_id_twice(
    app: Any, sqlite_instance: Instance, place: Place, ids: dict[str, str], role: str | None
) -> None:
    client = app.test_client()
    if role is not None:
        staff = place.staff.get(role) or make_staff(sqlite_instance, role)
        sign_in(client, staff["username"])
    token = csrf_of(client, "/sign-in" if role is None else "/account")
    client.post("/language", data={"csrf_token": token, "language": "en"})
    pages = opened(app, client, ids, role)
    assert len(pages) >= {"administrator": 22, "auditor": 14, "registrar": 9}.get(str(role), 2)
    known_words = words_in_the_data(sqlite_instance)
    for where, text in pages:
        page = Words()
        page.feed(text)
        twice = [name for name, count in page.ids.items() if count > 1]
        assert twice == [], f"{where}: ids twice"
        # A chart has a long name on several lines.
        left = "".join("".join(page.texts).split())
        for word in sorted((*OWN_WORDS, *SEALED, *known_words), key=len, reverse=True):
            left = left.replace("".join(word.split()), "")
        assert CHINESE.findall(left) == [], f"{role} {where}"
        assert re.search(r"<title>\s*\S", text) and "<h1" in text, where


@pytest.mark.parametrize("role", ["administrator", "merchant_manager", "cashier", None])
def test_a_traditional_reader_reads_no_wrong_conversion(
    app: Any, sqlite_instance: Instance, place: Place, ids: dict[str, str], role: str | None
) -> None:
    client = app.test_client()
    if role is not None:
        sign_in(client, (place.staff.get(role) or make_staff(sqlite_instance, role))["username"])
    token = csrf_of(client, "/sign-in" if role is None else "/account")
    client.post("/language", data={"csrf_token": token, "language": "zh_Hant"})
    pages = opened(app, client, ids, role)
    known_words = words_in_the_data(sqlite_instance)
    for where, text in pages:
        if where.startswith("/public/"):  # which has its language in its address
            text = client.get(f"{where}?lang=zh-Hant").text
        page = Words()
        # A chart breaks the names of places over lines; its table has them whole.
        page.feed(re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL))
        left = "|".join(page.texts)
        for word in (*OWN_WORDS, *SEALED, *known_words):
            left = left.replace(word, "|")
        assert wrong_conversions(left) == [], f"{role} {where}"
        assert left_simplified(left) == [], f"{role} {where}"


def test_no_script_holds_words_of_its_own() -> None:
    """The words of scripts come from the page, where they are translated."""
    scripts = [
        path
        for folder in STATIC_FOLDERS
        for path in folder.rglob("*.js")
        if "vendor" not in path.parts and path.name not in SAYS_IN_EACH_LANGUAGE
    ]
    assert len(scripts) > 10
    holding = {}
    for path in scripts:
        text = path.read_text(encoding="utf-8")
        code = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", text, flags=re.DOTALL)
        words = CHINESE.findall(code)
        if words:
            holding[path.name] = words
    assert holding == {}
