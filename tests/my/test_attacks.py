"""What strangers try on the holder's side, over every address that the application has there.

The addresses come from the url map and the forms from the pages, so that a new page is attacked
without anybody's thinking of it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from werkzeug.routing import Rule

from huimin.holders.people import FamilyDraft
from huimin.instance import Instance
from huimin.messages.choices import choice_of
from huimin.storage.ids import new_id
from huimin.web.setup import csrf
from huimin.web.uploads import REQUEST_BYTES_MAX
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.my_card import open_card
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.staff import csrf_of
from tests.whole_app.test_access_table import action_of, rules_of

PREFIXES = ("/my/", "/r/")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}")
# Whose answer depends on no cookie: a forged request gains nothing by the browser that sends it.
WITHOUT_COOKIE = {"my.challenge", "my.codes"}
# Which ends a session only for a page of ours (tests/my/test_sessions.py), and is done without one.
ASKS_ITSELF = {"my.sign_out"}


@dataclass
class Person:
    """A holder with a card, a sale and a window of their own."""

    holder: dict[str, Any]
    card: dict[str, Any]
    sale: dict[str, Any]
    client: Any

    def pages(self) -> Iterator[tuple[str, str]]:
        """The address and text of the page with everything, and of each that a link leads to."""
        waiting, seen = ["/my/"], set[str]()
        while waiting:
            address = waiting.pop(0)
            if address in seen:
                continue
            seen.add(address)
            text = self.client.get(address).text
            yield address, text
            found = re.findall(r'href="((?:/my|/r)/[^"#]*)"', text)
            waiting += [unescape(one) for one in found if not one.endswith("/proof")]


@pytest.fixture
def people(app: Any, instance: Instance) -> tuple[Person, Person]:
    """Two, each signed in."""
    make_policy(instance)
    outlet = make_outlet(instance)
    _terminal, key = make_terminal(instance, outlet)
    found = []
    for name in ("黄筱平", "王建国"):
        family = (FamilyDraft("张小梅", "女儿", id_number()),)
        holder = make_holder(instance, name=name, family=family)
        card = make_card(instance, holder)
        sale = make_redemption(instance, card, key)
        client = app.test_client()
        open_card(client, instance, card, holder)
        found.append(Person(holder, card, sale, client))
    return found[0], found[1]


def holders_side(app: Any) -> list[tuple[Rule, str]]:
    """Every rule for holders and for whoever holds a receipt, with each of its methods."""
    return [
        (rule, method)
        for rule, method in rules_of(app)
        if rule.rule.startswith(PREFIXES) and action_of(app, rule) is None
    ]


def filled(rule: Rule, ids: dict[str, str] | None = None) -> str:
    """An address of the rule; what `ids` does not name is nobody's."""
    given = ids or {}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda one: given.get(one[1], new_id()), rule.rule)


