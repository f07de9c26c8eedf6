"""What a holder reads when something did not work: their own page, plain words, one way on."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.my import tries
from huimin.ratings.pages.receipt import looks_per_address
from huimin.storage.engine import StorageProblem
from huimin.web.uploads import REQUEST_BYTES_MAX
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.my_card import last_four, make_code, open_card, post
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.staff import csrf_of
from tests.my.conftest import Household

# What only the office or a program says.
NOT_FOR_HOLDERS = re.compile(
    r"JSON|Allow|Content-Type|同一个键|订单号|岗位|管理员|请求方法|地址不接受|not_found|csrf_failed|"
    r"too_many_requests|internal_error|storage_unavailable|method_not_allowed|payload_too_large|"
    r"site-header|使用手册|same key|administrator|request method",
)
LANGUAGES = ("zh_Hans", "zh_Hant", "en")
HEADINGS = {"zh_Hans": "没有办成", "zh_Hant": "沒有辦成", "en": "Not done"}


@pytest.fixture
def receipt(instance: Instance, home: Household) -> str:
    make_policy(instance)
    _terminal, key = make_terminal(instance, make_outlet(instance))
    sale = make_redemption(instance, home.card, key)
    return f"/r/{sale['receipt_no']}/{sale['chain']['hash'][:16]}"


def break_storage(monkeypatch: pytest.MonkeyPatch, instance: Instance, error: Exception) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(type(instance.engine), "read", fail)
    monkeypatch.setattr(type(instance.engine), "write", fail)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_error_stands_in_the_holder_s_page(
    app: Any,
    client: Any,
    instance: Instance,
    home: Household,
    receipt: str,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    large: bool,
) -> None:
    """In each language and size; in half of them somebody is signed in."""
    app.config["PROPAGATE_EXCEPTIONS"] = app.testing = False
    if large != (language == "en"):
        open_card(client, instance, home.card, home.holder)
    token = csrf_of(client, "/my/")
    client.post("/language", data={"csrf_token": token, "language": language})
    if large:
        client.post("/my/look", data={"csrf_token": token, "size": "large"})
    body = {"data": b"a=" + b"x" * REQUEST_BYTES_MAX}
    form = {"content_type": "application/x-www-form-urlencoded"}
    photo = {"csrf_token": token, "photo": (io.BytesIO(b"x" * 9_000_000), "a.jpg")}
    answers = {
        "404": client.get("/my/nosuch"),
        "404 of a receipt": client.get("/r/none/none"),
        "405": client.get("/my/code/phone"),
        "405 of a receipt": client.put(receipt, headers={"X-CSRFToken": token}),
        "413": client.post("/my/sign-in", **body, **form),
        "413 of a receipt": client.post(receipt, data=photo),
    }
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answers["400"] = client.post("/my/look", data={"size": "large", "csrf_token": "no"})
    answers["400 of a receipt"] = client.post(receipt, data={"csrf_token": "no"})
    with monkeypatch.context() as full:
        for throttle in (looks_per_address, tries._asked_by_person, tries._asked_from_address):
            full.setattr(throttle, "_limit", 0)
        answers["429 of a receipt"] = client.get(receipt)
        answers["429"] = client.get("/my/send-code")
    break_storage(monkeypatch, instance, StorageProblem("gone"))
    answers["503 of a receipt"] = client.get(f"{receipt}/proof")
    break_storage(monkeypatch, instance, RuntimeError("broken"))
    answers["500 of a receipt"] = client.get(f"{receipt}/proof")
    for what, answer in answers.items():
        text = answer.text
        assert what.startswith(str(answer.status_code)), what
        assert "my.css" in text and f"<h1>{HEADINGS[language]}</h1>" in text, what
        assert ('class="large"' in text) is large, what
        assert NOT_FOR_HOLDERS.search(text.partition("<body>")[2]) is None, what
        assert len(re.findall(r'<main.*class="button"', text, re.S)) == 1, what
        main = re.search(r"<main.*</main>", text, re.S)
        assert main and len(re.findall(r"<a |<button", main[0])) == 1, what
        assert answer.headers["Referrer-Policy"] == "no-referrer", what
        assert "noindex" in answer.headers["X-Robots-Tag"], what


@pytest.mark.parametrize("error", [StorageProblem("gone"), RuntimeError("broken")])
def test_without_its_database_it_still_says_so(
    app: Any,
    client: Any,
    instance: Instance,
    home: Household,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = app.testing = False
    open_card(client, instance, home.card, home.holder)
    break_storage(monkeypatch, instance, error)
    answer = client.get("/my/see/card")
    assert answer.status_code in (500, 503)
    assert "没有办成" in answer.text and "my.css" in answer.text


WORDS = "电话应该是王大姐家的那个"


def sent(client: Any, page: str) -> dict[str, str]:
    """The hidden fields of the form on that page, and its words."""
    named = re.findall(r'name="([^"]+)" value="([^"]*)"', client.get(page).text)
    hidden = {name: value for name, value in named if name in ("csrf_token", "form_owner")}
    return {**hidden, "about": "phone", "words": WORDS}


FROM_HERE = {"Origin": "http://localhost"}


def write_and_lose(client: Any, clock: FixedClock) -> Any:
    form = sent(client, "/my/correction")
    clock.advance(hours=2, minutes=1)
    answer = client.post("/my/correction", data=form, headers=FROM_HERE)
    assert answer.status_code == 401 and WORDS not in answer.text
    assert "没有送出去，但还在这里" in answer.text
    return answer


def sign_in_again(client: Any, instance: Instance, page: Any, home: Household) -> Any:
    kept = re.search(r'name="kept_form" value="([^"]*)"', page.text)
    assert kept
    return client.post(
        "/my/sign-in",
        data={
            "csrf_token": csrf_of(client, "/my/"),
            "kept_form": kept[1],
            "number": home.card["number"],
            "last_four": last_four(instance, home.holder),
            "code": make_code(instance, home.holder),
        },
    )


def test_words_wait_at_the_door_while_one_signs_in_again(
    client: Any, clock: FixedClock, instance: Instance, home: Household
) -> None:
    open_card(client, instance, home.card, home.holder)
    door = write_and_lose(client, clock)
    wrong = client.post(
        "/my/sign-in",
        data={
            "csrf_token": csrf_of(client, "/my/"),
            "kept_form": re.findall(r'name="kept_form" value="([^"]*)"', door.text)[0],
            "number": home.card["number"],
            "last_four": "0000",
            "code": "1",
        },
    )
    assert wrong.status_code == 401
    page = sign_in_again(client, instance, wrong, home)
    assert page.status_code == 200 and "您写的还在" in page.text and WORDS in page.text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    shown = client.post("/my/correction", data=fields)
    assert WORDS in shown.text and "刚才填写的内容还在" in shown.text
    done = post(client, "/my/correction", about="phone", words=WORDS)
    assert done.status_code == 302


def test_the_next_person_on_the_phone_gets_no_words(
    client: Any, clock: FixedClock, instance: Instance, home: Household
) -> None:
    open_card(client, instance, home.card, home.holder)
    door = write_and_lose(client, clock)
    other = make_holder(instance, name="李秀英")
    theirs = Household(other, make_card(instance, other), {}, "")
    page = sign_in_again(client, instance, door, theirs)
    assert page.status_code == 302 and WORDS not in client.get("/my/").text


def test_words_of_nobody_or_of_another_site_are_not_kept(
    client: Any, clock: FixedClock, instance: Instance, home: Household
) -> None:
    open_card(client, instance, home.card, home.holder)
    form = sent(client, "/my/correction")
    clock.advance(hours=2, minutes=1)
    for owner in ("1.eHh4", ""):
        data = {**form, "form_owner": owner}
        answer = client.post("/my/correction", data=data, headers=FROM_HERE)
        assert answer.status_code == 401 and "kept_form" not in answer.text
        assert "登录已经结束" in answer.text
    forged = {**form, "csrf_token": "x"}
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    answer = client.post("/my/correction", data=forged, headers=elsewhere)
    assert answer.status_code == 400 and WORDS not in answer.text
    # Of our own pages, which name no origin, the browser says who sent the form.
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    answer = client.post("/my/correction", data=forged, headers=own)
    assert answer.status_code == 400 and WORDS in answer.text


def test_words_survive_a_page_of_long_ago_and_too_many_presses(
    app: Any, client: Any, instance: Instance, home: Household
) -> None:
    open_card(client, instance, home.card, home.holder)
    form = sent(client, "/my/correction")
    app.config["WTF_CSRF_ENABLED"] = True
    old = client.post("/my/correction", data={**form, "csrf_token": "old"}, headers=FROM_HERE)
    assert old.status_code == 400 and f'value="{WORDS}"' in old.text
    for _ in range(20):
        many = client.post("/my/correction", data=form, headers=FROM_HERE)
        if many.status_code == 429:
            break
    assert many.status_code == 429 and f'value="{WORDS}"' in many.text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', many.text))
    assert WORDS in client.post("/my/correction", data=fields, headers=FROM_HERE).text


@pytest.mark.parametrize("address", ["/r/20250101000009000001/0123456789abcdef", "/r/half", "/r/"])
def test_who_scans_a_receipt_that_is_not_here_reads_what_to_do_with_it(
    client: Any, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 404 and "这里查不到这张小票" in answer.text
    assert 'href="/public/"' in answer.text and "回到“我的惠民卡”" not in answer.text
