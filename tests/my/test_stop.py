"""A card is stopped once however often it is pressed; a caller is known by two facts, on record."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from huimin.core.refusals import FieldProblems, Refusal
from huimin.holders.people import FamilyDraft
from huimin.instance import Instance
from huimin.my.stop import stop_for_caller, stop_own_card
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder
from tests.making.lost_keys import lose_the_keys
from tests.making.office import OTHER_TOWN

NUMBER = id_number(77_001)
RIGHT = {
    "id_last": NUMBER[-4:],
    "birth_date": f"{NUMBER[6:10]}-{NUMBER[10:12]}-{NUMBER[12:14]}",
    "phone_last": "0000",
    "member_name": "张 小梅",
}


@pytest.fixture
def card(instance: Instance) -> dict[str, Any]:
    family = [FamilyDraft("张小梅", "女儿")]
    return make_card(instance, make_holder(instance, id_number=NUMBER, family=family))


def stop(instance: Instance, card: dict[str, Any]) -> dict[str, Any]:
    holder_id = card["holder_id"]
    by: Any = {"now": instance.clock(), "actor": f"holder:{holder_id}"}
    return instance.engine.write(lambda tx: stop_own_card(tx, holder_id, **by))


def call(
    instance: Instance, card: dict[str, Any], said: dict[str, str], within: str | None = None
) -> bool:
    by: Any = {"now": instance.clock(), "actor": "wang"}
    secrets = instance.personal_data
    return instance.engine.write(
        lambda tx: stop_for_caller(tx, secrets, card["id"], said, within=within, **by)
    )


def rows(instance: Instance, sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = instance.engine.read(
        lambda tx: tx.connection.execute(sql).fetchall()
    )
    return found


def state_of(instance: Instance) -> str:
    return str(rows(instance, "SELECT state FROM card")[0]["state"])


def test_pressed_by_many_at_once_it_stops_once(instance: Instance, card: dict[str, Any]) -> None:
    states: list[str] = []
    threads = [
        threading.Thread(target=lambda: states.append(stop(instance, card)["state"]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == ["lost"] * 4
    events = rows(instance, "SELECT * FROM card_event WHERE event = 'lost'")
    assert [(one["actor"], one["reason"]) for one in events] == [
        (f"holder:{card['holder_id']}", "持卡人本人停用")
    ]


def test_what_has_ended_stays_as_it_is(instance: Instance, card: dict[str, Any]) -> None:
    instance.engine.write(lambda tx: tx.connection.execute("UPDATE card SET state = 'expired'"))
    assert stop(instance, card)["state"] == "expired"


@pytest.mark.parametrize(
    "facts", [("id_last", "birth_date"), ("phone_last", "member_name"), tuple(RIGHT)]
)
def test_two_right_answers_stop_the_card(
    instance: Instance, card: dict[str, Any], facts: tuple[str, ...]
) -> None:
    assert call(instance, card, {name: RIGHT[name] for name in facts})
    assert state_of(instance) == "lost"
    proved = rows(instance, "SELECT * FROM audit_event WHERE action = 'card.caller_proved'")
    assert [row["actor"] for row in proved] == ["wang"]
    assert all(name in proved[0]["new_json"] for name in facts)
    assert RIGHT["id_last"] not in proved[0]["new_json"]
    # The caller calls again, somebody else answers: it is as well.
    assert call(instance, card, RIGHT) and state_of(instance) == "lost"


def test_one_wrong_answer_leaves_it_and_is_on_record(
    instance: Instance, card: dict[str, Any]
) -> None:
    for wrong in (
        {**RIGHT, "phone_last": "1234"},
        {"id_last": RIGHT["id_last"], "birth_date": "1956-03-07"},
        {"phone_last": "0000", "member_name": "王五"},
    ):
        assert not call(instance, card, wrong)
    assert state_of(instance) == "active"
    failed = rows(instance, "SELECT * FROM audit_event WHERE action = 'card.caller_not_proved'")
    assert len(failed) == 3 and "1234" not in str(failed)


def test_what_no_key_opens_is_not_told_to_be_wrong(
    instance: Instance, card: dict[str, Any]
) -> None:
    lose_the_keys(instance)
    for said in (RIGHT, {name: RIGHT[name] for name in ("phone_last", "member_name")}):
        with pytest.raises(FieldProblems, match="密钥读不出登记的号码"):
            call(instance, card, said)
    assert rows(instance, "SELECT * FROM audit_event WHERE action LIKE 'card.caller%'") == []
    assert state_of(instance) == "active"
    assert call(instance, card, {name: RIGHT[name] for name in ("birth_date", "member_name")})
    assert state_of(instance) == "lost"


def test_one_fact_is_not_enough_and_another_town_is_not_there(
    instance: Instance, card: dict[str, Any]
) -> None:
    with pytest.raises(FieldProblems, match="至少问两样"):
        call(instance, card, {"id_last": RIGHT["id_last"], "birth_date": " "})
    with pytest.raises(Refusal, match="not_found"):
        call(instance, card, RIGHT, within=OTHER_TOWN)
    assert state_of(instance) == "active"
