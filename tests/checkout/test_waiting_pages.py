"""The office decides on waiting sales on a page with all the facts; days and months count them."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.audit.refused_attempts import RefusedAttempts
from huimin.cards.change_state import report_lost
from huimin.instance import Instance
from huimin.months.checks import run_checks
from huimin.months.words import check_sentence
from tests.conftest import FixedClock
from tests.making.office import Office, first_id
from tests.making.offline import OfflineTill, make_offline_till
from tests.making.staff import csrf_of


@pytest.fixture
def till(client: Any, instance: Instance, clock: FixedClock) -> OfflineTill:
    """Has sent a sale of 10.24 after 32 days, of an outlet where two people decide above 10.00."""
    made = make_offline_till(
        client, instance, policy={"offline_two_people_fen": 1_000}, name="宏扬店"
    )
    item = made.item(order_no="late-1", items=[{"name": "大米", "amount_fen": 12_800}])
    clock.advance(days=32)
    assert made.send(item)[0]["status"] == "waiting"
    return made


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.mark.both_engines
def test_two_people_decide_on_a_page_with_all_the_facts(till: OfflineTill, office: Office) -> None:
    first = office.client("administrator")
    assert "笔断网交易待核" in first.get("/today").text
    listed = first.get("/offline/?status=waiting").text
    assert "late-1" in listed
    assert "late-1" not in first.get("/offline/").text
    assert "late-1" in first.get("/offline/?status=all&number=late-1").text
    page = f"/offline/{first_id(listed, '/offline/')}"
    text = first.get(page).text
    for fact in (
        *("离线交易超过 31 天才上传", "宏扬店", "2026-10-31 10:00", "2026-12-02 10:00", "大米"),
        *("32 天以后", "黄*平", "须由两位管理员", "核定入账，优惠 ¥10.24"),
        "1 笔，其中 0 笔没有入账，1 笔待核过",
    ):
        assert fact in text, fact
    assert "黄筱平" not in text
    assert office.post(first, page, act="accept", reason="").status_code == 422
    assert office.post(first, page, act="accept", reason="看过监控").status_code == 302
    assert "您已经提出意见" in first.get(page).text
    assert office.post(first, page, act="accept", reason="再点一次").status_code == 409
    assert till.ledger_rows() == 0
    second = office.client("administrator")
    assert office.post(second, page, act="accept", reason="看过小票").status_code == 302
    text = second.get(page).text
    assert "核定入账" in text
    assert "看过监控" in text
    assert "收据号" in text
    assert till.ledger_rows() == 1
    assert "late-1" in second.get("/offline/?status=waiting_accepted").text


def test_only_administrators_decide(till: OfflineTill, office: Office) -> None:
    auditor = office.client("auditor")
    page = f"/offline/{first_id(auditor.get('/offline/?status=waiting').text, '/offline/')}"
    assert "核定入账，优惠" not in auditor.get(page).text
    assert office.post(auditor, page, act="accept", reason="看过").status_code == 403
    assert office.client("administrator").get("/offline/nothing").status_code == 404


def test_a_refusal_counts_where_it_is_borne(till: OfflineTill, office: Office) -> None:
    for reason in ("没有这笔", "小票是假的"):
        administrator = office.client("administrator")
        page = f"/offline/{first_id(administrator.get('/offline/?status=all').text, '/offline/')}"
        refused = office.post(administrator, page, act="refuse", bearer="government", reason=reason)
        assert refused.status_code == 302
    text = administrator.get("/offline/?status=waiting_refused").text
    assert "商户承担 ¥0.00，政府承担 ¥10.24" in text
    assert "小票是假的" in text


def test_the_month_s_check_names_them(
    till: OfflineTill, office: Office, instance: Instance, clock: FixedClock
) -> None:
    checks = run_checks(
        instance.engine,
        "2026-10",
        settings=instance.settings,
        now=clock(),
        progress=lambda step, done, total: None,
    )
    (waiting,) = [check for check in checks if check.code == "waiting"]
    assert (waiting.level, waiting.facts) == ("warning", {"count": 1, "amount": "¥10.24"})
    assert "1 笔本月的断网交易还在待核（优惠 ¥10.24）" in check_sentence(waiting.as_dict())


def test_the_outlet_s_day_counts_them(till: OfflineTill, office: Office) -> None:
    manager = office.client("merchant_manager", merchant_id=till.outlet["merchant_id"])
    page = manager.get(f"/till/day/2026-10-31?outlet={till.outlet['id']}").text
    assert "还有 1 笔断网交易待县里核定（优惠 ¥10.24）" in page


def sales_found(cashier: Any, text: str) -> list[dict[str, Any]]:
    headers = {"X-CSRFToken": csrf_of(cashier, "/account")}
    answer = cashier.post("/till/sales", json={"text": text}, headers=headers)
    return list(answer.json["sales"])


def test_a_sale_has_both_times_and_is_found_by_either(
    client: Any, instance: Instance, clock: FixedClock, office: Office
) -> None:
    till = make_offline_till(client, instance)
    clock.advance(hours=1)
    item = till.item(order_no="eleven")
    clock.advance(hours=8, minutes=41)
    assert till.send(item)[0]["status"] == "accepted"
    cashier = office.client("cashier", outlet_id=till.outlet["id"])
    for text in ("11:00", "19:41"):
        (sale,) = sales_found(cashier, text)
        assert sale["order_no"] == "eleven"
    assert sales_found(cashier, "12:00") == []
    (row,) = till.get("/statements/2026-10-31").json["rows"]
    assert (row["occurred_at"], row["recorded_at"]) == (
        *("2026-10-31T03:00:00.000Z", "2026-10-31T11:41:00.000Z"),
    )
    manager = office.client("merchant_manager", merchant_id=till.outlet["merchant_id"])
    page = manager.get(f"/till/day/2026-10-31?outlet={till.outlet['id']}").text
    assert "11:00" in page
    assert "补传 2026-10-31 19:41" in page


def test_what_the_till_was_answered_is_said_in_words(till: OfflineTill, office: Office) -> None:
    by: dict[str, Any] = {"now": till.instance.clock(), "actor": "test", "reason": "丢了"}
    till.instance.engine.write(lambda tx: report_lost(tx, card_id=till.card["id"], **by))
    till.post("/cards/verify", {"card": till.card["token"]})
    till.instance.part(RefusedAttempts).flush()
    administrator = office.client()
    listed = administrator.get("/offline/?status=waiting").text
    text = administrator.get(f"/offline/{first_id(listed, '/offline/')}").text
    assert "此卡已挂失。" in text
    assert "card_lost" not in text
