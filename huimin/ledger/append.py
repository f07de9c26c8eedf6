"""Append a redemption or a reversal: the row, its place in the terminal's chain, every counter.

Everything happens in the caller's transaction, so that report, caps and chain can never disagree
with the rows. Nothing else in huimin writes these tables. A row whose month is locked counts in the
first open month, and records which month it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from huimin.core.catalogue import text
from huimin.core.chain import GENESIS, row_hash
from huimin.core.days import (
    CLOCK_SLACK,
    county_day,
    county_minute,
    instant_text,
    month_of,
    next_month,
    parse_day,
    parse_instant,
)
from huimin.core.discount import PolicyTerms, Quote, Sums, Usage
from huimin.core.json_text import write_json
from huimin.core.refusals import Refusal
from huimin.ledger import queries
from huimin.ledger.budget import lock_budget, use_budget
from huimin.ledger.group_sums import add_group_sums, sums_of
from huimin.ledger.groupings import counted_in, counted_text, sum_keys
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id


@dataclass(frozen=True, slots=True)
class Sale:
    """What determines a redemption, except its quote. `terminal` is the row from `access`.

    `occurred_at` is when the goods were paid for, None for now: it determines the business day, the
    counters and, if still open, the month.
    """

    terminal: Mapping[str, Any]
    order_no: str
    card_id: str
    holder_id: str
    presenter_kind: str
    presenter_id: str
    identity_checked: bool
    eligibility: str
    division_code: str
    town_code: str
    terms: PolicyTerms
    detail: Mapping[str, Any]
    cashier: str | None
    staff_id: str | None
    channel: Literal["online", "offline", "claim"] = "online"
    occurred_at: datetime | None = None
    # The waiting sale that is entered by this: its own order number is free for it alone.
    waiting_id: str | None = None


def lock_usage(
    tx: Transaction, *, holder_id: str, terms: PolicyTerms, at: datetime, now: datetime
) -> Usage:
    """Lock and read the discount used on the day and in the month of `at`, and the policy's budget.

    `at` is when the sale occurred.
    """
    counters = usage_counters(county_day(at), holder_id=holder_id, policy_code=terms.code)
    read = queries.usage_of if tx.is_alone else queries.lock_usage
    usage = usage_from(read(tx, **counters), counters)
    return replace(usage, budget_left_fen=lock_budget(tx, terms, now))


def usage_counters(day: date, *, holder_id: str, policy_code: str) -> dict[str, str]:
    """The key of a holder's counters for a day and its month under a policy code."""
    return {
        "holder_id": holder_id,
        "policy_code": policy_code,
        "day": day.isoformat(),
        "month": month_of(day),
    }


def usage_from(rows: Iterable[Mapping[str, Any]], counters: Mapping[str, str]) -> Usage:
    """The usage from counter rows; a missing row counts as zero."""
    used = {row["period"]: row["used_fen"] for row in rows}
    return Usage(
        day_used_fen=used.get(counters["day"], 0), month_used_fen=used.get(counters["month"], 0)
    )


def append_redemption(tx: Transaction, sale: Sale, quote: Quote, *, now: datetime) -> Row:
    """Write a redemption and return its row; the caller has called `lock_usage`.

    Raises Refusal `order_exists`, `order_waiting`, `order_cancelled`.
    """
    occurred_at = sale.occurred_at or now
    day = county_day(occurred_at)
    row: Row = {
        **_where(sale.terminal),
        "id": new_id(),
        "kind": "redemption",
        "reverses_id": None,
        "order_no": sale.order_no,
        "card_id": sale.card_id,
        "holder_id": sale.holder_id,
        "presenter_kind": sale.presenter_kind,
        "presenter_id": sale.presenter_id,
        "identity_checked": int(sale.identity_checked),
        "eligibility": sale.eligibility,
        "division_code": sale.division_code,
        "town_code": sale.town_code,
        "policy_id": sale.terms.id,
        "policy_code": sale.terms.code,
        "policy_version": sale.terms.version,
        "rate_bp": quote.rate_bp,
        "amount_fen": quote.amount_fen,
        "insurance_fen": quote.insurance_fen,
        "excluded_fen": quote.excluded_fen,
        "eligible_fen": quote.eligible_fen,
        "discount_fen": quote.discount_fen,
        "payable_fen": quote.payable_fen,
        "merchant_share_fen": quote.merchant_share_fen,
        "government_share_fen": quote.government_share_fen,
        "detail_json": write_json(sale.detail),
        "cashier": sale.cashier,
        "staff_id": sale.staff_id,
        "reason": None,
        **_when(now, occurred_at=occurred_at, channel=sale.channel),
    }
    _chain(tx, row, sale.terminal["terminal_code"], sale.waiting_id)
    # Caps are of the sale's own day and month, whichever month its row counts in.
    # Where nobody locked the counters they may not be there yet.
    add_usage = queries.count_usage if tx.is_alone else queries.add_usage
    add_usage(tx, discount_fen=quote.discount_fen, **_counters(row, day))
    use_budget(tx, sale.terms, row["government_share_fen"])
    _add_sums(tx, row)
    _count_card(tx, row)
    return row


