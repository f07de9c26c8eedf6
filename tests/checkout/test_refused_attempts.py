"""Every refused attempt is on record, though its transaction is undone; a flood is counted."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
import pytest
import structlog

from huimin.audit import refused_attempts as module
from huimin.audit.refused_attempts import A_MINUTE_MAX, RefusedAttempts
from huimin.cards.change_state import report_lost
from huimin.core.card_number import make_number
from huimin.core.refusal_kinds import KINDS
from huimin.instance import Instance
from huimin.merchants.terminals import disable_terminal
from tests.checkout.test_pages import PageTill
from tests.checkout.test_till_device import Device
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_terminal
from tests.making.office import OTHER_TOWN, Office
from tests.making.offline import make_offline_till
from tests.making.policies import make_policy
from tests.making.till import ApiTill, make_till

UNKNOWN_NUMBER = make_number(123_456_789, "512022")


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={"cap_card_day_fen": 2_000})


def attempts(instance: Instance) -> list[dict[str, Any]]:
    instance.part(RefusedAttempts).flush()
    return instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM refused_attempt ORDER BY id").fetchall()
    )


def told(instance: Instance, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in ("act", "code", *names)) for row in attempts(instance)]


def lose(till: ApiTill, card: dict[str, Any]) -> None:
    by: dict[str, Any] = {"now": till.instance.clock(), "actor": "test", "reason": "丢了"}
    till.instance.engine.write(lambda tx: report_lost(tx, card_id=card["id"], **by))


@pytest.mark.both_engines
def test_each_way_of_being_refused_is_recorded(till: ApiTill) -> None:
    lost = make_card(till.instance)
    lose(till, lost)
    card_id = till.card["id"]
    till.post("/cards/verify", {"card": lost["token"]})
    till.redeem(card=lost["token"], order_no="L-1", cashier="王敏")
    sold = till.redeem(amount_fen=25_000, order_no="S-1").json
    till.redeem(amount_fen=100, order_no="S-2")
    till.redeem(amount_fen=100, order_no="S-1", key="another")
    till.redeem(order_no="S-3", presented_by="nobody")
    till.reverse(sold["id"], "back", amount_fen=99_000)
    till.post("/claims", {"card": till.card["token"], "order_no": "S-1", "amount_fen": 100}, "c")
    assert told(till.instance, "card_id", "order_no", "amount_fen") == [
        ("verify", "card_lost", lost["id"], None, None),
        ("redeem", "card_lost", lost["id"], "L-1", 12_800),
        ("redeem", "cap_reached", card_id, "S-2", 100),
        ("redeem", "order_exists", card_id, "S-1", 100),
        ("redeem", "presenter_unknown", card_id, "S-3", 12_800),
        ("reverse", "reversal_too_large", card_id, "S-1", 99_000),
        ("claim", "order_exists", card_id, "S-1", 100),
    ]
    row = attempts(till.instance)[1]
    assert (row["terminal_id"], row["outlet_id"]) == (till.terminal["id"], till.outlet["id"])
    assert (row["cashier"], row["staff_id"], row["times"]) == ("王敏", None, 1)
    assert row["occurred_at"] == row["recorded_at"] == "2026-10-31T02:00:00.000Z"
    assert till.ledger_rows() == 1


@pytest.mark.both_engines
def test_a_refusal_without_network_is_recorded_once(client: Any, instance: Instance) -> None:
    till = make_offline_till(client, instance)
    item = till.item(order_no="O-1", discount_fen=1, cashier="李萍")
    for _ in range(3):
        assert till.send(item)[0]["status"] == "refused"
    (row,) = attempts(instance)
    assert (row["act"], row["code"], row["order_no"]) == ("offline", "offline_mismatch", "O-1")
    assert (row["card_id"], row["cashier"], row["amount_fen"]) == (till.card["id"], "李萍", 12_800)


def test_a_till_that_was_switched_off_and_tries_all_the_same(till: ApiTill) -> None:
    by: dict[str, Any] = {"now": till.instance.clock(), "actor": "test", "reason": "停用"}
    till.instance.engine.write(
        lambda tx: disable_terminal(tx, terminal_id=till.terminal["id"], **by)
    )
    assert till.redeem().status_code == 403
    till.post("/cards/verify", {"card": till.card["token"]})
    till.get("/terminal")
    assert told(till.instance, "terminal_id") == [
        ("redeem", "terminal_disabled", till.terminal["id"]),
        ("verify", "terminal_disabled", till.terminal["id"]),
    ]


@pytest.mark.parametrize("way", ["device", "sign-in"])
def test_the_page_is_on_record_as_the_api_is(client: Any, instance: Instance, way: str) -> None:
    page: Any
    if way == "device":
        page = Device(client, instance)
        page.set_up()
        terminal_id, card = page.terminal["id"], make_card(instance)
    else:
        page = PageTill(client, instance)
        terminal_id, card = page.terminals[0]["id"], page.card
    make_policy(instance)
    sale = {"amount_fen": 100, "order_no": "P-1", "identity_checked": True, "presented_by": "x"}
    page.post("redeem", {"card": card["token"], **sale}, "k")
    (row,) = attempts(instance)
    assert (row["code"], row["terminal_id"]) == ("presenter_unknown", terminal_id)
    assert (row["staff_id"] is None) == (way == "device")


def test_a_quote_is_recorded_once_and_not_for_each_digit(till: ApiTill, clock: FixedClock) -> None:
    quote = {"card": till.card["token"], "excluded_fen": 0}
    for amount_fen in (1, 12, 128):
        till.post("/quotes", {**quote, "amount_fen": amount_fen, "excluded_fen": amount_fen})
    assert told(till.instance) == []  # nothing_eligible: about the sum that is being typed
    till.redeem(amount_fen=25_000)
    for amount_fen in (100, 1_000, 10_000):
        till.post("/quotes", {**quote, "amount_fen": amount_fen})
    clock.advance(minutes=10)
    till.post("/quotes", {**quote, "amount_fen": 100})
    assert told(till.instance) == [("quote", "cap_reached")] * 2


def test_a_typed_number_that_misses_is_never_kept(till: ApiTill) -> None:
    till.post("/cards/verify", {"card": UNKNOWN_NUMBER})
    till.post("/cards/verify", {"card": UNKNOWN_NUMBER[:-1] + "0"})
    assert {row["typed"] for row in attempts(till.instance)} == {1}
    everything = str(attempts(till.instance))
    assert UNKNOWN_NUMBER[6:15] not in everything


@pytest.mark.both_engines
def test_a_flood_is_counted_and_fills_no_disk(till: ApiTill, clock: FixedClock) -> None:
    for _ in range(400):
        till.post("/cards/verify", {"card": UNKNOWN_NUMBER})
    rows = attempts(till.instance)
    assert len(rows) == A_MINUTE_MAX + 2
    assert sum(row["times"] for row in rows) == 400
    by_code = dict.fromkeys(("card_unknown", "too_many_requests"), 0)
    for row in rows:
        by_code[row["code"]] += row["times"]
    assert by_code == {"card_unknown": 60, "too_many_requests": 340}
    clock.advance(minutes=2)
    till.redeem(presented_by="nobody")
    assert attempts(till.instance)[-1]["code"] == "presenter_unknown"


def test_uploads_between_a_flood_write_no_rows_without_end(client: Any, instance: Instance) -> None:
    till, other = make_offline_till(client, instance), make_offline_till(client, instance)
    for each in (till, other):
        lose(each, each.card)
    for number in range(A_MINUTE_MAX + 30):
        for each in (till, other):
            each.post("/cards/verify", {"card": each.card["token"]})
        till.send({"client_id": str(number)})
    rows = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM refused_attempt").fetchall()
    )
    of = {each.terminal["id"]: 0 for each in (till, other)}
    for row in rows:
        of[row["terminal_id"]] += 1
    # One by one, and once that there were more: the tills were told of a card.
    assert of[other.terminal["id"]] == A_MINUTE_MAX + 1
    assert of[till.terminal["id"]] <= A_MINUTE_MAX + 3
    counted = sum(row["times"] for row in attempts(instance))
    assert counted == 3 * (A_MINUTE_MAX + 30), "every attempt is on record"


@pytest.mark.both_engines
def test_refused_items_are_on_record_as_attempts_within_a_bound(
    client: Any, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "A_DAY_MAX", 5)
    till = make_offline_till(client, instance)
    answers = till.send(*(till.item(discount_fen=1) for _ in range(8)))
    assert {answer["status"] for answer in answers} == {"refused"}
    assert len(attempts(instance)) == 5
    (items,) = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT COUNT(*) AS items FROM offline_item").fetchall()
    )
    assert items["items"] == 8


@pytest.mark.both_engines
def test_many_misses_of_typed_numbers_are_an_alert(
    app: Any, till: ApiTill, clock: FixedClock
) -> None:
    def alerts() -> list[dict[str, Any]]:
        till.instance.part(RefusedAttempts).flush()
        return till.instance.engine.read(
            lambda tx: tx.connection.execute("SELECT * FROM alert").fetchall()
        )

    for _ in range(9):
        till.post("/cards/verify", {"card": UNKNOWN_NUMBER})
    assert alerts() == []
    till.post("/quotes", {"card": UNKNOWN_NUMBER, "amount_fen": 100})
    (alert,) = alerts()
    assert (alert["rule"], alert["terminal_id"]) == ("typed_misses", till.terminal["id"])
    clock.advance(minutes=11)
    till.post("/cards/verify", {"card": UNKNOWN_NUMBER})
    assert alerts() == [alert]
    client = Office(app, till.instance).client()
    assert "反复输入不存在的卡号" in client.get("/alerts/").text
    page = client.get(f"/alerts/{alert['id']}").text
    assert "10 分钟内 10 次" in page
    address = (
        f"/attempts/?first=2026-10-31&amp;last=2026-10-31&amp;terminal={till.terminal['code']}"
    )
    assert address in page


def test_who_goes_from_till_to_till_is_seen_as_well(till: ApiTill) -> None:
    place = till.outlet
    keys = [make_terminal(till.instance, place)[1] for _ in range(4)]
    for key in keys:
        other = ApiTill(till.client, till.instance, place, till.terminal, key, till.card)
        for _ in range(8):
            other.post("/cards/verify", {"card": UNKNOWN_NUMBER})
    till.instance.part(RefusedAttempts).flush()
    (alert,) = till.instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM alert").fetchall()
    )
    assert alert["window_key"].startswith(place["id"])


@pytest.mark.both_engines
def test_a_fault_in_the_rule_loses_no_attempt(till: ApiTill) -> None:
    till.instance.engine.write(lambda tx: tx.connection.execute("DROP TABLE alert_row"))
    till.instance.engine.write(lambda tx: tx.connection.execute("DROP TABLE alert"))
    for _ in range(12):
        till.post("/cards/verify", {"card": UNKNOWN_NUMBER})
    with structlog.testing.capture_logs() as logs:
        till.instance.part(RefusedAttempts).flush()
    assert "refused attempts not looked at" in {entry["event"] for entry in logs}
    assert len(attempts(till.instance)) == 12


@pytest.mark.both_engines
def test_the_office_reads_them(app: Any, till: ApiTill, instance: Instance) -> None:
    elsewhere = make_card(instance, make_holder(instance, division_code="512022101001"))
    for card in (till.card, elsewhere):
        till.redeem(card=card["token"], presented_by="nobody", order_no=f"N-{card['id']}")
    till.post("/cards/verify", {"card": UNKNOWN_NUMBER})
    attempts(instance)
    office = Office(app, instance)
    client = office.client("auditor")
    page = client.get("/attempts/").text
    assert "共 3 条" in page and till.outlet["name"] in page and "黄*平" in page
    assert "黄筱平" not in page and "低保" not in page
    for query, count in (
        ("code=presenter_unknown", 2),
        ("act=verify", 1),
        (f"outlet={till.outlet['id']}&terminal={till.terminal['code']}", 3),
        (f"number={elsewhere['number']}", 1),
        ("last=2026-10-30", 0),
        ("first=2026-10-31&last=2026-10-31", 3),
    ):
        assert client.get(f"/attempts/?{query}").text.count('scope="row"') == count, query
    book = openpyxl.load_workbook(BytesIO(client.get("/attempts/?format=xlsx").data))
    assert {row[-2] for row in list(book.active.iter_rows(values_only=True))[2:]} == {
        "presenter_unknown",
        "card_unknown",
    }
    for path in (f"/cards/{till.card['id']}", f"/holders/{till.card['holder_id']}"):
        shown = client.get(path).text
        assert "最近被拒" in shown and KINDS["presenter_unknown"].detail in shown
    assert KINDS["card_unknown"].detail in client.get(f"/outlets/{till.outlet['id']}").text
    own = office.client("registrar").get("/attempts/").text
    assert "共 1 条" in own and f"N-{till.card['id']}" in own
    other_town = office.client("registrar", division_code=OTHER_TOWN).get("/attempts/").text
    assert f"N-{till.card['id']}" not in other_town
    for role in ("merchant_manager", "cashier"):
        assert office.client(role).get("/attempts/").status_code == 403
