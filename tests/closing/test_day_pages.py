"""The day's end as a shop meets it: statement, files, comparison, closing, and what comes later."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import openpyxl
import pytest

from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_join_code, make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption, make_reversal
from tests.making.staff import csrf_of, make_staff, sign_in

DAY = "/till/day/2026-10-31"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Shop:
    """An outlet with two tills and a day of three sales and a return."""

    def __init__(self, app: Any, instance: Instance) -> None:
        make_policy(instance)
        self.app, self.instance = app, instance
        self.outlet = make_outlet(instance, name="时代百盛·宏扬店")
        tills = [make_terminal(instance, self.outlet) for _ in range(2)]
        self.terminals, self.keys = [till[0] for till in tills], [till[1] for till in tills]
        self.card = make_card(instance, make_holder(instance))
        self.orders: dict[str, dict[str, Any]] = {}
        for number, (fen, key) in enumerate(((12_800, 0), (5_055, 1), (9_999, 0)), start=1):
            self.sell(f"100{number}", fen, self.keys[key])
        make_reversal(instance, self.orders["1001"]["id"], self.keys[0], 2_800)
        self.people = {
            "cashier": make_staff(instance, "cashier", outlet_id=self.outlet["id"])["username"],
            "manager": make_staff(
                instance, "merchant_manager", merchant_id=self.outlet["merchant_id"]
            )["username"],
        }

    def sell(self, order_no: str, fen: int, key: str) -> None:
        self.orders[order_no] = make_redemption(
            self.instance, self.card, key, amount_fen=fen, order_no=order_no
        )

    def browser(self, who: str) -> Any:
        client = self.app.test_client()
        sign_in(client, self.people[who])
        return client

    def listing(self, *, without: str = "", **changed: str) -> str:
        """The till's own list, as its system writes it."""
        lines = ["订单号,类型,原价,优惠,实付"]
        for order_no, given in self.orders.items():
            if order_no != without:
                values = [given[f"{name}_fen"] for name in ("amount", "discount", "payable")]
                paid = changed.get(f"o{order_no}", f"{values[2] / 100:.2f}")
                lines.append(f"{order_no},销售,{values[0] / 100:.2f},{values[1] / 100:.2f},{paid}")
        lines += ["1001,退货,28.00,2.24,25.76", "7001,销售,33.00,0,33.00", "合计,1,1,1,1"]
        return "\n".join(lines)

    def compare(self, client: Any, text: str, name: str = "list.csv", query: str = "") -> Any:
        return client.post(
            f"{DAY}/comparisons{query}",
            data={
                "csrf_token": csrf_of(client, "/till/day/"),
                "file": (io.BytesIO(text.encode()), name),
            },
        )

    def close(self, client: Any, address: str, **form: str) -> Any:
        path, _, query = address.partition("?")
        data = {"csrf_token": csrf_of(client, "/till/day/"), **form}
        return client.post(f"{path}/close?{query}", data=data)

    def closings(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.instance.engine.read(
            lambda tx: tx.connection.execute("SELECT * FROM day_close ORDER BY id").fetchall()
        )
        return rows


@pytest.fixture
def shop(app: Any, instance: Instance) -> Shop:
    return Shop(app, instance)


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_the_day_is_shown_with_its_net_and_its_hash(shop: Shop) -> None:
    client = shop.browser("cashier")
    asked = client.get("/till/day/?day=2026-10-31")
    assert asked.location == DAY
    page = client.get(DAY)
    assert "¥250.54" in client.get("/till/day/").text
    text = text_of(page)
    assert "时代百盛·宏扬店" in text and "还没有结清" in text
    assert "¥250.54" in text  # 128 + 50.55 + 99.99 − 28
    headers = {"Authorization": f"Bearer {shop.keys[0]}"}
    told = client.get("/api/v1/statements/2026-10-31", headers=headers).json
    assert told["sha256"] in page.text
    assert [row["reverses_order_no"] for row in told["rows"]] == [None, None, None, "1001"]
    for wrong in ("2026-11-01", "2026-13-01", "x"):
        assert client.get(f"/till/day/{wrong}").status_code == 404
    assert "没有惠民卡交易" in client.get("/till/day/2026-10-30").text


def test_the_files_hold_the_same_to_the_fen(shop: Shop) -> None:
    client = shop.browser("cashier")
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{DAY}/statement.xlsx").data))
    sheet = book.active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0][0] == "乐至县惠民卡日对账单"
    assert "时代百盛·宏扬店" in cells[1][0] and "2026年10月31日" in cells[1][0]
    header = next(row for row in cells if row[0] == "序号")
    first = cells.index(header) + 1
    assert sheet.freeze_panes == f"A{first + 1}" and sheet.print_title_rows == f"$1:${first}"
    assert sheet.page_setup.orientation == "landscape"
    rows = [dict(zip(header, row, strict=True)) for row in cells[first : first + 4]]
    assert [row["订单号"] for row in rows] == ["1001", "1002", "1003", "1001"]
    assert [row["原价（元）"] for row in rows] == [128, 50.55, 99.99, -28]
    assert [row["实付（元）"] for row in rows] == [117.76, 46.51, 91.99, -25.76]
    total = dict(zip(header, cells[first + 4], strict=True))
    assert (total["序号"], total["原价（元）"], total["实付（元）"]) == ("合计", 250.54, 230.5)
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    headers = {"Authorization": f"Bearer {shop.keys[0]}", "Accept": XLSX}
    over_api = client.get("/api/v1/statements/2026-10-31", headers=headers)
    assert over_api.mimetype == XLSX
    assert over_api.data == client.get(f"{DAY}/statement.xlsx").data
    lines = list(
        csv.DictReader(io.StringIO(client.get(f"{DAY}/statement.csv").text.lstrip("\ufeff")))
    )
    assert sum(int(line["amount_fen"]) for line in lines) == 25_054
    assert client.get(f"{DAY}/statement.pdf").status_code == 404


