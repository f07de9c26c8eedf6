"""What the till's scripts name exists: their words and addresses on the page, the endpoint behind
each address with its method, and every code and field in the server's own tables and answers.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.exceptions import HTTPException

from huimin.access.till_device import SET_UP_COOKIE, SIGNED_IN_COOKIE
from huimin.checkout.offline.words import CODES
from huimin.core.catalogue import LANGUAGES
from huimin.core.discount import EXPLANATIONS
from huimin.core.refusal_kinds import KINDS
from huimin.instance import Instance
from tests.making.merchants import make_join_code
from tests.making.offline import make_offline_till
from tests.making.staff import csrf_of
from tests.scripts import TILL, code_of, modules_of

WORDS = re.compile(r'<script type="application/json" id="[\w-]*words">(.*?)</script>', re.DOTALL)
TILL_ELEMENT = re.compile(r"<[^<>]*\bdata-till\b[^<>]*>")
DATA = re.compile(r'\bdata-([\w-]+)="([^"]*)"')
# COUNT in a sentence, LEDGER in an address: filled in by the script.
PLACEHOLDER = re.compile(r"\b[A-Z]{4,}\b")
REPLACED = re.compile(r'\.replace\(\s*"([A-Z]+)"')
# A call with an address of the page, and whether a body goes along.
ASKED = re.compile(
    r"\b(?:ask|askIfChanged|send|printFrom)\(\s*addresses\.(\w+)(?:\.replace\([^)]*\))?,?\s*([^\s,)]*)"
)
NO_BODY = {"", "null", "tag"}
# Codes that the page makes itself, beside those that it has words for.
OWN_CODES = {"offline", "cancelled", "printless"}
CODE = re.compile(r'\bcode(?:: | [!=]== )"(\w+)"')
CODE_LIST = re.compile(r"\b([A-Z_]+)\.includes\((?:\w+\.)?code\)")
THROWN = re.compile(r'(?:throw|return|=>) (?:\()?\{ code: "(\w+)"')
SNAKE_CASE = re.compile(r'"([a-z]+(?:_[a-z0-9]+)+)"')
# Names in snake case that are not the server's, and whose they are.
OTHER_NAMES = {
    "client_id": "an index of the queue",
    "lost_server": "what pages tell each other (leader.js, where they are typed)",
    "taken_back": "what became of a sale without an answer (unanswered.js, where it is typed)",
    "qr_code": "a format of the browser's BarcodeDetector",
}


@dataclass
class Page:
    """A page of the till, in each language, and what its scripts say."""

    modules: dict[str, str]
    words: list[dict[str, Any]] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return "".join(self.modules.values())


@pytest.fixture
def app(sqlite_instance: Instance) -> Any:
    from huimin.app import create_app

    return create_app(instance=sqlite_instance, testing=True)


@pytest.fixture
def device(app: Any, sqlite_instance: Instance) -> Any:
    """A client that is a till of the API, a set-up device, and has a receipt."""
    client = app.test_client()
    client.till = make_offline_till(app.test_client(), sqlite_instance)
    client.receipt = client.till.redeem(amount_fen=12_800).json
    headers = {"X-CSRFToken": csrf_of(client, "/till/set-up")}
    code = make_join_code(sqlite_instance, client.till.terminal)
    sent = client.post("/till/set-up", json={"code": code}, headers=headers)
    assert sent.status_code == 200
    return client


@pytest.fixture(scope="module")
def _pages_read() -> dict[str, Page]:
    return {}


@pytest.fixture
def pages(_pages_read: dict[str, Page], request: pytest.FixtureRequest) -> dict[str, Page]:
    """By the script that a page names; read once for all tests of this file."""
    if not _pages_read:
        _pages_read.update(pages_of(request.getfixturevalue("device")))
    return _pages_read


def pages_of(device: Any) -> dict[str, Page]:
    """The till's pages as a device sees them, in each language."""
    where = {
        "main.js": "/till/",
        "set_up.js": "/till/set-up",
        "receipt_page.js": f"/till/receipts/{device.receipt['id']}",
    }
    found = {name: Page(modules_of(TILL / name)) for name in where}
    for language in LANGUAGES:
        token = csrf_of(device, "/till/set-up")
        device.post("/language", data={"csrf_token": token, "language": language})
        for name, address in where.items():
            text = device.get(address).text
            assert f"/{name}" in text, address
            tables = [json.loads(table) for table in WORDS.findall(text)]
            found[name].words.append({key: one for table in tables for key, one in table.items()})
            given = dict(DATA.findall(TILL_ELEMENT.search(text).group()))
            found[name].addresses = {_camel(key): one for key, one in given.items()}
    return found


def _camel(name: str) -> str:
    return re.sub(r"-(\w)", lambda letter: letter.group(1).upper(), name)


def _used(table: str, code: str) -> set[str]:
    """The keys that are taken from a table; they are never computed."""
    assert not re.search(rf"(?<![./])\b{table}\[|\{{[^}}]*\}} = {table}\b", code)
    return set(re.findall(rf"(?<![./])\b{table}\.(\w+)", code))


