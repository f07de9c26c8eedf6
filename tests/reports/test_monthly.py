"""The month's report against the ledger's rows, on both engines."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huimin.cards.change_state import revoke_card
from huimin.claims.decide import reject_claim
from huimin.core.days import county_day
from huimin.core.period import Period, checked_period
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from huimin.reports.counts import AlertCounts, CardCounts, ClaimCounts, OfflineCounts
from huimin.reports.facts import facts_of
from huimin.reports.figures import ADDED_FIGURES, FIGURES, ReportRow
from huimin.reports.monthly import MonthlyReport, monthly_report
from huimin.reports.monthly import report_of as report_of_period
from huimin.storage.named_queries import parameter_names, statements
from tests.making.claims import make_claim
from tests.reports.county import GROUPINGS, SmallCounty, make_small_county

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


def report_of(instance: Instance, month: str) -> MonthlyReport:
    return instance.engine.read(lambda tx: monthly_report(tx, month))


def ledger_rows(instance: Instance, month: str) -> list[dict[str, Any]]:
    def rows(tx: Any) -> list[dict[str, Any]]:
        found = tx.connection.execute("SELECT * FROM ledger").fetchall()
        return [dict(row) for row in found if row["month"] == month]

    return instance.engine.read(rows)


def rows_of(instance: Instance, period: Period) -> list[dict[str, Any]]:
    if period.month:
        return ledger_rows(instance, period.month)

    def rows(tx: Any) -> list[dict[str, Any]]:
        found = tx.connection.execute("SELECT * FROM ledger").fetchall()
        first, last = period.first.isoformat(), period.last.isoformat()
        return [dict(row) for row in found if first <= row["business_day"] <= last]

    return instance.engine.read(rows)


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


def require_same(instance: Instance, report: MonthlyReport) -> None:
    rows = rows_of(instance, report.period)
    before = rows_of(instance, report.period.previous)
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


def test_sums_equal_the_ledger_to_the_fen(instance: Instance, clock: Any) -> None:
    """Random sales, part returns and days, added to one county; every month holds at every step."""
    county = make_small_county(instance, cap_card_month_fen=9_000_000)
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
        require_same(instance, report_of(instance, month))
        today = county_day(clock.now)
        days = today - timedelta(days=9), today
        ranged = instance.engine.read(lambda tx: report_of_period(tx, Period(*days)))
        require_same(instance, ranged)
        for report in (report_of(instance, month), ranged):
            shown = json.loads(json.dumps(report.as_dict()))
            assert MonthlyReport.from_dict(shown) == report

    run()
    for month in ("2026-10", "2026-11", "2026-12", "2027-01"):
        require_same(instance, report_of(instance, month))
    assert (
        sum(len(ledger_rows(instance, month)) for month in ("2026-11", "2026-12", "2027-01")) > 20
    )


def play(county: SmallCounty, clock: Any, act: tuple[Any, ...]) -> None:
    if act[0] == "days":
        clock.advance(days=act[1] % 5 + 1)
    elif act[0] == "sell":
        _, card, till, amount_fen, excluded = act
        county.sell(card, till, amount_fen, excluded_fen=amount_fen * excluded // 20)
    elif county.sold:
        with suppress(Refusal):  # what was returned already is refused, and leaves no row
            county.take_back(act[1], act[2])


def test_reversal_counts_in_the_month_in_which_it_is_recorded(
    instance: Instance, clock: Any
) -> None:
    county = make_small_county(instance)
    county.sell(0, 0, 10_000)
    clock.advance(days=2)
    county.take_back(0)
    october, november = report_of(instance, "2026-10"), report_of(instance, "2026-11")
    assert (october.total.redemptions, october.total.discount_fen) == (1, 800)
    assert (november.total.reversals, november.total.discount_fen) == (1, -800)
    assert november.total.cards_used == 0
    assert november.total.discount_change_fen == -1_600
    assert november.total.discount_change_bp == -20_000
    require_same(instance, november)


def test_groups_are_named_and_ordered(instance: Instance) -> None:
    county = make_small_county(instance)
    for card, till in ((0, 0), (1, 1), (2, 0), (3, 2)):
        county.sell(card, till, 10_000)
    report = report_of(instance, "2026-10")
    assert [row.name for row in report.rows("kind")] == ["超市", "药店", "医院"]
    assert [row.name for row in report.rows("town")] == ["天池街道", "南塔街道", "石佛镇"]
    assert [row.name for row in report.rows("eligibility")] == ["特困", "低保", "重大疾病"]
    assert [row.name for row in report.rows("outlet")] == ["南门超市", "东街药店", "医院"]
    assert {row.merchant_name for row in report.rows("outlet")} == {"测试商贸有限公司"}
    assert report.total.merchant_share_fen + report.total.government_share_fen == 3_200
    assert report.total.discount_change_bp is None


def test_a_card_counts_once_in_each_group(instance: Instance) -> None:
    county = make_small_county(instance)
    for till in (0, 0, 1, 2):
        county.sell(0, till, 1_000)
    report = report_of(instance, "2026-10")
    assert report.total.cards_used == 1
    assert [row.cards_used for row in report.rows("kind")] == [1, 1, 1]
    assert [row.cards_used for row in report.rows("town")] == [1]


def test_a_group_of_the_month_before_is_shown_with_its_loss(instance: Instance, clock: Any) -> None:
    county = make_small_county(instance)
    county.sell(0, 1, 10_000)
    clock.advance(days=2)
    county.sell(1, 0, 5_000)
    report = report_of(instance, "2026-11")
    changes = {row.key: row.discount_change_fen for row in report.rows("kind")}
    assert changes == {"supermarket": 400, "pharmacy": -800}
    assert sum(changes.values()) == report.total.discount_change_fen


def test_a_month_without_sales_is_empty_and_adds_up(instance: Instance) -> None:
    report = report_of(instance, "2030-01")
    assert report.empty
    assert all(report.rows(grouping) == () for grouping in GROUPINGS)
    assert report.total.discount_fen == 0
    assert report.as_dict()["total"]["change"]["discount_bp"] is None


@pytest.mark.parametrize("month", ["", "2026-13", "2026-1", "10/2026", "２０２６-10", "2026-10\0"])
def test_a_month_that_is_none_is_refused_by_name(instance: Instance, month: str) -> None:
    with pytest.raises(FieldProblems) as refused:
        report_of(instance, month)
    assert refused.value.problems[0].field == "month"


def test_a_month_reads_the_roll_ups_and_never_the_ledger() -> None:
    """Only days, and the rows behind a number, are read from the ledger."""
    readers = {
        name
        for name, text in statements("reports").items()
        if "ledger" in text.lower().replace("-- ", "")
    }
    of_days = ("range_", "sums_until_", "cards_until_day")
    of_rows = ("rows_", "sums_of_rows_", "reversals_of_month")
    assert all(name.startswith((*of_days, *of_rows)) for name in readers), readers


def test_every_query_of_a_report_finds_its_rows_by_an_index(sqlite_instance: Instance) -> None:
    """A report costs what its output costs: no roll-up and no history is read from end to end."""
    small = {"outlets", "divisions_by_code"}  # tables of the county's places, wanted whole

    def plans(tx: Any) -> dict[str, list[str]]:
        return {
            name: [
                row["detail"]
                for row in tx.connection.execute(
                    f"EXPLAIN QUERY PLAN {text}", dict.fromkeys(parameter_names(text), "2026-10")
                ).fetchall()
            ]
            for name, text in statements("reports").items()
            # A county has a handful of templates.
            if name not in small and "report_template" not in text
        }

    tables = ("SCAN ledger", "SCAN r ", "SCAN rollup", "SCAN card", "SCAN claim", "SCAN alert")
    for name, steps in sqlite_instance.engine.read(plans).items():
        assert any("USING" in step and "INDEX" in step for step in steps), (name, steps)
        # How many cards there are in all is the one thing that is counted through an index.
        read = [step for step in steps if step != "SCAN card USING COVERING INDEX card_issued"]
        assert not any(f"{step} ".startswith(tables) for step in read), (name, steps)


def test_cards_are_counted_at_the_end_of_the_period(instance: Instance, clock: Any) -> None:
    """New, valid, used and never used, by the days on which it happened."""
    county = make_small_county(instance)  # four cards of 2026-10-31
    county.sell(0, 0, 10_000)
    clock.advance(days=3)
    act = {"now": instance.clock(), "actor": "test", "reason": "测试注销"}
    instance.engine.write(lambda tx: revoke_card(tx, card_id=county.cards[1]["id"], **act))
    county.sell(2, 0, 10_000)
    october, november = report_of(instance, "2026-10"), report_of(instance, "2026-11")
    assert october.cards[0] == CardCounts("2026-10-31", new=4, valid=4, never_used=3)
    assert november.cards[0] == CardCounts("2026-11-30", new=0, valid=3, never_used=1)
    assert november.cards[1] == october.cards[0]
    assert november.cards[2] == CardCounts("2025-11-30")
    day = date(2026, 11, 2)
    so_far = instance.engine.read(lambda tx: monthly_report(tx, "2026-11", today=day))
    assert so_far.cards[0] == CardCounts("2026-11-02", new=0, valid=4, never_used=3)


def test_top_and_silent_outlets(instance: Instance) -> None:
    county = make_small_county(instance)
    county.sell(0, 1, 10_000)
    county.sell(0, 0, 20_000)
    report = report_of(instance, "2026-10")
    assert [row.name for row in report.top] == ["南门超市", "东街药店"]
    assert [outlet.name for outlet in report.silent] == ["医院"]
    assert report_of(instance, "2026-09").silent == ()  # nobody had joined


def test_claims_belong_to_the_days_on_which_they_were_sent_and_decided(
    instance: Instance, clock: Any
) -> None:
    county = make_small_county(instance)
    first = make_claim(instance, county.cards[0], county.keys[0])
    make_claim(instance, county.cards[1], county.keys[0])
    clock.advance(days=2)
    act = {"now": instance.clock(), "actor": "test", "reason": "测试不予通过"}
    instance.engine.write(lambda tx: reject_claim(tx, first["id"], **act))
    october, november = report_of(instance, "2026-10"), report_of(instance, "2026-11")
    assert october.claims == (ClaimCounts(submitted=2, open=2), ClaimCounts(), ClaimCounts())
    assert november.claims == (ClaimCounts(rejected=1, open=1), october.claims[0], ClaimCounts())
    a_year_later = report_of(instance, "2027-10")
    assert a_year_later.claims[2] == october.claims[0]
    changes = {fact.code: fact.change() for fact in facts_of(november)}
    assert (changes["claims_submitted"], changes["claims_rejected"]) == (-2, 1)


def test_alerts_about_the_days_of_the_period(instance: Instance) -> None:
    county = make_small_county(instance)
    sold = county.sell(0, 0, 10_000)

    def put(tx: Any) -> None:
        row = dict(tx.connection.execute("SELECT * FROM ledger").fetchall()[0])
        assert row["id"] == sold["id"]
        for number, state in enumerate(("open", "looked_at")):
            looked = "'t', 'a', 'n'" if state == "looked_at" else "NULL, NULL, NULL"
            tx.connection.execute(
                "INSERT INTO alert (id, rule, window_key, business_day, town_code, outlet_id,"
                " terminal_id, ledger_id, evidence_json, state, looked_at, looked_by, note,"
                f" recorded_at, grown_at) VALUES ('a{number}', 'off_hours', '{number}',"
                f" '2026-10-31', 'x', '{row['outlet_id']}', '{row['terminal_id']}',"
                f" '{row['id']}', '{{}}', '{state}', {looked}, 't', 't')"
            )

    instance.engine.write(put)
    found = AlertCounts(found=2, looked_at=1)
    assert report_of(instance, "2026-10").alerts == (found, AlertCounts(), AlertCounts())
    assert report_of(instance, "2026-11").alerts == (AlertCounts(), found, AlertCounts())
    days = instance.engine.read(
        lambda tx: report_of_period(tx, Period(date(2026, 11, 1), date(2026, 11, 2)))
    )
    assert days.alerts == (AlertCounts(), found, AlertCounts())


def test_offline_share_is_of_all_redemptions() -> None:
    rows = (
        ReportRow(key="online", name="", redemptions=2),
        ReportRow(key="offline", name="", redemptions=1),
    )
    total = ReportRow(key="total", name="", redemptions=3)
    report = MonthlyReport("2026-10", "2026-09", "2025-10", total, {"channel": rows})
    assert report.offline[0] == OfflineCounts(redemptions=1, share_bp=3_333)
    assert report.offline[1] == OfflineCounts(redemptions=0, share_bp=None)


@pytest.mark.parametrize(
    ("text", "previous", "last_year"),
    [
        ("2026-10", "2026-09", "2025-10"),
        ("2026-10-05..2026-10-18", "2026-09-21..2026-10-04", "2025-10-05..2025-10-18"),
        ("2024-02-29..2024-02-29", "2024-02-28..2024-02-28", "2023-02-28..2023-02-28"),
    ],
)
def test_what_a_period_is_compared_with(text: str, previous: str, last_year: str) -> None:
    period = checked_period(text)
    assert (period.text, period.previous.text, period.last_year.text) == (
        text,
        previous,
        last_year,
    )


@pytest.mark.parametrize(
    "text",
    ["2026-10-05..", "2026-10-18..2026-10-05", "2025-01-01..2026-10-05", "a..b", "1026-01-01..2"],
)
def test_a_range_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(FieldProblems) as refused:
        checked_period(text)
    assert refused.value.problems[0].field == "month"
