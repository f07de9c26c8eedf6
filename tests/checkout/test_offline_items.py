"""The office sees what tills sent of their time without network: what was refused, who bears it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from huimin.instance import Instance
from tests.making.office import Office
from tests.making.offline import OfflineTill, make_offline_till


@pytest.fixture
def till(client: Any, instance: Instance) -> OfflineTill:
    made = make_offline_till(client, instance, name="宏扬店")
    made.send(
        made.item(order_no="good-1"),
        made.item(order_no="bad-1", discount_fen=1_025, cashier="小王"),
        made.item(order_no="bad-2", card=str(int(made.card["token"]) + 1)),
    )
    return made


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.mark.both_engines
def test_refused_items_are_listed_with_reason_and_bearer(till: OfflineTill, office: Office) -> None:
    for role in ("administrator", "auditor"):
        page = office.client(role).get("/offline/").text
        assert "bad-1" in page
        assert "bad-2" in page
        assert "good-1" not in page
        assert "宏扬店" in page
        assert "由商户承担" in page
        assert "按当天政策重新计算的优惠与收银终端给出的不一致" in page
        assert "黄*平" in page
        assert "黄筱平" not in page
        assert "商户承担 ¥20.49，政府承担 ¥0.00" in page


def test_the_list_is_narrowed_in_the_address(till: OfflineTill, office: Office) -> None:
    auditor = office.client("auditor")
    assert "good-1" in auditor.get("/offline/?status=accepted").text
    everything = auditor.get("/offline/?status=all&first=2026-10-31&last=2026-10-31").text
    assert "good-1" in everything
    assert "bad-1" in everything
    assert "bad-1" not in auditor.get("/offline/?first=2026-11-01").text
    assert "bad-1" not in auditor.get("/offline/?bearer=government").text
    assert "bad-1" in auditor.get(f"/offline/?outlet={till.outlet['id']}").text
    assert "bad-1" not in auditor.get("/offline/?outlet=another").text
    assert "2026-10-31" in auditor.get("/offline/?first=nonsense").text


def test_the_workbook_holds_every_field(till: OfflineTill, office: Office) -> None:
    answer = office.client("auditor").get("/offline/?status=all&format=xlsx")
    rows = list(load_workbook(BytesIO(answer.data)).active.values)
    head = {name: place for place, name in enumerate(rows[1])}
    by_order = {row[head["订单号"]]: row for row in rows[2:]}
    assert set(by_order) == {"good-1", "bad-1", "bad-2"}
    refused = by_order["bad-1"]
    assert refused[head["优惠（元）"]] == 10.25
    assert (refused[head["结果"]], refused[head["由谁承担"]]) == ("没有入账", "由商户承担")
    assert refused[head["收银员"]] == "小王"
    assert by_order["good-1"][head["收据号"]]
    assert by_order["bad-2"][head["卡号"]] in (None, "")


def test_nobody_else_sees_it(till: OfflineTill, office: Office) -> None:
    for role in ("registrar", "merchant_manager", "cashier"):
        assert office.client(role).get("/offline/").status_code == 403