def test_a_day_that_agrees_is_closed_by_the_cashier(shop: Shop) -> None:
    client = shop.browser("cashier")
    sent = shop.compare(client, shop.listing())
    assert sent.status_code == 302
    page = text_of(client.get(sent.location))
    assert "两边一致：3 笔订单逐笔相符。" in page and "1 行与惠民卡无关" in page
    assert shop.close(client, sent.location).status_code == 302
    page = text_of(client.get(DAY))
    assert "已结清，两边一致" in page
    (closing,) = shop.closings()
    assert (closing["redemptions"], closing["reversals"]) == (3, 1)
    assert (closing["amount_fen"], closing["payable_fen"]) == (25_054, 23_050)
    assert closing["differences"] == 0 and closing["closed_by"] == shop.people["cashier"]
    again = shop.close(client, sent.location)
    assert again.status_code == 409 and "已经结清" in again.text
    assert len(shop.closings()) == 1
    assert "已经结清" in client.get(sent.location).text


def test_our_own_files_agree_with_ourselves(shop: Shop) -> None:
    client = shop.browser("cashier")
    for form in ("csv", "xlsx"):
        content = client.get(f"{DAY}/statement.{form}").data
        sent = client.post(
            f"{DAY}/comparisons",
            data={
                "csrf_token": csrf_of(client, "/till/day/"),
                "file": (io.BytesIO(content), f"own.{form}"),
            },
        )
        assert sent.status_code == 302, sent.text
        assert "两边一致：3 笔" in client.get(sent.location).text


def test_what_comes_after_the_closing_is_said_and_closed_again(shop: Shop) -> None:
    client = shop.browser("cashier")
    shop.close(client, shop.compare(client, shop.listing()).location)
    shop.sell("1004", 1_000, shop.keys[1])
    page = client.get(DAY)
    assert "结清后又有 1 笔" in text_of(page) and page.text.count("结清后</span>") == 1
    old = shop.closings()[0]
    sent = shop.compare(client, shop.listing())
    assert shop.close(client, sent.location).status_code == 302
    assert shop.closings()[0] == old and len(shop.closings()) == 2
    assert shop.closings()[1]["redemptions"] == 4
    client.get(DAY)  # says what succeeded
    assert "结清后又有" not in client.get(DAY).text


@pytest.mark.both_engines
def test_a_day_that_differs_is_the_manager_s_and_every_reason_is_kept(shop: Shop) -> None:
    cashier, manager = shop.browser("cashier"), shop.browser("manager")
    sent = shop.compare(cashier, shop.listing(without="1002", o1003="92.00"))
    page = text_of(cashier.get(sent.location))
    assert "有 2 处不一致" in page and "收银清单里没有" in page and "金额不同" in page
    assert "¥92.00" in page and "¥91.99" in page
    assert "请店长登录" in page
    refused = shop.close(cashier, sent.location, **{"name-0": "x", "reason-0": "算了"})
    assert refused.status_code == 409 and shop.closings() == []
    names = dict(re.findall(r'name="(name-\d+)" value="([^"]+)"', manager.get(sent.location).text))
    assert len(names) == 2
    half = shop.close(manager, sent.location, **names, **{"reason-0": "停电时手工收款"})
    assert half.status_code == 422 and "停电时手工收款" in half.text and shop.closings() == []
    done = shop.close(
        manager, sent.location, **names, **{"reason-0": "停电时手工收款", "reason-1": "抹零"}
    )
    assert done.status_code == 302
    page = text_of(cashier.get(DAY))
    assert "已结清，有 2 处差异写明了原因" in page and "停电时手工收款" in page
    # A better list later makes it a closing without differences.
    better = shop.compare(cashier, shop.listing())
    assert shop.close(cashier, better.location).status_code == 302
    assert [row["differences"] for row in shop.closings()] == [2, 0]


