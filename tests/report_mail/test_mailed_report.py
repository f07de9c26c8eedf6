"""What is mailed of a report: no row, and nothing that is missing, tells of few people."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from huimin.instance import Instance
from huimin.report_mail.mailed_report import PEOPLE_MIN, mailed_report, protected_report
from huimin.reports.figures import Figures, ReportRow
from huimin.reports.monthly import MonthlyReport, monthly_report
from tests.conftest import FixedClock
from tests.publication.county import PublicCounty

CARDS = st.integers(0, 12)
ROW = st.tuples(CARDS, CARDS, CARDS)


def figures(cards: int) -> dict[str, Any]:
    return {"redemptions": 2 * cards, "cards_used": cards, "discount_fen": 100 * cards}


@given(st.lists(ROW, max_size=8))
def test_what_is_missing_is_never_about_few_people(rows: list[tuple[int, int, int]]) -> None:
    towns = tuple(
        ReportRow(
            key=str(n),
            name=str(n),
            **figures(now),
            previous=Figures(**figures(previous)),
            last_year=Figures(**figures(last_year)),
        )
        for n, (now, previous, last_year) in enumerate(rows)
    )
    total = ReportRow(key="", name="", **figures(sum(row[0] for row in rows)))
    report = MonthlyReport("2026-10", "2026-09", "2025-10", total, {"town": towns})
    shown = {int(row.key) for row in protected_report(report).rows("town")}
    for n in shown:
        assert all(cards == 0 or cards >= PEOPLE_MIN for cards in rows[n])
    for place in range(3):
        missing = [row[place] for n, row in enumerate(rows) if n not in shown]
        # Cards do not add up: only the largest of the rows says how many people there are at least.
        assert not shown or not any(missing) or max(missing) >= PEOPLE_MIN


def test_the_total_stays_and_villages_are_left_out(
    sqlite_instance: Instance, clock: FixedClock
) -> None:
    PublicCounty(sqlite_instance)
    today = clock().date()
    whole = sqlite_instance.engine.read(lambda tx: monthly_report(tx, "2026-10", today=today))
    made = sqlite_instance.engine.read(lambda tx: mailed_report(tx, "2026-10", today=today))
    assert made is not None
    mailed, closed = made
    assert closed is None and mailed.total == whole.total and mailed.offline == whole.offline
    assert whole.rows("village") and not mailed.rows("village")
    # Two people of Shifo, and with them the smallest of the other towns.
    assert len(mailed.rows("town")) == len(whole.rows("town")) - 2
    # The month runs: beside its groups would be what was mailed last month, but for a day's sales.
    assert whole.as_of is not None
    for row in (row for rows in mailed.groups.values() for row in rows):
        assert mailed.earlier(row, "discount_fen") is mailed.change(row, "discount_fen") is None
