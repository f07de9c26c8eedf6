"""A till's word is never proof: what can't be true is refused, what can't be told waits."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from huimin.cards.change_state import report_lost, resume_card
from huimin.checkout.offline.decide_waiting import accept_waiting, refuse_waiting
from huimin.checkout.offline.pack_ids import proved_issue
from huimin.checkout.offline.waiting_sales import count_waiting
from huimin.core.days import instant_text, parse_instant
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.merchants.states import change_state
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.merchants import make_terminal
from tests.making.offline import OfflineTill, make_offline_till

WORDS = {"actor": "test", "reason": "测试"}


@pytest.fixture
def till(client: Any, instance: Instance) -> OfflineTill:
    return make_offline_till(client, instance)


def lose(instance: Instance, card: dict[str, Any]) -> None:
    now = instance.clock()
    instance.engine.write(lambda tx: report_lost(tx, card_id=card["id"], now=now, **WORDS))


def tell(till: OfflineTill) -> None:
    """The terminal is refused the card online."""
    answer = till.post("/cards/verify", {"card": till.card["token"]})
    assert answer.json["code"] == "card_lost"


def sent(till: OfflineTill, item: dict[str, Any]) -> tuple[str, str]:
    """Status and code of an item that is not entered, and stays so when it is repeated."""
    before = till.ledger_rows()
    (answer,) = till.send(item)
    assert answer["status"] in ("refused", "waiting"), answer
    assert till.send(item) == [answer]
    assert answer["detail"]
    assert till.ledger_rows() == before
    return answer["status"], answer["code"]


def test_a_pack_is_recorded_and_given_again_until_something_is_sold_under_it(
    till: OfflineTill, clock: FixedClock
) -> None:
    first = till.pack["id"]
    clock.advance(minutes=5)
    assert till.take_pack().json["id"] == first
    till.send(till.item())
    assert till.take_pack().json["id"] != first
    second = till.pack["id"]
    clock.advance(hours=1)
    answer = till.take_pack(till.take_pack().headers["ETag"])
    assert answer.status_code == 304
    assert answer.headers["Huimin-Pack-Id"] not in (first, second)


def test_a_forged_pack(till: OfflineTill, clock: FixedClock) -> None:
    assert sent(till, till.item(pack_id="none")) == ("refused", "offline_pack_unknown")
    clock.advance(minutes=5)
    issued_at = instant_text(clock() - timedelta(minutes=1))
    forged = till.item(pack_id=..., pack_issued_at=issued_at)
    assert sent(till, forged) == ("refused", "offline_pack_unknown")
    (answer,) = till.send(till.item(pack_id=...))
    assert (answer["status"], answer["code"]) == ("refused", "invalid_input")


def test_the_pack_of_another_terminal(till: OfflineTill, instance: Instance) -> None:
    terminal, key = make_terminal(instance, till.outlet)
    other = OfflineTill(till.client, instance, till.outlet, terminal, key, till.card)
    other.take_pack()
    item = till.item(pack_id=other.pack["id"])
    assert sent(till, item) == ("refused", "offline_pack_other")


def test_a_till_of_version_1_names_its_pack_by_its_time(till: OfflineTill) -> None:
    item = till.item(pack_id=..., pack_issued_at=till.pack["issued_at"])
    assert till.send(item)[0]["status"] == "accepted"


def forget_packs(tx: Any) -> None:
    """As a county that was restored from a backup of before they were given."""
    tx.connection.execute("DROP TRIGGER IF EXISTS offline_pack_refuses_delete") if (
        tx.engine == "sqlite"
    ) else tx.connection.execute("ALTER TABLE offline_pack DISABLE TRIGGER USER")
    tx.connection.execute("DELETE FROM offline_pack")


@pytest.mark.both_engines
def test_a_pack_given_after_the_backup_of_a_restored_county_waits(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    terminal, key = make_terminal(instance, till.outlet)
    other = OfflineTill(till.client, instance, till.outlet, terminal, key, till.card)
    other.take_pack()
    clock.advance(minutes=5)
    lost = till.item(order_no="R-1", pack_issued_at=till.pack["issued_at"])
    shouted = till.item(order_no="R-2", pack_id=till.pack["id"].upper())
    too_early = till.item(clock() - timedelta(minutes=10))
    identity, proof = till.pack["id"].split(".")
    forged = [
        f"{identity[:-1]}{'0' if identity[-1] != '0' else '1'}.{proof}",
        f"{identity}.{'a' * len(proof)}",
        f"{identity}.",
        identity,
        f"{identity}.ä",
        other.pack["id"],
    ]
    instance.engine.write(forget_packs)
    assert sent(till, lost) == ("waiting", "offline_pack_lost")
    assert sent(till, shouted) == ("waiting", "offline_pack_lost")
    assert sent(till, too_early) == ("refused", "offline_time_wrong")
    for pack_id in forged:
        (answer,) = till.send(till.item(pack_id=pack_id))
        assert answer["status"] == "refused"
        assert answer["code"] in ("offline_pack_unknown", "invalid_input"), pack_id
    sale_id, refused_id = waiting_ids(instance)
    decide(instance, refuse_waiting, refused_id, bearer="merchant")
    clock.advance(days=2)
    decide(instance, accept_waiting, sale_id)
    (answer,) = till.send(lost)
    assert (answer["status"], till.row_of(answer)["business_day"]) == ("duplicate", "2026-10-31")
    assert instance.engine.read(verify_chains) == []


def test_a_revoked_key_proves_no_pack(till: OfflineTill, instance: Instance) -> None:
    terminal_id = till.terminal["id"]
    assert proved_issue(instance.key_ring, terminal_id, till.pack["id"]) == parse_instant(
        till.pack["issued_at"]
    )
    (key,) = instance.key_ring.all_keys()
    instance.key_ring.add()
    assert proved_issue(instance.key_ring, terminal_id, till.pack["id"]) is not None
    instance.key_ring.revoke(key.key_id)
    assert proved_issue(instance.key_ring, terminal_id, till.pack["id"]) is None


@pytest.mark.both_engines
def test_a_pack_of_before_the_upgrade_waits(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    issued_at = instant_text(clock())
    clock.advance(hours=2)
    item = till.item(pack_id=..., pack_issued_at=instant_text(clock() - timedelta(hours=1)))
    assert sent(till, item)[0] == "refused"

    def upgrade(tx: Any) -> None:
        tx.connection.execute(
            "UPDATE schema_migration SET name = 'offline_packs', applied_at = "
            f"'{instant_text(clock())}'"
        )
        forget_packs(tx)

    instance.engine.write(upgrade)
    item = till.item(pack_id=..., pack_issued_at=issued_at)
    assert sent(till, item) == ("waiting", "offline_pack_unrecorded")


def test_a_sale_while_the_outlet_was_suspended(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    def change(change: str) -> None:
        now = clock()
        instance.engine.write(
            lambda tx: change_state(tx, "outlet", till.outlet["id"], change, now=now, **WORDS)
        )

    clock.advance(minutes=10)
    before = till.item()
    clock.advance(minutes=10)
    change("suspended")
    clock.advance(minutes=10)
    during = till.item()
    clock.advance(minutes=10)
    change("resumed")
    clock.advance(minutes=10)
    after = till.item()
    assert sent(till, during) == ("refused", "offline_not_open")
    assert [answer["status"] for answer in till.send(before, after)] == ["accepted"] * 2


@pytest.mark.both_engines
def test_a_card_that_this_terminal_was_told_is_lost(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    clock.advance(minutes=5)
    lose(instance, till.card)
    clock.advance(minutes=5)
    unknowing = till.item()
    clock.advance(minutes=5)
    tell(till)
    clock.advance(minutes=5)
    assert sent(till, till.item()) == ("refused", "card_lost")
    assert sent(till, unknowing) == ("waiting", "offline_told_since")


def test_a_sale_dated_before_the_loss_waits_once_the_terminal_was_told(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    clock.advance(minutes=5)
    before, also_before = till.item(), till.item()
    bystander = till.item(card=make_card(instance)["token"])
    clock.advance(minutes=5)
    lose(instance, till.card)
    untold = till.item(clock() - timedelta(minutes=5))
    assert till.send(untold)[0]["status"] == "accepted"
    tell(till)
    clock.advance(minutes=5)
    assert sent(till, before) == ("waiting", "offline_told_since")
    now = clock()
    instance.engine.write(lambda tx: resume_card(tx, card_id=till.card["id"], now=now, **WORDS))
    assert sent(till, also_before) == ("waiting", "offline_told_since")
    assert till.send(bystander)[0]["status"] == "accepted"


def test_a_sale_dated_before_the_loss_waits_once_a_newer_pack_denies_the_card(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    clock.advance(minutes=5)
    before, bystander = till.item(), till.item(card=make_card(instance)["token"])
    clock.advance(minutes=5)
    lose(instance, till.card)
    till.take_pack()
    clock.advance(minutes=5)
    assert sent(till, before) == ("waiting", "offline_newer_pack")
    assert till.send(bystander)[0]["status"] == "accepted"


@pytest.mark.parametrize("seconds", [0, 2, 119])
def test_a_card_that_the_sale_s_own_pack_denies(
    till: OfflineTill, instance: Instance, clock: FixedClock, seconds: int
) -> None:
    clock.advance(minutes=5)
    lose(instance, till.card)
    clock.advance(seconds=seconds)
    till.take_pack()
    clock.advance(minutes=5)
    assert sent(till, till.item()) == ("refused", "card_lost")


def test_a_flood_of_refusals_hides_none(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    other = make_card(instance)
    clock.advance(minutes=5)
    for card in (till.card, other):
        lose(instance, card)
    for _ in range(21):
        till.post("/cards/verify", {"card": other["token"]})
    tell(till)
    clock.advance(minutes=5)
    assert sent(till, till.item()) == ("waiting", "offline_told_since")


def test_a_card_that_was_back_at_the_sale_is_given_its_discount(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    lose(instance, till.card)
    tell(till)
    clock.advance(minutes=5)
    now = clock()
    instance.engine.write(lambda tx: resume_card(tx, card_id=till.card["id"], now=now, **WORDS))
    clock.advance(minutes=5)
    assert till.send(till.item())[0]["status"] == "accepted"


def test_a_card_that_a_newer_pack_denies(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    old = dict(till.pack)
    clock.advance(minutes=5)
    lose(instance, till.card)
    clock.advance(minutes=5)
    till.take_pack()
    clock.advance(minutes=5)
    assert sent(till, till.item(pack_id=old["id"])) == ("waiting", "offline_newer_pack")


def test_many_packs_give_no_more_than_one_without_a_look(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    till = make_offline_till(client, instance, policy={"offline_cap_terminal_fen": 6_000})
    other = make_card(instance)
    for card in (till.card, other):
        item = till.item(card=card["token"], amount_fen=37_500, discount_fen=3_000)
        assert till.send(item)[0]["status"] == "accepted"
    clock.advance(hours=1)
    till.take_pack()
    assert sent(till, till.item()) == ("waiting", "offline_total_exceeded")
    clock.advance(hours=24)
    till.take_pack()
    assert till.send(till.item())[0]["status"] == "accepted"


def waiting_item(till: OfflineTill, clock: FixedClock, **more: Any) -> tuple[dict[str, Any], str]:
    """An item that came too late and waits, and the id of the sale."""
    item = till.item(cashier="小王", **more)
    clock.advance(days=32)
    assert till.send(item)[0]["status"] == "waiting"
    return item, waiting_ids(till.instance)[-1]


def waiting_ids(instance: Instance) -> list[str]:
    """The waiting sales in the order in which they came."""
    rows = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT id FROM waiting_sale ORDER BY id").fetchall()
    )
    return [row["id"] for row in rows]


def decide(instance: Instance, act: Any, sale_id: str, actor: str = "a", **more: Any) -> Any:
    by = {"now": instance.clock(), "actor": actor, "reason": "看过小票"}
    return instance.engine.write(lambda tx: act(tx, sale_id, **by, **more))


@pytest.mark.both_engines
def test_one_person_lets_it_be_entered(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    item, sale_id = waiting_item(till, clock, shop_order_no="S-9")
    assert instance.engine.read(
        lambda tx: count_waiting(tx, first_day="2026-10-01", last_day="2026-10-31")
    ) == (1, 1_024)
    clock.advance(hours=3)
    with pytest.raises(FieldProblems):
        instance.engine.write(
            lambda tx: accept_waiting(tx, sale_id, reason=" ", now=clock(), actor="a")
        )
    decision = decide(instance, accept_waiting, sale_id)
    (answer,) = till.send(item)
    assert answer["status"] == "duplicate"
    row = till.row_of(answer)
    assert row["id"] == decision["redemption_id"]
    assert (row["channel"], row["occurred_at"]) == ("offline", "2026-10-31T02:00:00.000Z")
    assert (row["business_day"], row["discount_fen"]) == ("2026-10-31", 1_024)
    assert till.get(f"/redemptions/{row['id']}").json["shop_order_no"] == "S-9"
    assert json.loads(row["detail_json"])["offline"]["decided"] == {"decision_id": decision["id"]}
    with pytest.raises(Refusal, match="waiting_decided"):
        decide(instance, refuse_waiting, sale_id, actor="b", bearer="merchant")
    assert instance.engine.read(verify_chains) == []
    assert instance.engine.read(check_rollups) == []


def test_a_refusal_names_its_reason_and_who_bears_it(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    item, sale_id = waiting_item(till, clock)
    decide(instance, refuse_waiting, sale_id, bearer="government")
    (answer,) = till.send(item)
    assert (answer["status"], answer["code"]) == ("refused", "waiting_refused")
    assert (answer["bearer"], "看过小票" in answer["detail"]) == ("government", True)
    assert till.ledger_rows() == 0


@pytest.mark.both_engines
def test_above_the_amount_two_people_agree(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    till = make_offline_till(client, instance, policy={"offline_two_people_fen": 1_000})
    _item, sale_id = waiting_item(till, clock)
    assert not decide(instance, accept_waiting, sale_id)["is_final"]
    assert till.ledger_rows() == 0
    with pytest.raises(Refusal, match="waiting_own"):
        decide(instance, accept_waiting, sale_id)
    assert not decide(instance, refuse_waiting, sale_id, "b", bearer="merchant")["is_final"]
    assert not decide(instance, refuse_waiting, sale_id, "c", bearer="government")["is_final"]
    assert decide(instance, accept_waiting, sale_id, "c")["is_final"]
    assert till.ledger_rows() == 1


@pytest.mark.both_engines
def test_an_order_number_that_waits_is_taken_until_a_person_refuses_it(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    item, sale_id = waiting_item(till, clock, order_no="Ｗ-1")
    told = till.redeem("k-1", order_no="W-1")
    assert (told.status_code, told.json["code"]) == (409, "order_waiting")
    assert "2026-12-02 10:00" in told.json["detail"]
    till.take_pack()
    other = till.item(order_no="W-1")
    (refused,) = till.send(other)
    assert (refused["status"], refused["code"]) == ("refused", "order_waiting")
    assert till.send({**item, "client_id": other["client_id"].replace("-4", "-5")})[0]["code"] == (
        "order_waiting"
    )
    claim = {"card": till.card["token"], "order_no": "W-1", "amount_fen": 12_800}
    assert till.post("/claims", claim, **{"Idempotency-Key": "c-1"}).json["code"] == "order_waiting"
    assert till.ledger_rows() == 0
    assert till.send(item)[0]["status"] == "waiting"
    decide(instance, refuse_waiting, sale_id, bearer="merchant")
    assert till.redeem("k-1", order_no="W-1").status_code == 201
    assert till.send(item)[0]["code"] == "waiting_refused"


@pytest.mark.both_engines
def test_one_number_is_taken_once_by_sales_that_come_at_the_same_time(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    late = [till.item(order_no=f"T-{number}") for number in range(8)]
    clock.advance(days=32)
    app = till.client.application
    terminal, key = make_terminal(instance, till.outlet)
    online = OfflineTill(app.test_client(), instance, till.outlet, terminal, key, till.card)
    till.client = app.test_client()

    def sell(number: int) -> None:
        online.redeem(order_no=f"T-{number}", amount_fen=500)

    with ThreadPoolExecutor(2) as pool:
        sold = pool.submit(lambda: [sell(number) for number in range(8)])
        waits = pool.submit(lambda: [till.send(item)[0] for item in reversed(late)])
        sold.result()
        statuses = {item["order_no"]: 0 for item in late}
        for item, answer in zip(reversed(late), waits.result(), strict=True):
            statuses[item["order_no"]] += answer["status"] == "waiting"
    for order_no in statuses:
        statuses[order_no] += till.get(f"/redemptions?order_no={order_no}").status_code == 200
    assert set(statuses.values()) == {1}


@pytest.mark.both_engines
def test_a_waiting_sale_keeps_its_own_number_free_for_itself(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    _item, sale_id = waiting_item(till, clock, order_no="W-2")
    assert decide(instance, accept_waiting, sale_id)["redemption_id"]
    assert till.redeem(order_no="W-2").json["code"] == "order_exists"


def test_a_number_that_was_taken_while_its_sale_was_away_is_not_kept_waiting(
    till: OfflineTill, clock: FixedClock
) -> None:
    late, cancelled = till.item(order_no="L-1"), till.item(order_no="L-2")
    assert till.redeem(order_no="L-1", amount_fen=500).status_code == 201
    till.post("/cancellations", {"order_no": "L-2", "reason": "不要了"})
    clock.advance(days=32)
    answers = till.send(late, cancelled)
    assert [answer["code"] for answer in answers] == ["order_exists", "order_cancelled"]


def test_an_order_that_the_till_cancels_waits_no_more(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    item, sale_id = waiting_item(till, clock)
    cancelled = till.post("/cancellations", {"order_no": item["order_no"], "reason": "不要了"})
    assert cancelled.status_code == 200
    assert instance.engine.read(
        lambda tx: count_waiting(tx, first_day="2026-10-01", last_day="2026-10-31")
    ) == (0, 0)
    with pytest.raises(Refusal, match="order_cancelled"):
        decide(instance, accept_waiting, sale_id)
    (answer,) = till.send(item)
    assert (answer["status"], answer["code"]) == ("refused", "order_cancelled")
