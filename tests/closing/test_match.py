"""Matching a till's list with the ledger's day: in any order, and any single change is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.closing.listing import Listing, RowProblem, TillRow
from huimin.closing.match import match

ALL = ("amount", "discount", "payable")


@st.composite
def days(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The rows of a day: sales with a discount, some with returns; a return of an older sale."""
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 8))):
        order_no = f"A-{number}"
        discount, payable = draw(st.integers(1, 9_999)), draw(st.integers(1, 99_999))
        if draw(st.booleans()) or number == 0:
            rows.append(_row("redemption", order_no, discount, payable))
        if draw(st.booleans()):
            part = draw(st.integers(1, 100))
            rows.append(_row("reversal", order_no, -min(part, discount), -min(part, payable)))
    return rows


def _row(kind: str, order_no: str, discount: int, payable: int) -> dict[str, Any]:
    sale = kind == "redemption"
    return {
        "kind": kind,
        "order_no": order_no if sale else None,
        "reverses_order_no": None if sale else order_no,
        "amount_fen": discount + payable,
        "discount_fen": discount,
        "payable_fen": payable,
    }


def listed(rows: list[dict[str, Any]]) -> list[TillRow]:
    """The till's own list of the same day."""
    return [
        TillRow(
            number,
            row["order_no"] or row["reverses_order_no"],
            row["amount_fen"],
            row["discount_fen"],
            row["payable_fen"],
        )
        for number, row in enumerate(rows, start=2)
    ]


def compared(rows: list[dict[str, Any]], till: list[TillRow]) -> Any:
    return match(rows, Listing(ALL, tuple(till), ()))


@given(days(), st.randoms())
def test_the_same_rows_in_any_order_agree(rows: list[dict[str, Any]], random: Any) -> None:
    till = listed(rows)
    others = [TillRow(90 + n, f"B-{n}", 100, 0, 100) for n in range(random.randint(0, 3))]
    till += others
    random.shuffle(till)
    found = compared(rows, till)
    assert found.agrees
    assert found.unrelated == len(others)
    assert found.agreed == len({row["order_no"] or row["reverses_order_no"] for row in rows})


@given(days(), st.randoms(), st.integers(1, 5_000))
def test_any_single_change_is_found(rows: list[dict[str, Any]], random: Any, by: int) -> None:
    till = listed(rows)
    place = random.randrange(len(till))
    changed = till[place]
    acts = {
        "amount": [replace(changed, amount_fen=(changed.amount_fen or 0) + by)],
        "discount": [replace(changed, discount_fen=(changed.discount_fen or 0) + by)],
        "payable": [replace(changed, payable_fen=(changed.payable_fen or 0) - by)],
        "order": [replace(changed, order_no=f"{changed.order_no}x")],
        "removed": [],
        "twice": [changed, changed],
    }
    name = random.choice(sorted(acts))
    found = compared(rows, [*till[:place], *acts[name], *till[place + 1 :]])
    wholly_returned = (
        sum(row["payable_fen"] for row in rows if changed.order_no in row.values()) == 0
        and sum(row.order_no == changed.order_no for row in till) == 1
    )
    assert not found.agrees or wholly_returned
    told = {one.order_no.removesuffix("x") for one in found.differences}
    assert told <= {changed.order_no}


def test_each_difference_says_what_it_is() -> None:
    rows = [_row("redemption", f"A-{n}", 80, 920) for n in range(4)]
    till = [
        TillRow(2, "A-0", 1_000, 80, 920),
        TillRow(3, "A-1", 1_000, 70, 930),
        TillRow(4, "A-2", 1_000, 80, 920),
        TillRow(5, "A-2", 1_000, 80, 920),
        TillRow(6, "C-9", 500, 40, 460),
        TillRow(7, "D-1", 500, 0, 500),
    ]
    found = match(rows, Listing(ALL, tuple(till), (RowProblem(8, "amount_unreadable"),)))
    told = {(one.kind, one.order_no): (one.rows, one.till, one.ledger) for one in found.differences}
    there = (1_000, 80, 920)
    assert told == {
        ("unreadable", ""): ((8,), None, None),
        ("amounts_differ", "A-1"): ((3,), (1_000, 70, 930), there),
        ("repeated", "A-2"): ((4, 5), (2_000, 160, 1_840), there),
        ("missing_in_file", "A-3"): ((), None, there),
        ("missing_in_ledger", "C-9"): ((6,), (500, 40, 460), None),
    }
    assert (found.agreed, found.unrelated) == (1, 1)
    assert len({one.name for one in found.differences}) == 5


@pytest.mark.parametrize("listed_too", [True, False])
def test_a_sale_taken_back_on_its_day_need_not_be_listed(listed_too: bool) -> None:
    rows = [_row("redemption", "A-1", 80, 920), _row("reversal", "A-1", -80, -920)]
    assert compared(rows, listed(rows) if listed_too else []).agrees


def test_a_list_that_knows_only_what_was_paid_is_compared_by_that() -> None:
    rows = [_row("redemption", "A-1", 80, 920)]
    only_paid = Listing(("payable",), (TillRow(2, "A-1", None, None, 920),), ())
    assert match(rows, only_paid).agrees
    assert not match(rows, replace(only_paid, rows=(TillRow(2, "A-1", None, None, 921),))).agrees
    # Whether an order of an unknown discount has to do with us can't be known, so it is told.
    stranger = replace(only_paid, rows=(*only_paid.rows, TillRow(3, "B", None, None, 5)))
    assert [one.kind for one in match(rows, stranger).differences] == ["missing_in_ledger"]
