"""Store a till's list for a day, compare it with the ledger, and close the day.

A day is closed when both sides agree; when they don't, only by the manager, with a reason for each
difference, and it is marked so. Nothing is edited: what comes later is closed by another row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.checkout.day_statement import day_statement
from huimin.checkout.offline.waiting_sales import count_waiting
from huimin.checkout.shop_orders import note_shop_order, shop_orders_of_day
from huimin.closing import queries
from huimin.closing.listing import Listing
from huimin.closing.match import Match, match, own_order, sale_of
from huimin.closing.pair import Pair, propose
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.json_text import read_json, write_json
from huimin.core.refusals import Problems, Refusal, field_problem
from huimin.ledger.read import redemption_by_order, rows_of_day
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

REASON_MAX = 200
# More differences than this mean that it is the wrong file.
EXPLAINED_MAX = 50
COMPARISONS_SHOWN = 10
RECENT_DAYS = 14


@dataclass(frozen=True)
class Comparison:
    """A stored list compared with the ledger as it is now.

    `proposed` are the pairs that a person may confirm, `paired` those that one has: `sale_id`,
    `order_no`, `shop_order_no`, `recorded_at`, `recorded_by`.
    """

    row: Row
    result: Match
    proposed: tuple[Pair, ...]
    paired: list[Row]


@dataclass(frozen=True)
class Day:
    """An outlet's day: its statement, its closings (newest first), and what came after the last.

    `waiting_sales` and `waiting_fen` are its offline sales that people have not decided on, and
    their discounts in fen. `shop_orders` has the shop's own order number of a sale by its id.
    """

    statement: Row
    closings: list[Row]
    later: list[Row]
    comparisons: list[Row]
    waiting_sales: int
    waiting_fen: int
    shop_orders: Mapping[str, str]

    @property
    def closed(self) -> Row | None:
        """The last closing."""
        return self.closings[0] if self.closings else None


def day_of(tx: Transaction, outlet: Mapping[str, Any], day: date) -> Day:
    """The day as it stands now."""
    statement = day_statement(tx, outlet["id"], outlet["name"], day)
    place = {"outlet_id": outlet["id"], "day": day.isoformat()}
    closings = [
        {**row, "heads": read_json(row["heads_json"]), "reasons": read_json(row["reasons_json"])}
        for row in queries.closings_of_day(tx, **place)
    ]
    later = [] if not closings else _later(statement["rows"], closings[0]["heads"])
    comparisons = list(queries.comparisons_of_day(tx, count=COMPARISONS_SHOWN, **place))
    waiting = count_waiting(
        tx, first_day=day.isoformat(), last_day=day.isoformat(), outlet_id=outlet["id"]
    )
    noted = shop_orders_of_day(tx, outlet["id"], day)
    shop_orders = {sale_id: note["order_no"] for sale_id, note in noted.items()}
    return Day(statement, closings, later, comparisons, *waiting, shop_orders)


def keep_comparison(
    tx: Transaction,
    outlet: Mapping[str, Any],
    day: date,
    listing: Listing,
    *,
    file_name: str,
    file_sha256: str,
    now: datetime,
    actor: str,
) -> str:
    """Store the list that was read; returns the comparison's id."""
    comparison_id = new_id()
    queries.insert_comparison(
        tx,
        id=comparison_id,
        outlet_id=outlet["id"],
        day=day.isoformat(),
        file_name=file_name,
        file_sha256=file_sha256,
        row_count=len(listing.rows) + len(listing.problems),
        listing_json=write_json(listing.as_dict()),
        compared_at=instant_text(now),
        compared_by=actor,
    )
    return comparison_id


def comparison_of(
    tx: Transaction, outlet: Mapping[str, Any], day: date, comparison_id: str
) -> Comparison:
    """A stored list, compared again. Raises Refusal `not_found` for another outlet's or day's."""
    row = queries.comparison_by_id(tx, id=comparison_id)
    if row is None or row["outlet_id"] != outlet["id"] or row["day"] != day.isoformat():
        raise Refusal("not_found")
    listing = Listing.of_dict(read_json(row["listing_json"]))
    rows = rows_of_day(tx, outlet["id"], day)
    noted = shop_orders_of_day(tx, outlet["id"], day)
    shop_orders = {sale_id: note["order_no"] for sale_id, note in noted.items()}
    result = match(rows, listing, shop_orders)
    own = {sale_of(row): own_order(row) for row in rows}
    paired = [
        {**note, "sale_id": sale_id, "order_no": own[sale_id], "shop_order_no": note["order_no"]}
        for sale_id, note in noted.items()
        if note["source"] == "person"
    ]
    return Comparison(row, result, propose(rows, listing, shop_orders, result), paired)


def pair_sales(
    tx: Transaction,
    outlet: Mapping[str, Any],
    day: date,
    comparison_id: str,
    names: Collection[str],
    **by: Unpack[By],
) -> int:
    """Confirm proposed pairs, by their names; returns how many. A person has looked at each.

    Raises FieldProblems on `pair` if none was chosen, or one is no longer proposed.
    """
    proposed = comparison_of(tx, outlet, day, comparison_id).proposed
    chosen = [pair for pair in proposed if pair.name in names]
    if not names:
        raise field_problem("pair", "请先勾选已核实的配对。")
    if len(chosen) != len(set(names)):
        raise field_problem("pair", "刚才有人改了这一天的配对，请看过现在的再确认。")
    for pair in chosen:
        _note_pair(tx, outlet, pair.sale_id, pair.shop_order_no, **by)
    record(
        tx,
        "day.paired",
        outlet["id"],
        subject_kind="outlet",
        new={
            "day": day.isoformat(),
            "pairs": [f"{pair.order_no} = {pair.shop_order_no}" for pair in chosen],
        },
        **by,
    )
    return len(chosen)