def forms_of(pages: Iterator[tuple[str, str]]) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """The forms by the address that they post to, each with its hidden and button values; one
    without an address posts to that of its page."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for where, page in pages:
        for form in re.findall(r'<form[^>]*method="post".*?</form>', page, re.S):
            address = re.search(r'action="([^"]*)"', form)
            named = re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', form)
            fields = {name: value for name, value in named if name != "csrf_token"}
            posts_to = unescape(address[1]) if address else where
            found.setdefault(posts_to, []).append((form, fields))
    return found


def state_of(instance: Instance) -> dict[str, list[Any]]:
    """Everything that a holder may change, as it stands."""
    tables = [
        *("holder", "card", "family_member", "message_choice", "my_member_view", "my_device"),
        *("rating", "complaint", "ledger", "my_code"),
    ]
    return instance.engine.read(
        lambda tx: {
            table: [
                tuple(row.values())
                for row in tx.connection.execute(f"SELECT * FROM {table}").fetchall()
            ]
            for table in tables
        }
    )


def test_without_its_token_no_form_is_taken(
    app: Any, instance: Instance, people: tuple[Person, Person]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    before, asked = state_of(instance), 0
    for rule, method in holders_side(app):
        if method == "GET" or rule.endpoint in WITHOUT_COOKIE:
            continue
        answer = people[0].client.open(filled(rule), method=method, data={"act": "end"})
        assert answer.status_code == 400, f"{method} {rule.rule}: {answer.status}"
        asked += 1
    assert asked >= 6 and state_of(instance) == before
    exempt = {name.rpartition(".")[2] for name in csrf._exempt_views if "huimin.my." in name}
    assert exempt == {name.rpartition(".")[2] for name in {*WITHOUT_COOKIE, *ASKS_ITSELF}}


def test_no_body_breaks_a_page(app: Any, people: tuple[Person, Person], instance: Instance) -> None:
    """Too large, of another kind, torn, with NUL bytes, half characters and a thousand fields."""
    client = people[0].client
    token = csrf_of(client, "/my/")
    headers = {"X-CSRFToken": token}
    odd = "\x00\ud800\U0010ffff%s{{7*7}}<script>'\"".encode("utf-8", "surrogatepass")
    fields = b"&".join(
        name + b"=" + b"%00%ed%a0%80" + b"x" * 200
        for name in (b"act", b"member", b"session", b"number", b"code", b"words", b"reason")
    )
    bodies: list[dict[str, Any]] = [
        {"data": odd, "content_type": "application/x-www-form-urlencoded"},
        {"data": fields, "content_type": "application/x-www-form-urlencoded"},
        {"data": b"a=1&" * 2_000, "content_type": "application/x-www-form-urlencoded"},
        {"data": b'{"phone": 1e400}', "content_type": "application/json"},
        {"data": b"[" * 10_000, "content_type": "application/json"},
        {"data": b"--x\r\ntorn", "content_type": "multipart/form-data; boundary=x"},
        {"data": odd, "content_type": "text/plain; charset=nonsense"},
    ]
    large = {"data": b"a=" + b"x" * REQUEST_BYTES_MAX, "content_type": bodies[0]["content_type"]}
    for rule, method in holders_side(app):
        if method == "GET":
            continue
        photo = (io.BytesIO(b"GIF89a"), "../../x.jpg")
        for body in [*bodies, {"data": {"photo": photo, "act": "\x00"}}]:
            answer = client.open(filled(rule), method=method, headers=headers, **body)
            assert 300 <= answer.status_code < 500, f"{rule.rule} {body}: {answer.status}"
        answer = client.open(filled(rule), method=method, headers=headers, **large)
        # Of a receipt that nobody has, no body is received at all.
        assert answer.status_code in (404, 413, 415, 429), f"{rule.rule}: {answer.status}"
        if rule.endpoint == "my.sign_out":
            open_card(client, instance, people[0].card, people[0].holder)
            headers = {"X-CSRFToken": csrf_of(client, "/my/")}


def test_what_is_another_s_is_not_found_and_stays(
    app: Any, instance: Instance, people: tuple[Person, Person]
) -> None:
    """Each id on the other's pages, in each address and in each form of one's own."""
    own, other = people
    theirs = {one for where, page in other.pages() for one in UUID.findall(where + page)}
    theirs |= {other.holder["id"], other.card["id"], other.sale["id"]}
    mine = {one for where, page in own.pages() for one in UUID.findall(where + page)}
    theirs -= mine
    assert len(theirs) >= 4
    headers = {"X-CSRFToken": csrf_of(own.client, "/my/")}
    forms, asked = forms_of(own.pages()), 0
    before = state_of(instance)
    for rule, method in holders_side(app):
        if not rule.rule.startswith("/my/") or not rule.arguments:
            continue
        for one in theirs:
            address = filled(rule, dict.fromkeys(rule.arguments, one))
            answer = own.client.open(address, method=method, headers=headers, data={"act": "end"})
            assert answer.status_code in (404, 422), f"{method} {rule.rule}: {answer.status}"
            asked += 1
    for address, listed in forms.items():
        for _form, fields in listed:
            for name, value in fields.items():
                if not UUID.fullmatch(value):
                    continue
                for one in theirs:
                    answer = own.client.post(address, headers=headers, data={**fields, name: one})
                    assert answer.status_code in (404, 422), f"{address} {name}: {answer.status}"
                    asked += 1
    assert asked >= 8 and state_of(instance) == before


def test_the_same_form_at_another_s_address_is_not_found_and_changes_nothing(
    instance: Instance, people: tuple[Person, Person]
) -> None:
    """Forms that post to their own page: what is another's in the address stays as it is."""
    own, other = people
    headers = {"X-CSRFToken": csrf_of(own.client, "/my/")}
    own_forms, their_forms = forms_of(own.pages()), forms_of(other.pages())
    with_id = [address for address in their_forms if UUID.search(address)]
    assert {address.rpartition("/")[2] for address in with_id} >= {"not-mine", "end"}
    before = state_of(instance)
    for address in with_id:
        for _form, theirs in their_forms[address]:
            fields = {name: value for name, value in theirs.items() if name != "form_owner"}
            for over in ({}, {"words": "x", "about": "phone", "reason": "x"}):
                answer = own.client.post(address, headers=headers, data={**fields, **over})
                assert answer.status_code == 404, f"{address}: {answer.status}"
    # A form of another's page is not done, for either.
    sealed = next(
        fields["form_owner"]
        for forms in their_forms.values()
        for _form, fields in forms
        if "form_owner" in fields
    )
    answer = own.client.post(
        "/my/correction",
        headers=headers,
        data={"about": "phone", "words": "x", "form_owner": sealed},
    )
    asked = instance.engine.read(
        lambda tx: [
            row["holder_id"]
            for row in tx.connection.execute("SELECT holder_id FROM holder_request").fetchall()
        ]
    )
    assert answer.status_code == 409 and asked == []
    assert state_of(instance) == before
    assert {"/my/stop", "/my/correction"} <= set(own_forms)


