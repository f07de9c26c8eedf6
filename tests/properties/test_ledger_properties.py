"""Whatever is sold and returned, in any order: the counters equal the rows and the chains hold."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from huimin.checkout.requests import ReturnedItem
from huimin.core.discount import Item
from huimin.core.refusals import FieldProblems, Refusal
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption, make_reversal

EXPECTED = ("cap_reached", "already_reversed", "reversal_too_large", "return_parts_missing")

step = st.one_of(
    st.tuples(st.just("sell"), st.integers(0, 2), st.integers(0, 1), st.integers(1, 60_000)),
    st.tuples(st.just("sell lines"), st.integers(0, 2), st.integers(0, 1), st.integers(2, 60_000)),
    st.tuples(st.just("return line"), st.integers(0, 9), st.integers(0, 2), st.integers(1, 30_000)),
    st.tuples(st.just("return"), st.integers(0, 9), st.integers(0, 1), st.integers(1, 30_000)),
    st.tuples(st.just("return all"), st.integers(0, 9), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("days"), st.integers(1, 20), st.just(0), st.just(0)),
)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(step, min_size=3, max_size=25))
def test_counters_equal_rows_and_chains_hold(steps: list[tuple[str, int, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        county = Settings.from_environment(Path(name), {})
        create_instance(county)
        clock = FixedClock(datetime(2026, 10, 20, 2, 0, tzinfo=UTC))
        instance = open_instance(county, clock)
        try:
            make_policy(
                instance,
                cap_redemption_fen=3_000,
                cap_card_day_fen=4_000,
                cap_card_month_fen=9_000,
                merchant_share_bp=6_000,
                excluded_categories=("tobacco",),
            )
            cards = [make_card(instance, make_holder(instance)) for _ in range(3)]
            keys = [make_terminal(instance, outlet)[1] for outlet in [make_outlet(instance)] * 2]
            sold: list[str] = []
            for act, number, till, amount_fen in steps:
                try:
                    if act == "days":
                        clock.advance(days=number)
                    elif act == "sell":
                        done = make_redemption(
                            instance, cards[number], keys[till], amount_fen=amount_fen
                        )
                        sold.append(done["id"])
                        assert 0 <= done["discount_fen"] <= 3_000
                    elif act == "sell lines":
                        goods = basket(amount_fen)
                        done = make_redemption(
                            instance, cards[number], keys[till], amount_fen=amount_fen, items=goods
                        )
                        sold.append(done["id"])
                    elif act == "return line" and sold:
                        line = ReturnedItem(till, amount_fen if amount_fen % 2 else None)
                        make_reversal(instance, sold[number % len(sold)], keys[0], items=(line,))
                    elif sold:
                        part = None if act == "return all" else amount_fen
                        make_reversal(instance, sold[number % len(sold)], keys[till], part)
                except FieldProblems:
                    assert act == "return line", "a sale that has no lines"
                except Refusal as refusal:
                    if refusal.code not in EXPECTED:
                        raise
            assert instance.engine.read(verify_chains) == []
            assert instance.engine.read(check_rollups) == []
            require_caps(instance)
            return_everything(instance, sold, keys[0])
        finally:
            instance.close()


def basket(amount_fen: int) -> tuple[Item, ...]:
    """Rice, tobacco and oil, of that much together."""
    rice, tobacco = amount_fen // 2, amount_fen // 3
    return (
        Item(None, "大米", "food", "1", rice),
        Item(None, "香烟", "tobacco", "1", tobacco),
        Item(None, "食用油", "food", "1", amount_fen - rice - tobacco),
    )


def require_caps(instance: object) -> None:
    rows = instance.engine.read(  # type: ignore[attr-defined]
        lambda tx: tx.connection.execute(
            "SELECT (SELECT MAX(used_fen) FROM usage WHERE length(period) = 10) AS day,"
            " (SELECT MAX(used_fen) FROM usage WHERE length(period) = 7) AS month"
        ).fetchone()
    )
    assert (rows["day"] or 0) <= 4_000
    assert (rows["month"] or 0) <= 9_000


def return_everything(instance: object, sold: list[str], key: str) -> None:
    for redemption_id in sold:
        try:
            make_reversal(instance, redemption_id, key)  # type: ignore[arg-type]
        except Refusal as refusal:
            if refusal.code != "already_reversed":
                raise
    sums = instance.engine.read(  # type: ignore[attr-defined]
        lambda tx: tx.connection.execute(
            "SELECT COALESCE(SUM(amount_fen), 0) AS amount, COALESCE(SUM(discount_fen), 0) AS"
            " discount, COALESCE(SUM(merchant_share_fen), 0) AS merchant, COALESCE(SUM(eligible_fen"
            "), 0) AS eligible, (SELECT COALESCE(SUM(used_fen), 0) FROM usage) AS used"
            " FROM ledger"
        ).fetchone()
    )
    assert set(sums.values()) == {0}
    assert instance.engine.read(check_rollups) == []  # type: ignore[attr-defined]
