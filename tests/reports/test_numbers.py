"""Every number of a report's page leads to a list that is as long, or adds up to as much."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from huimin.cards.change_state import revoke_card
from huimin.claims.decide import approve_claim, reject_claim
from huimin.core import permissions
from huimin.core.days import county_day
from huimin.core.period import checked_period
from huimin.instance import Instance
from huimin.ledger.lock_month import hold_all_rows, lock_month
from huimin.reports.cards_behind import FEW, CardsBehind
from huimin.reports.claims_behind import ClaimsBehind
from huimin.reports.monthly import report_of
from tests.making.cards import make_card
from tests.making.claims import make_claim
from tests.making.holders import make_holder
from tests.making.staff import make_staff, sign_in
from tests.reports.county import SmallCounty, make_small_county
from tests.reports.numbers import check_page, numbers_of

PERIODS = ("2026-11", "2026-10", "2026-11-01..2026-11-05", "2026-10-31..2026-11-30")


@pytest.fixture
def county(instance: Instance, clock: Any) -> SmallCounty:
    """Two months: October is locked before its last reversal comes; claims, alerts, a revoked card,
    new cards, one never used, an outlet that sells nothing."""
    county = make_small_county(instance)
    for card in range(3):
        county.sell(card, card % 2, 12_345 + card)
    claims = [make_claim(instance, county.cards[card], county.keys[0])["id"] for card in range(4)]
    act: dict[str, Any] = {"now": instance.clock(), "actor": "test", "reason": "测试"}
    instance.engine.write(lambda tx: reject_claim(tx, claims[0], **act))
    clock.advance(days=1)

    def lock(tx: Any) -> None:
        hold_all_rows(tx)
        lock_month(tx, "2026-10", now=clock())

    instance.engine.write(lock)
    holder = make_holder(instance, eligibility="orphan", division_code="512022002004")
    county.cards.append(make_card(instance, holder, expires_on="2029-12-31"))
    for number in range(9):
        clock.advance(hours=13)
        county.sell(number % 3, number % 2, 4_500)
    county.take_back(0, 777)
    county.take_back(6)
    act["now"] = instance.clock()
    instance.engine.write(lambda tx: approve_claim(tx, claims[1], **act))
    instance.engine.write(lambda tx: revoke_card(tx, card_id=county.cards[3]["id"], **act))
    return county


@pytest.mark.both_engines
@pytest.mark.parametrize("text", PERIODS)
def test_every_number_leads_to_as_many_rows_and_as_much(
    instance: Instance, county: SmallCounty, client: Any, text: str
) -> None:
    sign_in(client, make_staff(instance, "auditor")["username"])
    first, _, last = text.partition("..")
    query = f"first={first}&last={last}" if last else f"month={text}"
    led = check_page(client, f"/reports/?{query}")
    assert {"cards_used", "cards_valid", "redemptions", "discount_fen", "silent"} <= led
    assert "claims_open" in led
    # A month that runs is compared with the same days of October, before there was any claim.
    assert text == "2026-11" or {"claims_submitted", "claims_rejected"} <= led
    if text == "2026-11":
        assert {"reversals", "claims_approved", "cards_new", "cards_never_used"} <= led


@pytest.mark.parametrize("text", PERIODS)
def test_lists_of_cards_and_claims_go_on_and_lead_back(
    instance: Instance, county: SmallCounty, text: str
) -> None:
    """In pages of two, forwards and backwards: every one once, as many as the report counts."""
    period, today = checked_period(text), county_day(instance.clock())

    def walked(tx: Any, find: Any) -> list[str]:
        whole = [row.get("place") or row["id"] for row in find(tx, "", 100)]
        seen: list[str] = []
        while rows := find(tx, seen[-1] if seen else "", 2):
            seen += [row.get("place") or row["id"] for row in rows]
        assert seen == whole == sorted(set(whole))
        if whole:
            back = [row.get("place") or row["id"] for row in find(tx, whole[-1], 100, True)]
            assert back == whole[-2::-1]
        return whole

    def check(tx: Any) -> None:
        report = report_of(tx, period, today=today)
        for of in ("new", "valid", "never_used"):
            cards = CardsBehind.from_address(period, of, "total", "", today=today)
            count = getattr(report.cards[0], of)
            assert len(walked(tx, cards.page)) == cards.count(tx) == count
        for by in ("outlet", "merchant", "kind", "town", "village", "eligibility", "presenter"):
            for row in report.rows(by):
                cards = CardsBehind.from_address(period, "used", by, row.key, today=today)
                # Few are looked for among the rows, many among all cards: they are the same.
                ways = [walked(tx, partial(cards.page, of=of)) for of in (0, FEW + 1)]
                assert ways[0] == ways[1]
                assert len(ways[0]) == cards.count(tx) == row.cards_used
        for of in ("submitted", "approved", "rejected", "open"):
            claims = ClaimsBehind.from_address(period, of)
            count = getattr(report.claims[0], of)
            assert len(walked(tx, claims.page)) == claims.count(tx) == count

    instance.engine.read(check)


@pytest.mark.parametrize(
    ("action", "lists"),
    [("ledger.read", ("rows", "cards", "claims")), ("alert.read", ()), ("merchant.read", ())],
)
def test_who_may_not_see_a_list_has_plain_numbers(
    sqlite_instance: Instance,
    sqlite_app: Any,
    monkeypatch: Any,
    action: str,
    lists: tuple[str, ...],
) -> None:
    make_small_county(sqlite_instance).sell(0, 0, 12_800)
    client = sqlite_app.test_client()
    sign_in(client, make_staff(sqlite_instance, "auditor")["username"])
    whole = {number.code: number for number in numbers_of(client.get("/reports/").text)}
    monkeypatch.setitem(permissions.PERMISSIONS, action, frozenset({"administrator"}))
    page = client.get("/reports/").text
    fewer = {number.code: number for number in numbers_of(page)}
    assert {code: number.text for code, number in fewer.items()} == {
        code: number.text for code, number in whole.items()
    }
    gone = {"ledger.read": "/reports/", "alert.read": "/alerts/", "merchant.read": "/outlets/"}
    main = page.split("<main")[1].split("按月查看")[1]
    for name in ("rows?", "cards?", "claims?") if lists else ():
        assert gone[action] + name not in page
    if not lists:
        assert gone[action] not in main
    for name in lists:
        assert client.get(f"/reports/{name}?of=valid").status_code == 403


@pytest.mark.parametrize(
    "query", ["of=old", "of=used&by=hour&key=9", "of=valid&by=outlet&key=x", "of=used&by=nothing"]
)
def test_cards_that_no_number_counts_are_not_found(
    sqlite_instance: Instance, sqlite_app: Any, query: str
) -> None:
    client = sqlite_app.test_client()
    sign_in(client, make_staff(sqlite_instance, "administrator")["username"])
    assert client.get(f"/reports/cards?month=2026-10&{query}").status_code == 404
    assert client.get("/reports/claims?month=2026-10&of=lost").status_code == 404


def test_names_are_masked_and_lists_are_workbooks(
    sqlite_instance: Instance, sqlite_app: Any
) -> None:
    county = make_small_county(sqlite_instance)
    county.sell(0, 0, 12_800)
    make_claim(sqlite_instance, county.cards[1], county.keys[0])
    client = sqlite_app.test_client()
    sign_in(client, make_staff(sqlite_instance, "auditor")["username"])
    names = sqlite_instance.engine.read(
        lambda tx: [row["name"] for row in tx.connection.execute("SELECT name FROM holder")]
    )
    for query in ("cards?month=2026-10&of=valid", "claims?month=2026-10&of=submitted"):
        page = client.get(f"/reports/{query}").text
        assert "*" in page and not any(name in page for name in names if len(name) > 1)
        book = client.get(f"/reports/{query}&format=xlsx")
        assert book.status_code == 200 and book.data.startswith(b"PK")
