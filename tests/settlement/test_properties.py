"""Whatever is sold, returned, closed, reopened, paid: Σ settlements is the report."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from huimin.core.days import county_day, month_of, next_month
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.ledger.lock_month import locked_at
from huimin.open_instance import create_instance, open_instance
from huimin.reports.monthly import monthly_report
from huimin.settings import Settings
from huimin.settlement.answer import close_due, payable_fen
from huimin.settlement.check import check_settlements
from huimin.settlement.find_settlements import SettlementCriteria, settlements_before
from huimin.settlement.make import FIGURES
from huimin.settlement.pay import record_payment
from tests.conftest import FixedClock
from tests.settlement.county import close_month, make_county, reopen_month

EXPECTED = ("already_reversed", "reversal_too_large", "cap_reached")
FIRST = "2026-08"

step = st.one_of(
    st.tuples(st.just("sell"), st.integers(0, 3), st.integers(0, 3), st.integers(1, 90_000)),
    st.tuples(st.just("return"), st.integers(0, 9), st.just(0), st.integers(1, 40_000)),
    st.tuples(st.just("return all"), st.integers(0, 9), st.just(0), st.just(0)),
    st.tuples(st.just("days"), st.integers(1, 25), st.just(0), st.just(0)),
    st.tuples(st.just("close"), st.just(0), st.just(0), st.just(0)),
    st.tuples(st.just("reopen"), st.integers(0, 3), st.just(0), st.just(0)),
    st.tuples(st.just("pay"), st.integers(0, 9), st.just(0), st.integers(1, 5_000)),
)
# Each play ends with two closed months.
CLOSING = (("days", 25, 0, 0), ("close", 0, 0, 0), ("days", 25, 0, 0), ("close", 0, 0, 0))


class Play:
    """A county, its months, and the versions of their closings."""

    def __init__(self, instance: Instance, clock: FixedClock) -> None:
        self.instance, self.clock = instance, clock
        self.county = make_county(instance, merchant_share_bp=3_333)
        self.closed: list[str] = []
        self.closings, self.payments = 0, 0
        self.close_ids: dict[str, str] = {}

    def do(self, act: str, number: int, till: int, fen: int) -> None:
        if act == "days":
            self.clock.advance(days=number)
        elif act == "sell":
            self.county.sell(number, till, fen)
        elif act.startswith("return") and self.county.sold:
            self.county.take_back(number, None if act == "return all" else fen)
        elif act == "close":
            self.close()
        elif act == "reopen" and self.closed:
            month = self.closed.pop(number % len(self.closed))
            reopen_month(self.instance, month, self.close_ids[month])
        elif act == "pay":
            self.pay(number, fen)

    def close(self) -> None:
        """Close the first month that is over and not closed."""
        month = FIRST
        while month in self.closed:
            month = next_month(month)
        if month < month_of(county_day(self.clock())):
            self.closings += 1
            self.close_ids[month] = f"close-{self.closings}"
            close_month(self.instance, month, self.close_ids[month])
            self.closed.append(month)

    def pay(self, number: int, fen: int) -> None:
        self.clock.advance(days=8)
        self.instance.engine.write(lambda tx: close_due(tx, now=self.clock()))
        owed = [row for row in self.live() if row["state"] == "confirmed" and row["unpaid_fen"]]
        if owed:
            row = owed[number % len(owed)]
            self.payments += 1
            self.instance.engine.write(
                lambda tx: record_payment(
                    tx,
                    row["id"],
                    amount_fen=min(fen, row["unpaid_fen"]),
                    paid_on=county_day(self.clock()),
                    bank_reference=f"B{self.payments}",
                    now=self.clock(),
                    actor="li",
                )
            )

    def live(self) -> list[dict[str, object]]:
        wanted = SettlementCriteria(today=county_day(self.clock()))
        rows = self.instance.engine.read(lambda tx: settlements_before(tx, wanted, "", 1_000))
        return [row for row in rows if row["state"] != "voided"]

    def require(self) -> None:
        live = self.live()
        assert len(self.closed) >= 2
        for month in self.closed:
            own = [row for row in live if row["month"] == month]
            total = self.instance.engine.read(
                lambda tx, month=month: monthly_report(tx, month)
            ).total
            assert self.instance.engine.read(lambda tx, month=month: locked_at(tx, month))
            for name in FIGURES:
                assert sum(row[name] for row in own) == getattr(total, name), (month, name)
            if own:
                found = self.instance.engine.read(
                    lambda tx, month=month: check_settlements(tx, month)
                )
                assert found == []
        # Nothing is lost between the months: what is payable and what is still carried is all that
        # the county owes.
        for merchant_id in {row["merchant_id"] for row in live}:
            own = [row for row in live if row["merchant_id"] == merchant_id]
            carried = sum(row["carried_fen"] - row["carried_in_fen"] for row in own)
            owed = sum(row["government_share_fen"] for row in own)
            assert sum(payable_fen(row) for row in own) + carried == owed
            assert all(0 <= row["paid_fen"] <= payable_fen(row) for row in own)


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(step, min_size=4, max_size=30))
def test_the_settlements_are_the_report(steps: list[tuple[str, int, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        county = Settings.from_environment(Path(name), {})
        create_instance(county)
        clock = FixedClock(datetime(2026, 8, 20, 2, 0, tzinfo=UTC))
        instance = open_instance(county, clock)
        try:
            play = Play(instance, clock)
            for act in (*steps, *CLOSING):
                try:
                    play.do(*act)
                except Refusal as refusal:
                    if refusal.code not in EXPECTED:
                        raise
            play.require()
        finally:
            instance.close()
