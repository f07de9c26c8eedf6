"""Sales under other numbers in the shop's list: proposed by sum and time, paired by a person."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huimin.instance import Instance
from tests.closing.test_day_pages import DAY, Shop
from tests.conftest import FixedClock
from tests.making.sales import make_redemption


@pytest.fixture
def shop(app: Any, instance: Instance) -> Shop:
    return Shop(app, instance)


HEADER = "订单号,时间,原价,优惠,实付"


def listing(shop: Shop, *lines: str) -> str:
    """The shop's list: the sales of the day by its own numbers."""
    return "\n".join((HEADER, *lines))


def row(shop: Shop, order_no: str, number: str, at: str = "", returned: int = 0) -> str:
    given = shop.orders[order_no]
    sums = [given[f"{name}_fen"] for name in ("amount", "discount", "payable")]
    return ",".join([number, at, *(f"{fen / 100:.2f}" for fen in sums)])


RETURNED = "小票2201,10:30,-28.00,-2.24,-25.76"


def compared(shop: Shop, client: Any, *lines: str) -> tuple[str, str]:
    address = shop.compare(client, listing(shop, *lines)).headers["Location"]
    return address, client.get(address).text


def offered(page: str) -> dict[str, str]:
    return {
        shown: value
        for value, shown in re.findall(
            r'name="pair" value="([^"]+)"[^>]*></td>\s*<th[^>]*><label[^>]*>([^<]+)<', page
        )
    }


def confirm(shop: Shop, client: Any, address: str, *names: str) -> Any:
    path, _, query = address.partition("?")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    assert token
    return client.post(f"{path}/pairs?{query}", data={"csrf_token": token[1], "pair": list(names)})


@pytest.mark.both_engines
def test_sales_under_the_shop_s_own_numbers_are_paired_by_a_person(shop: Shop) -> None:
    client = shop.browser("cashier")
    lines = [
        row(shop, "1001", "小票2201", "10:00"),
        RETURNED,
        row(shop, "1002", "小票2202"),
        row(shop, "1003", "小票2203"),
        "小票2204,10:05,33.00,0,33.00",
    ]
    address, page = compared(shop, client, *lines)
    assert "有 6 处不一致" in page and "可能是同一笔" in page
    pairs = offered(page)
    assert pairs.keys() == {"1001", "1002", "1003"}
    assert [name.split(" ")[1] for name in pairs.values()] == ["小票2201", "小票2202", "小票2203"]
    assert confirm(shop, client, address).status_code == 422
    assert confirm(shop, client, address, "x 小票2201").status_code == 422
    assert confirm(shop, client, address, *pairs.values()).status_code == 302
    page = client.get(address).text
    assert "两边一致" in page and "由人确认为同一笔" in page
    assert page.count(shop.people["cashier"]) >= 3
    assert shop.close(client, address).status_code == 302
    (closing,) = shop.closings()
    assert closing["differences"] == 0
    assert closing["reasons_json"].count('"kind":"paired"') == 3
    assert "由人确认为同一笔" in client.get(DAY).text


def test_a_pair_can_be_taken_back_and_the_record_keeps_both(shop: Shop) -> None:
    client = shop.browser("manager")
    address, page = compared(shop, client, row(shop, "1002", "A2"), row(shop, "1003", "A3"))
    pairs = offered(page)
    confirm(shop, client, address, pairs["1002"])
    page = client.get(address).text
    back = re.search(r'action="([^"]+/back[^"]*)".*?value="([^"]+)"', page)
    assert back
    address_back = back[1].replace("&amp;", "&")
    assert client.post(address_back, data={"csrf_token": back[2]}).status_code == 302
    assert "1002" in offered(client.get(address).text)
    assert client.post(address_back, data={"csrf_token": back[2]}).status_code == 404
    kept = shop.instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT order_no, source FROM shop_order ORDER BY id"
        ).fetchall()
    )
    assert [(each["order_no"], each["source"]) for each in kept] == [
        ("A2", "person"),
        (None, "person"),
    ]
    actions = shop.instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT action FROM audit_event WHERE action LIKE 'day.%' ORDER BY id"
        ).fetchall()
    )
    assert [each["action"] for each in actions] == ["day.paired", "day.unpaired"]


def test_of_equal_sums_the_nearest_in_time_are_proposed_and_none_is_ticked(
    shop: Shop, clock: FixedClock
) -> None:
    # The day's first sales are at 10:00; these two at 10:20 and 11:10 cost the same.
    clock.advance(minutes=20)
    shop.sell("E1", 6_000, shop.keys[0])
    clock.advance(minutes=50)
    shop.sell("E2", 6_000, shop.keys[0])
    client = shop.browser("cashier")
    mine = [row(shop, each, each) for each in ("1002", "1003")]
    lines = [
        "S9,11:08:30,60.00,4.80,55.20",
        "S8,10:21,60.00,4.80,55.20",
        "S7,15:00,60.00,4.80,55.20",
    ]
    _, page = compared(shop, client, *mine, *lines)
    pairs = offered(page)
    assert {order: name.split(" ")[1] for order, name in pairs.items()} == {"E1": "S8", "E2": "S9"}
    assert "当天不止一笔同额" in page and 'name="pair"' in page and "checked" not in page


def test_a_number_scanned_at_the_till_needs_no_pair(shop: Shop) -> None:
    shop.orders["P-1"] = make_redemption(
        shop.instance,
        shop.card,
        shop.keys[0],
        amount_fen=7_700,
        order_no="P-1",
        shop_order_no="2205",
    )
    client = shop.browser("cashier")
    mine = [row(shop, "1001", "1001"), "1001,10:30,-28.00,-2.24,-25.76"]
    mine += [row(shop, each, each) for each in ("1002", "1003")]
    _, page = compared(shop, client, *mine, row(shop, "P-1", "2205"))
    assert "两边一致" in page and "可能是同一笔" not in page


def test_zeros_that_a_spreadsheet_dropped_are_no_difference(shop: Shop) -> None:
    shop.sell("0012", 7_700, shop.keys[0])
    client = shop.browser("cashier")
    mine = [row(shop, "1001", "1001"), "1001,10:30,-28.00,-2.24,-25.76"]
    mine += [row(shop, each, each) for each in ("1002", "1003")]
    _, page = compared(shop, client, *mine, row(shop, "0012", "12"))
    assert "两边一致" in page


def test_the_day_shows_the_shop_s_number_beside_the_till_s(shop: Shop) -> None:
    make_redemption(
        shop.instance,
        shop.card,
        shop.keys[0],
        amount_fen=7_700,
        order_no="P-1",
        shop_order_no="2205",
    )
    assert "店里的单号 2205" in shop.browser("cashier").get(DAY).text
