"""What tills gave without network: entered once, on its own day, to the fen, or refused."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from huimin.access.terminal_keys import terminal_of_key
from huimin.cards.change_state import report_lost, resume_card
from huimin.checkout.offline.api_bodies import OfflineItemBody
from huimin.instance import Instance
from huimin.ledger.cancel_order import cancel_order
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.merchants.terminals import disable_terminal
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.policies.dry_run import dry_run
from huimin.policies.in_force import terms_of
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.codes import make_code
from tests.making.holders import make_holder
from tests.making.merchants import make_terminal
from tests.making.offline import OFFLINE, OfflineTill, make_offline_till
from tests.making.policies import make_policy
from tests.making.sales import make_redemption


@pytest.fixture
def till(client: Any, instance: Instance) -> OfflineTill:
    return make_offline_till(client, instance)


def change(instance: Instance, act: Any, card: dict[str, Any]) -> None:
    words = {"now": instance.clock(), "actor": "test", "reason": "测试"}
    instance.engine.write(lambda tx: act(tx, card_id=card["id"], **words))


def code_of(till: OfflineTill, item: dict[str, Any]) -> str:
    """The code with which the item is refused; nothing is entered, and a repeat says the same."""
    before = till.ledger_rows()
    first, second = till.send(item)[0], till.send(item)[0]
    assert first["status"] == "refused", first
    assert first == second
    assert till.ledger_rows() == before
    assert first["bearer"] == "merchant"
    assert first["detail"]
    return str(first["code"])


def proven(instance: Instance) -> None:
    assert instance.engine.read(verify_chains) == []
    assert instance.engine.read(check_rollups) == []


@pytest.mark.both_engines
def test_an_item_is_entered_on_its_own_day(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    item = till.item(cashier="小王", device_clock_offset_ms=-90_000)
    clock.advance(hours=16)  # in the county the next day, and the next month
    (answer,) = till.send(item)
    assert answer["status"] == "accepted"
    assert answer["client_id"] == item["client_id"]
    row = till.row_of(answer)
    assert (row["channel"], row["business_day"], row["month"]) == (
        *("offline", "2026-10-31", "2026-10"),
    )
    assert row["occurred_at"] == "2026-10-31T02:00:00.000Z"
    assert row["recorded_at"] == "2026-10-31T18:00:00.000Z"
    assert (row["discount_fen"], row["payable_fen"]) == (1_024, 11_776)
    assert row["cashier"] == "小王"
    assert row["presenter_id"] == till.card["holder_id"]
    detail = json.loads(row["detail_json"])
    assert detail["offline"]["device_clock_offset_ms"] == -90_000
    assert answer["redemption"]["receipt_no"] == row["receipt_no"]
    found = till.get(f"/redemptions?order_no={item['order_no']}").json
    assert (found["channel"], found["business_day"]) == ("offline", "2026-10-31")
    statement = till.get("/statements/2026-10-31").json
    assert statement["sums"]["discount_fen"] == 1_024
    proven(instance)


@pytest.mark.both_engines
def test_a_repeat_is_a_duplicate_with_the_same_redemption(
    till: OfflineTill, instance: Instance
) -> None:
    items = [till.item(), till.item()]
    first = till.send(*items, items[0])
    assert [answer["status"] for answer in first] == ["accepted", "accepted", "duplicate"]
    again = till.send(*items)
    assert [answer["status"] for answer in again] == ["duplicate", "duplicate"]
    assert [answer["redemption"] for answer in again] == [
        answer["redemption"] for answer in first[:2]
    ]
    assert till.ledger_rows() == 2
    proven(instance)


def test_the_same_id_with_another_content_is_refused_and_the_first_stays(
    till: OfflineTill,
) -> None:
    item = till.item()
    till.send(item)
    other = {**item, "amount_fen": 10_000, "discount_fen": 800, "payable_fen": 9_200}
    (answer,) = till.send(other)
    assert (answer["status"], answer["code"]) == ("refused", "idempotency_mismatch")
    assert till.send(item)[0]["status"] == "duplicate"


def test_an_item_is_known_again_however_it_is_written(
    till: OfflineTill, subtests: pytest.Subtests
) -> None:
    item = till.item(order_no="S-1")
    till.send(item)
    number = item["card"]
    for over in (
        {"client_id": item["client_id"].upper()},
        {"client_id": item["client_id"].title()},
        {"pack_id": item["pack_id"].upper(), "policy_id": item["policy_id"].upper()},
        {"order_no": " Ｓ-1 "},
        {"card": f"HTTPS://CARD.EXAMPLE/C/{number}"},
        {"card": number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))},
    ):
        with subtests.test(over=over):
            assert till.send({**item, **over})[0]["status"] == "duplicate"
    assert till.ledger_rows() == 1
    fresh = till.item(pack_id=item["pack_id"].upper(), policy_id=item["policy_id"].upper())
    assert till.send(fresh)[0]["status"] == "accepted"


def test_an_item_kept_by_version_1_is_known_again_in_either_case(
    till: OfflineTill, instance: Instance
) -> None:
    """Version 1 kept the fingerprint of what was sent."""
    for first, again in (("upper", "lower"), ("lower", "upper")):
        item = till.item()
        sent = {**item, "client_id": getattr(item["client_id"], first)()}
        old = OfflineItemBody.model_validate(sent).to_item({}).fingerprint
        till.send(sent)

        def as_version_1(tx: Any, old: str = old, item: Any = item) -> None:
            tx.connection.execute("DROP TRIGGER IF EXISTS offline_item_refuses_update")
            tx.connection.execute(
                f"UPDATE offline_item SET fingerprint = '{old}' "
                f"WHERE client_id = '{item['client_id'].lower()}'"
            )

        instance.engine.write(as_version_1)
        for case in (first, again):
            (answer,) = till.send({**item, "client_id": getattr(item["client_id"], case)()})
            assert answer["status"] == "duplicate"


def test_a_bad_item_names_its_fields_as_every_other_answer_does(till: OfflineTill) -> None:
    online = till.post("/quotes", {"card": till.card["token"], "amount_fen": 0}).json["errors"]
    (item,) = till.send(till.item(amount_fen=0, discount_fen=0, client_id="1", occurred_at="now"))
    assert item["status"] == "refused"
    assert [error for error in item["errors"] if error["field"] == "amount_fen"] == online
    messages = {error["field"]: error["message"] for error in item["errors"]}
    assert "UUID" in messages["client_id"]
    assert "2026-10-31T10:00:00" in messages["occurred_at"]
    (someone,) = till.send(till.item(presented_by="neighbour"))
    assert someone["errors"][0]["message"] == "只能写其中之一：holder, family_member。"
    (basket,) = till.send(till.item(excluded_fen=12_900))
    assert [error["field"] for error in basket["errors"]] == ["excluded_fen"]
    assert till.send(till.item(discount_fen=5))[0]["errors"] == []
    assert "errors" not in till.send(till.item())[0]


def test_what_had_reached_the_server_online_is_a_duplicate(till: OfflineTill) -> None:
    online = till.redeem(order_no="lost-answer").json
    (answer,) = till.send(till.item(order_no="lost-answer"))
    assert answer["status"] == "duplicate"
    assert answer["redemption"]["id"] == online["id"]
    assert till.ledger_rows() == 1


def test_another_sale_under_the_same_order_is_refused(till: OfflineTill) -> None:
    till.redeem(order_no="taken")
    item = till.item(order_no="taken", amount_fen=10_000, discount_fen=800)
    assert code_of(till, item) == "order_exists"


@pytest.mark.both_engines
def test_one_bad_item_keeps_no_other_from_being_entered(till: OfflineTill) -> None:
    answers = till.send(
        till.item(),
        {"client_id": "nonsense", "amount_fen": "12"},
        None,
        till.item(occurred_at="2026-10-31T99:00:00Z"),
        till.item(card="1" * 225),
        till.item(),
    )
    assert [answer["status"] for answer in answers] == [
        *("accepted", "refused", "refused", "refused", "refused", "accepted"),
    ]
    assert [answer.get("code") for answer in answers[1:5]] == [
        *("invalid_input", "invalid_input", "invalid_input", "card_signature_invalid"),
    ]
    assert till.ledger_rows() == 2


def test_a_call_has_a_hundred_items_at_most(till: OfflineTill) -> None:
    items = [till.item() for _ in range(101)]
    answer = till.post("/offline-redemptions", {"redemptions": items})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")
    assert till.post("/offline-redemptions", {"redemptions": []}).status_code == 422
    assert till.ledger_rows() == 0


def test_a_card_lost_before_the_pack_was_made(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    change(instance, report_lost, till.card)
    clock.advance(minutes=10)
    till.take_pack()
    assert code_of(till, till.item()) == "card_lost"


def test_a_card_lost_after_the_pack_was_made_could_not_be_known(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    clock.advance(minutes=10)
    change(instance, report_lost, till.card)
    clock.advance(minutes=10)
    item = till.item()
    clock.advance(minutes=10)
    assert till.send(item)[0]["status"] == "accepted"


def test_a_card_lost_after_the_sale(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    item = till.item()
    clock.advance(minutes=10)
    change(instance, report_lost, till.card)
    assert till.send(item)[0]["status"] == "accepted"


def test_a_card_found_again_before_the_sale(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    change(instance, report_lost, till.card)
    clock.advance(minutes=10)
    till.take_pack()
    change(instance, resume_card, till.card)
    clock.advance(minutes=10)
    assert till.send(till.item())[0]["status"] == "accepted"


def test_a_card_expired_on_the_day(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    card = make_card(instance, expires_on="2026-10-31")
    assert till.send(till.item(card=card["token"]))[0]["status"] == "accepted"
    clock.advance(hours=14)
    assert code_of(till, till.item(card=card["token"])) == "card_expired"


def test_a_card_not_yet_issued(till: OfflineTill, instance: Instance, clock: FixedClock) -> None:
    before = clock()
    clock.advance(hours=1)
    card = make_card(instance)
    assert code_of(till, till.item(before, card=card["token"])) == "card_unknown"


def test_a_card_a_typed_number_has_nothing_that_vouches_for_it(till: OfflineTill) -> None:
    assert code_of(till, till.item(card=till.card["number"])) == "offline_code_needed"


def test_a_card_a_tampered_code(till: OfflineTill) -> None:
    digits = str(int(till.card["token"]) + 1)
    assert code_of(till, till.item(card=digits)) == "card_signature_invalid"


def test_a_time_the_future(till: OfflineTill, clock: FixedClock) -> None:
    item = till.item(clock() + timedelta(minutes=3))
    assert code_of(till, item) == "offline_time_wrong"


def test_a_time_a_clock_a_minute_ahead_is_recorded_as_now(
    till: OfflineTill, clock: FixedClock
) -> None:
    (answer,) = till.send(till.item(clock() + timedelta(minutes=1)))
    row = till.row_of(answer)
    assert row["occurred_at"] == row["recorded_at"]


def test_a_time_before_the_pack(till: OfflineTill, clock: FixedClock) -> None:
    item = till.item(clock() - timedelta(minutes=3))
    assert code_of(till, item) == "offline_time_wrong"


def test_a_time_after_the_validity_of_the_pack(till: OfflineTill, clock: FixedClock) -> None:
    clock.advance(hours=24, minutes=1)
    assert till.send(till.item())[0]["status"] == "accepted"
    clock.advance(minutes=2)
    assert code_of(till, till.item()) == "offline_pack_expired"


def test_a_time_sent_within_a_month_is_entered_and_later_waits(
    till: OfflineTill, clock: FixedClock
) -> None:
    early, late = till.item(), till.item()
    clock.advance(days=31)
    assert till.send(early)[0]["status"] == "accepted"
    clock.advance(minutes=1)
    (answer,) = till.send(late)
    assert (answer["status"], answer["code"]) == ("waiting", "offline_too_old")
    assert till.ledger_rows() == 1


@pytest.mark.parametrize("discount_fen", [1_023, 1_025, 0])
def test_another_discount_than_the_policy_gives(till: OfflineTill, discount_fen: int) -> None:
    assert code_of(till, till.item(discount_fen=discount_fen)) == "offline_mismatch"


def test_a_payable_that_does_not_fit(till: OfflineTill) -> None:
    assert code_of(till, till.item(payable_fen=11_775)) == "offline_mismatch"


def test_another_policy(till: OfflineTill) -> None:
    assert code_of(till, till.item(policy_id="another")) == "offline_policy_other"


def test_the_policy_of_that_day_counts(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    make_policy(instance, rate_bp=1_000, starts_on="2026-11-01", **OFFLINE)
    till.take_pack()
    old = till.item()
    clock.advance(hours=15)
    new = till.item(discount_fen=1_280)
    answers = till.send(old, new)
    assert [answer["status"] for answer in answers] == ["accepted", "accepted"]
    assert [till.row_of(answer)["policy_version"] for answer in answers] == [1, 2]


def test_a_policy_published_during_the_day_could_not_be_known(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    clock.advance(hours=1)
    make_policy(instance, rate_bp=1_000, starts_on="2026-11-01", **OFFLINE)
    clock.advance(hours=15)
    (answer,) = till.send(till.item())
    assert till.row_of(answer)["policy_version"] == 1


def test_a_policy_that_no_longer_allows_it(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    make_policy(instance, starts_on="2026-11-01")
    till.take_pack()
    clock.advance(hours=15)
    assert code_of(till, till.item()) == "offline_not_allowed"


def test_goods_that_take_no_part(till: OfflineTill) -> None:
    items = [
        {"name": "大米", "amount_fen": 10_000},
        {"name": "香烟", "category": "tobacco", "amount_fen": 2_800},
    ]
    (answer,) = till.send(till.item(items=items, discount_fen=800))
    assert till.row_of(answer)["excluded_fen"] == 2_800


def test_a_cap_of_one_purchase(till: OfflineTill) -> None:
    (answer,) = till.send(till.item(amount_fen=50_000, discount_fen=3_000))
    assert json.loads(till.row_of(answer)["detail_json"])["caps"] == ["offline_redemption"]
    item = till.item(amount_fen=50_000, discount_fen=4_000)
    assert code_of(till, item) == "offline_cap_exceeded"


def test_a_cap_of_a_card_under_one_pack(till: OfflineTill, instance: Instance) -> None:
    till.send(*(till.item(amount_fen=30_000, discount_fen=2_400) for _ in range(2)))
    over = till.item(amount_fen=30_000, discount_fen=2_400)
    assert code_of(till, over) == "offline_cap_exceeded"
    other = make_card(instance)
    accepted = till.item(card=other["token"], amount_fen=30_000, discount_fen=2_400)
    assert till.send(accepted)[0]["status"] == "accepted"


def test_a_cap_what_the_card_has_left_is_given(till: OfflineTill) -> None:
    till.send(*(till.item(amount_fen=30_000, discount_fen=2_400) for _ in range(2)))
    (answer,) = till.send(till.item(amount_fen=30_000, discount_fen=1_200))
    assert json.loads(till.row_of(answer)["detail_json"])["caps"] == ["offline_card"]


def test_a_cap_a_new_pack_begins_anew(till: OfflineTill, clock: FixedClock) -> None:
    till.send(*(till.item(amount_fen=37_500, discount_fen=3_000) for _ in range(2)))
    clock.advance(minutes=1)
    till.take_pack()
    item = till.item(amount_fen=37_500, discount_fen=3_000)
    assert till.send(item)[0]["status"] == "accepted"


def test_a_cap_of_the_till(client: Any, instance: Instance) -> None:
    till = make_offline_till(
        client,
        instance,
        policy={"offline_cap_card_fen": 3_000, "offline_cap_terminal_fen": 5_000},
    )
    other = make_card(instance)
    first = till.item(amount_fen=37_500, discount_fen=3_000)
    second = till.item(card=other["token"], amount_fen=37_500, discount_fen=3_000)
    assert till.send(first)[0]["status"] == "accepted"
    assert code_of(till, second) == "offline_cap_exceeded"


def test_a_cap_of_the_day_when_other_tills_used_it_up(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    till = make_offline_till(
        client,
        instance,
        policy={
            "cap_card_day_fen": 2_000,
            "offline_cap_card_fen": 2_000,
            "offline_cap_redemption_fen": 2_000,
        },
    )
    item = till.item()
    till.redeem()
    clock.advance(hours=20)  # the next day's cap is not the one that counts
    answer = till.send(item)[0]
    assert (answer["status"], answer["code"]) == ("refused", "cap_reached")
    assert answer["bearer"] == "merchant"
    assert "今日上限" in answer["detail"]
    proven(instance)


def test_presented_by_one_of_the_family(till: OfflineTill) -> None:
    (answer,) = till.send(till.item(presented_by="family_member"))
    row = till.row_of(answer)
    assert row["presenter_kind"] == "family_member"
    assert row["presenter_id"] not in ("", till.card["holder_id"])


def test_presented_by_which_of_several_is_not_known(till: OfflineTill, instance: Instance) -> None:
    card = make_card(instance, make_holder(instance, family=(("张三", "儿子"), ("张四", "女儿"))))
    (answer,) = till.send(till.item(card=card["token"], presented_by="family_member"))
    assert till.row_of(answer)["presenter_id"] == ""


def test_presented_by_who_has_no_family(till: OfflineTill, instance: Instance) -> None:
    card = make_card(instance, make_holder(instance, family=()))
    item = till.item(card=card["token"], presented_by="family_member")
    assert code_of(till, item) == "presenter_unknown"


def test_presented_by_who_was_not_checked(till: OfflineTill) -> None:
    assert code_of(till, till.item(identity_checked=False)) == "identity_unchecked"


def test_a_changing_code_counts_offline_only_where_the_policy_says_so(
    till: OfflineTill, instance: Instance
) -> None:
    item = till.item(card=make_code(instance, till.card), identity_checked=False)
    assert code_of(till, item) == "offline_code_needed"


def test_a_changing_code_counts_once(client: Any, instance: Instance, clock: FixedClock) -> None:
    till = make_offline_till(client, instance, policy={"offline_changing_code": True})
    code = make_code(instance, till.card)
    clock.advance(seconds=90)  # between the reading and the paying
    first, second = (till.item(card=code, identity_checked=False) for _ in range(2))
    clock.advance(hours=5)
    (answer,) = till.send(first)
    detail = json.loads(till.row_of(answer)["detail_json"])
    assert (detail["card_shown"], detail["identity_by"]) == ("changing_code", "changing_code")
    assert code_of(till, second) == "code_used"


def test_a_changing_code_of_long_ago_does_not_count(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    till = make_offline_till(client, instance, policy={"offline_changing_code": True})
    code = make_code(instance, till.card)
    clock.advance(minutes=13)
    assert code_of(till, till.item(card=code)) == "code_stale"


def test_a_dry_run_leaves_an_offline_sale_under_the_caps_of_its_pack(
    till: OfflineTill, instance: Instance
) -> None:
    make_policy(instance, code="some", scope="eligibility", scope_value="dibao", rate_bp=2_000)
    till.send(till.item(amount_fen=50_000, discount_fen=3_000))
    draft = PolicyDraft("jiuerzhe", "九五折", 500, "2026-12-01")

    def work(tx: Any) -> Any:
        row = save_draft(tx, draft, now=instance.clock(), actor="test")
        return dry_run(tx, terms_of(row), "2026-10")

    total = instance.engine.write(work).total
    assert (total.discount_before_fen, total.discount_after_fen) == (3_000, 2_500)
    draft = replace(draft, rate_bp=1_000)
    total = instance.engine.write(work).total
    assert (total.discount_before_fen, total.discount_after_fen) == (3_000, 3_000)


def test_who_bears_it_is_what_the_policy_says(client: Any, instance: Instance) -> None:
    till = make_offline_till(client, instance, policy={"offline_bearer": "government"})
    (answer,) = till.send(till.item(discount_fen=1_025))
    assert answer["bearer"] == "government"


def test_the_words_are_in_the_language_of_each_asking(till: OfflineTill) -> None:
    item = till.item(order_no="taken")
    till.redeem(order_no="taken", amount_fen=5_000)
    chinese = till.send(item)[0]
    english = till.send(item, **{"Accept-Language": "en"})[0]
    assert "taken" in chinese["detail"]
    assert english["detail"].startswith("Order taken has")


def test_a_switched_off_till_keeps_its_items(till: OfflineTill, instance: Instance) -> None:
    item = till.item()
    words = {"now": instance.clock(), "actor": "test", "reason": "测试"}
    instance.engine.write(lambda tx: disable_terminal(tx, terminal_id=till.terminal["id"], **words))
    answer = till.post("/offline-redemptions", {"redemptions": [item]})
    assert (answer.status_code, answer.json["code"]) == (403, "terminal_disabled")
    kept = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT COUNT(*) AS n FROM offline_item").fetchone()["n"]
    )
    assert kept == 0


def test_each_till_has_client_ids_of_its_own(
    till: OfflineTill, client: Any, instance: Instance
) -> None:
    _, key = make_terminal(instance, till.outlet)
    other = OfflineTill(client, instance, till.outlet, till.terminal, key, till.card)
    other.take_pack()
    item = till.item()
    assert till.send(item)[0]["status"] == "accepted"
    theirs = {**item, "order_no": "another", "pack_id": other.pack["id"]}
    assert other.send(theirs)[0]["status"] == "accepted"
    assert till.ledger_rows() == 2


@pytest.mark.both_engines
def test_the_same_items_at_once_are_entered_once(
    till: OfflineTill, app: Any, instance: Instance
) -> None:
    # The pack leaves 60.00 to the card: five sales, and no more however they race.
    items = [till.item(discount_fen=1_024) for _ in range(5)]

    def send(number: int) -> list[str]:
        other = OfflineTill(
            app.test_client(), instance, till.outlet, till.terminal, till.key, till.card
        )
        return [answer["status"] for answer in other.send(*items)]

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(send, range(6)))
    for of_item in zip(*told, strict=True):
        assert sorted(of_item) == ["accepted", *["duplicate"] * 5]
    assert till.ledger_rows() == 5
    assert till.send(till.item())[0]["code"] == "offline_cap_exceeded"
    proven(instance)


@pytest.mark.both_engines
@pytest.mark.parametrize("order_no", ["12345678E9", "3E12", "2026-11", "合计", "''", "ﷺ" * 20])
def test_a_sale_from_before_order_numbers_had_rules_is_entered_found_and_taken_back(
    till: OfflineTill, order_no: str
) -> None:
    item = till.item(order_no=order_no)
    assert [till.send(item)[0]["status"] for _ in range(2)] == ["accepted", "duplicate"]
    address = "/api/v1/redemptions"
    answer = till.client.get(address, query_string={"order_no": order_no}, headers=till.headers())
    assert answer.json["order_no"] == order_no
    cancelled = till.post("/cancellations", {"order_no": order_no, "reason": "没有答复"}).json
    assert (cancelled["redemption"]["net"]["amount_fen"], till.ledger_rows()) == (0, 2)


@pytest.mark.both_engines
def test_an_order_recorded_as_it_was_sent_before_the_upgrade_is_the_same_order(
    till: OfflineTill, instance: Instance
) -> None:
    """Width and spaces told orders apart in version 1, whose records stay as they are."""
    sold = make_redemption(instance, till.card, till.key, order_no="Ｓ１")
    terminal = instance.engine.read(lambda tx: terminal_of_key(tx, till.key))
    instance.engine.write(
        lambda tx: cancel_order(tx, terminal, "Ｓ２", reason="没有答复", now=instance.clock())
    )
    assert till.send(till.item(order_no="Ｓ１"))[0]["redemption"]["id"] == sold["id"]
    assert code_of(till, till.item(order_no="Ｓ２")) == "order_cancelled"
    assert code_of(till, till.item(order_no="Ｓ１", amount_fen=12_900)) == "order_exists"
    cancelled = till.post("/cancellations", {"order_no": "Ｓ１", "reason": "没有答复"}).json
    assert cancelled["redemption"]["id"] == sold["id"]