def test_every_word_that_a_script_says_is_on_its_page_and_no_other(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for words in page.words:
            assert _used("words", page.code) == set(words), name
    assert len(pages["main.js"].words[0]) > 70


def test_what_a_script_fills_in_stands_in_the_sentence_in_every_language(
    pages: dict[str, Page],
) -> None:
    page = pages["main.js"]
    for word in page.words[0]:
        tokens = [set(PLACEHOLDER.findall(str(words[word]))) for words in page.words]
        assert tokens[1:] == tokens[:-1], word
    known = PLACEHOLDER.findall(str(page.words[0]) + str(page.addresses))
    assert set(REPLACED.findall(page.code)) == set(known)


def test_every_state_and_refusal_that_has_words_is_one(pages: dict[str, Page]) -> None:
    words = pages["main.js"].words[0]
    (unsent,) = re.findall(r"const UNSENT = (\[.*?\])", pages["main.js"].modules["queue.js"])
    assert set(words["offline_status"]) == {*json.loads(unsent), "undecided"}
    for code in words["offline_refusals"]:
        assert f'"{code}"' in pages["main.js"].code


def test_every_address_that_a_script_asks_is_an_endpoints(app: Any, pages: dict[str, Page]) -> None:
    adapter = app.url_map.bind("localhost")
    for name, page in pages.items():
        taken = _used("addresses", page.code)
        assert taken <= set(page.addresses), name
        asked = dict.fromkeys(taken - {"claimable"}, "GET")
        for address, body in ASKED.findall(page.code):
            asked[address] = "GET" if body in NO_BODY else "POST"
        asked |= dict.fromkeys(re.findall(r"\bpost\(addresses\.(\w+)\)", page.code), "POST")
        for address, method in asked.items():
            try:
                adapter.match(page.addresses[address], method=method)
            except HTTPException as wrong:
                pytest.fail(f"{name}: {method} {address}: {wrong}")
        for address, token in re.findall(r'addresses\.(\w+)\.replace\("([A-Z]+)"', page.code):
            assert f"/{token}" in page.addresses[address], address
    main = dict(ASKED.findall(pages["main.js"].code))
    assert len(main) >= 10
    assert (main["today"], main["redeem"], main["offlinePack"]) == ("null", "order", "tag")


def test_no_address_that_a_page_gives_is_left_over(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        taken = _used("addresses", page.code)
        read = set(re.findall(r"\bdataset\.(\w+)", page.code)) | {"outlet", "called", "print"}
        assert set(page.addresses) - taken - read == set(), name


def test_no_script_writes_an_address_of_the_server_itself() -> None:
    for path in TILL.glob("*.js"):
        assert re.findall(r"""["'`]/(?:till|api|static|claims)\b""", code_of(path)) == [], path.name


def _codes(code: str) -> set[str]:
    """The codes of refusals that are named: compared, made, or in a list that is asked."""
    found = set(CODE.findall(code))
    for name in CODE_LIST.findall(code):
        lists = re.findall(rf"const {name} = (\[.*?\]);", code, re.DOTALL)
        assert lists, name
        for one in lists:
            found |= set(re.findall(r'"(\w+)"', one))
    return found


def test_every_refusal_that_a_script_names_exists(pages: dict[str, Page]) -> None:
    own = OWN_CODES | set(pages["main.js"].words[0]["offline_refusals"])
    for name, page in pages.items():
        assert _codes(page.code) - set(KINDS) - own == set(), name
    assert len(_codes(pages["main.js"].code)) > 25
    claimable = set(pages["main.js"].addresses["claimable"].split())
    assert claimable and claimable <= set(KINDS)


def test_what_a_till_finds_out_by_itself_has_words_without_a_network(
    pages: dict[str, Page],
) -> None:
    own = set(pages["main.js"].words[0]["offline_refusals"])
    thrown = set(THROWN.findall("".join(modules_of(TILL / "offline_desk.js").values())))
    assert {"card_denied", "code_used", "cap_reached", "card_signature_invalid"} <= thrown
    assert thrown - set(CODES) - own - OWN_CODES == set()


def _names(value: Any) -> set[str]:
    """Every key of a JSON value, at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(_names, value.values()))
    return set().union(*map(_names, value)) if isinstance(value, list) else set()


def test_every_name_in_snake_case_is_one_of_the_servers(
    device: Any, pages: dict[str, Page]
) -> None:
    pack = device.get("/till/offline-pack").json
    body = {"card": device.till.card["token"], "amount_fen": 100}
    headers = {"X-CSRFToken": csrf_of(device, "/till/set-up")}
    quote = device.post("/till/quote", json=body, headers=headers).json
    assert quote["discount_fen"] == 8
    known = _names(pack) | _names(quote) | set(KINDS) | set(EXPLANATIONS) | set(OTHER_NAMES)
    known |= set(pages["main.js"].words[0]["offline_refusals"]) | {"after_insurance"}
    known |= {"family_member", SIGNED_IN_COOKIE, SET_UP_COOKIE}
    named = set(SNAKE_CASE.findall("".join(map(code_of, TILL.glob("*.js")))))
    assert len(named) > 40
    assert named - known == set()
    assert set(OTHER_NAMES) <= named
