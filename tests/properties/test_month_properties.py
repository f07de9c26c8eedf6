"""Sold late, returned, locked, reopened in any order: all months add up to the ledger.

What was signed stays what it was, and a closed month takes no row.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from huimin.claims.decide import approve_claim
from huimin.core.days import county_day, instant_text, month_of
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.months.closes import months_until
from huimin.open_instance import create_instance, open_instance
from huimin.reports.monthly import monthly_report
from huimin.settings import Settings
from tests.conftest import FixedClock
from tests.making.claims import make_claim
from tests.making.months import close_month, closing_of, reopen
from tests.reports.county import SmallCounty, frozen_report, make_small_county

EXPECTED = ("cap_reached", "already_reversed", "reversal_too_large")
step = st.one_of(
    st.tuples(st.just("sell"), st.integers(0, 3), st.integers(1, 60_000)),
    st.tuples(st.just("claim"), st.integers(0, 3), st.integers(0, 29)),
    st.tuples(st.just("return"), st.integers(0, 9), st.integers(1, 30_000)),
    st.tuples(st.just("days"), st.integers(5, 40), st.just(0)),
    st.tuples(st.just("close"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("reopen"), st.integers(0, 3), st.just(0)),
)
FIGURES = ("amount_fen", "discount_fen", "merchant_share_fen", "government_share_fen")


@settings(max_examples=12, deadline=None)
@given(steps=st.lists(step, min_size=4, max_size=18))
def test_all_months_add_up_to_the_ledger(steps: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        county_settings = Settings.from_environment(Path(name), {})
        create_instance(county_settings)
        instance = open_instance(
            county_settings, FixedClock(datetime(2026, 10, 20, 2, 0, tzinfo=UTC))
        )
        try:
            county = make_small_county(instance)
            county.sell(0, 0, 10_000)
            play(county, "days", 15, 0)
            signed: dict[tuple[str, int], Any] = {}
            for act, number, amount in steps:
                try:
                    play(county, act, number, amount)
                except Refusal as why:
                    if why.code not in EXPECTED:
                        raise
                except FieldProblems:
                    if act != "claim":
                        raise
                note_signed(instance, signed)
            require_sums(instance)
            assert instance.engine.read(verify_chains) == []
            assert instance.engine.read(check_rollups) == []
        finally:
            instance.close()


def play(county: SmallCounty, act: str, number: int, amount: int) -> None:
    instance = county.instance
    clock: Any = instance.clock
    if act == "sell":
        county.sell(number, number, amount)
    elif act == "claim":
        claim_of(county, number, county_day(clock()) - timedelta(days=amount))
    elif act == "return":
        county.take_back(number, amount)
    elif act == "days":
        clock.advance(days=number)
    else:
        over = instance.engine.read(lambda tx: months_until(tx, clock()))[1:]
        closings = {month: closing_of(instance, month) for month in over}
        fitting = [month for month in over if bool(closings[month]) == (act == "reopen")]
        if fitting:
            month, close = fitting[number % len(fitting)], closings[fitting[number % len(fitting)]]
            if close is None:
                close_month(instance, month)
            else:
                reopen(instance, month, close["version"])


def claim_of(county: SmallCounty, number: int, day: date) -> None:
    """A purchase of an earlier day is approved now: late for its month, when that is closed."""
    instance = county.instance
    claim = make_claim(instance, county.cards[number], county.keys[number % 3], occurred_on=day)
    instance.engine.write(
        lambda tx: approve_claim(tx, claim["id"], reason="补办", now=instance.clock(), actor="li")
    )


def note_signed(instance: Instance, signed: dict[tuple[str, int], Any]) -> None:
    """Each closed month's report is the one that was signed, and the one its rows make."""
    for month in instance.engine.read(lambda tx: months_until(tx, instance.clock())):
        frozen = instance.engine.read(lambda tx, month=month: frozen_report(tx, month))
        if frozen is None:
            continue
        close = closing_of(instance, month)
        assert close is not None
        assert signed.setdefault((month, close["version"]), frozen) == frozen
        now = instance.engine.read(lambda tx, month=month: monthly_report(tx, month))
        for figure in (*FIGURES, "redemptions", "reversals", "cards_used"):
            assert getattr(now.total, figure) == getattr(frozen.total, figure)


def require_sums(instance: Instance) -> None:
    """The nets of all months, closed ones as signed, are the sums of the ledger."""
    months = instance.engine.read(lambda tx: months_until(tx, instance.clock()))
    assert month_of(county_day(instance.clock())) in months
    later = [f"{2026 + at // 12}-{at % 12 + 1:02d}" for at in range(11, 60)]
    reports = [
        instance.engine.read(
            lambda tx, month=month: frozen_report(tx, month) or monthly_report(tx, month)
        )
        for month in sorted({*months, *(month for month in later if month > months[0])})
    ]
    sums = ", ".join(f"COALESCE(SUM({figure}), 0) AS {figure}" for figure in FIGURES)
    true = instance.engine.read(
        lambda tx: tx.connection.execute(f"SELECT {sums} FROM ledger").fetchone()
    )
    for figure in FIGURES:
        assert sum(getattr(report.total, figure) for report in reports) == true[figure], (
            figure,
            instant_text(instance.clock()),
        )