def test_the_differences_can_be_taken_away(shop: Shop) -> None:
    client = shop.browser("cashier")
    sent = shop.compare(client, shop.listing(without="1002", o1003="92.00"))
    found = client.get(f"{sent.location}/result.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(found.data)).active.iter_rows(values_only=True))
    assert rows[2][:3] == ("收银清单里没有", "1002", "")
    assert rows[3][:3] == ("金额不同", "1003", "3") and rows[3][6:] == (92, 99.99, 8, 91.99)


def test_a_kept_list_is_compared_with_the_ledger_of_the_moment(shop: Shop) -> None:
    client = shop.browser("cashier")
    sent = shop.compare(client, shop.listing())
    make_reversal(shop.instance, shop.orders["1003"]["id"], shop.keys[0])
    page = text_of(client.get(sent.location))
    assert "有 1 处不一致" in page and "1003" in page
    assert shop.close(client, sent.location).status_code == 409


@pytest.mark.parametrize("text", ["", "订单号,备注\n1,2\n", "<html>"])
def test_a_file_that_is_no_list_is_refused_beside_its_field(shop: Shop, text: str) -> None:
    client = shop.browser("cashier")
    refused = shop.compare(client, text)
    assert refused.status_code == 422
    assert 'id="problem-file"' in refused.text
    assert "对账单" in refused.text


def test_a_file_that_can_not_be_opened_is_not_said_to_be_a_register(shop: Shop) -> None:
    client = shop.browser("cashier")
    for start in ("\ufeff<html>", "{\\rtf1", "PK\x03\x04", '"a,b\n' * 3, f"{'x' * 40_000},b\n"):
        page = shop.compare(client, start, "list.xls")
        assert page.status_code == 422
        told = page.text.partition('id="problem-file">')[2].partition("<")[0]
        assert told and "导入" not in told and "名册" not in told, told


def test_another_shop_s_day_does_not_exist(shop: Shop, app: Any, instance: Instance) -> None:
    client = shop.browser("cashier")
    sent = shop.compare(client, shop.listing())
    other = make_outlet(instance)
    stranger = app.test_client()
    sign_in(stranger, make_staff(instance, "cashier", outlet_id=other["id"])["username"])
    assert stranger.get(sent.location).status_code == 404
    assert stranger.get(f"{DAY}?outlet={shop.outlet['id']}").status_code == 404
    assert client.get(f"{DAY}?outlet={other['id']}").status_code == 404
    assert client.get(sent.location.replace("10-31", "10-30")).status_code == 404
    assert shop.close(stranger, sent.location).status_code == 404


def test_a_manager_chooses_the_outlet(shop: Shop, instance: Instance) -> None:
    second = make_outlet(instance, merchant_id=shop.outlet["merchant_id"], name="时代百盛·二店")
    manager = shop.browser("manager")
    page = manager.get(f"{DAY}?outlet={second['id']}")
    assert "时代百盛·二店" in page.text and "没有惠民卡交易" in page.text
    sent = shop.compare(manager, shop.listing(), query=f"?outlet={shop.outlet['id']}")
    assert f"outlet={shop.outlet['id']}" in sent.location
    assert shop.close(manager, sent.location).status_code == 302
    assert shop.closings()[0]["outlet_id"] == shop.outlet["id"]


def test_a_set_up_device_closes_its_outlet_s_day(shop: Shop, app: Any) -> None:
    device = app.test_client()
    headers = {"X-CSRFToken": csrf_of(device, "/till/set-up")}
    code = {"code": make_join_code(shop.instance, shop.terminals[1])}
    assert device.post("/till/set-up", json=code, headers=headers).status_code == 200
    sent = shop.compare(device, shop.listing())
    assert shop.close(device, sent.location).status_code == 302
    assert shop.closings()[0]["closed_by"].startswith("terminal:")


def test_the_auditor_finds_the_closing_in_the_record(
    shop: Shop, app: Any, instance: Instance
) -> None:
    client = shop.browser("cashier")
    shop.close(client, shop.compare(client, shop.listing()).location)
    auditor = app.test_client()
    sign_in(auditor, make_staff(instance, "auditor")["username"])
    assert "结清一天" in auditor.get("/audit/").text
    assert auditor.get(DAY).status_code == 403


def test_one_list_of_a_person_is_read_at_a_time_and_large_ones_are_refused(
    shop: Shop, instance: Instance
) -> None:
    client = shop.browser("cashier")
    with instance.readers.turn(shop.people["cashier"]):
        busy = shop.compare(client, shop.listing())
    assert busy.status_code == 429 and "还没有读完" in busy.text
    long = shop.compare(client, "订单号,实付\n" + "7001,1.00\n" * 20_001)
    assert long.status_code == 422 and "20,000 行" in long.text
    assert shop.compare(client, shop.listing()).status_code == 302