def lock_returned(tx: Transaction, redemption_id: str) -> Sums:
    """Lock and read what has been returned of a redemption so far."""
    return Sums(**queries.lock_reversal_total(tx, redemption_id=redemption_id))


def append_reversal(
    tx: Transaction,
    original: Mapping[str, Any],
    part: Sums,
    *,
    terms: PolicyTerms,
    terminal: Mapping[str, Any],
    reason: str,
    cashier: str | None,
    staff_id: str | None,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> Row:
    """Write a reversal of `part` (positive sums) and return its row; call `lock_returned` first.

    `terms` are those of the redemption: their budget gets the government's share back. Caps are
    freed in the redemption's own day and month; the report counts the reversal in the month in
    which it is recorded, as an adjustment of the redemption's month.
    """
    row: Row = {
        **original,
        **_where(terminal),
        "id": new_id(),
        "kind": "reversal",
        "reverses_id": original["id"],
        "order_no": None,
        **{f"{name}": -value for name, value in asdict(part).items()},
        "payable_fen": -part.payable_fen,
        "government_share_fen": -part.government_share_fen,
        "detail_json": write_json(detail or {}),
        "cashier": cashier,
        "staff_id": staff_id,
        "reason": reason,
        **_when_returned(original, now),
    }
    if original["month"] < row["month"]:
        row["adjusts_month"] = original["month"]
    queries.add_reversal_total(tx, redemption_id=original["id"], **asdict(part))
    # Lock the counters before the chain, as a redemption does, or the two could deadlock.
    day = parse_day(original["business_day"])
    queries.lock_usage(tx, **_counters(row, day))
    queries.add_usage(tx, discount_fen=-part.discount_fen, **_counters(row, day))
    use_budget(tx, terms, row["government_share_fen"])
    _chain(tx, row, terminal["terminal_code"])
    _add_sums(tx, row)
    return row


def _where(terminal: Mapping[str, Any]) -> Row:
    return {
        name: terminal[name] for name in ("terminal_id", "outlet_id", "merchant_id", "outlet_kind")
    }


def _when(now: datetime, *, occurred_at: datetime, channel: str) -> Row:
    """Day and month are those of the sale; `recorded_at` is always now."""
    day = county_day(occurred_at)
    return {
        "channel": channel,
        "occurred_at": instant_text(occurred_at),
        "recorded_at": instant_text(now),
        "business_day": day.isoformat(),
        "month": month_of(day),
        "adjusts_month": None,
    }


def _when_returned(original: Mapping[str, Any], now: datetime) -> Row:
    """Never before the sale: clocks of two machines differ by seconds, a till's by minutes.

    Raises Refusal `clock_wrong` where the sale was recorded much later than now.
    """
    recorded = parse_instant(original["recorded_at"])
    if recorded > now + CLOCK_SLACK:
        why = text("比要退的这一笔（{at}）还早", at=county_minute(original["recorded_at"]))
        raise Refusal("clock_wrong", clock=county_minute(instant_text(now)), why=why)
    occurred = parse_instant(original["occurred_at"])
    return _when(max(now, recorded), occurred_at=max(now, occurred), channel="online")


def _chain(tx: Transaction, row: Row, terminal_code: str, waiting_id: str | None = None) -> None:
    """Set the row's place in the chain, receipt number and hash, and write it."""
    chain_place = _place(tx, row["terminal_id"])
    row.update(chain_place)
    day = row["business_day"].replace("-", "")
    row["receipt_no"] = f"{day}{terminal_code}{chain_place['sequence']:06d}"
    row["hash"] = row_hash(row)
    while queries.insert_row(tx, **row, waiting_id=waiting_id) is None:
        if row["kind"] == "redemption":
            require_free_order(tx, row["outlet_id"], row["order_no"], waiting_id=waiting_id)
        _move_to_open_month(tx, row)
        row["hash"] = row_hash(row)
    head = {name: row[name] for name in ("terminal_id", "hash")}
    if tx.is_alone:
        queries.put_head(tx, sequence=row["sequence"], **head)
    else:
        queries.set_head(tx, **head)


def _place(tx: Transaction, terminal_id: str) -> Row:
    """The terminal's next place in its chain, which nobody else takes before this one is written:
    its `sequence` and `previous_hash`."""
    if not tx.is_alone:
        place: Row = queries.take_place(tx, terminal_id=terminal_id, genesis=GENESIS)
        return place
    head = queries.chain_head_of(tx, terminal_id=terminal_id)
    if head is None:
        return {"sequence": 1, "previous_hash": GENESIS}
    return {"sequence": head["sequence"] + 1, "previous_hash": head["hash"]}


def require_free_order(
    tx: Transaction, outlet_id: str, order_no: str, *, waiting_id: str | None = None
) -> None:
    """Require an order number that nothing has taken; a waiting sale is not held against itself.

    With two tills at the same time, the second one finds the order taken only where the chains are
    locked. Raises Refusal: order_cancelled, order_exists, order_waiting.
    """
    order = {"outlet_id": outlet_id, "order_no": order_no}
    if queries.cancelled_order(tx, **order) is not None:
        raise Refusal("order_cancelled", order_no=order_no)
    require_unsold_order(tx, outlet_id, order_no, waiting_id=waiting_id)


def require_unsold_order(
    tx: Transaction, outlet_id: str, order_no: str, *, waiting_id: str | None = None
) -> None:
    """Require an order number without a redemption and without another sale that waits for people.

    Raises Refusal: order_exists, order_waiting.
    """
    order = {"outlet_id": outlet_id, "order_no": order_no}
    if queries.redemption_by_order(tx, **order) is not None:
        raise Refusal("order_exists", order_no=order_no)
    waiting_since = queries.waiting_since(tx, **order, waiting_id=waiting_id)
    if waiting_since is not None:
        raise order_waiting(order_no, waiting_since)


def order_waiting(order_no: str, waiting_since: str) -> Refusal:
    """The refusal of an order number whose offline sale waits for people since that instant."""
    return Refusal("order_waiting", order_no=order_no, since=county_minute(waiting_since))


def require_order_for_waiting(tx: Transaction, outlet_id: str, order_no: str) -> None:
    """Require an order number that nothing has taken or takes before this transaction ends.

    Raises Refusal: order_cancelled, order_exists, order_waiting.
    """
    queries.lock_chains_of_outlet(tx, outlet_id=outlet_id, genesis=GENESIS)
    require_free_order(tx, outlet_id, order_no)


def _move_to_open_month(tx: Transaction, row: Row) -> None:
    """Count the row in the first open month after its own, and record its own month."""
    locked = {lock["month"] for lock in queries.locked_months(tx, since=row["month"])}
    if row["month"] not in locked:
        raise RuntimeError(f"the ledger did not take row {row['id']} of an open month")
    row["adjusts_month"] = row["adjusts_month"] or row["month"]
    while row["month"] in locked:
        row["month"] = next_month(row["month"])


def _counters(row: Row, day: date) -> dict[str, str]:
    return usage_counters(day, holder_id=row["holder_id"], policy_code=row["policy_code"])


def _add_sums(tx: Transaction, row: Row) -> None:
    """Add the row to its month's sums, at once or together with those of its group."""
    if tx.later is not None:
        tx.later.append((add_group_sums, row))
        return
    sums = {"month": row["month"], **sums_of(row)}
    queries.add_rollup_month(tx, outlet_id=row["outlet_id"], **sums, **sum_keys(row))
    queries.add_rollup_month_village(tx, division_code=row["division_code"], **sums)


def _count_card(tx: Transaction, row: Row) -> None:
    """Count the card in each group of the month where it has not been counted yet."""
    groups = counted_in(row)
    card_of_month = {"month": row["month"], "card_id": row["card_id"]}
    card_row = queries.count_card(tx, counted_in=counted_text(groups), **card_of_month)
    if card_row["redemptions"] == 1 or row["channel"] != "online":
        queries.note_first_use(tx, card_id=row["card_id"], day=row["business_day"])
    if card_row["redemptions"] == 1:
        new = groups
    else:
        before = frozenset(card_row["counted_in"].split("\n"))
        new = groups - before
        if new:
            queries.set_counted_in(tx, counted_in=counted_text(before | groups), **card_of_month)
    counts = [dict(zip(("dimension", "key"), group.split("=", 1), strict=True)) for group in new]
    # Always in the same order, or two sales could deadlock.
    counts.sort(key=lambda count: (count["dimension"], count["key"]))
    if counts:
        queries.add_rollup_month_cards(tx, [{"month": row["month"], **count} for count in counts])
