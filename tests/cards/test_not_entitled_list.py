"""Good cards that give nothing, as their holder is not entitled: tile, list, filters, workbook."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from huimin.cards.change_state import report_lost
from huimin.holders.people import EligibilityDraft
from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.office import OTHER_TOWN, Office

LONG_AGO, YESTERDAY, TODAY = date(2023, 3, 1), date(2026, 10, 30), date(2026, 10, 31)
TOMORROW = date(2026, 11, 1)
TILE = "张卡的持卡人目前没有保障，收银时不给优惠"


@pytest.mark.both_engines
def test_they_are_a_tile_and_a_list(app: Any, instance: Instance, clock: FixedClock) -> None:
    def holder(name: str, *entitled: tuple[date, date | None]) -> dict[str, Any]:
        drafts = tuple(EligibilityDraft("dibao", first, "名册", last) for first, last in entitled)
        return make_holder(instance, name=name, eligibilities=drafts)

    never = holder("赵一一")
    past = holder("钱二二", (LONG_AGO, YESTERDAY))
    gap = holder("孙三三", (LONG_AGO, YESTERDAY), (TOMORROW, None))
    good = holder("李四四", (LONG_AGO, TODAY))
    renewed = holder("周五五", (LONG_AGO, YESTERDAY), (TODAY, None))
    without_card = holder("吴六六", (LONG_AGO, YESTERDAY))
    numbers = {
        each["id"]: make_card(instance, each)["number"]
        for each in (never, past, gap, good, renewed)
    }
    lost = make_card(instance, holder("郑七七", (LONG_AGO, YESTERDAY)))
    by: dict[str, Any] = {"now": instance.clock(), "actor": "test", "reason": "丢了"}
    instance.engine.write(lambda tx: report_lost(tx, card_id=lost["id"], **by))

    office = Office(app, instance)
    client = office.client()
    assert re.search(f"<strong>3</strong> <a [^>]*>{TILE}", client.get("/today").text)
    assert TILE not in office.client("registrar", division_code=OTHER_TOWN).get("/today").text
    book = client.get("/cards/?entitled=none&format=xlsx").data
    rows = list(load_workbook(BytesIO(book)).active.iter_rows(values_only=True))
    listed = {str(row[0]).replace(" ", "") for row in rows[1:]}
    assert {numbers[each["id"]] for each in (never, past, gap)} <= listed
    assert not listed & {numbers[good["id"]], numbers[renewed["id"]], lost["number"]}
    page = client.get("/cards/?entitled=none").text
    assert "共 3 条" in page and "2026-10-30" in page
    people = client.get("/holders/?kind=none").text
    names = {each["id"] for each in (never, past, gap, without_card)}
    assert all(f"/holders/{holder_id}" in people for holder_id in names)
    assert f"/holders/{good['id']}" not in people and f"/holders/{renewed['id']}" not in people
    assert "目前没有保障" in client.get(f"/holders/{past['id']}").text
    card_page = client.get(f"/cards/{lost['id']}").text
    assert "收银时不给优惠" in card_page
    # The next day it is another list, though nothing was written.
    clock.advance(days=1)
    page = office.client().get("/cards/?entitled=none").text
    assert "共 3 条" in page
    assert f"{numbers[good['id']][:4]} {numbers[good['id']][4:8]}" in page
