"""A card key that leaked: nothing that it signed counts, and holders get copies of a good key."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.cards.change_state import report_lost, resume_card, suspend_card
from huimin.cards.changing_code import sign_code
from huimin.cards.print_run import card_to_print
from huimin.cards.revoke_key import RevokedKey, revoke_key
from huimin.cards.token import token_of
from huimin.core.card_token import sign_token
from huimin.core.days import county_day
from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.keys.key_ring import KeyRing
from tests.making.cards import make_card
from tests.making.offline import make_offline_till
from tests.making.staff import make_staff, sign_in


def by(instance: Instance, **more: Any) -> Any:
    return {"now": instance.clock(), "actor": "test", **more}


def revoke(instance: Instance) -> RevokedKey:
    return revoke_key(
        instance.engine,
        instance.key_ring,
        1,
        reason="电脑失窃",
        progress=lambda count: None,
        **by(instance),
    )


def all_rows(instance: Instance, sql: str) -> list[dict[str, Any]]:
    return instance.engine.read(lambda tx: tx.connection.execute(sql).fetchall())


@pytest.mark.both_engines
def test_its_cards_are_refused_everywhere_and_replaced(client: Any, instance: Instance) -> None:
    till = make_offline_till(client, instance)
    good, suspended, lost = make_card(instance), make_card(instance), make_card(instance)
    for change, card in ((suspend_card, suspended), (report_lost, lost)):
        instance.engine.write(
            lambda tx, change=change, card=card: change(  # type: ignore[misc]
                tx, card_id=card["id"], **by(instance, reason="测试")
            )
        )
    leaked = instance.key_ring.private_key(1)
    assert till.post("/cards/verify", {"card": good["token"]}).status_code == 200
    assert revoke(instance) == RevokedKey(replaced=2, left=2)  # the till's own card is one of them
    for shown in (good["token"], good["number"]):
        refused = till.post("/cards/verify", {"card": shown})
        assert refused.json["code"] == "card_key_revoked"
        assert "新卡" in refused.json["cashier_message"]
    code = sign_code(bytes.fromhex(good["copy_id"]), instance.clock(), 1, leaked)
    assert till.post("/cards/verify", {"card": code}).json["code"] == "card_key_revoked"
    pack = till.get("/offline-pack").json
    assert pack["revoked_keys"] == ["01"]
    assert [key["kid"] for key in pack["keys"]["keys"]] == ["02"]
    published = client.get("/.well-known/huimin-keys.json").json
    assert [key["kid"] for key in published["keys"]] == ["02"]
    new = all_rows(instance, "SELECT * FROM card WHERE state = 'active'")
    assert {row["key_id"] for row in new} == {2}
    assert {row["printed_at"] for row in new} == {None}, "they wait to be printed"
    mine = next(row for row in new if row["holder_id"] == good["holder_id"])
    assert mine["expires_on"] == good["expires_on"]
    token = token_of(mine, instance.key_ring)
    assert till.post("/cards/verify", {"card": token}).status_code == 200
    # Whoever has the leaked key and sees the new card still makes nothing of it.
    forged = sign_token(bytes.fromhex(mine["copy_id"]), 2_000_000_000, 1, leaked)
    assert till.post("/cards/verify", {"card": forged}).json["code"] == "card_signature_invalid"
    sign_in(client, make_staff(instance, "administrator")["username"])
    page = client.get("/cards/?key=revoked").text
    assert "共 2 条" in page
    (event,) = all_rows(instance, "SELECT * FROM audit_event WHERE action = 'card_key.revoked'")
    assert (event["subject_id"], event["reason"]) == ("01", "电脑失窃")
    assert revoke(instance) == RevokedKey(replaced=0, left=2), "once more changes nothing"
    # One that is resumed stays refused, and is not printed again by mistake.
    instance.engine.write(
        lambda tx: resume_card(tx, card_id=lost["id"], **by(instance, reason="找到了"))
    )
    answer = till.post("/cards/verify", {"card": lost["token"]})
    assert answer.json["code"] == "card_key_revoked"
    day = county_day(instance.clock())
    with pytest.raises(FieldProblems, match="作废"):
        instance.engine.read(lambda tx: card_to_print(tx, lost["id"], day))


def test_a_card_that_can_have_no_new_copy_stays_what_it_was(instance: Instance) -> None:
    card = make_card(instance)
    instance.engine.write(
        lambda tx: tx.connection.execute("UPDATE card SET expires_on = '2099-12-31'")
    )
    assert revoke(instance) == RevokedKey(replaced=0, left=1)
    rows = all_rows(instance, "SELECT id, state FROM card")
    assert [dict(row) for row in rows] == [{"id": card["id"], "state": "active"}]
    assert [row["event"] for row in all_rows(instance, "SELECT event FROM card_event")] == [
        "issued"
    ]


def test_an_older_key_file_does_not_bring_it_back(client: Any, instance: Instance) -> None:
    card = make_card(instance)
    till = make_offline_till(client, instance)
    path = instance.settings.folder / "card_keys.json"
    before = path.read_bytes()
    instance.key_ring.add()
    revoke(instance)
    path.write_bytes(before)
    assert KeyRing.open(instance.settings.folder).all_keys()[0].state == "active"
    assert client.get("/.well-known/huimin-keys.json").json == {"keys": []}
    assert till.post("/cards/verify", {"card": card["token"]}).json["code"] == "card_key_revoked"


def test_offline_sales_of_before_wait_for_a_person(
    client: Any, instance: Instance, clock: Any
) -> None:
    till = make_offline_till(client, instance)
    clock.advance(minutes=10)
    item = till.item()
    clock.advance(minutes=10)
    revoke(instance)
    (answer,) = till.send(item)
    assert (answer["status"], answer["code"]) == ("waiting", "card_key_revoked")


def test_the_command_says_how_many_and_asks(run_cli: Any, sqlite_instance: Instance) -> None:
    make_card(sqlite_instance)
    folder = sqlite_instance.settings.folder
    command = ["keys", "revoke", "01", "--reason", "电脑失窃"]
    asked = run_cli(command, folder)
    assert asked.returncode == 2 and "1 张有效卡马上不能用" in asked.stdout
    assert "--yes" in asked.stderr
    assert run_cli(["keys", "revoke", "zz", "--reason", "x", "--yes"], folder).returncode == 2
    done = run_cli([*command, "--yes"], folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "补发 1 张" in done.stdout
    assert "01  已作废" in run_cli(["keys", "list"], folder).stdout
