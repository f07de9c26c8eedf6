"""What the registrar does beside a person: a code for who stands there, shown once and recorded."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huimin.audit.record import events_of
from huimin.instance import Instance
from tests.making.holders import make_holder
from tests.making.my_card import last_four, open_card, post, sign_in_to_card
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.my.conftest import Household

SHOWN = re.compile(r'class="my-slip-code">(\d{4}) (\d{4})<')


@pytest.fixture
def registrar(client: Any, instance: Instance) -> dict[str, Any]:
    staff = make_staff(instance, "registrar", division_code="512022002000")
    sign_in(client, staff["username"])
    return staff


def give(client: Any, holder: dict[str, Any], **form: str) -> Any:
    data = {"csrf_token": csrf_of(client, "/account"), **form}
    return client.post(f"/holders/{holder['id']}/my-card/code", data=data)


@pytest.mark.both_engines
def test_a_code_is_given_to_who_was_looked_at(
    client: Any, app: Any, instance: Instance, home: Household, registrar: dict[str, Any]
) -> None:
    page = client.get(f"/holders/{home.holder['id']}")
    assert f"/holders/{home.holder['id']}/my-card" in page.text
    assert give(client, home.holder).status_code == 422
    slip = give(client, home.holder, checked="1")
    found = SHOWN.search(slip.text)
    assert slip.status_code == 200 and found is not None
    assert "黄筱平" not in slip.text and home.card["number"] not in slip.text
    last = last_four(instance, home.holder)
    code = found[1] + found[2]
    answer = sign_in_to_card(app.test_client(), home.card["number"], last, code)
    assert answer.status_code == 302
    events = instance.engine.read(lambda tx: events_of(tx, "holder", home.holder["id"]))
    given = [event for event in events if event["action"] == "holder.my_code_given"]
    assert [event["actor"] for event in given] == [registrar["username"]]
    assert code not in str(events)
    with_rows = instance.engine.read(
        lambda tx: [dict(row) for row in tx.connection.execute("SELECT * FROM my_code")]
    )
    assert code not in str(with_rows)


def test_a_member_s_code_asks_for_the_holder_s_word(
    client: Any, app: Any, instance: Instance, home: Household, registrar: dict[str, Any]
) -> None:
    member = home.member["id"]
    assert give(client, home.holder, checked="1", member=member).status_code == 422
    own = app.test_client()
    open_card(own, instance, home.card, home.holder)
    post(own, "/my/family", member=member, act="allow")
    assert SHOWN.search(give(client, home.holder, checked="1", member=member).text)
    nobody = "019a38f0-0016-7000-8000-000000000000"
    assert give(client, home.holder, checked="1", member=nobody).status_code == 404


def test_who_has_no_card_gets_no_code(
    client: Any, instance: Instance, registrar: dict[str, Any]
) -> None:
    holder = make_holder(instance)
    assert "还没有卡" in client.get(f"/holders/{holder['id']}").text
    assert give(client, holder, checked="1").status_code == 422
    data = {"csrf_token": csrf_of(client, "/account"), "reason": "本人到窗口"}
    assert client.post(f"/holders/{holder['id']}/my-card/open", data=data).status_code == 422