def test_every_page_is_kept_to_itself(app: Any, people: tuple[Person, Person]) -> None:
    """No answer is stored by a proxy, listed by a search engine, or names where one came from."""
    for rule, method in holders_side(app):
        if method != "GET":
            continue
        answer = people[0].client.get(filled(rule))
        where = f"{rule.rule}: {dict(answer.headers)}"
        assert answer.status_code < 500, where
        assert answer.headers["Referrer-Policy"] == "no-referrer", where
        if answer.mimetype == "text/html":
            assert "no-store" in answer.headers.get("Cache-Control", ""), where
            assert "noindex" in answer.headers.get("X-Robots-Tag", ""), where


@pytest.mark.parametrize("signed_in", [False, True])
def test_nobody_asks_without_end(app: Any, people: tuple[Person, Person], signed_in: bool) -> None:
    """Whatever may be posted is refused after a time, to an address and to whoever is signed in."""
    client = people[0].client if signed_in else app.test_client()
    headers = {"X-CSRFToken": csrf_of(client, "/my/")}
    endless = []
    for rule, method in holders_side(app):
        if method == "GET" or rule.endpoint == "my.sign_out":
            continue
        for _ in range(700):
            answer = client.open(filled(rule), method=method, headers=headers, data={"act": "x"})
            if answer.status_code == 429:
                break
        else:
            endless.append(rule.endpoint)
    assert endless == []


def test_a_choice_of_messages_is_the_holder_s_own(
    instance: Instance, people: tuple[Person, Person]
) -> None:
    own, other = people
    headers = {"X-CSRFToken": csrf_of(own.client, "/my/")}
    form = {"act": "purchases", "holder_id": other.holder["id"]}
    answer = own.client.post("/my/messages", headers=headers, data=form)
    assert answer.status_code == 302
    chosen = instance.engine.read(
        lambda tx: [choice_of(tx, one.holder["id"]).purchases for one in (own, other)]
    )
    assert chosen == [True, False]
    own.client.post("/my/messages", headers=headers, data={"act": "not_by_phone"})
    choice = instance.engine.read(lambda tx: choice_of(tx, own.holder["id"]))
    assert (choice.by_phone, choice.purchases, choice.language) == (False, False, "zh_Hans")
