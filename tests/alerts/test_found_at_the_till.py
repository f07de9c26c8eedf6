"""Alerts as they come about: real sales over the API, and what the office then sees of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import Any

import openpyxl
import pytest
import structlog

from huimin.alerts.note_alerts import note_alerts
from huimin.alerts.rules import Finding
from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from tests.making.merchants import make_outlet, make_terminal
from tests.making.office import Office, first_id
from tests.making.offline import make_offline_till
from tests.making.till import ApiTill, make_till

SHIFO = "512022101001"


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={"cap_redemption_fen": 10_000})


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def till_elsewhere(till: ApiTill, **outlet: Any) -> ApiTill:
    """A till of another outlet (in Shifo), for the same card."""
    place = make_outlet(till.instance, **{"division_code": SHIFO, **outlet})
    terminal, key = make_terminal(till.instance, place)
    return ApiTill(till.client, till.instance, place, terminal, key, till.card, till.serial)


def alerts(instance: Instance) -> list[dict[str, Any]]:
    return instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT alert.*, (SELECT COUNT(*) FROM alert_row WHERE alert_id = alert.id) AS rows"
            " FROM alert ORDER BY id"
        ).fetchall()
    )


def told(instance: Instance) -> list[tuple[str, int]]:
    return [(row["rule"], row["rows"]) for row in alerts(instance)]


def sell(till: ApiTill, amount_fen: int = 12_345, **over: Any) -> dict[str, Any]:
    answer = till.redeem(amount_fen=amount_fen, **over)
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def test_an_ordinary_day_is_quiet(till: ApiTill, clock: Any) -> None:
    for _ in range(3):
        sold = sell(till)
        clock.advance(hours=2)
    till.reverse(sold["id"], "back")
    assert told(till.instance) == []


def test_one_card_in_two_towns(till: ApiTill, clock: Any) -> None:
    other = till_elsewhere(till)
    sell(till)
    clock.advance(minutes=7)
    sell(other)
    assert told(till.instance) == [("far_apart", 2)]
    clock.advance(minutes=7)
    sell(till)
    assert told(till.instance) == [("far_apart", 3)]
    clock.advance(minutes=21)
    sell(other)
    assert told(till.instance) == [("far_apart", 3)]


def test_one_card_in_the_same_hands(till: ApiTill, clock: Any) -> None:
    for number in range(6):
        sell(till, cashier="王敏")
        clock.advance(minutes=70)
        assert told(till.instance) == ([("repeated_card", number + 1)] if number >= 3 else [])
    (alert,) = alerts(till.instance)
    assert (alert["cashier"], alert["card_id"]) == ("王敏", till.card["id"])


def test_a_run_of_even_amounts(till: ApiTill, clock: Any) -> None:
    cards = [make_till(till.client, till.instance).card for _ in range(5)]
    for number, card in enumerate(cards):
        sell(till, 10_000, card=card["token"], presented_by=card["holder_id"])
        clock.advance(minutes=2)
        assert told(till.instance) == ([("round_amounts", number + 1)] if number >= 3 else [])
    assert alerts(till.instance)[0]["card_id"] is None


def test_a_sale_split_under_the_cap(till: ApiTill, clock: Any) -> None:
    sell(till, 100_111)
    clock.advance(minutes=30)
    sold = sell(till, 30_111)
    assert told(till.instance) == [("split_sale", 2)]
    till.reverse(sold["id"], "back")
    clock.advance(hours=2)
    sell(till, 100_111)
    sell(till, 5_011)
    assert told(till.instance)[0] == ("split_sale", 2)


def test_what_was_taken_back_does_not_count_for_a_split(till: ApiTill) -> None:
    sold = sell(till, 100_111)
    assert till.reverse(sold["id"], "back").status_code == 201
    sell(till, 100_111)
    assert told(till.instance) == []


def test_sales_and_returns_at_night(till: ApiTill, clock: Any) -> None:
    sold = sell(till)
    clock.advance(hours=14)
    sell(till)
    assert told(till.instance) == [("off_hours", 1)]
    assert till.reverse(sold["id"], "night").status_code == 201
    assert told(till.instance) == [("off_hours", 2)]
    awake = till_elsewhere(till, opening_hours="24小时营业")
    sell(awake)
    assert [rule for rule, _ in told(till.instance)] == ["off_hours", "far_apart"]


def test_a_repeated_request_is_no_second_sale(till: ApiTill) -> None:
    body = till.body(amount_fen=12_345)
    for _ in range(6):
        assert till.post("/redemptions", body, "one-key").status_code == 201
    assert told(till.instance) == []


@pytest.mark.both_engines
@pytest.mark.parametrize("table", ["alert_row", "alert"])
def test_a_sale_goes_on_when_an_alert_can_t_be_written(
    till: ApiTill, clock: Any, table: str
) -> None:
    def lose(tx: Any) -> None:
        for name in ("alert_row", "alert")[: 1 if table == "alert_row" else 2]:
            tx.connection.execute(f"DROP TABLE {name}")

    till.instance.engine.write(lose)
    clock.advance(hours=14)
    with structlog.testing.capture_logs() as logs:
        sold = sell(till)
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [
        ("alerts not noted", "error")
    ]
    assert logs[0]["ledger_id"] == sold["id"]
    assert till.get(f"/redemptions/{sold['id']}").json["net"]["amount_fen"] == 12_345
    assert till.instance.engine.read(verify_chains) == []


@pytest.mark.both_engines
def test_a_sale_goes_on_when_a_rule_can_t_be_read_for(till: ApiTill) -> None:
    """A statement that fails makes PostgreSQL refuse every later one of its transaction."""

    def rename(old: str, new: str) -> None:
        till.instance.engine.write(
            lambda tx: tx.connection.execute(f"ALTER TABLE {old} RENAME TO {new}")
        )

    rename("reversal_total", "somewhere_else")
    with structlog.testing.capture_logs() as logs:
        sold = sell(till)
    assert [entry["event"] for entry in logs] == ["alerts not noted"]
    rename("somewhere_else", "reversal_total")
    assert till.get(f"/redemptions/{sold['id']}").json["net"]["amount_fen"] == 12_345
    assert till.instance.engine.read(verify_chains) == []


@pytest.mark.both_engines
def test_a_rule_that_breaks_is_logged_and_undone_alone(till: ApiTill) -> None:
    sold = sell(till)

    def breaks(*_: Any) -> Finding | None:
        raise ZeroDivisionError

    def note(tx: Any) -> None:
        row = tx.connection.execute("SELECT * FROM ledger").fetchone()
        terminal = {"outlet_division_code": SHIFO, "outlet_opening_hours": None}
        note_alerts(tx, row, terminal=terminal, rules=[breaks])

    with structlog.testing.capture_logs() as logs:
        till.instance.engine.write(note)
    assert [entry["ledger_id"] for entry in logs] == [sold["id"]]
    assert told(till.instance) == []


def night_alert(till: ApiTill, clock: Any) -> dict[str, Any]:
    clock.advance(hours=14)
    return sell(till, cashier="王敏")


@pytest.mark.both_engines
def test_the_office_sees_it_with_its_evidence(till: ApiTill, office: Office, clock: Any) -> None:
    sold = night_alert(till, clock)
    client = office.client()
    today = client.get("/today").text
    assert "条异常提醒待查看" in today and "/alerts/?state=open" in today
    page = client.get("/alerts/").text
    assert "非营业时间" in page and till.outlet["name"] in page and "王敏" in page
    alert_id = first_id(page, "/alerts/")
    one = client.get(f"/alerts/{alert_id}").text
    for words in (sold["receipt_no"], "¥123.45", "00:00", "06:00–23:00", "黄*平", "王敏"):
        assert words in one
    assert "黄筱平" not in page + one
    assert "低保" not in page + one


def test_looked_at_with_a_note_until_it_grows(till: ApiTill, office: Office, clock: Any) -> None:
    night_alert(till, clock)
    client = office.client()
    alert_id = first_id(client.get("/alerts/").text, "/alerts/")
    path = f"/alerts/{alert_id}"
    assert office.post(client, path, note="").status_code == 422
    assert office.post(client, path, note="长" * 201).status_code == 422
    note = "已问过店长，当晚盘点"
    assert office.post(client, path, note=note).status_code == 302
    assert note in client.get(path).text
    assert office.post(client, path, note="再看").status_code == 422
    assert "没有待查看的提醒" in client.get("/alerts/").text
    assert "非营业时间" in client.get("/alerts/?state=looked_at").text
    record = client.get("/audit/?action=alert.looked_at").text
    assert note in record and f'href="{path}"' in record
    clock.advance(minutes=5)
    sell(till)
    page = client.get("/alerts/").text
    assert first_id(page, "/alerts/") == alert_id
    one = client.get(path).text
    assert "上次的核实情况" in one and note in one
    assert told(till.instance) == [("off_hours", 2)]


def test_filters_paging_and_workbook(till: ApiTill, office: Office, clock: Any) -> None:
    other = till_elsewhere(till)
    night_alert(till, clock)
    sell(other)
    client = office.client("auditor")

    def count(query: str) -> int:
        page = client.get(f"/alerts/?{query}")
        assert page.status_code == 200
        return int(page.text.count('scope="row"'))

    assert count("") == 3
    assert count("rule=far_apart") == 1
    assert count("rule=split_sale") == 0
    assert count(f"outlet={till.outlet['id']}") == 1
    assert count("town=512022101000") == 2
    assert count("town=512022104000") == 0
    assert count("first=2026-11-01&last=2026-11-01") == 3
    assert count("last=2026-10-31") == 0
    assert count("state=all") == 3
    assert count("state=looked_at") == 0
    assert count("state=nonsense&rule=x'--") == 0
    assert "日期请写成" in client.get("/alerts/?first=yesterday").text
    book = openpyxl.load_workbook(BytesIO(client.get("/alerts/?format=xlsx").data))
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 2 + 3
    assert {row[1] for row in rows[2:]} == {"非营业时间", "同卡异地"}


def test_a_long_list_has_pages(till: ApiTill, office: Office, clock: Any) -> None:
    clock.advance(hours=14)
    for _ in range(53):
        sell(till)
        clock.advance(days=1)
    client = office.client("auditor")
    page = client.get("/alerts/?rule=off_hours").text
    assert "共 53 条" in page and page.count('scope="row"') == 50
    following = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert client.get(following).text.count('scope="row"') == 3


def test_it_is_for_those_who_supervise(till: ApiTill, office: Office, clock: Any) -> None:
    night_alert(till, clock)
    alert_id = alerts(till.instance)[0]["id"]
    auditor = office.client("auditor")
    assert "标记为已查看" not in auditor.get(f"/alerts/{alert_id}").text
    assert office.post(auditor, f"/alerts/{alert_id}", note="看过").status_code == 403
    for role in ("registrar", "merchant_manager", "cashier"):
        client = office.client(role)
        assert client.get("/alerts/").status_code == 403
        assert client.get(f"/alerts/{alert_id}").status_code == 403
        assert "提醒" not in client.get("/", follow_redirects=True).text
    assert office.client().get("/alerts/no-such").status_code == 404
    for answer in (till.get("/statements/2026-11-01"), till.get("/terminal")):
        assert "alert" not in answer.text


@pytest.mark.both_engines
def test_two_tills_at_the_same_moment(till: ApiTill, app: Any) -> None:
    """Neither sale sees the other before it is written; the second one finds both all the same."""
    other = till_elsewhere(till)
    gate = Barrier(2)

    def buy(one: ApiTill) -> int:
        asks = ApiTill(app.test_client(), one.instance, one.outlet, one.terminal, one.key, one.card)
        gate.wait()
        return int(asks.redeem(amount_fen=12_345).status_code)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(buy, [till, other])) == [201, 201]
    assert told(till.instance) == [("far_apart", 2)]


def test_sales_without_network_are_looked_at_as_of_their_own_time(
    client: Any, instance: Instance, clock: Any
) -> None:
    till = make_offline_till(client, instance)
    noon = till.item(at=clock.advance(hours=2))
    midnight = till.item(at=clock.advance(hours=12))
    clock.advance(hours=3)
    assert [each["status"] for each in till.send(noon)] == ["accepted"]
    assert told(instance) == []
    assert [each["status"] for each in till.send(midnight)] == ["accepted"]
    assert told(instance) == [("off_hours", 1)]
    till.send(noon, midnight)
    assert told(instance) == [("off_hours", 1)]


def test_what_comes_late_is_found_with_what_was_sold_meanwhile(
    client: Any, instance: Instance, clock: Any
) -> None:
    till = make_offline_till(client, instance)
    item = till.item(at=clock.advance(minutes=1))
    clock.advance(minutes=10)
    sell(till_elsewhere(till))
    clock.advance(hours=3)
    assert [each["status"] for each in till.send(item)] == ["accepted"]
    assert told(instance) == [("far_apart", 2)]