def unpair_sale(
    tx: Transaction,
    outlet: Mapping[str, Any],
    day: date,
    comparison_id: str,
    sale_id: str,
    **by: Unpack[By],
) -> None:
    """Take back a pair that a person had confirmed. Raises Refusal `not_found` if there is none."""
    paired = comparison_of(tx, outlet, day, comparison_id).paired
    pair = next((pair for pair in paired if pair["sale_id"] == sale_id), None)
    if pair is None:
        raise Refusal("not_found")
    _note_pair(tx, outlet, sale_id, None, **by)
    words = {"day": day.isoformat(), "pairs": [f"{pair['order_no']} = {pair['shop_order_no']}"]}
    record(tx, "day.unpaired", outlet["id"], subject_kind="outlet", old=words, **by)


def _note_pair(
    tx: Transaction,
    outlet: Mapping[str, Any],
    sale_id: str,
    order_no: str | None,
    **by: Unpack[By],
) -> None:
    sale = {"id": sale_id, "outlet_id": outlet["id"]}
    note_shop_order(tx, sale, order_no, source="person", now=by["now"], actor=by["actor"])


def close_day(
    tx: Transaction,
    outlet: Mapping[str, Any],
    day: date,
    comparison_id: str,
    *,
    reasons: Mapping[str, str],
    may_differ: bool,
    **by: Unpack[By],
) -> None:
    """Close the day by a comparison, which is repeated here so that it is up to date.

    `reasons` are by the name of each difference. Raises Refusal: day_closed, day_differs; and
    FieldProblems for a difference without a reason.
    """
    comparison = comparison_of(tx, outlet, day, comparison_id)
    result = comparison.result
    before = day_of(tx, outlet, day)
    statement, sums = before.statement, before.statement["sums"]
    last = before.closed
    if last is not None and not before.later and last["differences"] <= len(result.differences):
        raise Refusal("day_closed")
    explained = [] if result.agrees else _explained(result, reasons, may_differ)
    row = {
        "outlet_id": outlet["id"],
        "day": day.isoformat(),
        "comparison_id": comparison_id,
        "file_sha256": comparison.row["file_sha256"],
        "statement_sha256": statement["sha256"],
        **{
            name: sums[name]
            for name in ("redemptions", "reversals", "amount_fen", "discount_fen", "payable_fen")
        },
        "differences": len(result.differences),
        "closed_at": instant_text(by["now"]),
        "closed_by": by["actor"],
    }
    close_id = new_id()
    heads = write_json(_heads(statement["rows"]))
    reasons_json = write_json([*explained, *map(_pair_as_reason, comparison.paired)])
    queries.insert_close(tx, id=close_id, heads_json=heads, reasons_json=reasons_json, **row)
    record(
        tx,
        "day.closed",
        outlet["id"],
        subject_kind="outlet",
        reason="；".join(each["reason"] for each in explained) or None,
        new=row,
        **by,
    )


def _pair_as_reason(pair: Row) -> Row:
    """A confirmed pair as the closing keeps it, beside the reasons of differences."""
    reason = f"{pair['shop_order_no']} · {pair['recorded_by']}"
    return {"kind": "paired", "order_no": pair["order_no"], "reason": reason}


def days_before(tx: Transaction, outlet: Mapping[str, Any], today: date) -> list[Row]:
    """The outlet's recent days with sales: their rows, and how many each was closed with."""
    first = today - timedelta(days=RECENT_DAYS)
    rows: list[Row] = queries.days_with_rows(
        tx, outlet_id=outlet["id"], first=first.isoformat(), last=today.isoformat()
    )
    return rows


def other_days(tx: Transaction, outlet: Mapping[str, Any], result: Match) -> dict[str, str]:
    """For orders missing on this day: the day on which the ledger has them."""
    days = {}
    missing = [each.order_no for each in result.differences if each.kind == "missing_in_ledger"]
    for order_no in missing[:EXPLAINED_MAX]:
        row = redemption_by_order(tx, outlet["id"], order_no)
        if row is not None:
            days[order_no] = row["business_day"]
    return days


def _explained(result: Match, reasons: Mapping[str, str], may_differ: bool) -> list[Row]:
    """Every difference with its reason. Raises Refusal `day_differs`, or FieldProblems."""
    if not may_differ or len(result.differences) > EXPLAINED_MAX:
        raise Refusal("day_differs", count=len(result.differences))
    explained, problems = [], Problems()
    for number, each in enumerate(result.differences):
        reason = reasons.get(each.name, "").strip()[:REASON_MAX]
        if not reason:
            where = each.order_no or each.rows[0]
            problems.refuse(f"reason-{number}", "请写明“{value}”的原因。", value=where)
        explained.append({"kind": each.kind, "order_no": each.order_no, "reason": reason})
    problems.finish()
    return explained


def _heads(rows: list[Row]) -> dict[str, int]:
    """The last row of each terminal: a terminal's rows come in the order of their sequence."""
    heads: dict[str, int] = {}
    for row in rows:
        heads[row["terminal_id"]] = max(row["sequence"], heads.get(row["terminal_id"], 0))
    return heads


def _later(rows: list[Row], heads: Mapping[str, int]) -> list[Row]:
    return [row for row in rows if row["sequence"] > heads.get(row["terminal_id"], 0)]
