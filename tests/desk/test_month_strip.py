"""The month so far: the report's own figures, against the same days of last month and no others."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.reports.month_so_far import SameDaysBefore, change_bp, same_day_last_month
from huimin.reports.monthly import monthly_report
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_terminal
from tests.making.office import Office
from tests.making.policies import make_policy
from tests.making.sales import make_redemption, make_reversal


def at(month: int, day: int, hour: int = 2) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def strip(client: Any) -> dict[str, tuple[str, str, str]]:
    """Name of a figure → its value, its change, and its line in words."""
    page = unescape(client.get("/today/month?part=1").text)
    found = re.findall(
        r'strip-name">([^<]+)<.*?strip-value">([^<]+)<.*?aria-label="([^"]+)".*?'
        r'strip-change">([^<]+)<',
        page,
        re.S,
    )
    return {name: (value, change, says) for name, value, says, change in found}


@pytest.mark.both_engines
def test_the_month_is_compared_with_the_same_days_of_last_month(
    app: Any, instance: Instance, clock: Any
) -> None:
    clock.now = at(9, 1)
    make_policy(instance)
    _terminal, key = make_terminal(instance)
    one, other = (make_card(instance, make_holder(instance)) for _ in range(2))
    office = Office(app, instance)
    for day, card in ((1, one), (10, one), (10, other)):
        clock.now = at(9, day)
        make_redemption(instance, card, key)
    # The tenth of September was looked at: its reach can be compared with.
    assert strip(office.client())["覆盖（有保障的人里用过卡的）"][0] == "100.0%"
    clock.now = at(9, 11)
    make_reversal(instance, make_redemption(instance, other, key)["id"], key)
    clock.now = at(9, 28)
    for _ in range(6):
        make_redemption(instance, other, key)
    clock.now = at(10, 4)
    for _ in range(2):
        make_redemption(instance, one, key)
    clock.now = at(10, 10)
    make_holder(instance)
    make_holder(instance)
    seen = strip(office.client("auditor"))
    assert seen["优惠笔数"][:2] == ("2", "↓ 少 33.3%")
    assert seen["优惠金额"][:2] == ("¥20.48", "↓ 少 33.3%")
    assert seen["用卡张数"][:2] == ("1", "↓ 少 50.0%")
    assert seen["覆盖（有保障的人里用过卡的）"][:2] == ("25.0%", "↓ 低 75.0 个百分点")
    total = instance.engine.read(lambda tx: monthly_report(tx, "2026-10")).total
    assert (total.redemptions, total.discount_fen, total.cards_used) == (2, 2_048, 1)
    says = seen["优惠笔数"][2]
    assert says.endswith("2026年8月 —，2026年9月 10，2026年10月 2") and "2025年11月 —" in says
    page = office.client().get("/today/month").text
    assert "截至 2026年10月10日" in page and "与上月同期（2026年9月1日至 10 日）比" in page
    # At the month's end the same days are the whole month, and what came back counts in it.
    clock.now = at(10, 30)
    whole = instance.part(SameDaysBefore).at(instance.engine, date(2026, 9, 30))
    last = instance.engine.read(lambda tx: monthly_report(tx, "2026-09")).total
    assert whole.redemptions == last.redemptions == 10
    assert (whole.discount_fen, whole.cards_used) == (last.discount_fen, last.cards_used)
    # A day that September does not have: nothing is compared.
    clock.now = at(10, 31)
    assert {change for _, change, _ in strip(office.client()).values()} == {"—"}
    assert "上月没有同一天" in office.client().get("/today/month").text


def test_it_is_for_the_county_and_comes_after_the_page(app: Any, instance: Instance) -> None:
    office = Office(app, instance)
    assert 'data-part="/today/month?part=1"' in office.client().get("/today").text
    registrar = office.client("registrar")
    assert "/today/month" not in registrar.get("/today").text
    assert registrar.get("/today/month").status_code == 403
    empty = strip(office.client())
    assert [change for _, change, _ in empty.values()] == ["—"] * 4
    assert [value for value, *_ in empty.values()] == ["0", "¥0.00", "0", "—"]


def test_a_change_is_of_days_that_there_are() -> None:
    assert same_day_last_month(date(2026, 3, 29)) is None
    assert same_day_last_month(date(2024, 3, 29)) == date(2024, 2, 29)
    assert same_day_last_month(date(2026, 1, 5)) == date(2025, 12, 5)
    assert change_bp(5, 0) is None and change_bp(9, 10) == -1_000 and change_bp(0, 3) == -10_000
