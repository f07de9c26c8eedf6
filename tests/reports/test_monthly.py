"""The month's report against the ledger's rows, on both engines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huimin.core.refusals import FieldProblems, Refusal
from huimin.house import House
from huimin.reports.figures import ADDED_FIGURES, FIGURES
from huimin.reports.monthly import GROUPINGS, MonthlyReport, monthly_report
from huimin.storage.named_queries import statements
from tests.reports.county import SmallCounty, make_small_county

GROUP_OF: dict[str, Callable[[dict[str, Any]], str]] = {
    "outlet": lambda row: row["outlet_id"],
    "merchant": lambda row: row["merchant_id"],
    "kind": lambda row: row["outlet_kind"],
    "town": lambda row: row["town_code"],
    "village": lambda row: row["division_code"],
    "eligibility": lambda row: row["eligibility"],
    "presenter": lambda row: row["presenter_kind"],
    "channel": lambda row: row["channel"],
    "weekday": lambda row: str(date.fromisoformat(row["business_day"]).weekday() + 1),
    "hour": lambda row: str((int(row["occurred_at"][11:13]) + 8) % 24),
}
WITHOUT_CARDS = ("channel", "weekday", "hour")
MONEY = ("amount_fen", "discount_fen", "merchant_share_fen", "government_share_fen")
# Up to a million yuan's worth is tried elsewhere; here it is the odd fen that could go missing.
AMOUNT = st.integers(min_value=20, max_value=500_000)
SALE = st.tuples(st.just("sell"), st.integers(0, 3), st.integers(0, 2), AMOUNT, st.integers(0, 10))
RETURN = st.tuples(st.just("return"), st.integers(0, 200), st.integers(1, 9_999))
DAYS = st.tuples(st.just("days"), st.integers(1, 20))


def report_of(house: House, month: str) -> MonthlyReport:
    return house.engine.read(lambda tx: monthly_report(tx, month))


def ledger_rows(house: House, month: str) -> list[dict[str, Any]]:
    def rows(tx: Any) -> list[dict[str, Any]]:
        found = tx.connection.execute("SELECT * FROM ledger").fetchall()
        return [dict(row) for row in found if row["month"] == month]

    return house.engine.read(rows)


def counted(rows: list[dict[str, Any]]) -> dict[str, int]:
    """What the rows say, added up in the plainest way."""
    sums = {name: sum(row[name] for row in rows) for name in MONEY}
    redemptions = [row for row in rows if row["kind"] == "redemption"]
    return {
        **sums,
        "redemptions": len(redemptions),
        "reversals": len(rows) - len(redemptions),
        "cards_used": len({row["card_id"] for row in redemptions}),
    }


def require_same(house: House, report: MonthlyReport) -> None:
    rows = ledger_rows(house, report.month)
    before = ledger_rows(house, report.previous_month)
    for shown, counts in ((report.total, rows), (report.total.previous, before)):
        assert {name: getattr(shown, name) for name in FIGURES} == counted(counts)
    for grouping in GROUPINGS:
        groups: dict[str, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
        for place, months in enumerate((rows, before)):
            for row in months:
                groups[GROUP_OF[grouping](row)][place].append(row)
        shown_rows = {row.key: row for row in report.rows(grouping)}
        assert set(shown_rows) == set(groups)
        for key, (now, then) in groups.items():
            row = shown_rows[key]
            names = ADDED_FIGURES if grouping in WITHOUT_CARDS else FIGURES
            for shown, counts in ((row, now), (row.previous, then)):
                wanted = {name: counted(counts)[name] for name in names}
                assert {name: getattr(shown, name) for name in names} == wanted
        for name in ADDED_FIGURES:
            assert sum(getattr(row, name) for row in shown_rows.values()) == getattr(
                report.total, name
            )


def test_sums_equal_the_ledger_to_the_fen(house: House, clock: Any) -> None:
    """Random sales, part returns and days, added to one county; every month holds at every step."""
    county = make_small_county(house, cap_card_month_fen=9_000_000)
    clock.now = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
    # What one example leaves makes the next one's history longer: the report must not mind.

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.one_of(SALE, SALE, RETURN, DAYS), min_size=4, max_size=16))
    def run(acts: list[tuple[Any, ...]]) -> None:
        for act in acts:
            play(county, clock, act)
        month = f"{clock.now:%Y-%m}"
        require_same(house, report_of(house, month))

    run()
    for month in ("2026-10", "2026-11", "2026-12", "2027-01"):
        require_same(house, report_of(house, month))
    assert sum(len(ledger_rows(house, month)) for month in ("2026-11", "2026-12", "2027-01")) > 20


def play(county: SmallCounty, clock: Any, act: tuple[Any, ...]) -> None:
    if act[0] == "days":
        clock.advance(days=act[1] % 5 + 1)
    elif act[0] == "sell":
        _, card, till, amount_fen, excluded = act
        county.sell(card, till, amount_fen, excluded_fen=amount_fen * excluded // 20)
    elif county.sold:
        with suppress(Refusal):  # what was returned already is refused, and leaves no row
            county.take_back(act[1], act[2])


def test_reversal_counts_in_the_month_in_which_it_is_recorded(house: House, clock: Any) -> None:
    county = make_small_county(house)
    county.sell(0, 0, 10_000)
    clock.advance(days=2)
    county.take_back(0)
    october, november = report_of(house, "2026-10"), report_of(house, "2026-11")
    assert (october.total.redemptions, october.total.discount_fen) == (1, 800)
    assert (november.total.reversals, november.total.discount_fen) == (1, -800)
    assert november.total.cards_used == 0
    assert november.total.discount_change_fen == -1_600
    assert november.total.discount_change_bp == -20_000
    require_same(house, november)


def test_groups_are_named_and_ordered(house: House) -> None:
    county = make_small_county(house)
    for card, till in ((0, 0), (1, 1), (2, 0), (3, 2)):
        county.sell(card, till, 10_000)
    report = report_of(house, "2026-10")
    assert [row.name for row in report.rows("kind")] == ["超市", "药店", "医院"]
    assert [row.name for row in report.rows("town")] == ["天池街道", "南塔街道", "石佛镇"]
    assert [row.name for row in report.rows("eligibility")] == ["特困", "低保", "重大疾病"]
    assert [row.name for row in report.rows("outlet")] == ["南门超市", "东街药店", "医院"]
    assert {row.merchant_name for row in report.rows("outlet")} == {"测试商贸有限公司"}
    assert report.total.merchant_share_fen + report.total.government_share_fen == 3_200
    assert report.total.discount_change_bp is None


def test_a_card_counts_once_in_each_group(house: House) -> None:
    county = make_small_county(house)
    for till in (0, 0, 1, 2):
        county.sell(0, till, 1_000)
    report = report_of(house, "2026-10")
    assert report.total.cards_used == 1
    assert [row.cards_used for row in report.rows("kind")] == [1, 1, 1]
    assert [row.cards_used for row in report.rows("town")] == [1]


def test_a_group_of_the_month_before_is_shown_with_its_loss(house: House, clock: Any) -> None:
    county = make_small_county(house)
    county.sell(0, 1, 10_000)
    clock.advance(days=2)
    county.sell(1, 0, 5_000)
    report = report_of(house, "2026-11")
    changes = {row.key: row.discount_change_fen for row in report.rows("kind")}
    assert changes == {"supermarket": 400, "pharmacy": -800}
    assert sum(changes.values()) == report.total.discount_change_fen


def test_a_month_without_sales_is_empty_and_adds_up(house: House) -> None:
    report = report_of(house, "2030-01")
    assert report.empty
    assert all(report.rows(grouping) == () for grouping in GROUPINGS)
    assert report.total.discount_fen == 0
    assert report.as_dict()["total"]["change"]["discount_bp"] is None


@pytest.mark.parametrize("month", ["", "2026-13", "2026-1", "10/2026", "２０２６-10", "2026-10\0"])
def test_a_month_that_is_none_is_refused_by_name(house: House, month: str) -> None:
    with pytest.raises(FieldProblems) as refused:
        report_of(house, month)
    assert refused.value.problems[0].field == "month"


def test_the_report_reads_the_roll_ups_and_never_the_ledger() -> None:
    assert all(
        "ledger" not in text.lower().replace("-- ", "") for text in statements("reports").values()
    )


def test_every_query_finds_the_month_by_an_index(sqlite_house: House) -> None:
    """A report costs what its output costs: no roll-up is read from end to end."""

    def plans(tx: Any) -> dict[str, list[str]]:
        months = {
            "month": "2026-10",
            "previous_month": "2026-09",
            "last_year_month": "2025-10",
        }
        return {
            name: [
                row["detail"]
                for row in tx.connection.execute(f"EXPLAIN QUERY PLAN {text}", months).fetchall()
            ]
            for name, text in statements("reports").items()
            if ":month" in text
        }

    for name, steps in sqlite_house.engine.read(plans).items():
        assert any("month=?" in step for step in steps), name
        assert not any(step.startswith(("SCAN r", "SCAN c")) for step in steps), (name, steps)
